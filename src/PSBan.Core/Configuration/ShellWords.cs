using System.Text;

namespace PSBan.Configuration;

/// <summary>Splits a line into words as a POSIX shell does, without expanding anything.</summary>
public static class ShellWords
{
    /// <summary>Splits a line; quotes and backslashes keep blanks together.</summary>
    /// <param name="line">The line, such as a <c>journalmatch</c>.</param>
    /// <returns>The words; null where a quote is not closed or a backslash ends the line.</returns>
    public static IReadOnlyList<string>? Split(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        List<string> words = [];
        StringBuilder? word = null;
        for (int at = 0; at < line.Length; at++)
        {
            char c = line[at];
            if (char.IsWhiteSpace(c))
            {
                if (word is not null)
                {
                    words.Add(word.ToString());
                    word = null;
                }

                continue;
            }

            word ??= new StringBuilder();
            if (c is '\'' or '"')
            {
                at = Quoted(line, at, word);
            }
            else if (c == '\\')
            {
                at = at + 1 < line.Length ? at + 1 : -1;
                word.Append(at < 0 ? "" : line[at]);
            }
            else
            {
                word.Append(c);
            }

            if (at < 0)
            {
                return null;
            }
        }

        if (word is not null)
        {
            words.Add(word.ToString());
        }

        return words;
    }

    /// <summary>Reads up to the closing quote and gives its place; -1 where there is none.</summary>
    private static int Quoted(string line, int open, StringBuilder word)
    {
        for (int at = open + 1; at < line.Length; at++)
        {
            if (line[at] == line[open])
            {
                return at;
            }

            bool escape = line[open] == '"' && line[at] == '\\' && at + 1 < line.Length && line[at + 1] is '"' or '\\';
            word.Append(escape ? line[++at] : line[at]);
        }

        return -1;
    }
}
