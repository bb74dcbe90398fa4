using PSBan.Configuration;
using PSBan.Matching.Dates;
using PSBan.Matching.Patterns;
using PSBan.Model;

namespace PSBan.Matching;

/// <summary>The patterns of a filter, compiled.</summary>
internal sealed class FilterPatterns
{
    /// <summary>How far ahead a date may lie whose century is not free: as long as a watch may run.</summary>
    private const int YearsAhead = 3;

    private static readonly string[] s_identifyingGroups = ["fid", "ip4", "ip6", "dns", "mlfid"];

    private FilterPatterns()
    {
    }

    /// <summary>The pattern that must be found first; null where there is none.</summary>
    public FailPattern? PrefRegex { get; private init; }

    /// <summary>The patterns that recognise failures.</summary>
    public required IReadOnlyList<FailPattern> FailRegex { get; init; }

    /// <summary>The patterns whose lines do not count.</summary>
    public required IReadOnlyList<GuardedPattern> IgnoreRegex { get; init; }

    /// <summary>The date templates.</summary>
    public required IReadOnlyList<DateTemplate> Dates { get; init; }

    /// <summary>How captured fields become a time.</summary>
    public required TimestampRules TimeRules { get; init; }

    /// <summary>How many lines a pattern may span.</summary>
    public required int MaxLines { get; init; }

    /// <summary>What becomes of captured host names.</summary>
    public required UseDns IdentityDns { get; init; }

    /// <summary>Whether there are so few ignoreregexes that trying them on the whole line first is cheaper.</summary>
    public bool TriesIgnoreFirst => IgnoreRegex.Count > 0 && IgnoreRegex.Count < FailRegex.Count - 2;

    /// <summary>All patterns, in the order of reports.</summary>
    public IEnumerable<GuardedPattern> All => [.. PrefRegex is null ? Array.Empty<GuardedPattern>() : [PrefRegex], .. FailRegex, .. IgnoreRegex];

    /// <summary>Compiles the patterns of a filter.</summary>
    /// <param name="filter">The filter's settings.</param>
    /// <param name="options">How it is to work.</param>
    /// <param name="problems">Receives everything that is wrong.</param>
    /// <returns>The patterns; null where something is wrong.</returns>
    public static FilterPatterns? TryCreate(FilterOptions filter, LineFilterOptions options, ICollection<Problem> problems)
    {
        PatternOptions single = new() { UseDns = filter.UseDns, MatchTimeout = options.MatchTimeout };
        PatternOptions spanning = single with { Multiline = filter.MaxLines > 1 };
        var problem = new ProblemSink(problems);
        Task<IReadOnlyList<DateTemplate>> dating = Task.Run(() => DatePattern.CreateAll(filter.DatePattern?.Value, options.Clock.GetLocalNow().Year + YearsAhead));
        FailPattern? prefRegex = filter.PrefRegex is { } written ? Compile(PatternRole.PrefRegex, 0, written, single, problem, options.OnlyCounts) : null;
        var failRegex = filter.FailRegex.Select((text, i) => Compile(PatternRole.FailRegex, i, text, spanning, problem, options.OnlyCounts)).ToList();
        var ignoreRegex = filter.IgnoreRegex.Select((text, i) => Compile(PatternRole.IgnoreRegex, i, text, single, problem, options.OnlyCounts)).ToList();
        bool prefixIdentifies = Identifies(prefRegex) || (prefRegex is null && filter.PrefRegex is not null);
        foreach (FailPattern? pattern in failRegex)
        {
            if (pattern is not null && !Identifies(pattern) && !prefixIdentifies)
            {
                problem.Add("InvalidFailRegex", $"No failure-id group in '{pattern.Pattern.Text}': write <HOST>, <ADDR> or <F-ID>…</F-ID> where the offender stands.", pattern.Usage.Location);
            }
        }

        IReadOnlyList<DateTemplate>? dates = TakeDates(dating, filter, problem);
        int? offset = Zone(filter.LogTimeZone, problem);
        return problem.Any ? null : new FilterPatterns
        {
            PrefRegex = prefRegex,
            FailRegex = [.. failRegex.OfType<FailPattern>()],
            IgnoreRegex = [.. ignoreRegex.OfType<GuardedPattern>()],
            Dates = dates!,
            TimeRules = new TimestampRules(options.Clock, offset),
            MaxLines = filter.MaxLines,
            IdentityDns = options.RawHosts ? UseDns.Raw : filter.UseDns,
        };
    }

    private static bool Identifies(GuardedPattern? pattern) => pattern is not null && pattern.Pattern.GroupNames.Any(s_identifyingGroups.Contains);

    private static FailPattern? Compile(PatternRole role, int index, Located<string> text, PatternOptions options, ProblemSink problem, bool onlyCounts)
    {
        string code = role == PatternRole.IgnoreRegex ? "InvalidIgnoreRegex" : "InvalidFailRegex";
        string name = role switch { PatternRole.PrefRegex => "prefregex", PatternRole.IgnoreRegex => "ignoreregex", _ => "failregex" };
        if (string.IsNullOrWhiteSpace(text.Value))
        {
            problem.Add(code, $"The {name} is empty; remove it or write a pattern.", text.Location);
            return null;
        }

        try
        {
            return new FailPattern(Pattern.Compile(text.Value, options), role, index, text.Location, onlyCounts);
        }
        catch (PatternException e)
        {
            problem.Add(code, $"The {name} is no pattern: {e.Message}", text.Location);
            return null;
        }
    }

    private static IReadOnlyList<DateTemplate>? TakeDates(Task<IReadOnlyList<DateTemplate>> dating, FilterOptions filter, ProblemSink problem)
    {
        try
        {
            return dating.GetAwaiter().GetResult();
        }
        catch (DatePatternException e)
        {
            problem.Add("InvalidDatePattern", $"The datepattern cannot be used: {e.Message}", filter.DatePattern!.Location);
            return null;
        }
    }

    private static int? Zone(Located<string>? zone, ProblemSink problem)
    {
        if (zone is not { } written || string.IsNullOrEmpty(written.Value))
        {
            return null;
        }

        if (ZoneOffset.TryParse(written.Value, out int minutes))
        {
            return minutes;
        }

        problem.Add("InvalidLogTimeZone", $"'{written.Value}' is no fixed time zone; write an offset such as UTC+0200 or -0400, or a known abbreviation such as CET.", written.Location);
        return null;
    }

    private sealed class ProblemSink(ICollection<Problem> problems)
    {
        public bool Any { get; private set; }

        public void Add(string code, string message, SourceLocation location)
        {
            Any = true;
            problems.Add(new Problem(ProblemSeverity.Error, code, message, location));
        }
    }
}
