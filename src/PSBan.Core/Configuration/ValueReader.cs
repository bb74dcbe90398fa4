using System.Globalization;
using System.Text.RegularExpressions;
using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>Turns text into typed values and says what to write where that fails.</summary>
internal sealed partial class ValueReader(ProblemScope problems)
{
    private static readonly string[] s_true = ["1", "on", "true", "yes"];
    private static readonly string[] s_false = ["", "0", "off", "false", "no", "none"];

    private readonly ProblemScope _problems = problems;

    /// <summary>
    /// The text without a <c>#</c> comment behind it. In this format such a comment is part of the value; nobody means it, so it is cut off and reported.
    /// </summary>
    public string Plain(string option, SourceText text)
    {
        string[] lines = text.Text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            Match comment = HashComment().Match(lines[i]);
            if (comment.Success)
            {
                lines[i] = lines[i][..comment.Index].TrimEnd();
                string used = lines[i].Length == 0 ? "" : $" '{lines[i]}' is used.";
                _problems.Warn(
                    ProblemCodes.CommentInValue,
                    $"'{comment.Value.Trim()}' stands behind the value of '{option}' and would be part of it. " +
                    $"Give the comment a line of its own, or begin it with ' ;'.{used}",
                    text.LocationOf(i));
            }
        }

        return string.Join('\n', lines).Trim();
    }

    /// <summary>The same for a value that may end in brackets, whose contents are left alone.</summary>
    public string PlainList(string option, SourceText text)
    {
        int close = text.Text.LastIndexOf(']');
        if (close < 0)
        {
            return Plain(option, text);
        }

        string behind = Plain(option, new SourceText(text.Text[(close + 1)..], text.LocationAt(close)));
        return $"{text.Text[..(close + 1)]} {behind}".Trim();
    }

    /// <summary>A whole number.</summary>
    public Located<int>? Number(string option, SourceText text, int least)
    {
        string plain = Plain(option, text);
        if (int.TryParse(plain, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= least)
        {
            return new Located<int>(number, text.Location);
        }

        _problems.Error(
            ProblemCodes.InvalidNumber,
            $"'{plain}' is no value for '{option}'; write a whole number of at least {least}, such as {option} = 5.",
            text.Location);
        return null;
    }

    /// <summary>A length of time.</summary>
    public Located<Duration>? Time(string option, SourceText text, bool isFatal = true)
    {
        string plain = Plain(option, text);
        if (Duration.TryParse(plain, out Duration duration))
        {
            return new Located<Duration>(duration, text.Location);
        }

        string message = $"'{plain}' is no time for '{option}'; write seconds or units, such as 600, 10m or 1d12h.";
        if (isFatal)
        {
            _problems.Error(ProblemCodes.InvalidTime, message, text.Location);
        }
        else
        {
            _problems.Warn(ProblemCodes.InvalidTime, message, text.Location);
        }

        return null;
    }

    /// <summary>True or false; text that is neither counts as false and is reported.</summary>
    public Located<bool> Flag(string option, SourceText text)
    {
        string plain = Plain(option, text).ToLowerInvariant();
        bool isTrue = s_true.Contains(plain);
        if (!isTrue && !s_false.Contains(plain))
        {
            _problems.Warn(
                ProblemCodes.InvalidBoolean,
                $"'{plain}' is neither true nor false and counts as false; write {option} = true or {option} = false.",
                text.Location);
        }

        return new Located<bool>(isTrue, text.Location);
    }

    [GeneratedRegex(@"(?:^|\s)#.*$", RegexOptions.CultureInvariant)]
    private static partial Regex HashComment();
}
