using System.Text.Json;
using PSBan.Control;
using PSBan.EndToEnd.Actions;
using PSBan.EndToEnd.Support;
using PSBan.Firewalls;
using PSBan.Firewalls.Nft;
using PSBan.Model;
using PSBan.Tests.Support;
using PSBan.Tests.Watch;
using PSBan.Watch;

namespace PSBan.EndToEnd.Firewalls;

/// <summary>What a whole watch makes of a packet filter that fails: a clear word, everything else at work, and every ban in force as soon as it can be.</summary>
public sealed class WatchFaultTests
{
    private const int Many = 1000;

    [RequiresFact("netns", "ip", "nft")]
    public async Task A_flushed_ruleset_has_all_its_bans_again_with_the_next_one()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = ActionFolder.Make("1h", ["nftables[type=multiport, port=25]"]);
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, "nft");
        await watch.WaitForAsync("Started");
        string[] offenders = [.. Enumerable.Range(0, Many).Select(i => $"10.1.{i / 250}.{(i % 250) + 1}")];
        folder.Append(offenders.SelectMany(address => Enumerable.Range(0, 2).Select(i => $"mail sshd[{i}]: Failed password for root from {address} port 4000{i} ssh2")));
        await folder.ActiveAsync(offenders);
        Assert.Equal(Many, await CountAsync(space));

        await space.RunAsync("nft", "flush", "ruleset");
        folder.Offend("203.0.113.31");
        JsonElement failed = await watch.WaitForAsync("FirewallFailed");
        Assert.Contains("What PSBan had set up in nftables is gone (was the ruleset flushed?)", Message(failed), StringComparison.Ordinal);
        JsonElement repaired = await watch.WaitForAsync("FirewallRepaired");
        Assert.Equal($"The rules in nft were gone and have been made anew; {Many + 1} bans are being put back.", Message(repaired));
        await Eventually.TrueAsync(async () => await CountAsync(space) == Many + 1, "all bans stand again");
    }

    [RequiresFact("netns", "ip", "nft")]
    public async Task A_flushed_ruleset_has_all_its_bans_again_when_both_sides_are_compared()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        SteppedClock clock = new();
        EventHub events = new(clock);
        using EventSubscription seen = events.Subscribe();
        FirewallRule rule = new() { Jail = "sshd", Name = "sshd", Ports = "22" };
        await using Enforcer enforcer = new(new IsolatingFirewall(new NftFirewall(space.Runner, space.ReadGeneration)), [rule], events, clock);
        using CancellationTokenSource stop = new(WatchProcess.Patience);
        await enforcer.OpenAsync(stop.Token);
        Task run = enforcer.RunAsync(stop.Token);
        for (int i = 0; i < Many; i++)
        {
            enforcer.Add(rule, Address.Parse($"10.1.{i / 250}.{(i % 250) + 1}"), clock.GetUtcNow().AddHours(1));
        }

        await enforcer.WhenSettledAsync(stop.Token);
        Assert.Equal(Many, await CountAsync(space));
        await space.RunAsync("nft", "flush", "ruleset");
        clock.Advance(TimeSpan.FromSeconds(61));
        await foreach (BanEvent item in seen.ReadAllAsync(stop.Token))
        {
            if (item.Kind == BanEventKind.FirewallRepaired)
            {
                Assert.Equal($"The rules in nft were gone and have been made anew; {Many} bans are being put back.", item.Message);
                break;
            }

            Assert.Equal(BanEventKind.FirewallFailed, item.Kind);
        }

        await Eventually.TrueAsync(
            async () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                return await CountAsync(space) == Many;
            },
            "all bans stand again");
        await stop.CancelAsync();
        await run;
    }

    [RequiresFact("netns", "ip", "nft", "unshare", "mount")]
    public async Task A_tool_that_goes_missing_is_named_and_the_ban_stands_once_it_is_back()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = ActionFolder.Make("1h", ["nftables[type=multiport, port=25]"]);
        using ToolFolder tools = new();
        tools.Take("nft");

        // Only this watch sees the folder where the system's tools are for everybody else.
        string[] runAs = ["unshare", "--mount", "--propagation", "private", "sh", "-c", $"mount --bind {tools.Path} /usr/sbin && exec \"$@\"", "sh"];
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, "nft", runAs);
        await watch.WaitForAsync("Started");
        tools.Delete("nft");
        folder.Offend("203.0.113.31");
        JsonElement failed = await watch.WaitForAsync("FirewallFailed");
        Assert.Equal("The packet filter nft failed: nft was not found on the path; install the package nftables, or choose another firewall (iptables). Bans wait and are tried again.", Message(failed));
        Assert.Equal(BanState.Pending, Assert.Single(await folder.BansAsync()).State);
        await using (WatchClient client = await WatchProcess.ConnectAsync(folder.Path))
        {
            BanCheck check = Assert.Single(await client.CheckBansAsync(null, null, CancellationToken.None).ToListAsync());
            Assert.Equal((false, BanCheckCause.Unavailable, true), (check.InForce, check.Cause, check.IsPending));
            Assert.StartsWith("nft was not found on the path", Assert.Single(await client.SyncFirewallAsync(CancellationToken.None)).Trouble, StringComparison.Ordinal);
            tools.Take("nft");
            FirewallRepair repair = Assert.Single(await client.SyncFirewallAsync(CancellationToken.None));
            Assert.Equal((null, 1), (repair.Trouble, repair.Wanted));
        }

        Assert.Equal("The packet filter nft works again.", Message(await watch.WaitForAsync("FirewallRepaired")));
        Assert.Equal(1, await CountAsync(space));
        Assert.Equal((0, string.Empty), await watch.StopAsync());
        Assert.Equal(0, await CountAsync(space));
    }

    [RequiresTheory("netns", "ip", "iptables", "ipset", "nft")]
    [InlineData("iptables-multiport[port=25, chain=DOCKER-USER, blocktype=DROP]")]
    [InlineData("iptables-ipset[type=multiport, port=25, chain=DOCKER-USER, blocktype=DROP]")]
    public async Task A_watch_that_comes_before_docker_waits_for_its_chain(string action)
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = ActionFolder.Make("1h", [action, "nftables[type=multiport, port=25]"]);
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, null);
        JsonElement failed = await watch.WaitForAsync("FirewallFailed");
        Assert.Contains("hangs on the chain DOCKER-USER, which iptables does not have (yet); start what makes it", Message(failed), StringComparison.Ordinal);
        await watch.WaitForAsync("Started");
        folder.Offend("203.0.113.31");
        await Eventually.TrueAsync(async () => await CountAsync(space) == 1, "the other action bans");
        Assert.Equal(BanState.Pending, Assert.Single(await folder.BansAsync()).State);

        await space.RunAsync("iptables", "-N", "DOCKER-USER");
        await space.RunAsync("iptables", "-I", "FORWARD", "-j", "DOCKER-USER");
        await folder.ActiveAsync("203.0.113.31");
        await using (WatchClient client = await WatchProcess.ConnectAsync(folder.Path))
        {
            List<BanCheck> checks = await client.CheckBansAsync("sshd", Address.Parse("203.0.113.31"), CancellationToken.None).ToListAsync();
            Assert.Equal([true, true], checks.Select(check => check.InForce));
        }

        await space.RunAsync("iptables", "-F", "DOCKER-USER");
        await using (WatchClient client = await WatchProcess.ConnectAsync(folder.Path))
        {
            BanCheck check = Assert.Single(await client.CheckBansAsync(null, null, CancellationToken.None).ToListAsync(), check => !check.InForce);
            Assert.Equal(BanCheckCause.NotHooked, check.Cause);
            await client.SyncFirewallAsync(CancellationToken.None);
            Assert.All(await client.CheckBansAsync(null, null, CancellationToken.None).ToListAsync(), repaired => Assert.True(repaired.InForce, repaired.Reason));
        }

        Assert.Equal((0, string.Empty), await watch.StopAsync());
        Assert.Equal("-N DOCKER-USER\n", await space.RunAsync("iptables", "-S", "DOCKER-USER"));
    }

    [RequiresFact("netns", "ip", "iptables", "nft")]
    public async Task An_action_that_is_refused_stops_neither_the_other_nor_the_ban_and_alone_it_is_no_start()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using (WatchFolder folder = ActionFolder.Make("1h", ["nftables[type=multiport, port=25, blocktype=NOSUCHTARGET]", "iptables-multiport[port=25]"]))
        {
            await using WatchProcess watch = WatchProcess.Start(space, folder.Path, null);
            JsonElement failed = await watch.WaitForAsync("FirewallFailed");
            Assert.Contains("NOSUCHTARGET", Message(failed), StringComparison.Ordinal);
            Assert.Equal("sshd", failed.GetProperty("jail").GetString());
            await watch.WaitForAsync("Started");
            folder.Offend("203.0.113.31");
            await Eventually.TrueAsync(async () => (await space.RunAsync("iptables", "-S")).Contains("203.0.113.31", StringComparison.Ordinal), "the other action bans");
            Assert.Equal(BanState.Pending, Assert.Single(await folder.BansAsync()).State);
            Assert.Equal((0, string.Empty), await watch.StopAsync());
        }

        using WatchFolder alone = ActionFolder.Make("1h", ["nftables[type=multiport, port=25, blocktype=NOSUCHTARGET]"]);
        await using WatchProcess refused = WatchProcess.Start(space, alone.Path, null);
        (int exitCode, string error) = await refused.WhenEndedAsync();
        Assert.Equal(1, exitCode);
        Assert.Contains("NOSUCHTARGET", error, StringComparison.Ordinal);
        Assert.Empty(await FirewallCleaner.FindAsync(space.Runner, CancellationToken.None));
    }

    [RequiresFact("netns", "ip", "iptables", "nft", "unshare", "mount")]
    public async Task Where_the_configured_packet_filter_does_not_work_another_stands_in_and_it_is_said()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = ActionFolder.Make("1h", ["nftables[type=multiport, port=25]"]);
        string[] runAs = ["unshare", "--mount", "--propagation", "private", "sh", "-c", $"mount --bind /dev/null $(readlink -f {CommandRunner.Find("nft")}) && exec \"$@\"", "sh"];
        await using (WatchProcess asked = WatchProcess.Start(space, folder.Path, "nft", runAs))
        {
            (int exitCode, string error) = await asked.WhenEndedAsync();
            Assert.Equal(1, exitCode);
            Assert.Contains("nft could not be started", error, StringComparison.Ordinal);
        }

        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, null, runAs);
        Assert.StartsWith("iptables stands in for nft, which does not work here: nft could not be started", Message(await watch.WaitForAsync("FirewallFailed")), StringComparison.Ordinal);
        await watch.WaitForAsync("Started");
        folder.Offend("203.0.113.31");
        await folder.ActiveAsync("203.0.113.31");
        Assert.Contains("-A psban-sshd -s 203.0.113.31/32 -j REJECT", await space.RunAsync("iptables", "-S"), StringComparison.Ordinal);
        Assert.Equal((0, string.Empty), await watch.StopAsync());
    }

    [RequiresTheory("netns", "ip", "iptables", "ipset", "nft")]
    [InlineData("nft")]
    [InlineData("ipset")]
    public async Task After_a_killed_watch_bans_end_by_themselves(string firewall)
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = ActionFolder.Make("5s", ["nftables[type=multiport, port=25]"]);
        await using (WatchProcess watch = WatchProcess.Start(space, folder.Path, firewall))
        {
            await watch.WaitForAsync("Started");
            folder.Offend("203.0.113.31");
            folder.Offend("2001:db8::31");
            await Eventually.TrueAsync(() => StandsAsync("203.0.113.31", "2001:db8::31"), "both stand");
        }

        await Eventually.TrueAsync(async () => !await StandsAsync("203.0.113.31") && !await StandsAsync("2001:db8::31"), "both leave by themselves");

        // What is left of it is empty, and can be removed.
        Assert.NotEmpty(await FirewallCleaner.FindAsync(space.Runner, CancellationToken.None));
        string would = await space.RunAsync(Repository.Psban, "clear", "--what-if", "--state", WatchProcess.StateOf(folder.Path));
        Assert.StartsWith($"{firewall}: would remove ", would, StringComparison.Ordinal);
        Assert.Equal(would.Replace("would remove", "removed", StringComparison.Ordinal), await space.RunAsync(Repository.Psban, "clear", "--state", WatchProcess.StateOf(folder.Path)));
        Assert.Empty(await FirewallCleaner.FindAsync(space.Runner, CancellationToken.None));
        Assert.Equal(string.Empty, await space.RunAsync(Repository.Psban, "clear", "--state", WatchProcess.StateOf(folder.Path)));

        async Task<bool> StandsAsync(params string[] addresses)
        {
            string all = firewall == "nft" ? await space.RunAsync("nft", "list", "ruleset") : await space.RunAsync("ipset", "save");
            return addresses.All(address => all.Contains(address, StringComparison.Ordinal));
        }
    }

    private static string Message(JsonElement item) => item.GetProperty("message").GetString()!;

    private static async Task<int> CountAsync(NetworkNamespace space) => (await space.RunAsync("nft", "list", "ruleset")).Split(" expires ").Length - 1;
}
