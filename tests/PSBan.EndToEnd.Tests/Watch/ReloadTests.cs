using System.Diagnostics;
using PSBan.Control;
using PSBan.EndToEnd.Firewalls;
using PSBan.EndToEnd.Support;
using PSBan.Model;
using PSBan.Tests.Support;
using static PSBan.EndToEnd.Watch.ReloadFolder;

namespace PSBan.EndToEnd.Watch;

/// <summary>The configuration changes under a running watch with a real packet filter.</summary>
public sealed class ReloadTests : IAsyncLifetime
{
    private NetworkNamespace _space = null!;

    public async Task InitializeAsync() => _space = Requirements.Missing("nft", "ip", "root") is null ? await NetworkNamespace.CreateAsync() : null!;

    public async Task DisposeAsync()
    {
        if (_space is not null)
        {
            await _space.DisposeAsync();
        }
    }

    [RequiresFact("nft", "ip", "root")]
    public async Task What_has_not_changed_goes_on_what_has_keeps_its_bans_what_is_gone_leaves_nothing_and_what_is_new_begins()
    {
        using ReloadFolder folder = new(Jail("same"), Jail("changing"), Jail("going"));
        await using WatchProcess watch = await StartAsync(folder);
        await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
        folder.Append("a", "203.0.113.1", "203.0.113.1", "203.0.113.2");
        await UntilBannedAsync(client, "changing 203.0.113.1", "going 203.0.113.1", "same 203.0.113.1");
        string before = await ElementAsync("same");

        folder.Write(Jail("same"), Jail("changing", "maxretry = 3", "action = nftables[name=other, port=\"25,465\"]"), Jail("coming"));
        ReloadResult result = await client.ReloadAsync(onlyCompares: false, CancellationToken.None);
        Assert.Equal((true, "added coming; changed changing; removed going; 1 jail unchanged"), (result.IsApplied, result.ToString()));
        await watch.WaitForAsync("Reloaded");
        await watch.WaitForAsync("Unbanned", item => item.GetProperty("jail").GetString() == "going");

        string ruleset = await RulesetAsync();
        Assert.DoesNotContain("going", ruleset, StringComparison.Ordinal);
        Assert.DoesNotContain("addr4-changing ", ruleset, StringComparison.Ordinal);
        Assert.Contains("tcp dport { 25, 465 } ip saddr @addr4-changing-other", ruleset, StringComparison.Ordinal);
        Assert.Contains("203.0.113.1 timeout 59m", await ElementAsync("changing-other"), StringComparison.Ordinal);
        Assert.Equal(Ends(before), Ends(await ElementAsync("same")));

        // The one failure of before still counts where two ban, and where it takes three now.
        folder.Append("a", "203.0.113.2");
        await UntilBannedAsync(client, "changing 203.0.113.1", "same 203.0.113.1", "same 203.0.113.2");
        folder.Append("a", "203.0.113.2");
        await UntilBannedAsync(client, "changing 203.0.113.1", "changing 203.0.113.2", "coming 203.0.113.2", "same 203.0.113.1", "same 203.0.113.2");
        Assert.Equal("5 5 2", await FailedAsync(client, "same", "changing", "coming"));

        // What comes back in time stands again, with the time that it has left.
        folder.Write(Jail("same"), Jail("going"));
        await client.ReloadAsync(onlyCompares: false, CancellationToken.None);
        await watch.WaitForAsync("Restored", item => item.GetProperty("jail").GetString() == "going");
        await UntilBannedAsync(client, "going 203.0.113.1", "same 203.0.113.1", "same 203.0.113.2");
        Assert.Contains("203.0.113.1 timeout 59m", await ElementAsync("going"), StringComparison.Ordinal);
        Assert.Equal((0, string.Empty), await watch.StopAsync());
        Assert.Equal(string.Empty, (await RulesetAsync()).Trim());
    }

    [RequiresFact("nft", "ip", "root")]
    public async Task A_configuration_with_an_error_is_refused_as_a_whole_and_one_that_is_merely_written_otherwise_changes_nothing()
    {
        using ReloadFolder folder = new(Jail("one"), Jail("two"));
        await using WatchProcess watch = await StartAsync(folder);
        await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
        string before = await RulesetAsync();

        folder.Write(Jail("one", "maxretry = 7"), Jail("two", "failregex = ^ bad (<HOST>$"));
        ReloadResult refused = await client.ReloadAsync(onlyCompares: false, CancellationToken.None);
        Assert.False(refused.IsApplied);
        Problem problem = Assert.Single(refused.Problems, problem => problem.Severity == ProblemSeverity.Error);
        Assert.Equal(("two", "jail.conf", 17), (problem.Jail, Path.GetFileName(problem.Location.File), problem.Location.Line));
        Assert.Contains("jail.conf:17: error: [two]", refused.Refusal, StringComparison.Ordinal);
        await watch.WaitForAsync("ReloadRefused");
        await watch.WaitForAsync("ConfigurationProblem", item => item.GetProperty("jail").GetString() == "two");
        Assert.All(await client.GetJailsAsync(CancellationToken.None), jail => Assert.Equal(2, jail.MaxRetry));

        folder.Write("# Otherwise, but the same.", Jail("one", "findtime = 60m", "logpath = " + folder.Log("a")), Jail("two", "nothing = new"));
        ReloadResult same = await client.ReloadAsync(onlyCompares: false, CancellationToken.None);
        Assert.Equal((true, "2 jails unchanged"), (same.IsApplied, same.ToString()));
        Assert.Equal(before, await RulesetAsync());

        folder.Write(string.Empty);
        Assert.Contains("no jail that could run", (await client.ReloadAsync(onlyCompares: false, CancellationToken.None)).Refusal, StringComparison.Ordinal);
        Assert.Equal(2, (await client.GetJailsAsync(CancellationToken.None)).Count);
        Assert.Equal(before, await RulesetAsync());
    }

    [RequiresFact("nft", "ip", "root")]
    public async Task A_rule_that_the_packet_filter_refuses_leaves_everything_as_it_was()
    {
        using ReloadFolder folder = new(Jail("one"), Jail("two"));
        await using WatchProcess watch = await StartAsync(folder);
        await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
        folder.Append("a", "203.0.113.1", "203.0.113.1");
        await UntilBannedAsync(client, "one 203.0.113.1", "two 203.0.113.1");
        string before = Times().Replace(await RulesetAsync(), string.Empty);

        // The kernel knows no such icmp type, which only shows when the rule is made.
        folder.Write(Jail("one", "action = nftables[name=one, port=465]"), Jail("two", "action = nftables[name=two, blocktype=\"reject with icmp type nonsense\"]"), Jail("three"));
        ReloadResult refused = await client.ReloadAsync(onlyCompares: false, CancellationToken.None);
        Assert.False(refused.IsApplied);
        Assert.Contains("two", refused.Refusal, StringComparison.Ordinal);
        await watch.WaitForAsync("ReloadRefused");
        Assert.Equal(before, Times().Replace(await RulesetAsync(), string.Empty));
        folder.Append("a", "203.0.113.2", "203.0.113.2");
        await UntilBannedAsync(client, "one 203.0.113.1", "one 203.0.113.2", "two 203.0.113.1", "two 203.0.113.2");
        Assert.Contains("203.0.113.2", await ElementAsync("two"), StringComparison.Ordinal);
    }

    [RequiresTheory("iptables", "ipset", "ip", "root")]
    [InlineData("iptables")]
    [InlineData("ipset")]
    public async Task Other_packet_filters_change_their_rules_as_well(string firewall)
    {
        using ReloadFolder folder = new(Jail("same"), Jail("ports"), Jail("name"), Jail("going"));
        await using WatchProcess watch = WatchProcess.Start(_space, folder.Path, firewall);
        await watch.WaitForAsync("Started");
        await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
        folder.Append("a", "203.0.113.1", "203.0.113.1");
        await UntilBannedAsync(client, "going 203.0.113.1", "name 203.0.113.1", "ports 203.0.113.1", "same 203.0.113.1");

        folder.Write(Jail("same"), Jail("ports", "action = nftables[name=ports, port=\"25,465\"]"), Jail("name", "action = nftables[name=other, port=25]"), Jail("coming"));
        ReloadResult result = await client.ReloadAsync(onlyCompares: false, CancellationToken.None);
        Assert.Equal((true, "added coming; changed ports, name; removed going; 1 jail unchanged"), (result.IsApplied, result.ToString()));
        string rules = await _space.RunAsync("iptables", "-S") + await _space.RunAsync("ip6tables", "-S") + (firewall == "ipset" ? await _space.RunAsync("ipset", "save") : string.Empty);
        Assert.DoesNotContain("going", rules, StringComparison.Ordinal);
        Assert.Contains("25,465", rules, StringComparison.Ordinal);
        string[] banned = [.. rules.Split('\n').Where(line => line.Contains("203.0.113.1", StringComparison.Ordinal)).Select(line => line.Split(' ')[1]).Order(StringComparer.Ordinal)];
        Assert.Equal(3, banned.Length);
        Assert.Contains("name-other", banned[0], StringComparison.Ordinal);
        Assert.Contains("ports", banned[1], StringComparison.Ordinal);
        Assert.Contains("same", banned[2], StringComparison.Ordinal);

        folder.Append("a", "203.0.113.2", "203.0.113.2");
        await UntilBannedAsync(
            client, "coming 203.0.113.2", "name 203.0.113.1", "name 203.0.113.2", "ports 203.0.113.1", "ports 203.0.113.2", "same 203.0.113.1", "same 203.0.113.2");
        Assert.Equal((0, string.Empty), await watch.StopAsync());
        Assert.DoesNotContain("psban", await _space.RunAsync("iptables", "-S") + await _space.RunAsync("ip6tables", "-S"), StringComparison.OrdinalIgnoreCase);
    }

    [RequiresFact("nft", "ip", "root")]
    public async Task Hanging_up_lets_it_read_its_configuration_and_many_at_once_do_not_pile_up()
    {
        using ReloadFolder folder = new(Jail("one"));
        await using WatchProcess watch = await StartAsync(folder);
        await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
        folder.Write(Jail("one"), Jail("two"));
        watch.Signal("HUP");
        await watch.WaitForAsync("Reloaded", item => item.GetProperty("message").GetString()!.Contains("added two", StringComparison.Ordinal));
        Assert.Equal(["one", "two"], (await client.GetJailsAsync(CancellationToken.None)).Select(jail => jail.Name));

        WatchClient[] clients = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => WatchProcess.ConnectAsync(folder.Path)));
        ReloadResult[] results = await Task.WhenAll(clients.Select(each => each.ReloadAsync(onlyCompares: false, CancellationToken.None)));
        Assert.All(results, result => Assert.Equal("2 jails unchanged", result.ToString()));
        foreach (WatchClient each in clients)
        {
            await each.DisposeAsync();
        }

        int readings = watch.Events("Reloaded").Count - 1;
        Assert.InRange(readings, 1, 10);
        Assert.Equal((0, string.Empty), await watch.StopAsync());
    }

    [RequiresFact("nft", "ip", "root", "script")]
    public async Task In_a_terminal_a_signal_lets_it_read_its_configuration_and_the_closing_of_the_terminal_ends_it_in_good_order()
    {
        using ReloadFolder folder = new(Jail("one"));
        string command = $"{Repository.Psban} watch --config {folder.Path} --state {WatchProcess.StateOf(folder.Path)}";
        using Process terminal = Process.Start("ip", ["netns", "exec", _space.Name, "script", "--quiet", "--command", "exec " + command, "/dev/null"]);
        try
        {
            await Eventually.TrueAsync(async () => (await RulesetAsync()).Contains("addr4-one", StringComparison.Ordinal), "the watch starts");
            WatchClient? client = null;
            await Eventually.TrueAsync(
                async () =>
                {
                    client = await TryConnectAsync();
                    return client is not null;
                },
                "it answers");
            int id = (await client!.GetWatchAsync(CancellationToken.None)).ProcessId;
            folder.Write(Jail("one"), Jail("two"));
            using (Process kill = Process.Start("kill", ["-HUP", id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
            {
                await kill.WaitForExitAsync();
            }

            await Eventually.TrueAsync(async () => (await RulesetAsync()).Contains("addr4-two", StringComparison.Ordinal), "the new jail has its rule");
            await client.DisposeAsync();
        }
        finally
        {
            terminal.Kill();
        }

        await Eventually.TrueAsync(async () => (await RulesetAsync()).Trim().Length == 0, "the rules are gone");
        await Eventually.TrueAsync(() => Task.FromResult(!File.Exists(Path.Combine(WatchProcess.StateOf(folder.Path), "watch.pid"))), "the watch has ended");

        async Task<WatchClient?> TryConnectAsync()
        {
            try
            {
                return await WatchProcess.ConnectAsync(folder.Path);
            }
            catch (WatchNotRunningException)
            {
                return null;
            }
        }
    }

    [RequiresFact("nft", "ip", "root")]
    public async Task Actions_of_commands_come_and_go_with_the_bans_that_stand()
    {
        using ReloadFolder folder = new(Jail("one", "action = note[file=first]"), Jail("two"));
        folder.WriteFile("action.d/note.conf", $"""
            [Definition]
            actionstart = echo start >> {folder.Path}/<file>
            actionstop = echo stop >> {folder.Path}/<file>
            actionban = echo ban <ip> <restored> >> {folder.Path}/<file>
            actionunban = echo unban <ip> >> {folder.Path}/<file>
            """);
        await using WatchProcess watch = await StartAsync(folder);
        await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
        folder.Append("a", "203.0.113.1", "203.0.113.1");
        await UntilWrittenAsync("first", "start", "ban 203.0.113.1 0");

        folder.Write(Jail("one", "action = note[file=first]", "maxretry = 3"), Jail("two", "action = note[file=second]"));
        await client.ReloadAsync(onlyCompares: false, CancellationToken.None);
        await UntilWrittenAsync("second", "start", "unban 203.0.113.1", "ban 203.0.113.1 1");
        Assert.DoesNotContain("two", await RulesetAsync(), StringComparison.Ordinal);

        folder.Write(Jail("one", "action = note[file=third]"), Jail("two", "action = nftables[name=two]"));
        await client.ReloadAsync(onlyCompares: false, CancellationToken.None);
        await UntilWrittenAsync("first", "start", "ban 203.0.113.1 0", "unban 203.0.113.1", "stop");
        await UntilWrittenAsync("third", "start", "unban 203.0.113.1", "ban 203.0.113.1 1");
        await UntilWrittenAsync("second", "start", "unban 203.0.113.1", "ban 203.0.113.1 1", "unban 203.0.113.1", "stop");
        Assert.Contains("203.0.113.1", await ElementAsync("two"), StringComparison.Ordinal);

        async Task UntilWrittenAsync(string file, params string[] lines)
        {
            string path = Path.Combine(folder.Path, file), text = string.Empty;
            await Eventually.TrueAsync(
                async () => (text = File.Exists(path) ? await File.ReadAllTextAsync(path) : string.Empty) == string.Join('\n', lines) + "\n",
                $"{file} holds {string.Join(", ", lines)}", () => text);
        }
    }

    [RequiresFact("nft", "ip", "root")]
    public async Task A_jail_that_comes_while_the_watch_runs_takes_up_what_an_earlier_run_stored()
    {
        using ReloadFolder folder = new();
        folder.Write(Jail("one"), Jail("two", "logpath = " + folder.Log("b")));
        await using (WatchProcess watch = await StartAsync(folder))
        {
            await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
            folder.Append("b", "203.0.113.1", "203.0.113.1", "203.0.113.2");
            await UntilBannedAsync(client, "two 203.0.113.1");
            await Eventually.TrueAsync(async () => await FailedAsync(client, "two") == "3", "all is counted");
            await watch.StopAsync();
        }

        folder.Write(Jail("one"));
        await using WatchProcess second = await StartAsync(folder);
        await using WatchClient later = await WatchProcess.ConnectAsync(folder.Path);
        Assert.Equal(["one"], (await later.GetJailsAsync(CancellationToken.None)).Select(jail => jail.Name));
        folder.Append("b", "203.0.113.2");
        folder.Write(Jail("one"), Jail("two", "logpath = " + folder.Log("b")));
        await later.ReloadAsync(onlyCompares: false, CancellationToken.None);
        await UntilBannedAsync(later, "two 203.0.113.1", "two 203.0.113.2");
        Assert.Equal("4", await FailedAsync(later, "two"));
    }

    private static async Task<string> FailedAsync(WatchClient client, params string[] jails)
    {
        IReadOnlyList<JailInfo> all = await client.GetJailsAsync(CancellationToken.None);
        return string.Join(' ', jails.Select(name => all.Single(jail => jail.Name == name).TotalFailed));
    }

    private static async Task UntilBannedAsync(WatchClient client, params string[] expected)
    {
        string[] bans = [];
        await Eventually.TrueAsync(
            async () =>
            {
                List<string> found = [];
                await foreach (Ban ban in client.GetBansAsync(null, CancellationToken.None))
                {
                    found.Add($"{ban.Jail} {ban.Id}{(ban.State == BanState.Active ? string.Empty : " pending")}");
                }

                bans = [.. found.Order(StringComparer.Ordinal)];
                return bans.SequenceEqual(expected);
            },
            $"the bans are {string.Join(", ", expected)}", () => string.Join(", ", bans));
    }

    private static string Ends(string elements) => elements[elements.IndexOf("timeout", StringComparison.Ordinal)..elements.IndexOf("expires", StringComparison.Ordinal)];

    private static System.Text.RegularExpressions.Regex Times() => new("expires [0-9a-z]+", System.Text.RegularExpressions.RegexOptions.NonBacktracking);

    private async Task<WatchProcess> StartAsync(ReloadFolder folder)
    {
        WatchProcess watch = WatchProcess.Start(_space, folder.Path, null);
        await watch.WaitForAsync("Started");
        return watch;
    }

    private Task<string> ElementAsync(string rule) => _space.RunAsync("nft", "list", "set", "inet", "psban", "addr4-" + rule);

    private Task<string> RulesetAsync() => _space.RunAsync("nft", "list", "ruleset");
}
