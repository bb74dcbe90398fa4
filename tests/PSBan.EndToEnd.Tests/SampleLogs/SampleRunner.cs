using System.Text.Json;
using PSBan.Configuration;
using PSBan.Matching;
using PSBan.Model;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Tests.SampleLogs;

/// <summary>
/// Runs the sample log of one filter through it, under the conditions fail2ban's own tests set: the clock stands at 14 August 2005, noon;
/// host names stay text; every failregex is tried; lines of any age count. One filter object for each set of parameters sees all lines.
/// </summary>
internal sealed class SampleRunner(string filterName, string configuration, string samples, bool skipsUnlikelyLines, string extension = "")
{
    private static readonly TimeZoneInfo s_zone = CentralEurope.Zone;
    private static readonly ManualTimeProvider s_clock = new(DateTimeOffset.FromUnixTimeSeconds(1124013600), s_zone);

    private readonly ConfigurationLoader _loader = new(configuration);
    private readonly Dictionary<string, SampleFilter> _filters = [];
    private readonly List<string> _deviations = [];
    private List<SampleFilter> _current = [];

    /// <summary>How many lines have been tried and how many of them had to match, over all sets of parameters.</summary>
    public (int Tried, int Matched) Counts { get; private set; }

    /// <summary>Runs everything.</summary>
    /// <returns>What deviates from the expectations, each with its line.</returns>
    public IReadOnlyList<string> Run()
    {
        Queue<string> files = new([filterName]);
        Dictionary<string, string> common = [];
        while (files.TryDequeue(out string? file))
        {
            bool isSkipped = false;
            foreach (SampleEntry entry in SampleFile.Read(Path.Combine(samples, file + extension)))
            {
                switch (entry.Kind)
                {
                    case SampleKind.FileOptions:
                        common = Options(entry.Value);
                        break;
                    case SampleKind.AddFile:
                        files.Enqueue(entry.Value.GetString()!);
                        break;
                    case SampleKind.FilterOptions:
                        isSkipped = !Select(entry.Value, common);
                        break;
                    case SampleKind.Line when !isSkipped:
                        Try(entry, $"{file}:{entry.Number}");
                        break;
                }
            }
        }

        _deviations.AddRange(_filters.Values.SelectMany(NeverHit));
        return _deviations;
    }

    private bool Select(JsonElement value, Dictionary<string, string> common)
    {
        _current = [];
        bool isSelected = true;
        foreach (JsonElement set in value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value])
        {
            Dictionary<string, string> options = new(common);
            foreach ((string name, string text) in Options(set))
            {
                options[name] = text;
            }

            if (options.TryGetValue("test.condition", out string? condition))
            {
                isSelected = SampleCondition.Holds(condition, filterName, options);
            }

            if (isSelected)
            {
                _current.Add(Filter(options));
            }
        }

        return isSelected;
    }

    private void Try(SampleEntry entry, string place)
    {
        if (_current.Count == 0)
        {
            _current = [Filter([])];
        }

        SampleExpectation expectation = new(entry.Value);
        foreach (SampleFilter filter in _current)
        {
            if (expectation.Constraint is { } constraint && !SampleCondition.Holds(constraint, filterName, filter.Options))
            {
                continue;
            }

            Counts = (Counts.Tried + 1, Counts.Matched + (expectation.Matches ? 1 : 0));
            List<Failure> failures = filter.Process(entry.Line, s_clock.GetUtcNow());
            IEnumerable<string> differences = (expectation.Matches, failures.Count) switch
            {
                (true, 0) => ["is missed"],
                (false, > 0) => [$"matches failregex {failures[0].PatternIndex + 1}: {filter.Pattern(failures[0].PatternIndex)}"],
                (_, > 1) => [$"matches {failures.Count} failregexes: {string.Join(", ", failures.Select(failure => failure.PatternIndex + 1))}"],
                (true, _) => expectation.Compare(failures[0], s_zone),
                _ => [],
            };
            _deviations.AddRange(differences.Select(difference => $"{place} [{filter.Name}] {difference}\n    {entry.Line}"));
        }
    }

    private IEnumerable<string> NeverHit(SampleFilter filter)
    {
        HashSet<string> hitAnywhere = [.. _filters.Values.SelectMany(other => other.Patterns).Where(pattern => pattern.Hits > 0).Select(pattern => pattern.Pattern.Expanded)];
        return filter.Patterns
            .Where(pattern => pattern.Role == PatternRole.FailRegex && pattern.Hits == 0 && !hitAnywhere.Contains(pattern.Pattern.Expanded))
            .Select(pattern => $"[{filter.Name}] no line hits failregex {pattern.Index + 1}: {pattern.Text}");
    }

    private SampleFilter Filter(Dictionary<string, string> options)
    {
        string parameters = string.Join(',', options.Where(option => !option.Key.StartsWith("test.", StringComparison.Ordinal)).Select(option => $"{option.Key}=\"{option.Value}\""));
        string name = parameters.Length == 0 ? filterName : $"{filterName}[{parameters}]";
        if (!_filters.TryGetValue(name, out SampleFilter? filter))
        {
            List<Problem> problems = [];
            FilterOptions? settings = _loader.LoadFilter(name, problems);
            LineFilter? lines = settings is null ? null : LineFilter.TryCreate(settings, Working(), problems);
            Assert.True(lines is not null, $"{name}: {string.Join('\n', problems)}");
            _filters[name] = filter = new SampleFilter(name, options, lines);
        }

        return filter;
    }

    private LineFilterOptions Working() => new()
    {
        Clock = s_clock,
        TimeWindow = false,
        CheckAllRegex = true,
        RawHosts = true,
        SkipsUnlikelyLines = skipsUnlikelyLines,
    };

    private static Dictionary<string, string> Options(JsonElement value) => value.EnumerateObject().ToDictionary(option => option.Name, option => option.Value.ToString());

    /// <summary>A filter with one set of parameters.</summary>
    private sealed class SampleFilter(string name, IReadOnlyDictionary<string, string> options, LineFilter filter)
    {
        public string Name => name;

        public IReadOnlyDictionary<string, string> Options => options;

        public IReadOnlyList<PatternUsage> Patterns => filter.Patterns;

        public string Pattern(int index) => Patterns.First(pattern => pattern.Role == PatternRole.FailRegex && pattern.Index == index).Text;

        /// <summary>A line of a journal comes with its time and with the prefix that the journal would have made.</summary>
        public List<Failure> Process(string line, DateTimeOffset journalTime)
        {
            List<Failure> failures = [];
            bool isJournal = options.GetValueOrDefault("logtype") == "journal";
            string text = isJournal ? options.GetValueOrDefault("test.prefix-line") + line : line;
            filter.Process(new LogLine(text, 0, isJournal ? journalTime : null), inOperation: true, failures);
            return failures;
        }
    }
}
