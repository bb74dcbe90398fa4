using System.Text;
using System.Text.Json;
using PSBan.EndToEnd.Support;
using PSBan.EndToEnd.Tests.Filters;
using PSBan.Model;
using PSBan.Scan;
using PSBan.Sources;

namespace PSBan.EndToEnd.Tests.SampleLogs;

/// <summary>A file is sieved ahead, on all processors; lines from elsewhere go through the filter one by one. Both must come to the same report, to the last number, and so must a filter that hands out failures.</summary>
public sealed class SieveTests
{
    private const int Lines = 4_000;

    private static readonly string s_stockSamples = Path.Combine(Repository.Root, "tests", "samples");

    [SampleTheory]
    [MemberData(nameof(SampleLogTests.Filters), MemberType = typeof(SampleLogTests))]
    public async Task A_sieved_log_gives_the_same_report_with_fail2bans_filters(string filter)
    {
        if (!File.Exists(Path.Combine(SampleLogTests.Configuration, "filter.d", filter + ".conf")))
        {
            return;
        }

        await CompareAsync(new ScanOptions { Filter = filter, ConfigPath = SampleLogTests.Configuration, KeepLines = 40 }, Path.Combine(SampleLogTests.Samples, filter), SampleLogTests.Samples);
    }

    [Theory]
    [MemberData(nameof(StockSampleTests.Sampled), MemberType = typeof(StockSampleTests))]
    public async Task A_sieved_log_gives_the_same_report_with_our_own_filters(string filter) =>
        await CompareAsync(new ScanOptions { Filter = filter, StockConfigPath = DefaultPathsForTests.Stock }, Path.Combine(s_stockSamples, filter + ".log"), s_stockSamples);

    private static async Task CompareAsync(ScanOptions options, string own, string samples)
    {
        // Lines of ASCII are sieved as bytes, where the processor can; others as characters.
        string[] lines = Mix(own, samples);
        await CompareAsync(options, lines);
        await CompareAsync(options, [.. lines.Where(line => Ascii.IsValid(line) && !line.Contains('\r', StringComparison.Ordinal))]);
        await CompareAsync(options, ["\u00e9", .. lines]);
    }

    private static async Task CompareAsync(ScanOptions options, string[] lines)
    {
        string log = Path.Combine(Path.GetTempPath(), $"psban-{Guid.NewGuid():N}.log");
        try
        {
            await File.WriteAllLinesAsync(log, lines, new UTF8Encoding(false));
            FilterScan scan = FilterScan.TryCreate(options, out IReadOnlyList<Problem> problems) ?? throw new InvalidOperationException(string.Join('\n', problems));

            FilterReport sieved = await scan.TestAsync([new FileLogSource(log)], CancellationToken.None);
            FilterReport plain = await scan.TestAsync([new TextLogSource("lines", lines)], CancellationToken.None);

            Assert.Equal(Text(plain), Text(sieved));
            Assert.Equal(ScanTests.OneByOne(options, lines), ScanTests.Show(sieved));
            Assert.True(plain.Lines > Lines / 2);
        }
        finally
        {
            File.Delete(log);
        }
    }

    // How often the prefregex was found depends on how many lines were tried on it, which is what a sieve changes; the report says so.
    private static string Text(FilterReport report) =>
        JsonSerializer.Serialize(report with { Sources = [], ElapsedSeconds = 0, PrefPattern = null });

    /// <summary>Lines of the filter's own sample, of others, and of a syslog without any failure; mostly in stretches of one layout, as logs are.</summary>
    private static string[] Mix(string own, string samples)
    {
        Random random = new(1);
        string[] mine = File.ReadAllLines(own);
        string[] others = [.. Directory.EnumerateFiles(samples).Order(StringComparer.Ordinal).SelectMany(File.ReadLines)];
        List<string> lines = [];
        while (lines.Count < Lines)
        {
            int kind = random.Next(20);
            for (int stretch = random.Next(1, 80); stretch > 0; stretch--)
            {
                int at = lines.Count;
                lines.Add(kind switch
                {
                    < 8 => mine[random.Next(mine.Length)],
                    < 10 => others[random.Next(others.Length)],
                    < 12 => $"2005-08-14T11:{at / 60 % 60:00}:{at % 60:00}.123456+02:00 host CRON[{at}]: (root) CMD (true)",
                    < 13 => at % 3 == 0 ? string.Empty : at % 3 == 1 ? "# a comment" : "\tat a place without a date",
                    _ => $"Aug 14 {at / 3600 % 24:00}:{at / 60 % 60:00}:{at % 60:00} host postfix/smtpd[{at}]: connect from unknown[192.0.2.{at % 256}]",
                });
            }
        }

        return [.. lines];
    }
}
