using PSBan.Firewalls;
using PSBan.Firewalls.Iptables;
using PSBan.Model;
using PSBan.Tests.Support;
using Xunit.Abstractions;

namespace PSBan.EndToEnd.Firewalls;

/// <summary>The real iptables and ip6tables, in a network namespace.</summary>
public sealed class IptablesFirewallTests(ITestOutputHelper output)
{
    private static readonly FirewallRule s_sshd = new() { Jail = "sshd", Name = "sshd", Ports = "22" };
    private static readonly FirewallRule s_mail = new()
    {
        Jail = "mail",
        Name = "mail in/out ü",
        Ports = "1,3,5,7,9,11,13,15,17,19,21,23,25,100:200,465,587,993,995",
        Protocols = ["tcp", "udp"],
        Chains = ["INPUT", "forward"],
        BlockType = "reject with tcp reset",
    };

    [RequiresFact("netns", "ip", "iptables")]
    public async Task What_is_added_is_listed_until_it_is_removed()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await using IptablesFirewall firewall = new(space.Runner);
        await firewall.OpenAsync([s_sshd, s_mail], CancellationToken.None);
        Assert.Empty(await ListAsync(firewall));
        Assert.Empty(firewall.Notes);

        FirewallChange[] changes =
        [
            Add(s_sshd, "192.0.2.7"), Add(s_sshd, "2001:db8::7"), Add(s_mail, "198.51.100.0/24"), Add(s_mail, "198.51.0.0/16"), Add(s_mail, "192.0.2.7"), Add(s_mail, "2001:db8:1::/64"),
        ];
        await firewall.ApplyAsync(changes, CancellationToken.None);
        await firewall.ApplyAsync(changes, CancellationToken.None);
        string[] expected = ["mail in/out ü 192.0.2.7", "mail in/out ü 198.51.0.0/16", "mail in/out ü 198.51.100.0/24", "mail in/out ü 2001:db8:1::/64", "sshd 192.0.2.7", "sshd 2001:db8::7"];
        Assert.Equal(expected, await ListAsync(firewall));
        output.WriteLine(await space.RunAsync("iptables", "-S"));

        await firewall.ApplyAsync([Remove(s_sshd, "192.0.2.7"), Remove(s_sshd, "192.0.2.99"), Remove(s_mail, "2001:db8:1::/64"), Add(s_mail, "192.0.2.8"), Remove(s_mail, "192.0.2.8")], CancellationToken.None);
        Assert.Equal(["mail in/out ü 192.0.2.7", "mail in/out ü 198.51.0.0/16", "mail in/out ü 198.51.100.0/24", "sshd 2001:db8::7"], await ListAsync(firewall));
    }

    [RequiresFact("netns", "ip", "iptables")]
    public async Task A_new_shape_replaces_rules_and_keeps_bans()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await space.RunAsync("iptables", "-N", "DOCKER-USER");
        IptablesFirewall first = new(space.Runner);
        await first.OpenAsync([s_mail], CancellationToken.None);
        await first.ApplyAsync([Add(s_mail, "192.0.2.7"), Add(s_mail, "198.51.100.0/24"), Add(s_mail, "2001:db8::1")], CancellationToken.None);
        foreach ((FirewallRule shape, int jumps4) in new[]
        {
            (s_mail, 8),
            (s_mail with { Chains = ["FORWARD", "DOCKER-USER"], Ports = null, Protocols = ["all"], BlockType = "drop" }, 2),
            (s_mail with { Protocols = ["all"], Ports = "25" }, 10),
            (s_mail with { Protocols = ["icmp"], Ports = null, Chains = [], BlockType = "REJECT", NewConnections = true }, 1),
        })
        {
            IptablesFirewall next = new(space.Runner);
            await next.OpenAsync([shape], CancellationToken.None);
            await next.OpenAsync([shape], CancellationToken.None);
            Assert.Equal(3, (await ListAsync(next)).Length);
            string rules = await space.RunAsync("iptables", "-S");
            output.WriteLine(rules);
            Assert.Equal(jumps4, rules.Split('\n').Count(line => line.EndsWith("-j psban-mail_in_out__-8e38cbe8", StringComparison.Ordinal)));
            await next.ApplyAsync([Add(shape, "192.0.2.9"), Remove(shape, "192.0.2.9")], CancellationToken.None);
        }
    }

    [RequiresFact("netns", "ip", "iptables")]
    public async Task A_chain_that_one_family_lacks_is_noted_and_one_that_both_lack_is_an_error()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        FirewallRule rule = s_sshd with { Chains = ["DOCKER-USER"] };
        await using IptablesFirewall firewall = new(space.Runner);
        FirewallException refusal = await Assert.ThrowsAsync<FirewallException>(() => firewall.OpenAsync([rule], CancellationToken.None));
        Assert.Equal(FirewallFailure.NotYet, refusal.Failure);
        Assert.Contains("the chain DOCKER-USER, which iptables does not have", refusal.Message, StringComparison.Ordinal);

        await space.RunAsync("iptables", "-N", "DOCKER-USER");
        await firewall.OpenAsync([rule], CancellationToken.None);
        Assert.Equal("The chain DOCKER-USER is not in ip6tables, so the rule 'sshd' does nothing there.", Assert.Single(firewall.Notes));
        await firewall.ApplyAsync([Add(rule, "192.0.2.7"), Add(rule, "2001:db8::7")], CancellationToken.None);
        Assert.Equal(["sshd 192.0.2.7", "sshd 2001:db8::7"], await ListAsync(firewall));
    }

    [RequiresFact("netns", "ip", "iptables")]
    public async Task Flushed_rules_are_noticed_and_opening_again_repairs_them()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await using IptablesFirewall firewall = new(space.Runner);
        await firewall.OpenAsync([s_sshd, s_mail], CancellationToken.None);
        foreach (string[] damage in new[] { new[] { "-F", "INPUT" }, ["-F"] })
        {
            await firewall.ApplyAsync([Add(s_sshd, "192.0.2.7")], CancellationToken.None);
            await space.RunAsync("iptables", damage);
            FirewallException applying = await Assert.ThrowsAsync<FirewallException>(() => firewall.ApplyAsync([Add(s_sshd, "192.0.2.8")], CancellationToken.None));
            FirewallException listing = await Assert.ThrowsAsync<FirewallException>(() => firewall.ListAsync(CancellationToken.None));
            Assert.Equal((FirewallFailure.Gone, FirewallFailure.Gone), (applying.Failure, listing.Failure));
            await firewall.OpenAsync([s_sshd, s_mail], CancellationToken.None);
        }

        Assert.Empty(await ListAsync(firewall));
        await space.RunAsync("iptables", "-F");
        await space.RunAsync("iptables", "-X");
        FirewallException gone = await Assert.ThrowsAsync<FirewallException>(() => firewall.ApplyAsync([Remove(s_sshd, "192.0.2.7")], CancellationToken.None));
        Assert.Equal(FirewallFailure.Gone, gone.Failure);
    }

    [RequiresFact("netns", "ip", "iptables")]
    public async Task A_rule_taken_out_by_hand_does_not_stop_the_batch_that_removes_it()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await using IptablesFirewall firewall = new(space.Runner);
        await firewall.OpenAsync([s_sshd], CancellationToken.None);
        await firewall.ApplyAsync([Add(s_sshd, "192.0.2.7"), Add(s_sshd, "192.0.2.8")], CancellationToken.None);
        await space.RunAsync("iptables", "-D", "psban-sshd", "1");
        await firewall.ApplyAsync([Remove(s_sshd, "192.0.2.7"), Remove(s_sshd, "192.0.2.8"), Add(s_sshd, "192.0.2.9")], CancellationToken.None);
        Assert.Equal(["sshd 192.0.2.9"], await ListAsync(firewall));
    }

    [RequiresFact("netns", "ip", "iptables")]
    public async Task Opening_and_closing_again_and_again_leaves_nothing_and_touches_nothing_else()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await space.RunAsync("iptables", "-N", "f2b-sshd");
        await space.RunAsync("iptables", "-A", "INPUT", "-p", "tcp", "-m", "comment", "--comment", "a -j psban-sshd b", "-j", "f2b-sshd");
        string[] before = [await space.RunAsync("iptables", "-S"), await space.RunAsync("ip6tables", "-S")];
        for (int i = 0; i < 50; i++)
        {
            await using IptablesFirewall firewall = new(space.Runner);
            await firewall.OpenAsync([s_sshd], CancellationToken.None);
            await firewall.OpenAsync([s_mail], CancellationToken.None);
            await firewall.ApplyAsync([Add(s_sshd, "192.0.2.7"), Add(s_mail, "2001:db8::/64")], CancellationToken.None);
            await firewall.CloseAsync([s_sshd], CancellationToken.None);
            Assert.Equal(["mail in/out ü 2001:db8::/64"], await ListAsync(firewall));
            await firewall.CloseAsync([s_mail], CancellationToken.None);
            await firewall.CloseAsync([s_mail], CancellationToken.None);
        }

        string[] after = [await space.RunAsync("iptables", "-S"), await space.RunAsync("ip6tables", "-S")];
        Assert.Equal(before, after);
    }

    [RequiresFact("netns", "ip", "iptables", "setpriv")]
    public async Task Without_the_right_the_refusal_says_what_to_do()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        CommandRunner runner = new() { Prefix = [.. space.Runner.Prefix, "setpriv", "--reuid", "65534", "--clear-groups"] };
        await using IptablesFirewall firewall = new(runner);
        foreach (Func<Task> attempt in new Func<Task>[] { () => firewall.OpenAsync([s_sshd], CancellationToken.None), () => firewall.OpenAsync([], CancellationToken.None) })
        {
            FirewallException refusal = await Assert.ThrowsAsync<FirewallException>(attempt);
            Assert.Equal(FirewallFailure.AccessDenied, refusal.Failure);
            Assert.Contains("AmbientCapabilities=CAP_NET_ADMIN", refusal.Message, StringComparison.Ordinal);
        }
    }

    [RequiresFact("netns", "ip", "iptables")]
    public async Task A_rule_that_iptables_does_not_take_is_named()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await using IptablesFirewall firewall = new(space.Runner);
        FirewallRule bad = s_mail with { Chains = ["INPUT"], BlockType = "NOSUCHTARGET" };
        FirewallException refusal = await Assert.ThrowsAsync<FirewallException>(() => firewall.OpenAsync([s_sshd, bad], CancellationToken.None));
        Assert.Equal(FirewallFailure.CommandFailed, refusal.Failure);
        Assert.Contains("'mail in/out ü' of the jail 'mail'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("NOSUCHTARGET", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("psban", await space.RunAsync("iptables", "-S"), StringComparison.Ordinal);
    }

    [RequiresFact("netns", "ip", "iptables")]
    public async Task Large_batches_are_applied_whole()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await using IptablesFirewall firewall = new(space.Runner);
        await firewall.OpenAsync([s_sshd], CancellationToken.None);
        FirewallChange[] many = [.. Enumerable.Range(1, 10_000).Select(i => Add(s_sshd, $"10.0.{i >> 8}.{i & 255}"))];
        await TimeAsync("10,000 adds", () => firewall.ApplyAsync(many, CancellationToken.None));
        Assert.Equal(10_000, (await firewall.ListAsync(CancellationToken.None)).Count);
        await TimeAsync("one new", () => firewall.ApplyAsync([Add(s_sshd, "192.0.2.1")], CancellationToken.None));
        await TimeAsync("one new", () => firewall.ApplyAsync([Add(s_sshd, "192.0.2.2")], CancellationToken.None));
        await TimeAsync("50 removed one by one", () => firewall.ApplyAsync([.. many[^50..].Select(change => change with { Add = false })], CancellationToken.None));
        await TimeAsync("list", () => firewall.ListAsync(CancellationToken.None));
        await TimeAsync("open again", () => firewall.OpenAsync([s_sshd], CancellationToken.None));
        await TimeAsync("9,000 removed", () => firewall.ApplyAsync([.. many[..9000].Select(change => change with { Add = false })], CancellationToken.None));
        Assert.Equal(1_000 - 50 + 2, (await firewall.ListAsync(CancellationToken.None)).Count);
    }

    private static FirewallChange Add(FirewallRule rule, string address) => new(rule, Address.Parse(address), true, Duration.FromSeconds(600));

    private static FirewallChange Remove(FirewallRule rule, string address) => new(rule, Address.Parse(address), false, Duration.Zero);

    private static async Task<string[]> ListAsync(IptablesFirewall firewall) =>
        [.. (await firewall.ListAsync(CancellationToken.None)).Select(entry => $"{entry.Rule.Name} {entry.Address}").Order(StringComparer.Ordinal)];

    private async Task TimeAsync(string what, Func<Task> work)
    {
        long start = TimeProvider.System.GetTimestamp();
        await work();
        output.WriteLine($"{what}: {TimeProvider.System.GetElapsedTime(start).TotalMilliseconds:0.0} ms");
    }
}
