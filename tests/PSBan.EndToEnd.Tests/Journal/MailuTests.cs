using System.Diagnostics;
using System.Text.Json;
using PSBan.Control;
using PSBan.EndToEnd.Support;
using PSBan.Model;
using PSBan.Tests.Sources.Journal;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Journal;

/// <summary>The article's Mailu set-up: a container logs to journald under a tag, and a jail reads the journal for that tag.</summary>
public sealed class MailuTests : IDisposable
{
    private const string Offender = "192.0.2.10";

    private readonly WatchFolder _folder = new();

    public MailuTests()
    {
        Directory.CreateDirectory(JournalFolder);
        _folder.Write("filter.d/bad-auth-bots.conf", """
            [Definition]
            failregex = ^\s?\S+ mailu-front\[\d+\]: \S+ \S+ \[info\] \d+#\d+: \*\d+ client login failed: "AUTH not supported" while in http auth state, client: <HOST>, server:
            ignoreregex =
            journalmatch = CONTAINER_TAG=mailu-front
            """);
        _folder.Write("action.d/docker-action-net.conf", """
            [Definition]
            actionstart = ipset --create f2b-bad-auth-bots nethash
                          iptables -I DOCKER-USER -m set --match-set f2b-bad-auth-bots src -p tcp -m tcp --dport 25 -j DROP
            actionstop = iptables -D DOCKER-USER -m set --match-set f2b-bad-auth-bots src -p tcp -m tcp --dport 25 -j DROP
                         ipset --destroy f2b-bad-auth-bots
            actionban = ipset add -exist f2b-bad-auth-bots <ip>/24
            actionunban = ipset del -exist f2b-bad-auth-bots <ip>/24
            """);
        _folder.Write("jail.local", $"""
            [bad-auth-bots]
            enabled = true
            backend = systemd[journalpath="{JournalFolder}"]
            filter = bad-auth-bots
            bantime = 604800
            findtime = 600
            maxretry = 5
            action = docker-action-net
            """);
    }

    private string JournalFolder => Path.Combine(_folder.Path, "journal");

    public void Dispose() => _folder.Dispose();

    [RequiresFact("journalctl", JournalWriter.Program)]
    public async Task The_offender_is_banned_and_nobody_else()
    {
        using JournalWriter journal = new(Path.Combine(JournalFolder, "system.journal"));
        await using WatchProcess watch = WatchProcess.StartDry(_folder.Path);
        await watch.WaitForAsync("Started");
        Attempts(journal, 4, Offender);
        Attempts(journal, 9, "192.0.2.77", tag: "another-front");
        Attempts(journal, 4, "192.0.2.20");
        Attempts(journal, 1, Offender);

        JsonElement ban = await watch.WaitForAsync("Banned");
        Assert.Equal(Offender, ban.GetProperty("id").GetString());
        await using WatchClient client = await WatchProcess.ConnectAsync(_folder.Path);
        JailInfo jail = Assert.Single(await client.GetJailsAsync(CancellationToken.None));
        Assert.Equal((9, 1), (jail.TotalFailed, jail.TotalBanned));
        Assert.Equal($"systemd-journal[journalpath=\"{JournalFolder}\"] CONTAINER_TAG=mailu-front", Assert.Single(jail.Sources));
        SourceInfo source = Assert.Single((await client.GetWatchAsync(CancellationToken.None)).Sources);
        Assert.Equal((9, 0d, null, null), (source.Failures, source.SecondsBehind, source.BytesBehind, source.Trouble));
    }

    [RequiresFact("journalctl", JournalWriter.Program)]
    public async Task What_was_counted_is_not_counted_again_after_a_restart_and_what_came_meanwhile_is()
    {
        using JournalWriter journal = new(Path.Combine(JournalFolder, "system.journal"));
        await using (WatchProcess first = WatchProcess.StartDry(_folder.Path))
        {
            await first.WaitForAsync("Started");
            Attempts(journal, 3, Offender);
            await Eventually.TrueAsync(() => Task.FromResult(first.Events("Found").Count == 3), "three failures are found");
            await first.StopAsync();
        }

        Attempts(journal, 1, Offender);
        await using WatchProcess second = WatchProcess.StartDry(_folder.Path);
        await second.WaitForAsync("Found");
        Assert.Empty(second.Events("Banned"));
        Attempts(journal, 1, Offender);
        await second.WaitForAsync("Banned");
        Assert.Equal(2, second.Events("Found").Count);
    }

    [RequiresFact("journalctl", JournalWriter.Program)]
    public async Task A_killed_journalctl_loses_and_doubles_nothing()
    {
        using JournalWriter journal = new(Path.Combine(JournalFolder, "system.journal"));
        await using WatchProcess watch = WatchProcess.StartDry(_folder.Path);
        await watch.WaitForAsync("Started");
        Attempts(journal, 2, Offender);
        await Eventually.TrueAsync(() => Task.FromResult(watch.Events("Found").Count == 2), "two failures are found");
        Kill(watch.Id);
        Attempts(journal, 2, Offender);
        await watch.WaitForAsync("SourceLost");
        await Eventually.TrueAsync(() => Task.FromResult(watch.Events("Found").Count == 4), "four failures are found");
        Assert.Empty(watch.Events("Banned"));
        Attempts(journal, 1, Offender);
        await watch.WaitForAsync("Banned");
        Assert.Equal(5, watch.Events("Found").Count);
    }

    [RequiresFact("journalctl", JournalWriter.Program)]
    public async Task The_journal_can_be_tested_against_a_filter()
    {
        using (JournalWriter journal = new(Path.Combine(JournalFolder, "system.journal")))
        {
            Attempts(journal, 3, Offender);
            Attempts(journal, 2, Offender, tag: "another-front");
            journal.Write("2024/07/01 12:00:00 [info] 22#22: *1 client 192.0.2.14:40312 connected", fields: [("SYSLOG_IDENTIFIER", "mailu-front"), ("CONTAINER_TAG", "mailu-front")]);
        }

        string log = $"systemd-journal[journalpath=\"{JournalFolder}\"]";
        using Process test = Process.Start(new ProcessStartInfo(Repository.Psban, ["test", "--config", _folder.Path, "--log", log, "--filter", "bad-auth-bots", "--json"]) { RedirectStandardOutput = true })!;
        using JsonDocument report = JsonDocument.Parse(await test.StandardOutput.ReadToEndAsync());
        await test.WaitForExitAsync();

        Assert.Equal((4, 3, 1), (Number("lines"), Number("matched"), Number("missed")));

        int Number(string name) => report.RootElement.GetProperty(name).GetInt32();
    }

    private static void Attempts(JournalWriter journal, int count, string address, string tag = "mailu-front")
    {
        for (int i = 0; i < count; i++)
        {
            journal.Write(
                $"2024/07/01 12:00:00 [info] 22#22: *12{i} client login failed: \"AUTH not supported\" while in http auth state, client: {address}, server: 0.0.0.0:25, login: \"x\"",
                fields: [("SYSLOG_IDENTIFIER", "mailu-front"), ("_PID", "905"), ("_COMM", "dockerd"), ("CONTAINER_TAG", tag), ("CONTAINER_NAME", "mailu-front-1")]);
        }
    }

    private static void Kill(int parent)
    {
        foreach (Process process in Process.GetProcessesByName("journalctl"))
        {
            using (process)
            {
                string[] status = File.ReadAllText($"/proc/{process.Id}/stat").Split(") ")[1].Split(' ');
                if (status[1] == parent.ToString(System.Globalization.CultureInfo.InvariantCulture))
                {
                    process.Kill();
                }
            }
        }
    }
}
