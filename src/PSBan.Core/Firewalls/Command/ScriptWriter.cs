using System.Buffers;
using System.Globalization;
using System.Text;

namespace PSBan.Firewalls.Command;

/// <summary>
/// Puts what is known of a ban into a command. A value that holds a character the shell may give a meaning to never enters the script: it travels as a
/// positional argument, a line in front assigns it to a variable, and the tag becomes a reference to that variable. Values are not looked at for tags again.
/// </summary>
/// <remarks>
/// Names of variables and quoting are fail2ban's. It lets values with blanks into the script, though, where <c>v=&lt;F-USER&gt;</c> would run the second word of
/// a user's name; here only plain words enter.
/// </remarks>
internal static class ScriptWriter
{
    // What fail2ban escapes in values that stand in a file.
    private static readonly SearchValues<char> s_special = SearchValues.Create("\\#&;`|*?~<>^()[]{}$'\"\n\r");

    // One argument of a program takes 128 KiB on Linux (MAX_ARG_STRLEN), the script being one of them.
    private const int MaxArgument = 120_000;
    private const int MaxInline = 4_096;

    private static readonly SearchValues<char> s_plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:/@%+,-");

    /// <summary>Whether fail2ban takes a character for one that the shell gives a meaning to.</summary>
    /// <param name="c">The character.</param>
    public static bool IsSpecial(char c) => s_special.Contains(c);

    /// <summary>Writes the script.</summary>
    /// <param name="command">The command, its static tags resolved.</param>
    /// <param name="valueOf">What is known; a tag that is not stays as it is.</param>
    public static ShellScript Write(string command, Func<string, TagValue?> valueOf)
    {
        Dictionary<string, string> variables = new(StringComparer.Ordinal);
        string text = TagScanner.Replace(command, (tag, end) =>
            valueOf(tag) is not { } value ? null
            : value.IsTrusted ? value.Text
            : Insert(value, variables, end < command.Length ? command[end] : '\0'));
        if (variables.Count == 0)
        {
            return new ShellScript(text, []);
        }

        StringBuilder script = new();
        int number = 0;
        foreach (string name in variables.Keys)
        {
            script.Append(CultureInfo.InvariantCulture, $"{name}=${{{++number}}} ");
        }

        return new ShellScript(script.Append('\n').Append(text).ToString(), [.. variables.Values]);
    }

    private static string Insert(TagValue value, Dictionary<string, string> variables, char next)
    {
        // The end of a C string cannot stand in an argument.
        string text = value.Text.Replace("\0", "", StringComparison.Ordinal);
        if (text.Length <= MaxInline && IsPlain(text))
        {
            return text;
        }

        string name = "f2bV_" + string.Concat(value.Name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        string unique = name;
        text = Cut(text);
        for (int i = 2; !variables.TryAdd(unique, text) && variables[unique] != text; i++)
        {
            unique = string.Create(CultureInfo.InvariantCulture, $"{name}_{i}");
        }

        // Braces only where the name would run on, so that files written for fail2ban find what they expect.
        return char.IsAsciiLetterOrDigit(next) || next == '_' ? $"${{{unique}}}" : $"${unique}";
    }

    private static bool IsPlain(string text)
    {
        foreach (char c in text)
        {
            if (!s_plain.Contains(c) && (c < 0x80 || !char.IsLetterOrDigit(c)))
            {
                return false;
            }
        }

        return true;
    }

    private static string Cut(string text)
    {
        if (Encoding.UTF8.GetMaxByteCount(text.Length) <= MaxArgument || Encoding.UTF8.GetByteCount(text) <= MaxArgument)
        {
            return text;
        }

        // The newest lines stand last.
        int start = text.Length - (MaxArgument / 3);
        return text[(char.IsLowSurrogate(text[start]) ? start + 1 : start)..];
    }
}

/// <summary>What a tag stands for.</summary>
/// <param name="Name">The name of the variable it becomes where it cannot be part of the script.</param>
/// <param name="Text">The value.</param>
/// <param name="IsTrusted">Whether it is part of the script whatever it holds.</param>
internal readonly record struct TagValue(string Name, string Text, bool IsTrusted = false);
