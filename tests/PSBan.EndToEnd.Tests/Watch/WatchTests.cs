using PSBan.Control;
using PSBan.EndToEnd.Firewalls;
using PSBan.EndToEnd.Support;
using PSBan.Model;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Watch;

/// <summary>The main job on real parts: a real process, a growing file, a real packet filter in a namespace of the test's own.</summary>
public sealed class WatchTests
{
    private static readonly string[] s_offenders = ["203.0.113.31", "198.51.100.77", "2001:db8:bad::5"];

    [RequiresTheory("nft", "iptables", "ipset", "ip", "root")]
    [InlineData("nft")]
    [InlineData("iptables")]
    [InlineData("ipset")]
    public async Task Offenders_are_banned_and_leave_when_their_time_is_up_and_nothing_stays_behind(string firewall)
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await PrepareForeignRulesAsync(space, firewall);
        string before = await RulesetAsync(space, firewall);
        using WatchFolder folder = MakeFolder(banTime: "8s");
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, firewall);
        await watch.WaitForAsync("Started");

        foreach ((int process, string address) in s_offenders.Index())
        {
            folder.Append(Enumerable.Range(0, 5).Select(i => $"mail sshd[4{process}{i}]: Failed password for root from {address} port 5{i}000 ssh2"));
        }

        folder.Append("mail sshd[500]: Failed password for root from 192.0.2.99 port 1 ssh2");
        foreach (string address in s_offenders)
        {
            await watch.WaitForAsync("Banned", item => item.GetProperty("id").GetString() == address);
        }

        await WatchClient_shows_the_bans(folder, s_offenders);
        string during = await RulesetAsync(space, firewall);
        Assert.All(s_offenders, address => Assert.Contains(address, during, StringComparison.Ordinal));
        Assert.DoesNotContain("192.0.2.99", during, StringComparison.Ordinal);

        foreach (string address in s_offenders)
        {
            await watch.WaitForAsync("Unbanned", item => item.GetProperty("id").GetString() == address);
        }

        await Eventually.TrueAsync(async () => !s_offenders.Any((await RulesetAsync(space, firewall)).Contains), "the addresses leave the packet filter");
        (int exitCode, string error) = await watch.StopAsync();
        Assert.Equal((0, string.Empty), (exitCode, error));
        Assert.Equal(before, await RulesetAsync(space, firewall));
        Assert.False(File.Exists(Path.Combine(WatchProcess.StateOf(folder.Path), "control.sock")));
    }

    [SharedLogFact]
    public async Task The_offenders_of_a_real_log_are_those_that_fail_often_enough()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = MakeFolder(banTime: "1h");
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, "nft");
        await watch.WaitForAsync("Started");

        // All 2,000 lines fall within one window when they are written now, so whoever fails five times or more is banned.
        folder.Append(File.ReadLines(Repository.SharedLog).Select(line => line[16..]));
        folder.Append(Enumerable.Range(0, 5).Select(i => $"LabSZ sshd[6{i}]: Failed password for root from 192.0.2.200 port 5{i}000 ssh2"));
        await watch.WaitForAsync("Banned", item => item.GetProperty("id").GetString() == "192.0.2.200");

        string[] expected = [.. watch.Events("Found")
            .Where(item => item.TryGetProperty("failure", out _))
            .GroupBy(item => item.GetProperty("id").GetString()!)
            .Where(group => group.Count() >= 5)
            .Select(group => group.Key)
            .Order(StringComparer.Ordinal)];
        await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
        string[] banned = [.. (await ListAsync(client)).Select(ban => ban.Address.ToString()).Order(StringComparer.Ordinal)];
        Assert.Equal(expected, banned);
        Assert.True(banned.Length > 10, $"only {banned.Length} addresses were banned");
        string ruleset = await RulesetAsync(space, "nft");
        Assert.All(banned, address => Assert.Contains(address, ruleset, StringComparison.Ordinal));
    }

    [RequiresFact("nft", "ip", "root")]
    public async Task Bans_by_hand_and_requests_reach_the_running_watch()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = MakeFolder(banTime: "1h");
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, "nft");
        await watch.WaitForAsync("Started");
        await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);

        IReadOnlyList<Ban> added = await client.AddBanAsync("sshd", Address.Parse("203.0.113.9"), Duration.Parse("5m"), CancellationToken.None);
        Ban ban = Assert.Single(added);
        Assert.Equal((BanState.Active, 300.0), (ban.State, ban.Duration.TotalSeconds));
        Assert.Contains("203.0.113.9", await RulesetAsync(space, "nft"), StringComparison.Ordinal);

        await client.AddBanAsync("sshd", Address.Parse("198.51.100.0/24"), null, CancellationToken.None);
        Assert.Contains("198.51.100.0 ", await RulesetAsync(space, "nft"), StringComparison.Ordinal);

        ControlException refused = await Assert.ThrowsAsync<ControlException>(() => client.AddBanAsync("ssh", Address.Parse("203.0.113.9"), null, CancellationToken.None));
        Assert.Equal((ControlErrorCode.JailNotFound, "There is no jail 'ssh' in this watch; it has sshd."), (refused.Code, refused.Message));

        Assert.Single(await client.RemoveBanAsync(null, new BanId(Address.Parse("203.0.113.9")), CancellationToken.None));
        Assert.DoesNotContain("203.0.113.9", await RulesetAsync(space, "nft"), StringComparison.Ordinal);

        JailInfo jail = Assert.Single(await client.GetJailsAsync(CancellationToken.None));
        Assert.Equal(("sshd", 1, 2L), (jail.Name, jail.CurrentlyBanned, jail.TotalBanned));
        Assert.Equal([folder.Log], jail.LogPath);

        WatchProcess second = WatchProcess.Start(space, folder.Path, "nft");
        (int exitCode, string error) = await second.WhenEndedAsync();
        await second.DisposeAsync();
        Assert.Equal(1, exitCode);
        Assert.Contains("Another watch (process ", error, StringComparison.Ordinal);

        await client.StopAsync(CancellationToken.None);
        Assert.Equal((0, string.Empty), await watch.WhenEndedAsync());
        Assert.Equal(string.Empty, (await RulesetAsync(space, "nft")).Trim());
    }

    [RequiresFact("nft", "ip", "root", "setpriv")]
    public async Task Without_the_right_to_change_the_packet_filter_nothing_is_started()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = MakeFolder(banTime: "1h");
        await space.RunAsync("chown", "-R", "65534", folder.Path);
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, "nft", "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups");
        (int exitCode, string error) = await watch.WhenEndedAsync();
        Assert.Equal(1, exitCode);
        Assert.Contains("CAP_NET_ADMIN", error, StringComparison.Ordinal);
        Assert.Empty(watch.Events("Started"));
    }

    private static async Task WatchClient_shows_the_bans(WatchFolder folder, string[] addresses)
    {
        await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
        List<Ban> bans = [];
        await Eventually.TrueAsync(
            async () =>
            {
                bans = await ListAsync(client);
                return bans.TrueForAll(ban => ban.State == BanState.Active);
            },
            "the bans become active");
        Assert.Equal(addresses.Order(StringComparer.Ordinal), bans.Select(ban => ban.Address.ToString()).Order(StringComparer.Ordinal));
        Assert.All(bans, ban => Assert.Equal((5, "sshd", 8.0), (ban.Failures, ban.Jail, ban.Duration.TotalSeconds)));
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

    private static WatchFolder MakeFolder(string banTime)
    {
        WatchFolder folder = new();
        folder.Write("auth.log", string.Empty);
        folder.Write("jail.local", $"""
            [sshd]
            enabled  = true
            logpath  = {folder.Log}
            backend  = auto
            maxretry = 5
            findtime = 10m
            bantime  = {banTime}
            """);
        return folder;
    }

    private static async Task PrepareForeignRulesAsync(NetworkNamespace space, string firewall)
    {
        if (firewall == "nft")
        {
            await space.RunWithInputAsync("nft", "add table inet foreign\nadd set inet foreign keep { type ipv4_addr; elements = { 203.0.113.200 } }\n", "-f", "-");
            return;
        }

        await space.RunAsync("iptables", "-A", "INPUT", "-s", "203.0.113.200", "-j", "DROP");
        await space.RunAsync("ip6tables", "-A", "INPUT", "-s", "2001:db8::200", "-j", "DROP");
    }

    private static async Task<string> RulesetAsync(NetworkNamespace space, string firewall) =>
        firewall == "nft" ? await space.RunAsync("nft", "list", "ruleset")
        : await space.RunAsync("iptables", "-S") + await space.RunAsync("ip6tables", "-S") + (firewall == "ipset" ? await space.RunAsync("ipset", "save") : string.Empty);
}
