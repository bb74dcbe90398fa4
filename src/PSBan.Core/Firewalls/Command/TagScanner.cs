using System.Text;

namespace PSBan.Firewalls.Command;

/// <summary>Finds <c>&lt;tags&gt;</c> in a command: between angle brackets anything but blanks, line ends and angle brackets.</summary>
internal static class TagScanner
{
    /// <summary>Replaces the tags in one sweep; what is put in is not looked at again.</summary>
    /// <param name="text">The command.</param>
    /// <param name="replace">Given the tag and the place behind it, what to put there; null leaves it as it stands.</param>
    public static string Replace(string text, Func<string, int, string?> replace)
    {
        StringBuilder? built = null;
        int done = 0;
        for (int start = Find(text, 0); start >= 0; start = Find(text, start + 1))
        {
            int length = text.AsSpan(start + 1).IndexOfAny("<> \n");
            if (length <= 0 || text[start + 1 + length] != '>')
            {
                continue;
            }

            int end = start + length + 2;
            if (replace(text[(start + 1)..(end - 1)], end) is { } value)
            {
                (built ??= new StringBuilder(text.Length)).Append(text, done, start - done).Append(value);
                done = end;
            }

            start = end - 1;
        }

        return built is null ? text : built.Append(text, done, text.Length - done).ToString();
    }

    private static int Find(string text, int from) => from >= text.Length ? -1 : text.IndexOf('<', from);
}
