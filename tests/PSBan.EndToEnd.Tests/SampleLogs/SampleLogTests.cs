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

    /// <summary>The filters that have a sample log, each with the configuration that has the filter.</summary>
    public static TheoryData<string, string> Filters()
    {
        TheoryData<string, string> filters = [];
        foreach (string folder in (string[])[Configuration, Path.Combine(Samples, "..", "..", "config")])
        {
            foreach (string name in Names(folder).Where(name => File.Exists(Path.Combine(Samples, name))))
            {
                filters.Add(name, folder);
            }
        }

        return filters.Any() ? filters : new() { { "sshd", Configuration } };
    }

    [SampleTheory]
    [MemberData(nameof(Filters))]
    public void Every_line_is_judged_as_annotated(string filter, string configuration)
    {
        SampleRunner runner = new(filter, configuration, Samples);

        IReadOnlyList<string> deviations = runner.Run();

        output.WriteLine($"{runner.Counts.Tried} lines tried, {runner.Counts.Matched} to match");
        Assert.True(deviations.Count == 0, $"{deviations.Count} deviations\n{string.Join('\n', deviations)}");
        Assert.True(runner.Counts.Tried > 0, "The sample log has no lines.");
    }

    private static IEnumerable<string> Names(string configuration)
    {
        string folder = Path.Combine(configuration, "filter.d");
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.conf").Select(Path.GetFileNameWithoutExtension).OfType<string>().Order(StringComparer.Ordinal)
            : [];
    }
}

/// <summary>A theory that wants fail2ban's filters and sample logs.</summary>
public sealed class SampleTheoryAttribute : TheoryAttribute
{
    public SampleTheoryAttribute() => Skip = Requirements.Missing(SampleLogTests.Configuration, SampleLogTests.Samples);
}
