using System.Text.Json;
using PSBan.EndToEnd.Support;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Windows;

/// <summary>What surrounds the packet filter on Windows: a log that its writer moves about while it is read, the named pipe, Ctrl-C, and the other commands.</summary>
[Collection(WineMachine.Collection)]
public sealed class WindowsWatchTests(WineMachine machine) : IDisposable
{
    // The article's, of a Domino server.
    private const string Lines = """
        [000738:000012-00007F1164B21700] 05-11-2022 14:18:50 SMTP Server: Authentication failed for user honors ; connecting host 5.34.207.55
        [000738:000016-00007F1164B21700] 05-11-2022 14:18:51 SMTP Server: 5.34.207.55 connected
        [000738:000012-00007F1164C23700] 05-11-2022 14:18:52 SMTP Server: 5.34.207.55 disconnected. 0 message[s] received
        [000738:000010-00007F1164B21700] 05-11-2022 14:18:52 SMTP Server: Authentication failed for user protocollo@martdj.nl ; connecting host 2.57.122.207

        """;

    private readonly DominoFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [RequiresFact("wine64")]
    public async Task A_log_can_be_moved_deleted_and_emptied_by_its_writer_while_it_is_read_and_no_line_is_missed()
    {
        _folder.WriteJail("maxretry = 1");
        await using WindowsProbe probe = await machine.ProbeAsync();
        await using WatchProcess watch = machine.Watch(_folder.Path);
        await watch.WaitForAsync("Started");

        await _folder.AppendAsync(probe, "203.0.113.1");
        await BannedAsync(watch, "203.0.113.1");
        await _folder.AppendAsync(probe, "203.0.113.2");
        await probe.AskAsync("move", _folder.Log, _folder.Log + ".1");
        await _folder.AppendAsync(probe, "203.0.113.3");
        await BannedAsync(watch, "203.0.113.2", "203.0.113.3");

        // A deleted file keeps its name until the last reader has noticed and let go.
        await probe.AskAsync("delete", _folder.Log);
        await Eventually.TrueAsync(() => TryAsync(() => _folder.AppendAsync(probe, "203.0.113.4")), "a new log can be begun");
        await BannedAsync(watch, "203.0.113.4");
        await probe.AskAsync("truncate", _folder.Log);
        await _folder.AppendAsync(probe, "203.0.113.5");
        await BannedAsync(watch, "203.0.113.5");
        Assert.Equal((0, ""), await watch.StopAsync("INT"));
    }

    [RequiresFact("wine64")]
    public async Task A_watch_is_reached_through_its_pipe_and_only_one_can_have_a_state_directory()
    {
        _folder.WriteJail("maxretry = 2");
        await using WindowsProbe probe = await machine.ProbeAsync();
        await using WatchProcess watch = machine.Watch(_folder.Path);
        await watch.WaitForAsync("Started");
        await _folder.AppendAsync(probe, "203.0.113.1", "203.0.113.1", "203.0.113.2");
        await BannedAsync(watch, "203.0.113.1");
        await watch.WaitForAsync("Found", item => item.GetProperty("address").GetString() == "203.0.113.2");
        await probe.AskAsync("ban", _folder.State, "domino", "2001:db8::1");
        Assert.Equal("""[{"Name":"domino","CurrentlyBanned":2,"TotalBanned":2,"TotalFailed":3}]""", (await probe.AskAsync("jails", _folder.State)).GetRawText());
        await probe.AskAsync("unban", _folder.State, "domino", "203.0.113.1");
        Assert.Equal("""["2001:db8::1"]""", (await probe.AskAsync("bans", _folder.State)).GetRawText());
        Assert.Contains("There is no jail", (await Assert.ThrowsAsync<InvalidOperationException>(() => probe.AskAsync("ban", _folder.State, "sshd", "203.0.113.1"))).Message, StringComparison.OrdinalIgnoreCase);

        (int exitCode, _, string error) = await machine.RunPsbanAsync("watch", "--config", WineMachine.ToWindows(_folder.Path), "--state", _folder.State);
        Assert.Equal(1, exitCode);
        Assert.Contains("watch", error, StringComparison.Ordinal);

        await probe.AskAsync("stop", _folder.State);
        Assert.Equal((0, ""), await watch.WhenEndedAsync());
        Assert.Empty(await probe.RulesAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => probe.AskAsync("jails", _folder.State));
    }

    // Wine's event log is a stub. What can be seen is that it is asked the right question, and that who gets no answer from it says so and harms nobody.
    [RequiresFact("wine64")]
    public async Task An_event_log_that_cannot_be_read_is_told_and_the_other_jails_run()
    {
        _folder.WriteJail("maxretry = 1\naction = %(action_)s\n    mail[name=x]");
        _folder.Write("action.d/mail.conf", "[Definition]\nactionban = echo <ip>");
        _folder.Write("jail.d/rdp.local", "[windows-rdp]\nenabled = true");
        await using WindowsProbe probe = await machine.ProbeAsync();
        await using WatchProcess watch = machine.Watch(_folder.Path, debug: "fixme+wevtapi");
        JsonElement problem = await watch.WaitForAsync("ConfigurationProblem");
        Assert.Contains("jail.local:9: warning: [domino] The action 'mail' consists of commands for /bin/sh", problem.GetProperty("message").GetString(), StringComparison.Ordinal);
        JsonElement lost = await watch.WaitForAsync("SourceLost");
        Assert.StartsWith("eventlog[channel=\"Security\"", lost.GetProperty("source").GetString(), StringComparison.Ordinal);
        await _folder.AppendAsync(probe, "203.0.113.1");
        await Eventually.TrueAsync(async () => (await probe.BlockedAsync()).SequenceEqual(["203.0.113.1"]), "the ban stands");
        (int exitCode, string error) = await watch.StopAsync("INT");
        Assert.Equal(0, exitCode);
        Assert.Contains("""EvtSubscribe (0000000000000000""", error, StringComparison.Ordinal);
        Assert.Contains("""<Select Path=\"Security\">*[System[EventID=4625]]</Select>""", error, StringComparison.Ordinal);
    }

    [RequiresFact("wine64")]
    public async Task A_log_is_tested_and_a_configuration_is_checked()
    {
        _folder.WriteJail("banaction = nftables[chunk=none]");
        _folder.Write("domino.log", Lines.ReplaceLineEndings("\r\n"));
        (int exitCode, string output, string error) = await machine.RunPsbanAsync("test", "--json", "--log", _folder.Log.Replace("console", "domino", StringComparison.Ordinal), "--filter", "domino-smtp");
        Assert.Equal((0, ""), (exitCode, error));
        JsonElement report = JsonDocument.Parse(output).RootElement;
        Assert.Equal((4, 2, 2), (report.GetProperty("lines").GetInt32(), report.GetProperty("matched").GetInt32(), report.GetProperty("missed").GetInt32()));

        (exitCode, output, error) = await machine.RunPsbanAsync("check", "--config", WineMachine.ToWindows(_folder.Path));
        Assert.Equal(1, exitCode);
        Assert.Contains("[domino] The chunk 'none'", output + error, StringComparison.Ordinal);
    }

    private static async Task BannedAsync(WatchProcess watch, params string[] addresses)
    {
        foreach (string address in addresses)
        {
            await watch.WaitForAsync("Banned", item => item.GetProperty("address").GetString() == address);
        }
    }

    private static async Task<bool> TryAsync(Func<Task> action)
    {
        try
        {
            await action();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
