using PSBan.Configuration;
using PSBan.Matching;
using PSBan.Model;
using PSBan.Tests.Matching.Dates;
using PSBan.Tests.Support;

namespace PSBan.Tests.Matching;

/// <summary>A filter under test with its clock at 14 August 2005, noon in Zürich, and short ways to feed it.</summary>
internal sealed class TestedFilter
{
    private readonly LineFilter _filter;
    private long _number;

    private TestedFilter(LineFilter filter, ManualTimeProvider clock, List<LineNotice> notices) => (_filter, Clock, Notices) = (filter, clock, notices);

    public ManualTimeProvider Clock { get; }

    public List<LineNotice> Notices { get; }

    public LineFilter Filter => _filter;

    public LineVerdict Verdict { get; private set; }

    public static TestedFilter Create(string[] failRegex, Func<FilterOptions, FilterOptions>? filter = null, Func<LineFilterOptions, LineFilterOptions>? options = null)
    {
        ManualTimeProvider clock = DateSupport.Clock();
        List<LineNotice> notices = [];
        List<Problem> problems = [];
        FilterOptions settings = Options(failRegex);
        LineFilterOptions working = new() { Clock = clock, TimeWindow = false, Notify = notices.Add };
        LineFilter? made = LineFilter.TryCreate(filter?.Invoke(settings) ?? settings, options?.Invoke(working) ?? working, problems);
        Assert.True(made is not null, string.Join('\n', problems));
        return new TestedFilter(made, clock, notices);
    }

    public static FilterOptions Options(params string[] failRegex) => new() { Name = "test", FailRegex = Located(failRegex) };

    public static IReadOnlyList<Located<string>> Located(params string[] patterns) =>
        [.. patterns.Select((pattern, i) => new Located<string>(pattern, new SourceLocation("filter.conf", i + 10)))];

    /// <summary>Feeds a line and gives its failures.</summary>
    public List<Failure> Feed(string line, bool inOperation = true, DateTimeOffset? time = null)
    {
        List<Failure> failures = [];
        Verdict = _filter.Process(new LogLine(line, ++_number, time), inOperation, failures);
        return failures;
    }

    /// <summary>Feeds a line that must be exactly one failure.</summary>
    public Failure FeedOne(string line, bool inOperation = true, DateTimeOffset? time = null) => Assert.Single(Feed(line, inOperation, time));

    /// <summary>Feeds lines and gives for each the text of its failures: identifier and number of matched lines.</summary>
    public string[] FeedAll(params string[] lines) =>
        [.. lines.Select(line => string.Join(' ', Feed(line).Select(failure => $"{failure.Id}/{failure.Matches.Count}")))];
}
