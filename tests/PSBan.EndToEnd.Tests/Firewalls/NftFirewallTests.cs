using PSBan.EndToEnd.Support;
using PSBan.Firewalls;
using PSBan.Firewalls.Nft;
using PSBan.Model;
using PSBan.Tests.Support;
using Xunit.Abstractions;

namespace PSBan.EndToEnd.Firewalls;

/// <summary>The real nft, in a network namespace.</summary>
public sealed class NftFirewallTests(ITestOutputHelper output)
{
    private static readonly FirewallRule s_sshd = new() { Jail = "sshd", Name = "sshd", Ports = "22" };
    private static readonly FirewallRule s_mail = new()
    {
        Jail = "mail",
        Name = "mail in/out ü",
        Ports = "smtp,465,submission,100:200,150-300",
        Protocols = ["tcp", "udp", "udplite", "sctp"],
        Chains = ["INPUT", "forward", "prerouting"],
        Priority = -10,
        BlockType = "REJECT --reject-with icmp-host-prohibited",
    };

    [RequiresFact("netns", "ip", "nft")]
    public async Task What_is_added_is_listed_with_its_time_until_it_is_removed()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await using NftFirewall firewall = new(space.Runner, space.ReadGeneration);
        await firewall.OpenAsync([s_sshd, s_mail], CancellationToken.None);
        Assert.Empty(await firewall.ListAsync(CancellationToken.None));

        await firewall.ApplyAsync(
            [
                Add(s_sshd, "192.0.2.7", 600), Add(s_sshd, "2001:db8::7", -1), Add(s_sshd, "2001:db8:1::/64", 60), Add(s_mail, "198.51.100.0/24", 1e12),
                Add(s_mail, "198.51.0.0/16", 3600), Add(s_mail, "192.0.2.7", 86400.5),
            ],
            CancellationToken.None);
        Dictionary<(string, string), Duration> standing = await ListAsync(firewall);
        Assert.Equal(6, standing.Count);
        Assert.InRange(standing[("sshd", "192.0.2.7")].TotalSeconds, 500, 600);
        Assert.True(standing[("sshd", "2001:db8::7")].IsPermanent);
        Assert.InRange(standing[("sshd", "2001:db8:1::/64")].TotalSeconds, 1, 60);
        Assert.InRange(standing[(s_mail.Name, "198.51.100.0/24")].TotalSeconds, 36499 * 86400.0, 36500 * 86400.0);
        Assert.InRange(standing[(s_mail.Name, "198.51.0.0/16")].TotalSeconds, 3000, 3600);

        await firewall.ApplyAsync([Remove(s_sshd, "2001:db8:1::/64"), Remove(s_sshd, "2001:db8::7"), Remove(s_mail, "203.0.113.0/24"), Remove(s_mail, "192.0.2.99")], CancellationToken.None);
        Assert.Equal(4, (await ListAsync(firewall)).Count);
    }

    [RequiresFact("netns", "ip", "nft")]
    public async Task What_others_change_is_told_from_what_it_changes_itself_and_from_what_runs_out()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await using NftFirewall firewall = new(space.Runner, space.ReadGeneration);
        await firewall.OpenAsync([s_sshd], CancellationToken.None);
        long first = firewall.CountForeignChanges()!.Value;
        await firewall.OpenAsync([s_sshd, s_mail], CancellationToken.None);
        await firewall.ApplyAsync([Add(s_sshd, "192.0.2.7", 600), Add(s_sshd, "192.0.2.8", 1), Add(s_mail, "2001:db8::7", 600)], CancellationToken.None);
        await firewall.ApplyAsync([Add(s_sshd, "192.0.2.7", 60), Remove(s_mail, "2001:db8::7"), Remove(s_mail, "2001:db8::9")], CancellationToken.None);
        Assert.Equal(first, firewall.CountForeignChanges());
        await Eventually.TrueAsync(async () => (await ListAsync(firewall)).Count == 1, "the time of an address has run out");
        Assert.Equal(first, firewall.CountForeignChanges());

        long last = first;
        foreach (string[] change in new string[][]
        {
            ["add", "table", "inet", "other"], ["delete", "element", "inet", "psban", NftNames.Set(NftNames.Id(s_sshd), NftSetKind.Hosts(isIPv6: false)), "{ 192.0.2.7 }"],
            ["delete", "table", "inet", "psban"], ["flush", "ruleset"],
        })
        {
            await space.RunAsync("nft", change);
            Assert.True(firewall.CountForeignChanges() > last, string.Join(' ', change));
            last = firewall.CountForeignChanges()!.Value;
        }

        // Both in one interval: its own is taken off, and the other's remains.
        await firewall.OpenAsync([s_sshd], CancellationToken.None);
        last = firewall.CountForeignChanges()!.Value;
        await space.RunAsync("nft", "add", "table", "inet", "other");
        await firewall.ApplyAsync([Add(s_sshd, "192.0.2.7", 600)], CancellationToken.None);
        Assert.Equal(last + 1, firewall.CountForeignChanges());
        Assert.Equal(last + 1, firewall.CountForeignChanges());
    }

    [RequiresFact("netns", "ip", "nft")]
    public async Task Where_nft_works_in_another_namespace_nothing_is_told_of_changes()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await using NftFirewall firewall = new(space.Runner);
        await firewall.OpenAsync([s_sshd], CancellationToken.None);
        Assert.Null(firewall.CountForeignChanges());
    }

    [RequiresFact("netns", "ip", "nft")]
    public async Task Adding_again_renews_the_time_in_either_direction()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await using NftFirewall firewall = new(space.Runner, space.ReadGeneration);
        await firewall.OpenAsync([s_sshd], CancellationToken.None);
        foreach ((double seconds, double from, double to) in new[] { (600.0, 500.0, 600.0), (6000, 5000, 6000), (60, 1, 60), (-1, double.PositiveInfinity, double.PositiveInfinity), (600, 500, 600) })
        {
            await firewall.ApplyAsync([Add(s_sshd, "192.0.2.7", seconds), Add(s_sshd, "192.0.2.0/24", seconds)], CancellationToken.None);
            Assert.All((await ListAsync(firewall)).Values, remaining => Assert.InRange(remaining.TotalSeconds, from, to));
        }
    }

    [RequiresFact("netns", "ip", "nft")]
    public async Task The_last_change_of_an_address_counts()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await using NftFirewall firewall = new(space.Runner, space.ReadGeneration);
        await firewall.OpenAsync([s_sshd], CancellationToken.None);
        await firewall.ApplyAsync(
            [
                Add(s_sshd, "192.0.2.1", 60), Remove(s_sshd, "192.0.2.1"), Remove(s_sshd, "192.0.2.2"), Add(s_sshd, "192.0.2.2", 60), Add(s_sshd, "192.0.2.3", 0),
            ],
            CancellationToken.None);
        Assert.Equal([("sshd", "192.0.2.2")], (await ListAsync(firewall)).Keys);
    }

    [RequiresFact("netns", "ip", "nft")]
    public async Task A_new_shape_replaces_rules_and_keeps_bans()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        NftFirewall first = new(space.Runner, space.ReadGeneration);
        await first.OpenAsync([s_mail], CancellationToken.None);
        await first.ApplyAsync([Add(s_mail, "192.0.2.7", 600), Add(s_mail, "198.51.100.0/24", 600)], CancellationToken.None);

        // Nobody closes the first: it is the table of a crash.
        foreach (FirewallRule shape in new[]
        {
            s_mail,
            s_mail with { Chains = ["forward"], Priority = 5, Ports = null, Protocols = ["all"], BlockType = "drop" },
            s_mail with { Chains = ["forward"], Priority = -5, BlockType = "reject with tcp reset" },
            s_mail with { Chains = ["DOCKER-USER"], Protocols = ["icmp"], Ports = null, BlockType = "reject", BlockType6 = "DROP", NewConnections = true },
        })
        {
            NftFirewall next = new(space.Runner, space.ReadGeneration);
            await next.OpenAsync([shape], CancellationToken.None);
            await next.OpenAsync([shape], CancellationToken.None);
            Assert.Equal(2, (await ListAsync(next)).Count);
            string rules = await space.RunAsync("nft", "list", "table", "inet", "psban");
            Assert.Equal(shape.Chains.Count, rules.Split('\n').Count(line => line.TrimStart().StartsWith("chain ", StringComparison.Ordinal)));
            output.WriteLine(rules);
        }
    }

    [RequiresFact("netns", "ip", "nft")]
    public async Task A_flushed_ruleset_is_noticed_and_opening_again_repairs_it()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await using NftFirewall firewall = new(space.Runner, space.ReadGeneration);
        await firewall.OpenAsync([s_sshd, s_mail], CancellationToken.None);
        string[][] damages = [["flush", "ruleset"], ["flush", "chain", "inet", "psban", "input-sshd"]];
        foreach (string[] damage in damages)
        {
            await space.RunAsync("nft", damage);
            FirewallException listing = await Assert.ThrowsAsync<FirewallException>(() => firewall.ListAsync(CancellationToken.None));
            Assert.Equal(FirewallFailure.Gone, listing.Failure);
            await firewall.OpenAsync([s_sshd, s_mail], CancellationToken.None);
            await firewall.ApplyAsync([Add(s_sshd, "192.0.2.7", 600), Add(s_sshd, "192.0.2.0/24", 600)], CancellationToken.None);
            Assert.Equal(2, (await ListAsync(firewall)).Count);
        }

        await space.RunAsync("nft", "flush", "ruleset");
        foreach (FirewallChange change in new[] { Add(s_sshd, "192.0.2.8", 600), Remove(s_sshd, "192.0.2.8"), Add(s_sshd, "10.0.0.0/8", 600) })
        {
            FirewallException applying = await Assert.ThrowsAsync<FirewallException>(() => firewall.ApplyAsync([change], CancellationToken.None));
            Assert.Equal(FirewallFailure.Gone, applying.Failure);
            Assert.Contains("No such file or directory", applying.Message, StringComparison.Ordinal);
        }
    }

    [RequiresFact("netns", "ip", "nft")]
    public async Task Opening_and_closing_again_and_again_leaves_nothing_and_touches_nothing_else()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await space.RunWithInputAsync("nft", "add table inet other\nadd set inet other addr4-sshd { type ipv4_addr; flags timeout; }\nadd chain inet other input-sshd\n", "-f", "-");
        string before = await space.RunAsync("nft", "list", "ruleset");
        for (int i = 0; i < 50; i++)
        {
            await using NftFirewall firewall = new(space.Runner, space.ReadGeneration);
            await firewall.OpenAsync([s_sshd], CancellationToken.None);
            await firewall.OpenAsync([s_mail], CancellationToken.None);
            await firewall.ApplyAsync([Add(s_sshd, "192.0.2.7", 600), Add(s_mail, "192.0.2.0/24", -1)], CancellationToken.None);
            await firewall.CloseAsync([s_sshd], CancellationToken.None);
            Assert.Equal([(s_mail.Name, "192.0.2.0/24")], (await ListAsync(firewall)).Keys);
            await firewall.CloseAsync([s_mail], CancellationToken.None);
            await firewall.CloseAsync([s_mail], CancellationToken.None);
        }

        Assert.Equal(before, await space.RunAsync("nft", "list", "ruleset"));
    }

    [RequiresFact("netns", "ip", "nft")]
    public async Task Closing_leaves_what_somebody_else_put_into_the_table()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await using NftFirewall firewall = new(space.Runner, space.ReadGeneration);
        await firewall.OpenAsync([s_sshd], CancellationToken.None);
        await space.RunAsync("nft", "add", "counter", "inet", "psban", "mine");
        await firewall.CloseAsync([s_sshd], CancellationToken.None);
        string rest = await space.RunAsync("nft", "list", "ruleset");
        Assert.Contains("counter mine", rest, StringComparison.Ordinal);
        Assert.DoesNotContain("sshd", rest, StringComparison.Ordinal);
        await firewall.ClearAsync(CancellationToken.None);
        Assert.Equal("", await space.RunAsync("nft", "list", "ruleset"));
    }

    [RequiresFact("netns", "ip", "nft", "setpriv")]
    public async Task Without_the_right_the_refusal_says_what_to_do()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        CommandRunner runner = new() { Prefix = [.. space.Runner.Prefix, "setpriv", "--reuid", "65534", "--clear-groups"] };
        await using NftFirewall firewall = new(runner);
        foreach (Func<Task> attempt in new Func<Task>[] { () => firewall.OpenAsync([s_sshd], CancellationToken.None), () => firewall.OpenAsync([], CancellationToken.None) })
        {
            FirewallException refusal = await Assert.ThrowsAsync<FirewallException>(attempt);
            Assert.Equal(FirewallFailure.AccessDenied, refusal.Failure);
            Assert.Contains("Operation not permitted", refusal.Message, StringComparison.Ordinal);
            Assert.Contains("AmbientCapabilities=CAP_NET_ADMIN", refusal.Message, StringComparison.Ordinal);
        }
    }

    [RequiresFact("netns", "ip", "nft")]
    public async Task A_rule_that_nft_does_not_take_is_named()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await using NftFirewall firewall = new(space.Runner, space.ReadGeneration);
        FirewallRule bad = s_mail with { BlockType = "counter redirect to 2222" };
        FirewallException refusal = await Assert.ThrowsAsync<FirewallException>(() => firewall.OpenAsync([s_sshd, bad], CancellationToken.None));
        Assert.Equal(FirewallFailure.CommandFailed, refusal.Failure);
        Assert.Contains("'mail in/out ü' of the jail 'mail'", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("", await space.RunAsync("nft", "list", "ruleset"));
    }

    [RequiresFact("netns", "ip", "nft")]
    public async Task Large_batches_are_applied_whole()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await using NftFirewall firewall = new(space.Runner, space.ReadGeneration);
        await firewall.OpenAsync([s_sshd], CancellationToken.None);
        FirewallChange[] many = [.. Enumerable.Range(1, 100_000).Select(i => Add(s_sshd, $"10.{i >> 16}.{(i >> 8) & 255}.{i & 255}", 600 + i))];
        await TimeAsync("10,000 adds", () => firewall.ApplyAsync(many[..10_000], CancellationToken.None));
        await TimeAsync("100,000 adds, 10,000 of them renewed", () => firewall.ApplyAsync(many, CancellationToken.None));
        IReadOnlyList<FirewallEntry> standing = [];
        await TimeAsync("list of 100,000", async () => standing = await firewall.ListAsync(CancellationToken.None));
        Assert.Equal(100_000, standing.Count);
        for (int i = 0; i < 5; i++)
        {
            await TimeAsync("one new", () => firewall.ApplyAsync([Add(s_sshd, $"192.0.2.{i}", 600)], CancellationToken.None));
        }

        await TimeAsync("one renewed", () => firewall.ApplyAsync([Add(s_sshd, "192.0.2.1", 600)], CancellationToken.None));
        await TimeAsync("open again", () => firewall.OpenAsync([s_sshd], CancellationToken.None));
        await TimeAsync("remove 100,000", () => firewall.ApplyAsync([.. many.Select(change => change with { Add = false })], CancellationToken.None));
        Assert.Equal(5, (await firewall.ListAsync(CancellationToken.None)).Count);
    }

    [RequiresFact("netns", "ip", "nft")]
    public async Task What_is_too_much_for_one_transaction_is_applied_in_order_and_makes_each_set_once()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await using NftFirewall firewall = new(space.Runner, space.ReadGeneration);
        await firewall.OpenAsync([s_sshd], CancellationToken.None);
        FirewallChange[] hosts = [.. Enumerable.Range(1, 60_000).Select(i => Add(s_sshd, $"10.{i >> 16}.{(i >> 8) & 255}.{i & 255}", 600 + i))];
        FirewallChange[] all =
        [
            Add(s_sshd, "198.51.100.0/24", 600), .. hosts[..30_000], Add(s_sshd, "203.0.113.0/24", 600), Add(s_sshd, "2001:db8::/48", 600), Remove(s_sshd, "10.0.0.1"),
            .. hosts[30_000..], Add(s_sshd, "2001:db8:1::/48", 600), Add(s_sshd, "10.0.0.2", 5000), Remove(s_sshd, "198.51.100.0/24"),
        ];

        await firewall.ApplyAsync(all, CancellationToken.None);
        Dictionary<(string, string), Duration> standing = await ListAsync(firewall);
        Assert.Equal(59_999 + 3, standing.Count);
        Assert.DoesNotContain(("sshd", "10.0.0.1"), standing.Keys);
        Assert.DoesNotContain(("sshd", "198.51.100.0/24"), standing.Keys);
        Assert.InRange(standing[("sshd", "10.0.0.2")].TotalSeconds, 4000, 5000);
        string[] rules = [.. (await space.RunAsync("nft", "-s", "-t", "list", "ruleset")).Split('\n').Where(line => line.Contains(" @", StringComparison.Ordinal))];
        Assert.Equal(rules.Distinct(), rules);

        // Once more, where nearly all of it stands; and where all has gone in between.
        await firewall.ApplyAsync(all, CancellationToken.None);
        Assert.Equal(59_999 + 3, (await ListAsync(firewall)).Count);
        await space.RunAsync("nft", "flush", "ruleset");
        FirewallException gone = await Assert.ThrowsAsync<FirewallException>(() => firewall.ApplyAsync(all, CancellationToken.None));
        Assert.Equal(FirewallFailure.Gone, gone.Failure);
        await firewall.OpenAsync([s_sshd], CancellationToken.None);
        await firewall.ApplyAsync(all, CancellationToken.None);
        Assert.Equal(standing.Keys.Order(), (await ListAsync(firewall)).Keys.Order());
    }

    private static FirewallChange Add(FirewallRule rule, string address, double seconds) => new(rule, Address.Parse(address), true, Duration.FromSeconds(seconds));

    private static FirewallChange Remove(FirewallRule rule, string address) => new(rule, Address.Parse(address), false, Duration.Zero);

    private static async Task<Dictionary<(string, string), Duration>> ListAsync(NftFirewall firewall) =>
        (await firewall.ListAsync(CancellationToken.None)).ToDictionary(entry => (entry.Rule.Name, entry.Address.ToString()), entry => entry.Remaining!.Value);

    private async Task TimeAsync(string what, Func<Task> work)
    {
        long start = TimeProvider.System.GetTimestamp();
        await work();
        output.WriteLine($"{what}: {TimeProvider.System.GetElapsedTime(start).TotalMilliseconds:0.0} ms");
    }
}
