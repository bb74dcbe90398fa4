using System.Diagnostics;
using System.Globalization;
using PSBan.EndToEnd.Support;
using PSBan.EndToEnd.Tests.SampleLogs;
using PSBan.Matching;
using PSBan.Model;
using PSBan.Tests.Support;
using Xunit.Abstractions;

namespace PSBan.EndToEnd.Tests.Filters;

/// <summary>
/// Lines made to stall a filter do not: none is given up but by patterns whose time nobody can bound, and the lines that follow are judged as ever.
/// No verdict hangs on how fast the machine is; how much slower hostile lines are than ordinary ones is told in the output.
/// </summary>
/// <remarks>PSBAN_HOSTILE_TEXTS sets the number of texts for each pattern, PSBAN_TEST_SEED where chance begins.</remarks>
public sealed class HostileLineTests(ITestOutputHelper output)
{
    private const int Length = 20_000;
    private const int GreatLength = 1_000_000;

    private static readonly int s_texts = int.TryParse(Environment.GetEnvironmentVariable("PSBAN_HOSTILE_TEXTS"), NumberStyles.None, CultureInfo.InvariantCulture, out int set) ? set : 3;
    private static readonly int s_seed = int.TryParse(Environment.GetEnvironmentVariable("PSBAN_TEST_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out int set) ? set : 20;
    private static readonly string s_ownSamples = Path.Combine(Repository.Root, "tests", "samples");

    public static TheoryData<string> DebianData() => DifferentialTests.DebianData();

    public static TheoryData<string> OwnData() => DifferentialTests.OwnData();

    [SampleTheory]
    [MemberData(nameof(DebianData))]
    public void Filters_of_fail2ban_withstand(string name) => Withstands(FilterCase.All(SampleLogTests.Configuration, name, Path.Combine(SampleLogTests.Samples, name)), Path.Combine(SampleLogTests.Samples, name));

    [Theory]
    [MemberData(nameof(OwnData))]
    public void Filters_of_ours_withstand(string name)
    {
        string samples = Path.Combine(s_ownSamples, name + ".log");
        Assert.Empty(Withstands(FilterCase.All(DefaultPathsForTests.Stock, name, samples), samples));
    }

    /// <summary>
    /// The two filters that fail2ban had to repair because lines could stall it, as they were (where the package still has them so): a repetition of what can
    /// be shared out in ever so many ways. Here each line has its verdict, and what follows is judged as ever.
    /// </summary>
    [SampleTheory]
    [InlineData("domino-smtp", "smtp: ", "a ", "[")]
    [InlineData("domino-smtp", "smtp: ", "1.1.1.1 ", "authentication failure")]
    [InlineData("dovecot", "Aug 14 11:59:50 host dovecot: imap-login: Disconnected", ": a", "(")]
    [InlineData("dovecot", "Aug 14 11:59:50 host dovecot: imap-login: Disconnected", ": a(b) c", " (auth failed, 1 attempts): rip=")]
    [InlineData("dovecot", "Aug 14 11:59:50 host dovecot: imap-login: Aborted login", ": ", " (no auth attempts): rip=")]
    public void Lines_that_stalled_fail2ban_have_their_verdict(string name, string start, string repeated, string end)
    {
        string samples = Path.Combine(SampleLogTests.Samples, name);
        var clock = new ManualTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1124013600), CentralEurope.Zone);
        List<LineNotice> notices = [];
        FilterCase filter = FilterCase.All(SampleLogTests.Configuration, name, samples)[0] with { ChecksAll = false };
        LineFilter tried = filter.Create(clock, notices.Add);
        List<string> ordinary = [.. SampleFile.Read(samples).Where(entry => entry.Kind == SampleKind.Line).Select(entry => entry.Line)];
        (int before, _) = Feed(tried, filter, ordinary, clock, out _);

        List<Failure> failures = [];
        foreach (int times in new[] { 30, 60, 1_000, 10_000, 100_000 })
        {
            string line = start + string.Concat(Enumerable.Repeat(repeated, times)) + end;
            Assert.Equal(LineVerdict.Missed, tried.Process(new LogLine(line), inOperation: true, failures));
        }

        Assert.Empty(failures);
        Assert.DoesNotContain(notices, notice => notice.Kind is LineNoticeKind.PatternTimedOut or LineNoticeKind.PatternPutAside);
        Assert.Equal(before, Feed(tried, filter, ordinary, clock, out _).Failures);
    }

    /// <summary>Feeds a filter ordinary lines, hostile ones, and the ordinary ones again.</summary>
    /// <returns>What the filter said of patterns that exceeded their limit.</returns>
    private List<LineNotice> Withstands(IReadOnlyList<FilterCase> cases, string samplePath)
    {
        FilterCase filter = cases.MaxBy(one => one.Create(TimeProvider.System).Patterns.Count)! with { ChecksAll = false };
        List<string> ordinary = [.. SampleFile.Read(samplePath).Where(entry => entry.Kind == SampleKind.Line && entry.Line.Length > 0).Select(entry => filter.Prefix + entry.Line)];
        List<LineNotice> notices = [];
        var clock = new ManualTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1124013600), CentralEurope.Zone);
        LineFilter tried = filter.Create(clock, notices.Add);
        List<string> hostile = Hostile(tried, ordinary);
        output.WriteLine($"PSBAN_TEST_SEED={s_seed} PSBAN_HOSTILE_TEXTS={s_texts}: {filter}, {hostile.Count} hostile lines of up to {hostile.Max(line => line.Length)} characters");

        Feed(tried, filter, ordinary, clock, out _);
        (int before, double usual) = Feed(tried, filter, ordinary, clock, out _);
        (_, double slowed) = Feed(tried, filter, hostile, clock, out (double Time, string Line) worst);
        (int after, _) = Feed(tried, filter, ordinary, clock, out _);

        notices.RemoveAll(notice => notice.Kind is not (LineNoticeKind.PatternTimedOut or LineNoticeKind.PatternPutAside));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ordinary {usual * 1e9:0} ns, hostile {slowed * 1e9:0} ns a character: {slowed / usual:0.00} times; worst line {worst.Time * 1e3:0} ms, {worst.Line.Length} characters: {Show(worst.Line)}"));
        notices.ForEach(notice => output.WriteLine($"{notice.Message} {notice.Pattern?.Text} {Show(notice.Line)}"));
        Assert.All(notices, notice => Assert.False(notice.Pattern is null || notice.Pattern.Pattern.IsLinear, notice.Message));
        Assert.Equal(before, after);
        return notices;
    }

    private static (int Failures, double SecondsPerCharacter) Feed(LineFilter tried, FilterCase filter, List<string> lines, ManualTimeProvider clock, out (double Time, string Line) worst)
    {
        List<Failure> failures = [];
        double seconds = 0;
        worst = (0, "");
        foreach (string line in lines)
        {
            long start = Stopwatch.GetTimestamp();
            tried.Process(new LogLine(line, 0, filter.IsJournal ? clock.GetUtcNow() : null), inOperation: true, failures);
            double time = Stopwatch.GetElapsedTime(start).TotalSeconds;
            seconds += time;
            worst = time > worst.Time ? (time, line) : worst;

            // Sessions do not outlive a round.
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        clock.Advance(TimeSpan.FromHours(1));
        return (failures.Count, seconds / lines.Sum(line => line.Length));
    }

    private static List<string> Hostile(LineFilter filter, List<string> ordinary)
    {
        var random = new Random(s_seed);
        PatternUsage? prefix = filter.Patterns.FirstOrDefault(pattern => pattern.Role == PatternRole.PrefRegex);
        HostileTexts? around = prefix is null ? null : new HostileTexts(prefix.Pattern, s_seed);
        List<string> lines = [];
        foreach (PatternUsage pattern in filter.Patterns)
        {
            bool isInside = around is not null && pattern.Role == PatternRole.FailRegex;
            var texts = new HostileTexts(pattern.Pattern, s_seed + lines.Count);
            lines.AddRange(texts.Make(s_texts, Length).Concat(texts.Make(1, pattern.Index % 8 == 0 ? GreatLength : 500)).Select(text => "Aug 14 11:59:50" + (isInside ? around!.Sample(text) : text)));
        }

        // A part of an ordinary line many times over.
        foreach (string line in ordinary.OrderBy(_ => random.Next()).Take(10 * s_texts))
        {
            int at = random.Next(line.Length), length = Math.Min(line.Length - at, 1 + random.Next(20));
            lines.Add(line[..at] + string.Concat(Enumerable.Repeat(line.Substring(at, length), Length / length)) + (random.Next(2) == 0 ? line[at..] : "!"));
        }

        return lines;
    }

    private static string Show(string line) => VisibleText.Of(line.Length > 120 ? line[..120] + "…" : line);
}
