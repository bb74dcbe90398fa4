using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PSBan.Control;
using PSBan.EndToEnd.Support;
using PSBan.Model;

namespace PSBan.EndToEnd.Articles;

/// <summary>
/// The articles' settings for ssh and for a mail server in a container: lists of those who are ignored, comments behind values, failures in a week, repeat
/// offenders. Real watches; the packet filter is a dry run, for it is not what is asked about.
/// </summary>
public sealed class SshTests
{
    [Fact]
    public async Task Lists_of_the_ignored_take_both_families_and_prefixes_with_blanks_and_commas_between_them()
    {
        using WatchFolder folder = Folder("ignoreip = 127.0.0.1/8 ::1, 192.0.2.0/24,198.51.100.7 2001:db8:1::/48\nmaxretry = 1");
        await using WatchProcess watch = await StartAsync(folder);
        string[] ignored = ["127.3.2.1", "192.0.2.200", "198.51.100.7", "2001:db8:1:2::3", "::1"], banned = ["198.51.100.8", "2001:db8:2::1"];
        Fail(folder, [.. ignored, .. banned]);
        foreach (string address in banned)
        {
            await watch.WaitForAsync("Banned", item => IdOf(item) == address);
        }

        Assert.Equal(banned.Order(), watch.Events("Banned").Select(IdOf).Order());
        Assert.Equal(ignored.Order(), watch.Events("Ignored").Select(IdOf).Order());
    }

    [Fact]
    public async Task A_comment_behind_a_value_and_an_option_that_does_not_exist_are_named_with_their_lines_and_the_other_jail_runs()
    {
        using WatchFolder folder = Folder("maxretry = 2\nmaxfailures = 3\nbantime.findtime = 1w # a week\n\n[sshd-other]\nenabled = true\nfilter = sshd\nlogpath = %(logs)s\nmaxretry = 1");
        using var check = Process.Start(new ProcessStartInfo(Repository.Psban, ["check", "--config", folder.Path]) { RedirectStandardOutput = true })!;
        string text = await check.StandardOutput.ReadToEndAsync();
        int option = LineOf(folder, "maxfailures"), comment = LineOf(folder, "bantime.findtime");
        Assert.Matches($@"jail\.local:{option}: \w+: [^\n]*maxfailures[^\n]*maxretry", text);
        Assert.Matches($@"jail\.local:{comment}: \w+: [^\n]*#", text);

        await using WatchProcess watch = await StartAsync(folder);
        Fail(folder, "203.0.113.5");
        JsonElement ban = await watch.WaitForAsync("Banned");
        Assert.Equal(("203.0.113.5", "sshd-other"), (IdOf(ban), ban.GetProperty("jail").GetString()));
    }

    [Fact]
    public async Task Six_failures_in_a_week_ban_for_a_week_whatever_restarts_lie_between()
    {
        using WatchFolder folder = Folder("maxretry = 6\nfindtime = 1w\nbantime = 1w");
        for (int start = 0; start < 5; start++)
        {
            await using WatchProcess watch = await StartAsync(folder);
            Fail(folder, "203.0.113.6");
            await Eventually.TrueAsync(async () => await FailedAsync(folder) == start + 1, "the failure is counted on top of the earlier ones");
            Assert.Empty(watch.Events("Banned"));
            Assert.Equal(0, (await watch.StopAsync()).ExitCode);
        }

        await using WatchProcess last = await StartAsync(folder);
        Fail(folder, "203.0.113.6");
        await last.WaitForAsync("Banned");
        await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
        Ban ban = Assert.Single(await ListAsync(client));
        Assert.Equal((6L, TimeSpan.FromDays(7).TotalSeconds), (ban.Failures, ban.Duration.TotalSeconds));
    }

    [Fact]
    public async Task Who_is_banned_again_and_again_is_banned_for_longer()
    {
        using WatchFolder folder = Folder("maxretry = 1\nbantime = 3s", "[recidive]\nenabled = true\nfilter = recidive\nmaxretry = 3\nfindtime = 1d\nbantime = 1w");
        await using WatchProcess watch = await StartAsync(folder);
        for (int time = 1; time <= 3; time++)
        {
            Fail(folder, "203.0.113.7");
            int times = time;
            await Eventually.TrueAsync(() => Task.FromResult(watch.Events("Unbanned").Count == times), $"ban {times} has come and gone");
        }

        await AssertLongBanAsync(folder, watch);
    }

    /// <summary>As fail2ban has it: from the log of a server of its own, which runs here too.</summary>
    [Fact]
    public async Task Whom_the_log_of_fail2ban_shows_again_and_again_is_banned_for_longer()
    {
        using WatchFolder folder = Folder("maxretry = 1", "[recidive]\nenabled = true\nfilter = recidive\nlogpath = {0}/fail2ban.log\nmaxretry = 3\nfindtime = 1d\nbantime = 1w");
        string log = Path.Combine(folder.Path, "fail2ban.log");
        await File.WriteAllTextAsync(log, string.Empty);
        await using WatchProcess watch = await StartAsync(folder);
        string stamp = DateTimeOffset.Now.ToString("yyyy-MM-dd HH:mm:ss,fff", CultureInfo.InvariantCulture);
        await File.AppendAllLinesAsync(log, new[] { "sshd", "postfix", "dovecot" }.SelectMany(jail => new[]
        {
            $"{stamp} fail2ban.filter         [4711]: INFO    [{jail}] Found 203.0.113.7 - {stamp[..19]}",
            $"{stamp} fail2ban.actions        [4711]: NOTICE  [{jail}] Ban 203.0.113.7",
            $"{stamp} fail2ban.actions        [4711]: NOTICE  [{jail}] Unban 203.0.113.7",
        }));

        await AssertLongBanAsync(folder, watch);
    }

    private static async Task AssertLongBanAsync(WatchFolder folder, WatchProcess watch)
    {
        JsonElement ban = await watch.WaitForAsync("Banned", item => item.GetProperty("jail").GetString() == "recidive");
        Assert.Equal("203.0.113.7", IdOf(ban));
        await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
        Ban found = Assert.Single(await ListAsync(client), each => each.Jail == "recidive");
        Assert.Equal((3L, TimeSpan.FromDays(7).TotalSeconds), (found.Failures, found.Duration.TotalSeconds));
    }

    private static WatchFolder Folder(string settings, string more = "")
    {
        var folder = new WatchFolder();
        File.WriteAllText(folder.Log, string.Empty);
        folder.Write("jail.local", $"""
            [DEFAULT]
            logs = {folder.Log}

            [sshd]
            enabled = true
            filter = sshd
            logpath = %(logs)s
            {settings}

            {more.Replace("{0}", folder.Path, StringComparison.Ordinal)}

            """);
        return folder;
    }

    private static async Task<WatchProcess> StartAsync(WatchFolder folder)
    {
        WatchProcess watch = WatchProcess.StartDry(folder.Path);
        await watch.WaitForAsync("Started");
        return watch;
    }

    private static void Fail(WatchFolder folder, params IEnumerable<string> addresses) =>
        folder.Append(addresses.Select(address => $"host sshd[{Random.Shared.Next(1000, 30_000)}]: Failed password for root from {address} port 4711 ssh2"));

    private static string? IdOf(JsonElement item) => item.GetProperty("id").GetString();

    private static int LineOf(WatchFolder folder, string text) =>
        Array.FindIndex(File.ReadAllLines(Path.Combine(folder.Path, "jail.local")), line => line.StartsWith(text, StringComparison.Ordinal)) + 1;

    private static async Task<long> FailedAsync(WatchFolder folder)
    {
        await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
        return (await client.GetJailsAsync(CancellationToken.None)).Sum(jail => jail.TotalFailed);
    }

    private static async Task<List<Ban>> ListAsync(WatchClient client)
    {
        List<Ban> bans = [];
        await foreach (Ban ban in client.GetBansAsync(null, CancellationToken.None))
        {
            bans.Add(ban);
        }

        return bans;
    }
}
