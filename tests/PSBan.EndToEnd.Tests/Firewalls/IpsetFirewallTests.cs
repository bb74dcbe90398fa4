using PSBan.Firewalls;
using PSBan.Firewalls.Ipset;
using PSBan.Model;
using PSBan.Tests.Support;
using Xunit.Abstractions;

namespace PSBan.EndToEnd.Firewalls;

/// <summary>The real ipset, iptables and ip6tables, in a network namespace.</summary>
public sealed class IpsetFirewallTests(ITestOutputHelper output)
{
    private static readonly FirewallRule s_sshd = new() { Jail = "sshd", Name = "sshd", Ports = "22" };
    private static readonly FirewallRule s_mail = new()
    {
        Jail = "mail",
        Name = "mail in/out ü with a rather long name",
        Ports = "25,465,587",
        Protocols = ["tcp", "udp"],
        Chains = ["INPUT", "forward"],
        BlockType = "reject with tcp reset",
    };

    [RequiresFact("netns", "ip", "iptables", "ipset")]
    public async Task What_is_added_is_listed_with_its_time_until_it_is_removed()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await using IpsetFirewall firewall = Make(space);
        await firewall.OpenAsync([s_sshd, s_mail], CancellationToken.None);
        Assert.Empty(await ListAsync(firewall));
        Assert.Empty(firewall.Notes);

        FirewallChange[] changes =
        [
            Add(s_sshd, "192.0.2.7"), Add(s_sshd, "2001:db8::7"), Add(s_mail, "198.51.100.0/24"), Add(s_mail, "198.51.0.0/16"), Add(s_mail, "192.0.2.7"), Add(s_mail, "2001:db8:1::/64"), Add(s_mail, "0.0.0.0/0"),
        ];
        await firewall.ApplyAsync(changes, CancellationToken.None);
        await firewall.ApplyAsync(changes, CancellationToken.None);
        string mail = s_mail.Name;
        Assert.Equal([$"{mail} 192.0.2.7", $"{mail} 198.51.0.0/16", $"{mail} 198.51.100.0/24", $"{mail} 2001:db8:1::/64", "sshd 192.0.2.7", "sshd 2001:db8::7"], await ListAsync(firewall));
        Assert.False(firewall.Covers(Address.Parse("0.0.0.0/0")));
        Assert.All(await firewall.ListAsync(CancellationToken.None), entry => Assert.InRange(entry.Remaining!.Value.TotalSeconds, 1, 600));
        string rules = await space.RunAsync("iptables", "-S");
        output.WriteLine(rules);
        Assert.Contains("-A INPUT -p tcp -m multiport --dports 22 -j psbanset-sshd\n", rules, StringComparison.Ordinal);
        Assert.Contains("-A psbanset-sshd -m set --match-set psban-sshd-4 src -j REJECT --reject-with icmp-port-unreachable\n", rules, StringComparison.Ordinal);

        await firewall.ApplyAsync([Remove(s_sshd, "192.0.2.7"), Remove(s_sshd, "192.0.2.99"), Remove(s_mail, "2001:db8:1::/64"), Add(s_mail, "192.0.2.8"), Remove(s_mail, "192.0.2.8")], CancellationToken.None);
        Assert.Equal([$"{mail} 192.0.2.7", $"{mail} 198.51.0.0/16", $"{mail} 198.51.100.0/24", "sshd 2001:db8::7"], await ListAsync(firewall));
    }

    [RequiresFact("netns", "ip", "iptables", "ipset")]
    public async Task What_lasts_longer_than_a_set_can_count_is_renewed_and_for_ever_is_for_ever()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        ManualTimeProvider time = new(DateTimeOffset.UnixEpoch);
        await using IpsetFirewall firewall = new(space.Runner, time);
        await firewall.OpenAsync([s_sshd], CancellationToken.None);
        FirewallChange year = new(s_sshd, Address.Parse("192.0.2.7"), true, Duration.FromSeconds(365 * 86400));
        await firewall.ApplyAsync([year, new FirewallChange(s_sshd, Address.Parse("192.0.2.8"), true, Duration.Permanent), Add(s_sshd, "192.0.2.9")], CancellationToken.None);
        Assert.InRange(await RemainingAsync(firewall, "192.0.2.7"), 2_147_000, IpsetScript.MaxTimeout);
        Assert.Equal(double.PositiveInfinity, await RemainingAsync(firewall, "192.0.2.8"));

        // The kernel's clock does not follow ours, so the last day comes by hand.
        await space.RunAsync("ipset", "add", "-exist", "psban-sshd-4", "192.0.2.7", "timeout", "80000");
        await firewall.ListAsync(CancellationToken.None);
        Assert.InRange(await RemainingAsync(firewall, "192.0.2.7"), 2_147_000, IpsetScript.MaxTimeout);
        time.Advance(TimeSpan.FromDays(364.5));
        await space.RunAsync("ipset", "add", "-exist", "psban-sshd-4", "192.0.2.7", "timeout", "43200");
        await firewall.ListAsync(CancellationToken.None);
        Assert.InRange(await RemainingAsync(firewall, "192.0.2.7"), 1, 43200);
        Assert.InRange(await RemainingAsync(firewall, "192.0.2.9"), 1, 600);
    }

    [RequiresFact("netns", "ip", "iptables", "ipset")]
    public async Task Opening_again_keeps_the_bans_and_takes_the_new_shape()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await space.RunAsync("iptables", "-N", "DOCKER-USER");
        await using IpsetFirewall first = Make(space);
        await first.OpenAsync([s_sshd], CancellationToken.None);
        await first.ApplyAsync([Add(s_sshd, "192.0.2.7"), Add(s_sshd, "2001:db8::/64")], CancellationToken.None);

        FirewallRule shape = s_sshd with { Chains = ["FORWARD", "DOCKER-USER"], Ports = null, Protocols = ["tcp", "udp"], BlockType = "drop" };
        await using IpsetFirewall next = Make(space);
        await next.OpenAsync([shape], CancellationToken.None);
        await next.OpenAsync([shape], CancellationToken.None);
        Assert.Equal(["sshd 192.0.2.7", "sshd 2001:db8::/64"], await ListAsync(next));
        string[] rules = (await space.RunAsync("iptables", "-S")).Split('\n');
        Assert.Equal(["-A DOCKER-USER -p tcp -j psbanset-sshd", "-A DOCKER-USER -p udp -j psbanset-sshd", "-A FORWARD -p tcp -j psbanset-sshd", "-A FORWARD -p udp -j psbanset-sshd"],
            rules.Where(rule => rule.EndsWith("-j psbanset-sshd", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Contains("-A psbanset-sshd -m set --match-set psban-sshd-4n src -j DROP", rules);
        Assert.Equal("The chain DOCKER-USER is not in ip6tables, so the rule 'sshd' does nothing there.", Assert.Single(next.Notes));
    }

    [RequiresFact("netns", "ip", "iptables", "ipset")]
    public async Task What_somebody_took_away_is_noticed_and_opening_again_repairs_it()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await using IpsetFirewall firewall = Make(space);
        await firewall.OpenAsync([s_sshd, s_mail], CancellationToken.None);
        foreach (string damage in new[] { "iptables -F INPUT", "ip6tables -F psbanset-sshd", "iptables -F; iptables -X", "iptables -F; ip6tables -F; ipset destroy" })
        {
            await firewall.ApplyAsync([Add(s_sshd, "192.0.2.7")], CancellationToken.None);
            await space.RunAsync("sh", "-c", $"for i in 1 2 3 4 5 6 7 8 9; do {damage} && exit 0; sleep 0.2; done; exit 1");
            FirewallException listing = await Assert.ThrowsAsync<FirewallException>(() => firewall.ListAsync(CancellationToken.None));
            Assert.Equal(FirewallFailure.Gone, listing.Failure);
            if (damage.Contains("destroy", StringComparison.Ordinal))
            {
                FirewallException applying = await Assert.ThrowsAsync<FirewallException>(() => firewall.ApplyAsync([Add(s_sshd, "192.0.2.8")], CancellationToken.None));
                Assert.Equal(FirewallFailure.Gone, applying.Failure);
            }

            await firewall.OpenAsync([s_sshd, s_mail], CancellationToken.None);
            await firewall.ListAsync(CancellationToken.None);
        }
    }

    [RequiresFact("netns", "ip", "iptables", "ipset")]
    public async Task Opening_and_closing_again_and_again_leaves_nothing_and_touches_nothing_else()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await space.RunAsync("ipset", "create", "f2b-sshd", "hash:ip");
        await space.RunAsync("iptables", "-A", "INPUT", "-m", "set", "--match-set", "f2b-sshd", "src", "-j", "DROP");
        string before = await StateAsync(space);
        for (int i = 0; i < 10; i++)
        {
            await using IpsetFirewall firewall = Make(space);
            await firewall.OpenAsync([s_sshd], CancellationToken.None);
            await firewall.OpenAsync([s_mail], CancellationToken.None);
            await firewall.ApplyAsync([Add(s_sshd, "192.0.2.7"), Add(s_mail, "2001:db8::/64")], CancellationToken.None);
            await firewall.CloseAsync([s_sshd], CancellationToken.None);
            Assert.Equal([$"{s_mail.Name} 2001:db8::/64"], await ListAsync(firewall));
            await firewall.CloseAsync([s_mail], CancellationToken.None);
            await firewall.CloseAsync([s_mail], CancellationToken.None);
        }

        Assert.Equal(before, await StateAsync(space));
    }

    [RequiresFact("netns", "ip", "iptables", "ipset")]
    public async Task A_rule_that_is_not_taken_is_named_and_leaves_nothing()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        string before = await StateAsync(space);
        await using IpsetFirewall firewall = Make(space);
        FirewallRule bad = s_mail with { BlockType = "NOSUCHTARGET" };
        FirewallException refusal = await Assert.ThrowsAsync<FirewallException>(() => firewall.OpenAsync([s_sshd, bad], CancellationToken.None));
        Assert.Equal(FirewallFailure.CommandFailed, refusal.Failure);
        Assert.Contains("of the jail 'mail'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("NOSUCHTARGET", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, await StateAsync(space));

        FirewallException missing = await Assert.ThrowsAsync<FirewallException>(() => firewall.OpenAsync([s_sshd with { Chains = ["DOCKER-USER"] }], CancellationToken.None));
        Assert.Contains("the chain DOCKER-USER, which iptables does not have", missing.Message, StringComparison.Ordinal);
        Assert.Equal(before, await StateAsync(space));
    }

    [RequiresFact("netns", "ip", "iptables", "ipset")]
    public async Task A_hundred_thousand_stand_in_a_set()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await using IpsetFirewall firewall = Make(space);
        await firewall.OpenAsync([s_sshd], CancellationToken.None);
        FirewallChange[] many = [.. Enumerable.Range(1, 100_000).Select(i => Add(s_sshd, $"10.{i >> 16}.{(i >> 8) & 255}.{i & 255}"))];
        await TimeAsync("100,000 adds", () => firewall.ApplyAsync(many, CancellationToken.None));
        await TimeAsync("one more", () => firewall.ApplyAsync([Add(s_sshd, "192.0.2.1")], CancellationToken.None));
        await TimeAsync("list", () => firewall.ListAsync(CancellationToken.None));
        Assert.Equal(100_001, (await firewall.ListAsync(CancellationToken.None)).Count);
        await TimeAsync("100,000 removed", () => firewall.ApplyAsync([.. many.Select(change => change with { Add = false })], CancellationToken.None));
        Assert.Single(await firewall.ListAsync(CancellationToken.None));
    }

    private static IpsetFirewall Make(NetworkNamespace space) => new(space.Runner, TimeProvider.System);

    private static FirewallChange Add(FirewallRule rule, string address) => new(rule, Address.Parse(address), true, Duration.FromSeconds(600));

    private static FirewallChange Remove(FirewallRule rule, string address) => new(rule, Address.Parse(address), false, Duration.Zero);

    private static async Task<double> RemainingAsync(IpsetFirewall firewall, string address) =>
        (await firewall.ListAsync(CancellationToken.None)).Single(entry => entry.Address.ToString() == address).Remaining!.Value.TotalSeconds;

    private static async Task<string[]> ListAsync(IpsetFirewall firewall) =>
        [.. (await firewall.ListAsync(CancellationToken.None)).Select(entry => $"{entry.Rule.Name} {entry.Address}").Order(StringComparer.Ordinal)];

    private static async Task<string> StateAsync(NetworkNamespace space) =>
        await space.RunAsync("iptables", "-S") + await space.RunAsync("ip6tables", "-S") + await space.RunAsync("ipset", "list", "-n");

    private async Task TimeAsync(string what, Func<Task> work)
    {
        long start = TimeProvider.System.GetTimestamp();
        await work();
        output.WriteLine($"{what}: {TimeProvider.System.GetElapsedTime(start).TotalMilliseconds:0.0} ms");
    }
}
