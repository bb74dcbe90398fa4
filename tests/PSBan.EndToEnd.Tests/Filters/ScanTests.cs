using System.Globalization;
using PSBan.Configuration;
using PSBan.EndToEnd.Support;
using PSBan.EndToEnd.Tests.SampleLogs;
using PSBan.Matching;
using PSBan.Model;
using PSBan.Scan;
using PSBan.Tests.Support;
using Xunit.Abstractions;

namespace PSBan.EndToEnd.Tests.Filters;

/// <summary>A log read from a file in one go, sieved and looked at ahead, has the same report as its lines have one by one, whatever the lines.</summary>
/// <remarks>PSBAN_SCAN_LINES sets the number of lines for each filter, PSBAN_TEST_SEED where chance begins.</remarks>
public sealed class ScanTests(ITestOutputHelper output) : IDisposable
{
    private static readonly int s_lines = FromEnvironment("PSBAN_SCAN_LINES", 1_000);
    private static readonly int s_seed = FromEnvironment("PSBAN_TEST_SEED", 20);
    private static readonly string s_ownSamples = Path.Combine(Repository.Root, "tests", "samples");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("psban-scan-");

    public void Dispose() => _folder.Delete(recursive: true);

    public static TheoryData<string> DebianData() => DifferentialTests.DebianData();

    public static TheoryData<string> OwnData() => DifferentialTests.OwnData();

    [SampleTheory]
    [MemberData(nameof(DebianData))]
    public Task Filters_of_fail2ban_report_a_file_as_its_lines(string name) => Compare(SampleLogTests.Configuration, name, Path.Combine(SampleLogTests.Samples, name));

    [Theory]
    [MemberData(nameof(OwnData))]
    public Task Filters_of_ours_report_a_file_as_its_lines(string name) => Compare(DefaultPathsForTests.Stock, name, Path.Combine(s_ownSamples, name + ".log"));

    private static int FromEnvironment(string name, int standard) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int set) ? set : standard;

    private async Task Compare(string configuration, string name, string samplePath)
    {
        List<string> own = DifferentialTests.SampleLines(samplePath);
        List<string> foreign = [.. Directory.EnumerateFiles(Path.GetDirectoryName(samplePath)!).Order(StringComparer.Ordinal).SelectMany(DifferentialTests.SampleLines)];
        var mutator = new LineMutator(s_seed + name.Length, own.Count > 0 ? own : foreign, foreign);

        // Stretches of lines that look alike, as logs have them, between odd ones.
        var random = new Random(s_seed);
        List<string> lines = [];
        while (lines.Count < s_lines)
        {
            lines.AddRange(random.Next(3) == 0 ? [mutator.Next(), mutator.Next()] : Enumerable.Repeat(own.Count > 0 ? own[random.Next(own.Count)] : foreign[random.Next(foreign.Count)], random.Next(8)));
        }

        lines = lines.ConvertAll(line => line.Replace("\r", "", StringComparison.Ordinal));
        string log = Path.Combine(_folder.FullName, "log");
        await File.WriteAllTextAsync(log, string.Join('\n', lines) + "\n");
        var clock = new ManualTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1124013600), CentralEurope.Zone);
        ScanOptions options = new() { Filter = name, ConfigPath = configuration, StockConfigPath = DefaultPathsForTests.Stock, Clock = clock, Encoding = "utf-8" };
        FilterScan? scan = FilterScan.TryCreate(options, out IReadOnlyList<Problem> problems);
        Assert.True(scan is not null, string.Join('\n', problems));

        FilterReport report = await scan.TestAsync([scan.Open(log)], CancellationToken.None);
        string expected = OneByOne(options, lines);
        output.WriteLine(expected);
        Assert.Equal(expected, Show(report));
    }

    /// <summary>What a filter makes of lines that are handed to it one by one, as a jail would, without any short cut of a scan.</summary>
    internal static string OneByOne(ScanOptions options, IEnumerable<string> lines)
    {
        List<Problem> problems = [];
        FilterOptions settings = new ConfigurationLoader(options.ConfigPath, options.StockConfigPath ?? DefaultPathsForTests.Stock).LoadFilter(options.Filter, problems, "auto")!;
        LineFilter filter = LineFilter.TryCreate(settings, new LineFilterOptions { Clock = options.Clock, TimeWindow = false, CheckAllRegex = true }, problems)!;
        List<Failure> failures = [];
        long tried = 0, matched = 0, ignored = 0;
        foreach (string line in lines.Where(line => line.Length > 0 && line[0] != '#'))
        {
            tried++;
            LineVerdict verdict = filter.Process(new LogLine(line), inOperation: true, failures);
            matched += (verdict == LineVerdict.Matched ? 1 : 0) + filter.AbsorbedLines.Count;
            ignored += verdict == LineVerdict.Ignored ? 1 : 0;
        }

        return Show(tried, matched, ignored, tried - matched - ignored, filter.Patterns.Where(pattern => pattern.Role == PatternRole.FailRegex).Select(pattern => pattern.Hits), filter.DateTemplates.Sum(template => template.Hits));
    }

    /// <summary>The same of a report.</summary>
    internal static string Show(FilterReport report) =>
        Show(report.Lines, report.Matched, report.Ignored, report.Missed, report.Patterns.Select(pattern => pattern.Hits), report.DateTemplates.Sum(template => template.Hits));

    private static string Show(long lines, long matched, long ignored, long missed, IEnumerable<long> hits, long dates) =>
        string.Create(CultureInfo.InvariantCulture, $"{lines} lines, {matched} matched, {ignored} ignored, {missed} missed; hits {string.Join(' ', hits)}; {dates} dates");
}
