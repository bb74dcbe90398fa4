using System.Text.Json;
using PSBan.Configuration;
using PSBan.EndToEnd.Tests.SampleLogs;
using PSBan.Matching;
using PSBan.Model;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Tests.Filters;

/// <summary>A filter with its parameters, and how it is to work.</summary>
/// <param name="Configuration">The configuration directory.</param>
/// <param name="Name">The filter.</param>
/// <param name="Options">Its parameters.</param>
internal sealed record FilterCase(string Configuration, string Name, IReadOnlyDictionary<string, string> Options)
{
    /// <summary>Whether every failregex is tried, as in a report; otherwise the first that matches decides, as in a jail.</summary>
    public bool ChecksAll { get; init; } = true;

    /// <summary>Whether host names stay text; otherwise they do not count (<c>usedns = no</c>).</summary>
    public bool RawHosts { get; init; } = true;

    /// <summary>What a journal puts in front of its lines.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Whether lines come from a journal.</summary>
    public bool IsJournal => Options.GetValueOrDefault("logtype") == "journal";

    /// <summary>Whether its patterns may span lines.</summary>
    public bool SpansLines => Settings([]).MaxLines > 1;

    public override string ToString() =>
        $"{Name}{(Options.Count == 0 ? "" : $"[{string.Join(", ", Options.Select(option => $"{option.Key}={option.Value}"))}]")}{(ChecksAll ? "" : " as in a jail")}{(RawHosts ? "" : " without host names")}";

    /// <summary>Makes our filter.</summary>
    public LineFilter Create(TimeProvider clock, Action<LineNotice>? notify = null)
    {
        List<Problem> problems = [];
        LineFilterOptions working = new()
        {
            Clock = clock,
            TimeWindow = false,
            CheckAllRegex = ChecksAll,
            RawHosts = RawHosts,
            Notify = notify,
        };
        return LineFilter.TryCreate(Settings(problems), working, problems) ?? throw new InvalidOperationException($"{this}: {string.Join('\n', problems)}");
    }

    private FilterOptions Settings(List<Problem> problems)
    {
        string parameters = string.Join(',', Options.Select(option => $"{option.Key}=\"{option.Value}\""));
        FilterOptions settings = new ConfigurationLoader(Configuration).LoadFilter(parameters.Length == 0 ? Name : $"{Name}[{parameters}]", problems)
            ?? throw new InvalidOperationException($"{this}: {string.Join('\n', problems)}");
        return RawHosts ? settings : settings with { UseDns = UseDns.No };
    }

    /// <summary>A filter in every way its sample log asks for, the first of them also as in a jail and without host names.</summary>
    public static IReadOnlyList<FilterCase> All(string configuration, string name, string samplePath)
    {
        List<IReadOnlyDictionary<string, string>> sets = [];
        Dictionary<string, string> common = [];
        foreach (SampleEntry entry in File.Exists(samplePath) ? SampleFile.Read(samplePath) : [])
        {
            if (entry.Kind == SampleKind.FileOptions)
            {
                common = Read(entry.Value);
            }
            else if (entry.Kind == SampleKind.FilterOptions)
            {
                sets.AddRange((entry.Value.ValueKind == JsonValueKind.Array ? entry.Value.EnumerateArray().ToArray() : [entry.Value])
                    .Select(set => new Dictionary<string, string>([.. common.Where(option => !Read(set).ContainsKey(option.Key)), .. Read(set)])));
            }
        }

        List<FilterCase> cases = [.. sets
            .DefaultIfEmpty(new Dictionary<string, string>())
            .Select(options => new FilterCase(configuration, name, options.Where(option => !option.Key.StartsWith("test.", StringComparison.Ordinal)).OrderBy(option => option.Key, StringComparer.Ordinal).ToDictionary())
            {
                Prefix = options.GetValueOrDefault("test.prefix-line", ""),
            })
            .DistinctBy(filter => filter.ToString())];
        cases.AddRange([.. cases.Take(1).SelectMany(first => new[] { first with { ChecksAll = false }, first with { RawHosts = false } })]);
        return cases;
    }

    private static Dictionary<string, string> Read(JsonElement set) => set.EnumerateObject().ToDictionary(option => option.Name, option => option.Value.ToString());
}

/// <summary>Our filter, telling what it makes of a line as the oracle does.</summary>
internal sealed class FilterUnderTest(FilterCase filter)
{
    private readonly ManualTimeProvider _clock = new(DateTimeOffset.UnixEpoch, CentralEurope.Zone);
    private readonly List<Failure> _failures = [];
    private LineFilter? _filter;
    private long[] _hits = [];

    /// <summary>Whether the last line was hit although the quick search for what a match needs would have ruled it out.</summary>
    public bool WasRuledOut { get; private set; }

    public LineOutcome Judge(in TimedLine line)
    {
        _clock.Set(line.Now);
        LineFilter tried = _filter ??= filter.Create(_clock);
        LineOutcome outcome = Judge(line, tried);
        WasRuledOut = outcome.Hits.Count > 0 && !MayMatch(tried, line.Text);
        return outcome;
    }

    /// <summary>
    /// Whether the quick search lets a line pass. Only where the date stands in the midst of a string that a match needs, and so makes it whole by being cut
    /// out, may it not; no program writes such a line.
    /// </summary>
    public static bool MayMatch(LineFilter filter, string line) =>
        filter.MayMatch(line) || Enumerable.Range(0, line.Length).Any(start => Enumerable.Range(6, 40).Any(length => start + length <= line.Length && filter.MayMatch(line.Remove(start, length))));

    private LineOutcome Judge(in TimedLine line, LineFilter tried)
    {
        if (_hits.Length == 0)
        {
            _hits = [.. tried.Patterns.Select(pattern => pattern.Hits)];
        }

        _failures.Clear();
        LineVerdict verdict = tried.Process(new LogLine(line.Text, 0, line.Journal), inOperation: true, _failures);
        IReadOnlyList<PatternUsage> patterns = tried.Patterns;
        List<int> hits = [], ignored = [];
        for (int i = 0; i < patterns.Count; i++)
        {
            List<int>? list = patterns[i].Role switch { PatternRole.FailRegex => hits, PatternRole.IgnoreRegex => ignored, _ => null };
            for (; _hits[i] < patterns[i].Hits; _hits[i]++)
            {
                list?.Add(patterns[i].Index);
            }
        }

        return new LineOutcome(hits, ignored, Describe(_failures))
        {
            Verdict = verdict switch { LineVerdict.Matched => "matched", LineVerdict.Ignored => "ignored", _ => "missed" },
            Trouble = verdict == LineVerdict.TimedOut ? "given up" : null,
        };
    }

    private static List<FoundFailure> Describe(List<Failure> failures) => failures.ConvertAll(failure => new FoundFailure(
        failure.PatternIndex, failure.Id.ToString(), failure.Time.ToUnixTimeMilliseconds(), failure.Address.IsDefault ? null : failure.Address.ToString(),
        FoundFailure.Describe(failure.Data), FoundFailure.Describe(failure.Users), failure.Matches));
}
