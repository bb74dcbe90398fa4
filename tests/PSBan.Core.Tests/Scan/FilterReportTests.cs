using System.IO.Compression;
using System.Text;
using PSBan.Configuration;
using PSBan.Model;
using PSBan.Scan;
using PSBan.Sources;
using PSBan.Tests.Sources;

namespace PSBan.Tests.Scan;

/// <summary>What a report on a filter and a log tells.</summary>
public sealed class FilterReportTests : IDisposable
{
    private const string Filter = """
        [Definition]
        prefregex = ^\s*app: <F-CONTENT>.+</F-CONTENT>$
        failregex = ^failed for <F-USER>\S+</F-USER> from <HOST>$
                    <mdre-<mode>>
        mdre-normal =
        mdre-aggressive = ^probe from <HOST>$
        mode = normal
        ignoreregex = for monitor from
        datepattern = {^LN-BEG}
        """;

    private static readonly string[] s_lines =
    [
        "2005-08-14 11:00:00 app: failed for root from 192.0.2.1",
        "2005-08-14 11:00:01 app: failed for root from host.example.org",
        "2005-08-14 11:00:02 app: failed for monitor from 192.0.2.2",
        "2005-08-14 11:00:03 app: probe from 192.0.2.3",
        "2005-08-14 11:00:04 other: failed for root from 192.0.2.4",
        "# a comment",
        "",
    ];

    private readonly TempFolder _folder = new();

    public FilterReportTests()
    {
        Directory.CreateDirectory(_folder["filter.d"]);
        File.WriteAllText(_folder["filter.d/app.conf"], Filter);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Lines_hits_and_the_prefregex_are_counted(bool measuresTime)
    {
        FilterReport report = await Test(new ScanOptions { Filter = "app", KeepLines = 10, MeasuresTime = measuresTime }, Log("app.log"));

        Assert.Equal((5, 2, 1, 2), (report.Lines, report.Matched, report.Ignored, report.Missed));

        // Without measuring, a line that no failregex can match is not tried on the prefregex.
        Assert.Equal(measuresTime ? 4 : 3, report.PrefPattern!.Hits);
        Assert.Equal([2L], report.Patterns.Select(pattern => pattern.Hits));
        Assert.Equal([1L], report.IgnorePatterns.Select(pattern => pattern.Hits));
        Assert.Equal(s_lines[..2], report.MatchedLines);
        Assert.Equal([s_lines[2]], report.IgnoredLines);
        Assert.Equal(s_lines[3..5], report.MissedLines);
        Assert.Equal(5, report.DateTemplates.Sum(template => template.Hits));
        Assert.Equal(measuresTime, report.PrefPattern.TimeSpent > TimeSpan.Zero);
        Assert.Equal(measuresTime, report.Patterns[0].TimeSpent > TimeSpan.Zero);
        string text = FilterReportText.Of(report);
        Assert.Contains(measuresTime ? "\nPrefregex: 4 hits" : "\nPrefregex: hits are counted where", text, StringComparison.Ordinal);
        Assert.Contains("Lines: 5 lines, 1 ignored, 2 matched, 2 missed", text, StringComparison.Ordinal);
        Assert.Equal(measuresTime, text.Contains(" ms", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Lines_are_kept_only_on_request()
    {
        FilterReport report = await Test(new ScanOptions { Filter = "app" }, Log("app.log"));

        Assert.Empty(report.MatchedLines.Concat(report.IgnoredLines).Concat(report.MissedLines));
        Assert.Equal(2, report.Matched);
    }

    [Fact]
    public async Task Options_of_the_filter_choose_its_mode()
    {
        FilterReport report = await Test(new ScanOptions { Filter = "app[mode=aggressive]" }, Log("app.log"));

        Assert.Equal([2L, 1L], report.Patterns.Select(pattern => pattern.Hits));
    }

    [Fact]
    public async Task Host_names_count_as_usedns_says()
    {
        FilterReport report = await Test(new ScanOptions { Filter = "app", UseDns = UseDns.No }, Log("app.log"));

        Assert.Equal([1L], report.Patterns.Select(pattern => pattern.Hits));
    }

    [Fact]
    public async Task A_compressed_log_is_read_as_it_is()
    {
        string path = _folder["app.log.1.gz"];
        using (var zip = new GZipStream(File.Create(path), CompressionLevel.Fastest))
        {
            zip.Write(Encoding.UTF8.GetBytes(string.Join('\n', s_lines) + "\n"));
        }

        FilterReport report = await Test(new ScanOptions { Filter = "app" }, path);

        Assert.Equal((5, 2, 1, 2), (report.Lines, report.Matched, report.Ignored, report.Missed));
    }

    [Fact]
    public async Task A_pattern_a_datepattern_and_an_ignoreregex_of_ones_own_are_taken()
    {
        FilterReport report = await Test(new ScanOptions { Filter = "for <F-USER>\\S+</F-USER> from <HOST>$", IgnoreRegex = "other:", DatePattern = "%Y-%m-%d %H:%M:%S" }, Log("app.log"));

        Assert.Null(report.PrefPattern);
        Assert.Equal((3, 1), (report.Matched, report.Ignored));
        Assert.Equal(5, Assert.Single(report.DateTemplates).Hits);
    }

    private string Log(string name)
    {
        File.WriteAllLines(_folder[name], s_lines);
        return _folder[name];
    }

    private async Task<FilterReport> Test(ScanOptions options, string log)
    {
        FilterScan? scan = FilterScan.TryCreate(options with { ConfigPath = _folder.Root }, out IReadOnlyList<Problem> problems);
        Assert.True(scan is not null, string.Join('\n', problems));
        ILogSource source = scan.Open(log);
        return await scan.TestAsync([source], CancellationToken.None);
    }
}
