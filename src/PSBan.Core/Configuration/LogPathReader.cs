using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>
/// Reads <c>logpath</c>: a path or glob a line, with <c>head</c> or <c>tail</c> behind the last blank. Fail2ban takes any last word for that keyword; here a
/// word that is neither belongs to the path, or is a path of its own where it begins like one, and this is reported.
/// </summary>
internal sealed class LogPathReader(ValueReader values, ProblemScope problems)
{
    private readonly ValueReader _values = values;
    private readonly ProblemScope _problems = problems;

    /// <summary>Reads the value.</summary>
    public IReadOnlyList<LogPath> Read(SourceText text)
    {
        List<LogPath> paths = [];
        foreach (Located<string> line in text.Lines())
        {
            string plain = _values.Plain(JailOptionNames.LogPath, new SourceText(line.Value, line.Location));
            if (plain.Length > 0)
            {
                Line(plain, line.Location, paths);
            }
        }

        return paths;
    }

    private void Line(string line, SourceLocation place, List<LogPath> paths)
    {
        int blank = line.LastIndexOfAny([' ', '\t']);
        string word = line[(blank + 1)..];
        bool tail = word.Equals("tail", StringComparison.OrdinalIgnoreCase);
        if (blank < 0)
        {
            paths.Add(new LogPath(line, false, place));
        }
        else if (tail || word.Equals("head", StringComparison.OrdinalIgnoreCase))
        {
            paths.Add(new LogPath(line[..blank].TrimEnd(), tail, place));
        }
        else if (Path.IsPathRooted(word) || (word.Length > 2 && word[1] == ':'))
        {
            string[] words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            paths.AddRange(words.Select(path => new LogPath(path, false, place)));
            _problems.Warn(
                ProblemCodes.InvalidValue,
                $"'logpath' takes one path a line; write '{word}' on an indented line of its own. (Fail2ban would read '{words[0]}' only.)",
                place);
        }
        else
        {
            paths.Add(new LogPath(line, false, place));
            _problems.Warn(
                ProblemCodes.InvalidValue,
                $"The last word of a logpath with blanks says where to begin; write '{line} head'. (Fail2ban would look for '{line[..blank].TrimEnd()}'.)",
                place);
        }
    }
}
