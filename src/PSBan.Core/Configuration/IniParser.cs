using System.Buffers;
using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>
/// Reads the grammar of fail2ban's files (that of Python's configparser with <c>#</c> and <c>;</c> comments and <c>;</c> behind a blank as inline comment).
/// A line that breaks the grammar is reported and left out, together with its continuation; of an option written twice the later one counts.
/// </summary>
internal sealed class IniParser
{
    private static readonly SearchValues<char> s_patternSigns = SearchValues.Create(@"\(<");

    private readonly string _path;
    private readonly List<IniSection> _sections = [];
    private readonly List<IniProblem> _problems = [];
    private readonly List<string> _value = [];
    private readonly List<SourceLocation> _places = [];
    private IniSection? _section;
    private string? _option;
    private string? _above;
    private int _indent;
    private bool _headless;
    private bool _skipping;

    private IniParser(string path) => _path = path;

    /// <summary>Reads a file's text.</summary>
    /// <param name="path">The path to name in problems and places.</param>
    /// <param name="text">The text.</param>
    public static IniFile Parse(string path, string text)
    {
        var parser = new IniParser(path);
        ReadOnlySpan<char> rest = text;
        for (int number = 1; !rest.IsEmpty; number++)
        {
            int end = rest.IndexOfAny('\r', '\n');
            ReadOnlySpan<char> line = end < 0 ? rest : rest[..end];
            int next = end < 0 ? rest.Length : end + (rest[end] == '\r' && end + 1 < rest.Length && rest[end + 1] == '\n' ? 2 : 1);
            rest = rest[next..];
            parser.Line(line, new SourceLocation(path, number));
        }

        parser.EndOption();
        return new IniFile(path, parser._sections, parser._problems);
    }

    private void Line(ReadOnlySpan<char> line, SourceLocation place)
    {
        int comment = CommentStart(line);
        ReadOnlySpan<char> value = (comment < 0 ? line : line[..comment]).Trim();
        if (value.IsEmpty)
        {
            // An empty line belongs to the value; a comment line vanishes.
            if (comment < 0 && _option is not null)
            {
                Continue("", place);
            }

            return;
        }

        int indent = line.Length - line.TrimStart().Length;
        if (_section is not null && _option is not null && indent > _indent)
        {
            Continue(value.ToString(), place);
            return;
        }

        if (_skipping && indent > _indent)
        {
            return;
        }

        bool deeper = indent > _indent && _section is not null;
        _indent = indent;
        _skipping = false;
        if (value[0] == '[' && value.LastIndexOf(']') is > 1 and int close)
        {
            Header(value[1..close].ToString(), place);
        }
        else if (_section is null)
        {
            Headless(place);
        }
        else
        {
            Option(value, place, deeper);
        }
    }

    /// <summary>Where a comment begins: at the first non-blank, or at a semicolon behind a blank.</summary>
    private static int CommentStart(ReadOnlySpan<char> line)
    {
        ReadOnlySpan<char> trimmed = line.TrimStart();
        if (!trimmed.IsEmpty && trimmed[0] is '#' or ';')
        {
            return 0;
        }

        for (int at = line.IndexOf(';'); at >= 0;)
        {
            if (at == 0 || char.IsWhiteSpace(line[at - 1]))
            {
                return at;
            }

            int next = line[(at + 1)..].IndexOf(';');
            at = next < 0 ? -1 : at + 1 + next;
        }

        return -1;
    }

    private void Header(string name, SourceLocation place)
    {
        EndOption();
        _above = null;
        _section = _sections.Find(section => section.Name == name);
        if (_section is null)
        {
            _section = new IniSection(name, place);
            _sections.Add(_section);
        }
        else if (name != MergedConfiguration.DefaultSection)
        {
            Report(
                ProblemCodes.DuplicateSection,
                place,
                $"Section [{name}] is opened a second time; it began in line {_section.Location.Line}. " +
                "Put its options together under one header; for now both parts count, and of an option in both the later one.");
        }
    }

    private void Headless(SourceLocation place)
    {
        if (!_headless)
        {
            _headless = true;
            string header = Path.GetFileName(Path.GetDirectoryName(_path)) is "filter.d" or "action.d" ? "[Definition] or [Init]"
                : Path.GetFileNameWithoutExtension(_path) is "fail2ban" or "psban" ? "[Definition]"
                : "[DEFAULT] or the name of a jail in brackets";
            Report(
                ProblemCodes.TextBeforeSection,
                place,
                "There is no section header above this line, so the options here belong nowhere and are left out. " +
                $"Write {header} on a line of its own above them.");
        }
    }

    private void Option(ReadOnlySpan<char> line, SourceLocation place, bool deeper)
    {
        EndOption();
        int split = line.IndexOfAny('=', ':');
        if (split <= 0)
        {
            _skipping = true;
            string hint = deeper ? "" : ContinuationHint();
            Report(ProblemCodes.SyntaxError, place, split == 0
                ? "An option needs a name in front of the sign; write 'name = value'."
                : $"The line is neither 'name = value' nor a section header, and is left out.{hint}");
            return;
        }

        string written = line[..split].TrimEnd().ToString();
        string name = written.ToLowerInvariant();
        if (_section!.Options.TryGetValue(name, out SourceText? first))
        {
            Report(
                ProblemCodes.DuplicateOption,
                place,
                $"'{name}' is set twice in [{_section.Name}], here and in line {first.Location.Line}; " +
                "this one counts. Remove one of them (fail2ban refuses such a file).");
        }

        if (name[0] == '^' || name.AsSpan().ContainsAny(s_patternSigns))
        {
            _problems.Add(new IniProblem(_section.Name, new Problem(
                ProblemSeverity.Warning,
                ProblemCodes.UnknownOption,
                $"The line begins an option named '{written}', but looks like a pattern.{ContinuationHint()}",
                place)));
        }
        else
        {
            _above = name;
        }

        _option = name;
        Continue(line[(split + 1)..].Trim().ToString(), place);
    }

    private string ContinuationHint() => _above is null ? "" : $" If it goes on with the value of '{_above}' above, indent it.";

    private void Continue(string value, SourceLocation place)
    {
        _value.Add(value);
        _places.Add(place);
    }

    private void EndOption()
    {
        if (_option is not null)
        {
            _section!.Options[_option] = new SourceText(string.Join('\n', _value).TrimEnd(), [.. _places]);
            _option = null;
            _value.Clear();
            _places.Clear();
        }
    }

    private void Report(string code, SourceLocation place, string message) =>
        _problems.Add(new IniProblem(_section?.Name, new Problem(ProblemSeverity.Error, code, message, place)));
}
