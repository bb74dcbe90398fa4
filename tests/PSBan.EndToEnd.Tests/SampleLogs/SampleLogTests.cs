using PSBan.Tests.Support;
using Xunit.Abstractions;

namespace PSBan.EndToEnd.Tests.SampleLogs;

/// <summary>
/// Every annotated line of the sample logs in fail2ban's package, through fail2ban's own filters: verdict, address, time and captured data.
/// The folders can be set by PSBAN_FAIL2BAN_CONFIG (a configuration directory) and PSBAN_FAIL2BAN_SAMPLES (the folder of sample logs).
/// </summary>
public sealed class SampleLogTests(ITestOutputHelper output)
{
    private const string Package = "/usr/lib/python3/dist-packages/fail2ban/tests";

    public static string Configuration => Environment.GetEnvironmentVariable("PSBAN_FAIL2BAN_CONFIG") is { Length: > 0 } set ? set : "/etc/fail2ban";

    public static string Samples => Environment.GetEnvironmentVariable("PSBAN_FAIL2BAN_SAMPLES") is { Length: > 0 } set ? set : $"{Package}/files/logs";

    /// <summary>The filters that have a sample log.</summary>
    public static TheoryData<string> Filters() => [.. Names(Configuration).Concat(Names(TestConfiguration)).DefaultIfEmpty("sshd")];

    private static string TestConfiguration => Path.Combine(Samples, "..", "..", "config");

    [SampleTheory]
    [MemberData(nameof(Filters))]
    public void Every_line_is_judged_as_annotated(string filter) => Run(filter, skipsUnlikelyLines: false);

    [SampleTheory]
    [MemberData(nameof(Filters))]
    public void Passing_over_unlikely_lines_changes_no_verdict(string filter) => Run(filter, skipsUnlikelyLines: true);

    private void Run(string filter, bool skipsUnlikelyLines)
    {
        using var staged = new StagedFilters(Configuration, TestConfiguration);
        string configuration = Names(Configuration).Contains(filter) ? Configuration : staged.Folder;
        SampleRunner runner = new(filter, configuration, Samples, skipsUnlikelyLines);

        IReadOnlyList<string> deviations = runner.Run();

        output.WriteLine($"{runner.Counts.Tried} lines tried, {runner.Counts.Matched} to match");
        Assert.True(deviations.Count == 0, $"{deviations.Count} deviations\n{string.Join('\n', deviations)}");
        Assert.True(runner.Counts.Tried > 0, "The sample log has no lines.");
    }

    private static IEnumerable<string> Names(string configuration)
    {
        string folder = Path.Combine(configuration, "filter.d");
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.conf")
                .Select(file => Path.GetFileNameWithoutExtension(file))
                .Where(name => File.Exists(Path.Combine(Samples, name)))
                .Order(StringComparer.Ordinal)
            : [];
    }
}

/// <summary>A theory that wants fail2ban's filters and sample logs.</summary>
public sealed class SampleTheoryAttribute : TheoryAttribute
{
    public SampleTheoryAttribute() => Skip = Requirements.Missing(SampleLogTests.Configuration, SampleLogTests.Samples);
}

/// <summary>
/// fail2ban's test-only filters, in a folder of their own: they include a file of the stock configuration by a path that is right in its source tree alone,
/// some folders above, and how many differs from release to release. So the file stands in all of them.
/// </summary>
internal sealed class StagedFilters : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("psban-samples-");

    public StagedFilters(string stock, string tests)
    {
        Folder = Path.Combine(_root.FullName, "1", "2", "3", "4", "5", "6");
        for (string above = Folder; above.Length >= _root.FullName.Length; above = Path.GetDirectoryName(above)!)
        {
            Copy(Path.Combine(stock, "filter.d"), Path.Combine(above, "config", "filter.d"), "common.*");
        }

        Copy(Path.Combine(tests, "filter.d"), Path.Combine(Folder, "filter.d"), "*");
    }

    public string Folder { get; }

    public void Dispose() => _root.Delete(recursive: true);

    private static void Copy(string from, string to, string names)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.Exists(from) ? Directory.EnumerateFiles(from, names) : [])
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
