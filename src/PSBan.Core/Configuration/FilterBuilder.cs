using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>Makes <see cref="FilterOptions"/> of what a filter and its jail say.</summary>
internal sealed class FilterBuilder
{
    private readonly Func<string, Lookup> _filter;
    private readonly Func<string, bool> _isStrong;
    private readonly IReadOnlyDictionary<string, SourceText> _jail;
    private readonly ProblemScope _problems;
    private readonly ValueReader _values;
    private bool _failed;

    private FilterBuilder(Func<string, Lookup> filter, Func<string, bool> isStrong, IReadOnlyDictionary<string, SourceText> jail, ProblemScope problems)
    {
        _filter = filter;
        _isStrong = isStrong;
        _jail = jail;
        _problems = problems;
        _values = new ValueReader(problems);
    }

    /// <summary>Makes the settings of a jail without a filter.</summary>
    public static FilterOptions? Build(string name, SourceLocation location, IReadOnlyDictionary<string, SourceText> jail, ProblemScope problems) =>
        Build(name, location, _ => Lookup.Missing, _ => false, jail, problems);

    /// <summary>Makes the settings; null where one of them is unusable.</summary>
    /// <param name="name">The name of the filter.</param>
    /// <param name="location">Where it is asked for.</param>
    /// <param name="filter">Reads one of the filter's options.</param>
    /// <param name="isStrong">Whether an option is a parameter or one of <c>[Init]</c>.</param>
    /// <param name="jail">What the jail says.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public static FilterOptions? Build(
        string name,
        SourceLocation location,
        Func<string, Lookup> filter,
        Func<string, bool> isStrong,
        IReadOnlyDictionary<string, SourceText> jail,
        ProblemScope problems)
    {
        var builder = new FilterBuilder(filter, isStrong, jail, problems);
        FilterOptions options = new()
        {
            Name = name,
            FailRegex = builder.Lines("failregex"),
            IgnoreRegex = builder.Lines("ignoreregex"),
            PrefRegex = builder.One("prefregex", jailWins: false) is { Text.Length: > 0 } prefix ? prefix.ToLocated() : null,
            DatePattern = builder.One("datepattern", jailWins: true)?.ToLocated(),
            MaxLines = builder.MaxLines(),
            UseDns = builder.UseDns(),
            JournalMatch = builder.JournalMatch(),
        };
        if (!builder._failed && options.FailRegex.Count == 0)
        {
            problems.Warn(
                ProblemCodes.FilterEmpty,
                $"Filter '{name}' has no failregex, so it finds no failures. Write failregex = … in its [Definition] or in the jail.",
                location);
        }

        return builder._failed ? null : options;
    }

    /// <summary>The filter's value, unless the jail has one and the filter's is only that of its <c>[Definition]</c>.</summary>
    private SourceText? Filter(string option)
    {
        if (_jail.ContainsKey(option) && !_isStrong(option))
        {
            return null;
        }

        Lookup value = _filter(option);
        if (value.IsFailed)
        {
            _problems.Add(value.Problem);
            _failed = true;
        }

        return value.Text;
    }

    private SourceText? One(string option, bool jailWins)
    {
        SourceText? filter = Filter(option);
        SourceText? jail = _jail.GetValueOrDefault(option);
        return jailWins ? jail ?? filter : filter ?? jail;
    }

    private Located<string>[] Lines(string option) =>
        new[] { Filter(option), _jail.GetValueOrDefault(option) }
            .SelectMany(text => text?.Lines() ?? [])
            .Where(line => line.Value.Length > 0)
            .ToArray();

    private int MaxLines()
    {
        if (One("maxlines", jailWins: false) is not { } text)
        {
            return 1;
        }

        Located<int>? lines = _values.Number("maxlines", text, 1);
        _failed |= lines is null;
        return lines?.Value ?? 1;
    }

    private UseDns UseDns()
    {
        if (One("usedns", jailWins: false) is not { } text)
        {
            return Configuration.UseDns.Warn;
        }

        string word = _values.Plain("usedns", text);
        if (Enum.GetNames<UseDns>().FirstOrDefault(name => name.Equals(word, StringComparison.OrdinalIgnoreCase)) is { } known)
        {
            return Enum.Parse<UseDns>(known);
        }

        _problems.Warn(ProblemCodes.InvalidValue, $"'{word}' is no value for 'usedns' and counts as no; write yes, warn, no or raw.", text.Location);
        return Configuration.UseDns.No;
    }

    private Located<string>[] JournalMatch()
    {
        Located<string>[] lines = Lines("journalmatch");
        foreach (Located<string> line in lines)
        {
            if (ShellWords.Split(line.Value) is null)
            {
                _problems.Error(ProblemCodes.InvalidValue, $"A quote in journalmatch '{line.Value}' is not closed.", line.Location);
                _failed = true;
            }
        }

        return lines;
    }
}
