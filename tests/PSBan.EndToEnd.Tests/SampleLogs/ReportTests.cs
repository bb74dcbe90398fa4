using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using PSBan.Configuration;
using PSBan.Matching;
using PSBan.Model;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Tests.SampleLogs;

/// <summary>Counts lines and hits as <c>fail2ban-regex</c> does, which runs beside.</summary>
public sealed partial class ReportTests
{
    // Those with many lines, with ignored ones, with sessions, with patterns that span lines, with date patterns of their own.
    [RequiresTheory("fail2ban-regex", "/etc/fail2ban/filter.d/sshd.conf")]
    [InlineData("apache-auth", "apache-auth")]
    [InlineData("asterisk", "asterisk")]
    [InlineData("dovecot[mode=aggressive]", "dovecot")]
    [InlineData("ejabberd-auth", "ejabberd-auth")]
    [InlineData("exim[mode=aggressive]", "exim")]
    [InlineData("guacamole", "guacamole")]
    [InlineData("mongodb-auth", "mongodb-auth")]
    [InlineData("named-refused", "named-refused")]
    [InlineData("nginx-http-auth[mode=aggressive]", "nginx-http-auth")]
    [InlineData("postfix[mode=aggressive]", "postfix")]
    [InlineData("recidive", "recidive")]
    [InlineData("roundcube-auth", "roundcube-auth")]
    [InlineData("selinux-ssh", "selinux-ssh")]
    [InlineData("sendmail-reject[mode=extra]", "sendmail-reject")]
    [InlineData("slapd", "slapd")]
    [InlineData("sshd", "sshd")]
    [InlineData("sshd[mode=aggressive]", "sshd")]
    public async Task Lines_and_hits_are_counted_as_fail2ban_regex_does(string filter, string log)
    {
        string path = Path.Combine(SampleLogTests.Samples, log);

        string expected = Totals(await RunAsync("--raw", "-c", SampleLogTests.Configuration, path, filter));

        Assert.Equal(expected, Count(filter, path));
    }

    private static string Count(string name, string path)
    {
        List<Problem> problems = [];
        FilterOptions? options = new ConfigurationLoader(SampleLogTests.Configuration).LoadFilter(name, problems, backend: "auto");
        LineFilter? filter = LineFilter.TryCreate(options!, new LineFilterOptions { Clock = TimeProvider.System, TimeWindow = false, CheckAllRegex = true, RawHosts = true }, problems);
        Assert.True(filter is not null, string.Join('\n', problems));
        Dictionary<LineVerdict, int> verdicts = Enum.GetValues<LineVerdict>().ToDictionary(verdict => verdict, _ => 0);
        int absorbed = 0;
        List<Failure> failures = [];
        foreach (string line in File.ReadLines(path).Where(line => line.Length > 0 && line[0] != '#'))
        {
            verdicts[filter.Process(new LogLine(line), inOperation: true, failures)]++;
            absorbed += filter.AbsorbedLines.Count;
        }

        long Hits(PatternRole role) => filter.Patterns.Where(pattern => pattern.Role == role).Sum(pattern => pattern.Hits);
        return string.Create(CultureInfo.InvariantCulture, $"failregex {Hits(PatternRole.FailRegex)}, ignoreregex {Hits(PatternRole.IgnoreRegex)}, lines {verdicts.Values.Sum()}, ")
            + string.Create(CultureInfo.InvariantCulture, $"ignored {verdicts[LineVerdict.Ignored]}, matched {verdicts[LineVerdict.Matched] + absorbed}, missed {verdicts[LineVerdict.Missed] - absorbed}");
    }

    private static string Totals(string report)
    {
        Match match = Shape().Match(report);
        Assert.True(match.Success, report);
        return $"failregex {match.Groups[1]}, ignoreregex {match.Groups[2]}, lines {match.Groups[3]}, ignored {match.Groups[4]}, matched {match.Groups[5]}, missed {match.Groups[6]}";
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        ProcessStartInfo start = new("fail2ban-regex", arguments) { RedirectStandardOutput = true, UseShellExecute = false };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output;
    }

    [GeneratedRegex(@"Failregex: (\d+) total.*Ignoreregex: (\d+) total.*Lines: (\d+) lines, (\d+) ignored, (\d+) matched, (\d+) missed", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
