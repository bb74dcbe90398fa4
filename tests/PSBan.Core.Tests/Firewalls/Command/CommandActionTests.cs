using PSBan.Firewalls;
using PSBan.Firewalls.Command;
using PSBan.Model;

namespace PSBan.Tests.Firewalls.Command;

/// <summary>Which commands an action runs in which order, after fail2ban's rules; a shell that writes them down answers as it is told.</summary>
public sealed class CommandActionTests
{
    private static readonly Ban s_ban4 = ActionFile.Ban(), s_ban6 = ActionFile.Ban("2001:db8::1");

    [Fact]
    public async Task Variants_are_started_by_the_first_ban_of_their_family_and_stopped_where_started()
    {
        RecordingShell shell = new();
        CommandAction action = Make(shell, ("actionstart", "<t> start"), ("actionstop", "<t> stop"), ("actionban", "<t> ban <ip>"), ("actionunban", "<t> unban <ip>"), ("t", "four"), ("t?family=inet6", "six"));
        await action.StartAsync(default);
        await action.BanAsync(s_ban4, false, default);
        await action.BanAsync(s_ban4, false, default);
        await action.UnbanAsync(s_ban4, default);
        await action.StopAsync(default);
        Assert.Equal(["four start", "four ban 192.0.2.7", "four ban 192.0.2.7", "four unban 192.0.2.7", "four stop"], shell.Taken());

        await action.BanAsync(s_ban6, false, default);
        await action.BanAsync(s_ban4, false, default);
        await action.StopAsync(default);
        Assert.Equal(["six start", "six ban 2001:db8::1", "four start", "four ban 192.0.2.7", "six stop", "four stop"], shell.Taken());
        await action.StopAsync(default);
        Assert.Empty(shell.Taken());
    }

    [Fact]
    public async Task What_is_the_same_for_two_families_is_done_once()
    {
        RecordingShell shell = new();
        CommandAction action = Make(shell, ("actionstart", "start"), ("actionstop", "stop"), ("actionflush", "flush"), ("actionban", "<t> ban"), ("t", "four"), ("t?family=inet6", "six"));
        await action.BanAsync(s_ban4, false, default);
        await action.BanAsync(s_ban6, false, default);
        await action.FlushAsync(default);
        await action.StopAsync(default);
        Assert.Equal(["start", "four ban", "six ban", "flush", "stop"], shell.Taken());
    }

    [Fact]
    public async Task Without_variants_a_stop_that_names_the_family_runs_for_each_one_seen()
    {
        RecordingShell shell = new();
        CommandAction action = Make(shell, ("actionstart", "start"), ("actionstop", "stop <family>"), ("actionban", "ban"));
        await action.StartAsync(default);
        await action.StartAsync(default);
        await action.BanAsync(s_ban4, false, default);
        await action.StopAsync(default);
        Assert.Equal(["start", "ban", "stop", "stop inet4"], shell.Taken().Select(line => line.Trim()));
    }

    [Fact]
    public async Task A_failing_ban_is_checked_repaired_and_repeated_once()
    {
        RecordingShell shell = new();
        CommandAction action = Make(shell, ("actionstart", "start"), ("actionstop", "stop"), ("actioncheck", "check"), ("actionban", "ban"), ("actionunban", "unban"));
        await action.StartAsync(default);
        shell.Fail("ban", "check");
        await action.BanAsync(s_ban4, false, default);
        Assert.Equal(["start", "ban", "check", "stop", "start", "check", "ban"], shell.Taken());
        Assert.Equal(1, action.Epoch("inet4"));

        shell.Fail("ban");
        FirewallException still = await Assert.ThrowsAsync<FirewallException>(() => action.BanAsync(s_ban4, false, default));
        Assert.Equal("The action 'test' could not ban 192.0.2.7: exit code 1: ban failed.", still.Message);
        Assert.Equal(["ban", "check"], shell.Taken());
        Assert.Equal(1, action.Epoch("inet4"));
    }

    [Fact]
    public async Task A_repair_command_stands_in_for_stop_and_start()
    {
        RecordingShell shell = new();
        CommandAction action = Make(shell, ("actionstart", "start"), ("actionstop", "stop"), ("actioncheck", "check"), ("actionrepair", "repair"), ("actionban", "ban"), ("actionreban", "reban"), ("actionunban", "unban"));
        await action.StartAsync(default);
        await action.BanAsync(s_ban4, true, default);
        shell.Fail("check");
        await action.VerifyAsync("inet4", default);
        Assert.Equal(["start", "reban", "check", "repair", "check"], shell.Taken());
    }

    [Fact]
    public async Task What_cannot_be_repaired_is_said_with_the_first_cause()
    {
        RecordingShell shell = new();
        CommandAction action = Make(shell, ("actionstart", "start"), ("actionstop", "stop"), ("actioncheck", "check"), ("actionban", "ban"));
        await action.StartAsync(default);
        shell.Fail("ban", "check", "stop", "start");
        FirewallException refusal = await Assert.ThrowsAsync<FirewallException>(() => action.BanAsync(s_ban4, false, default));
        Assert.Equal("The action 'test' could not ban 192.0.2.7: exit code 1: ban failed. The action 'test' could not be started: exit code 1: start failed.", refusal.Message);
    }

    [Fact]
    public async Task An_unban_whose_surroundings_are_gone_is_given_up_unless_the_action_wants_repair()
    {
        RecordingShell shell = new();
        CommandAction action = Make(shell, ("actioncheck", "check"), ("actionban", "ban"), ("actionunban", "unban"));
        await action.BanAsync(s_ban4, false, default);
        shell.Fail("unban", "check");
        Assert.Equal(FirewallFailure.Gone, (await Assert.ThrowsAsync<FirewallException>(() => action.UnbanAsync(s_ban4, default))).Failure);
        Assert.Equal(["ban", "unban", "check"], shell.Taken());

        CommandAction repairing = Make(shell, ("actioncheck", "check"), ("actionban", "ban"), ("actionunban", "unban"), ("actionrepair", "repair"), ("actionrepair_on_unban", "1"));
        await repairing.BanAsync(s_ban4, false, default);
        shell.Fail("unban", "check");
        await repairing.UnbanAsync(s_ban4, default);
        Assert.Equal(["ban", "unban", "check", "repair", "check", "unban"], shell.Taken());
    }

    [Fact]
    public async Task A_start_that_failed_is_tried_again_and_undone_at_the_end()
    {
        RecordingShell shell = new();
        CommandAction action = Make(shell, ("actionstart", "start"), ("actionstop", "stop"), ("actionban", "ban"));
        shell.Fail("start");
        await Assert.ThrowsAsync<FirewallException>(() => action.StartAsync(default));
        shell.Fail("start", "stop");
        await Assert.ThrowsAsync<FirewallException>(() => action.StartAsync(default));
        await action.StopAsync(default);
        Assert.Equal(["start", "start", "stop"], shell.Taken());
    }

    private static CommandAction Make(IShell shell, params (string, string)[] properties) => new(ActionFile.Define(properties), shell, () => default, TimeProvider.System);

    /// <summary>Writes down what it is to run; the commands named beforehand fail, each once and in that order.</summary>
    private sealed class RecordingShell : IShell
    {
        private readonly List<string> _taken = [];
        private readonly Queue<string> _failing = new();

        public void Fail(params string[] commands)
        {
            _failing.Clear();
            foreach (string command in commands)
            {
                _failing.Enqueue(command);
            }
        }

        public List<string> Taken()
        {
            List<string> taken = [.. _taken];
            _taken.Clear();
            return taken;
        }

        public Task<ShellResult> RunAsync(ShellScript script, TimeSpan timeout, CancellationToken cancelToken)
        {
            _taken.Add(script.Text);
            bool fails = _failing.TryPeek(out string? next) && next == script.Text;
            return Task.FromResult(fails ? new ShellResult(1, "", $"{_failing.Dequeue()} failed") : new ShellResult(0, "", ""));
        }
    }
}
