using PSBan.Firewalls;
using PSBan.Firewalls.Ipset;
using PSBan.Firewalls.Iptables;
using PSBan.Firewalls.Nft;
using PSBan.Model;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Firewalls;

/// <summary>Which packet filter is taken, with the real tools there, missing, or out of reach.</summary>
public sealed class FirewallSelectorTests
{
    private static readonly FirewallRule s_sshd = new() { Jail = "sshd", Name = "sshd", Ports = "22" };

    [RequiresTheory("netns", "ip", "nft", "iptables", "ipset")]
    [InlineData("auto", "nft", "nft was chosen: it works here, and the kernel ends its bans.")]
    [InlineData("nft", "nft", "nft works here.")]
    [InlineData("iptables", "iptables", "iptables works here.")]
    [InlineData("ipset", "ipset", "ipset works here.")]
    [InlineData("dry-run", "dry-run", "Dry run: the packet filter is not touched.")]
    public async Task A_working_packet_filter_is_taken_and_said(string name, string expected, string reason)
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        FirewallChoice choice = await FirewallSelector.CreateAsync(name, TimeProvider.System, space.Runner, CancellationToken.None);
        await using IFirewall firewall = choice.Firewall;
        Assert.Equal((expected, reason), (firewall.Name, choice.Reason));

        // Looking leaves nothing behind.
        Assert.Equal("", await space.RunAsync("nft", "list", "ruleset"));
    }

    [RequiresFact("netns", "ip", "nft", "iptables", "sh")]
    public async Task Where_nft_does_not_work_iptables_is_taken_and_the_reason_said()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();

        // Stands between and answers as a kernel without nf_tables makes nft answer.
        const string script = "case $1 in */nft) echo 'netlink: Error: cache initialization failed: Protocol not supported' >&2; exit 1;; esac; exec \"$@\"";
        CommandRunner runner = new() { Prefix = [.. space.Runner.Prefix, "sh", "-c", script, "sh"] };
        FirewallChoice choice = await FirewallSelector.CreateAsync("auto", TimeProvider.System, runner, CancellationToken.None);
        Assert.Equal("iptables", choice.Firewall.Name);
        Assert.StartsWith("iptables was chosen, because nft does not work here: nft does not work with this kernel: ", choice.Reason, StringComparison.Ordinal);
        FirewallException refusal = await Assert.ThrowsAsync<FirewallException>(() => FirewallSelector.CreateAsync("nft", TimeProvider.System, runner, CancellationToken.None));
        Assert.Equal(FirewallFailure.Unavailable, refusal.Failure);
    }

    [RequiresTheory("netns", "ip", "nft", "iptables", "ipset", "setpriv")]
    [InlineData("auto")]
    [InlineData("nft")]
    [InlineData("iptables")]
    [InlineData("ipset")]
    public async Task Without_the_right_nothing_is_taken(string name)
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        CommandRunner runner = new() { Prefix = [.. space.Runner.Prefix, "setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin"] };
        FirewallException refusal = await Assert.ThrowsAsync<FirewallException>(() => FirewallSelector.CreateAsync(name, TimeProvider.System, runner, CancellationToken.None));
        Assert.Equal(FirewallFailure.AccessDenied, refusal.Failure);
        Assert.Contains("--cap-add NET_ADMIN", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_name_is_refused()
    {
        FirewallException refusal = await Assert.ThrowsAsync<FirewallException>(() => FirewallSelector.CreateAsync("pf", TimeProvider.System, CancellationToken.None));
        Assert.Equal("There is no firewall 'pf'; write auto, nft, iptables, ipset, windows-firewall or dry-run.", refusal.Message);
    }

    [RequiresFact("netns", "ip", "nft", "iptables", "sh")]
    public async Task Where_IPv6_does_not_work_iptables_bans_IPv4_and_says_so()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        const string script = "case $1 in */ip6tables*) echo \"can't initialize ip6tables table \\`filter': Address family not supported by protocol\" >&2; exit 3;; esac; exec \"$@\"";
        CommandRunner runner = new() { Prefix = [.. space.Runner.Prefix, "sh", "-c", script, "sh"] };
        await using IptablesFirewall firewall = new(runner);
        await firewall.OpenAsync([s_sshd], CancellationToken.None);
        await firewall.ApplyAsync([Ban("192.0.2.7"), Ban("2001:db8::7")], CancellationToken.None);
        Assert.Equal("192.0.2.7", Assert.Single(await firewall.ListAsync(CancellationToken.None)).Address.ToString());
        Assert.StartsWith("IPv6 addresses are not banned: ip6tables-save does not work with this kernel: ", Assert.Single(firewall.Notes), StringComparison.Ordinal);
        Assert.Equal((true, false), (firewall.Covers(Address.Parse("192.0.2.8")), firewall.Covers(Address.Parse("2001:db8::/64"))));
        await firewall.CloseAsync([s_sshd], CancellationToken.None);
    }

    [RequiresFact("netns", "ip", "nft", "iptables", "ipset")]
    public async Task Cleaning_removes_all_of_ours_and_nothing_else()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await space.RunAsync("nft", "add", "table", "inet", "other");
        await space.RunAsync("iptables", "-N", "f2b-sshd");
        await space.RunAsync("iptables", "-A", "INPUT", "-j", "f2b-sshd");
        string[] before = await StateAsync(space);
        await FirewallCleaner.ClearAsync(space.Runner, CancellationToken.None);

        foreach (IFirewall firewall in new IFirewall[] { new NftFirewall(space.Runner, space.ReadGeneration), new IptablesFirewall(space.Runner), new IpsetFirewall(space.Runner, TimeProvider.System) })
        {
            await firewall.OpenAsync([s_sshd, s_sshd with { Name = "other one" }], CancellationToken.None);
            await firewall.ApplyAsync([Ban("192.0.2.7"), Ban("2001:db8::/64")], CancellationToken.None);
        }

        string[] during = await StateAsync(space);
        Assert.NotEqual(before, during);
        await FirewallCleaner.ClearAsync(space.Runner, CancellationToken.None);
        string[] after = await StateAsync(space);
        Assert.Equal(before, after);
    }

    private static async Task<string[]> StateAsync(NetworkNamespace space) =>
        [await space.RunAsync("nft", "list", "tables", "inet"), await space.RunAsync("iptables", "-S"), await space.RunAsync("ip6tables", "-S"), await space.RunAsync("ipset", "list", "-n")];

    private static FirewallChange Ban(string address) => new(s_sshd, Address.Parse(address), true, Duration.FromSeconds(600));
}
