using System.Net.Sockets;
using PSBan.Firewalls;
using PSBan.Firewalls.Inspection;
using PSBan.Firewalls.Ipset;
using PSBan.Firewalls.Iptables;
using PSBan.Firewalls.Nft;
using PSBan.Model;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Firewalls;

/// <summary>What is said of a ban agrees with what a packet meets, whatever was done to the packet filter by another hand.</summary>
public sealed class InspectionTests
{
    private const string Server4 = "192.0.2.1", Bad4 = "192.0.2.66", Bad6 = "2001:db8::66";
    private static readonly FirewallRule s_sshd = new() { Jail = "sshd", Name = "sshd", Ports = "22,25" };

    [RequiresTheory("netns", "ip", "nft", "iptables", "ipset", "sh")]
    [InlineData("nft", "true", BanCheckCause.InForce, "inet psban: the set addr4-sshd holds it, and input-sshd looks into it.")]
    [InlineData("nft", "nft flush ruleset", BanCheckCause.TableMissing, "The table inet psban is not there")]
    [InlineData("nft", "nft flush set inet psban addr4-sshd", BanCheckCause.AddressMissing, "192.0.2.66 is in no set of the rule 'sshd'")]
    [InlineData("nft", "nft flush chain inet psban input-sshd", BanCheckCause.RuleMissing, "No rule of the chain input-sshd in inet psban stops who is in the set addr4-sshd.")]
    [InlineData("nft", "nft flush chain inet psban input-sshd; nft delete chain inet psban input-sshd", BanCheckCause.TableMissing, "The chain input-sshd is not in inet psban.")]
    [InlineData("nft", "nft flush chain inet psban input-sshd; nft delete chain inet psban input-sshd; nft add chain inet psban input-sshd", BanCheckCause.NotHooked, "The chain input-sshd of inet psban is not hooked into input.")]
    [InlineData("nft", "nft add table 'inet psban { flags dormant; }'", BanCheckCause.NotHooked, "The table inet psban is dormant")]
    [InlineData("nft", "nft insert rule inet psban input-sshd tcp dport 22 accept", BanCheckCause.RuleOrder, "a rule before ours lets the packets through (accept, handle ")]
    [InlineData("nft", "nft insert rule inet psban input-sshd ip saddr 192.0.2.67 accept", BanCheckCause.InForce, "inet psban: ")]
    [InlineData("nft", "nft insert rule inet psban input-sshd iif lo accept", BanCheckCause.InForce, "inet psban: ")]
    [InlineData("nft", "nft add table ip x; nft 'add chain ip x i { type filter hook input priority -100; }'; nft add rule ip x i accept", BanCheckCause.InForce, "inet psban: ")]
    [InlineData("iptables", "true", BanCheckCause.InForce, "iptables: the chain psban-sshd has a rule for it, and INPUT leads there.")]
    [InlineData("iptables", "iptables -F INPUT; iptables -F psban-sshd; iptables -X psban-sshd", BanCheckCause.TableMissing, "The chain psban-sshd is not in iptables; ")]
    [InlineData("iptables", "iptables -F psban-sshd", BanCheckCause.AddressMissing, "The chain psban-sshd of iptables has no rule for 192.0.2.66.")]
    [InlineData("iptables", "iptables -F INPUT", BanCheckCause.NotHooked, "No rule of the chain INPUT in iptables leads to psban-sshd.")]
    [InlineData("iptables", "iptables -I INPUT -p tcp --dport 22 -j ACCEPT", BanCheckCause.RuleOrder, "In the chain INPUT of iptables the rule '-p tcp -m tcp --dport 22 -j ACCEPT' stands before ours")]
    [InlineData("iptables", "iptables -I INPUT -s 192.0.2.0/24 -j ACCEPT", BanCheckCause.RuleOrder, "In the chain INPUT of iptables the rule ")]
    [InlineData("iptables", "iptables -N own; iptables -A own -p tcp -j ACCEPT; iptables -I INPUT -j own", BanCheckCause.RuleOrder, "In the chain INPUT of iptables the rule '-j own' stands before ours")]
    [InlineData("iptables", "iptables -N own; iptables -A own -p udp -j ACCEPT; iptables -A own -j RETURN; iptables -A own -j ACCEPT; iptables -I INPUT -j own", BanCheckCause.InForce, "iptables: ")]
    [InlineData("iptables", "iptables -I INPUT -i lo -j ACCEPT; iptables -I INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT; iptables -I INPUT -p tcp --dport 80 -j ACCEPT; iptables -I INPUT ! -s 192.0.2.66 -j ACCEPT", BanCheckCause.InForce, "iptables: ")]
    [InlineData("ipset", "true", BanCheckCause.InForce, "iptables: the set psban-sshd-4 holds it, the chain psbanset-sshd looks into it, and INPUT leads there.")]
    [InlineData("ipset", "ipset flush psban-sshd-4", BanCheckCause.AddressMissing, "192.0.2.66 is not in the set psban-sshd-4.")]
    [InlineData("ipset", "iptables -F psbanset-sshd", BanCheckCause.RuleMissing, "No rule of the chain psbanset-sshd in iptables looks into the set psban-sshd-4.")]
    [InlineData("ipset", "iptables -F INPUT", BanCheckCause.NotHooked, "No rule of the chain INPUT in iptables leads to psbanset-sshd.")]
    [InlineData("ipset", "iptables -I INPUT -j ACCEPT", BanCheckCause.RuleOrder, "In the chain INPUT of iptables the rule '-j ACCEPT' stands before ours")]
    [InlineData("ipset", "iptables -F; iptables -X; for i in 1 2 3 4 5 6 7 8 9; do ipset destroy psban-sshd-4 && exit 0; sleep 0.2; done; exit 1", BanCheckCause.TableMissing, "The set psban-sshd-4 is not there")]
    public async Task What_is_said_of_a_ban_is_what_a_packet_meets(string backEnd, string damage, BanCheckCause cause, string reason)
    {
        await using NetworkNamespace server = await NetworkNamespace.CreateAsync(), client = await NetworkNamespace.CreateAsync();
        await NetworkNamespace.JoinAsync(server, client, Bad4 + "/24", Bad6 + "/32");
        using Socket ssh = server.Listen(22);
        await using IFirewall firewall = Make(backEnd, server);
        await firewall.OpenAsync([s_sshd], CancellationToken.None);
        await firewall.ApplyAsync([Ban(Bad4), Ban(Bad6), Ban("198.51.100.0/24")], CancellationToken.None);
        await server.RunAsync("sh", "-c", damage);

        Finding finding = (await FirewallViews.ReadAsync(backEnd, server.Runner, CancellationToken.None)).Look(s_sshd, Address.Parse(Bad4));
        Assert.Equal((cause, cause == BanCheckCause.InForce), (finding.Cause, finding.InForce));
        Assert.Contains(reason, finding.Reason, StringComparison.Ordinal);
        Assert.Equal(cause != BanCheckCause.InForce, finding.Remedy is not null);
        Assert.Equal(finding.InForce ? SocketError.ConnectionRefused : SocketError.Success, await client.ConnectAsync(Bad4, Server4, 22));
    }

    [RequiresTheory("netns", "ip", "nft", "iptables", "ipset")]
    [InlineData("nft")]
    [InlineData("iptables")]
    [InlineData("ipset")]
    public async Task Both_families_and_prefixes_are_found_and_strangers_are_not(string backEnd)
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await using IFirewall firewall = Make(backEnd, space);
        await firewall.OpenAsync([s_sshd], CancellationToken.None);
        await firewall.ApplyAsync([Ban(Bad6), Ban("198.51.100.0/24"), Ban("2001:db8:bad::/64")], CancellationToken.None);
        IFirewallView view = await FirewallViews.ReadAsync(backEnd, space.Runner, CancellationToken.None);
        Assert.All(new[] { Bad6, "198.51.100.0/24", "198.51.100.9", "2001:db8:bad::/64", "2001:db8:bad::1" }, address => Assert.True(view.Look(s_sshd, Address.Parse(address)).InForce, address));
        Assert.All(new[] { Bad4, "198.51.0.0/16", "2001:db8:bad:1::1" }, address => Assert.Equal(BanCheckCause.AddressMissing, view.Look(s_sshd, Address.Parse(address)).Cause));
        Assert.Equal(BanCheckCause.TableMissing, view.Look(s_sshd with { Name = "other" }, Address.Parse(Bad6)).Cause);
    }

    [RequiresFact("netns", "ip", "iptables", "sh")]
    public async Task A_chain_of_somebody_elses_must_be_led_to_as_well()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await space.RunAsync("iptables", "-N", "DOCKER-USER");
        FirewallRule rule = s_sshd with { Chains = ["DOCKER-USER"] };
        await using IptablesFirewall firewall = new(space.Runner);
        await firewall.OpenAsync([rule], CancellationToken.None);
        await firewall.ApplyAsync([Ban(Bad4) with { Rule = rule }], CancellationToken.None);
        Assert.Equal((BanCheckCause.NotHooked, "No chain of iptables leads to DOCKER-USER, so no packet passes it."), await LookAsync());
        await space.RunAsync("iptables", "-A", "FORWARD", "-j", "DOCKER-USER");
        Assert.Equal(BanCheckCause.InForce, (await LookAsync()).Cause);
        await space.RunAsync("iptables", "-I", "FORWARD", "-p", "tcp", "-j", "ACCEPT");
        Assert.Equal(BanCheckCause.RuleOrder, (await LookAsync()).Cause);

        async Task<(BanCheckCause Cause, string Reason)> LookAsync()
        {
            Finding finding = (await FirewallViews.ReadAsync("iptables", space.Runner, CancellationToken.None)).Look(rule, Address.Parse(Bad4));
            return (finding.Cause, finding.Reason);
        }
    }

    [RequiresTheory("netns", "ip", "/usr/sbin/xtables-legacy-multi", "/usr/sbin/xtables-nft-multi")]
    [InlineData("legacy", "nft")]
    [InlineData("nft", "legacy")]
    public async Task A_ban_in_the_other_flavour_of_iptables_is_told_apart_and_cleared(string then, string now)
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using IptablesFlavour before = IptablesFlavour.Make(then), after = IptablesFlavour.Make(now);
        space.Folders = [before.Folder];
        await using IptablesFirewall firewall = new(space.Runner);
        await firewall.OpenAsync([s_sshd], CancellationToken.None);
        await firewall.ApplyAsync([Ban(Bad4)], CancellationToken.None);
        Assert.Equal(BanCheckCause.InForce, (await FirewallViews.ReadAsync("iptables", space.Runner, CancellationToken.None)).Look(s_sshd, Address.Parse(Bad4)).Cause);

        space.Folders = [after.Folder];
        Finding finding = (await FirewallViews.ReadAsync("iptables", space.Runner, CancellationToken.None)).Look(s_sshd, Address.Parse(Bad4));
        Assert.Equal((true, BanCheckCause.OtherFlavour), (finding.InForce, finding.Cause));
        Assert.StartsWith($"It stands in iptables-{then}, while the name iptables stands for the other flavour here", finding.Reason, StringComparison.Ordinal);

        FirewallStatus found = Assert.Single(await FirewallCleaner.FindAsync(space.Runner, CancellationToken.None));
        Assert.Equal(("iptables", $"chain psban-sshd (iptables-{then})"), (found.Name, Assert.Single(found.Ours)));
        await FirewallCleaner.ClearAsync("iptables", space.Runner, CancellationToken.None);
        Assert.Empty(await FirewallCleaner.FindAsync(space.Runner, CancellationToken.None));
    }

    [RequiresTheory("netns", "ip", "nft", "iptables", "ipset", "setpriv")]
    [InlineData("nft")]
    [InlineData("iptables")]
    [InlineData("ipset")]
    public async Task Without_the_right_to_look_that_is_what_is_said(string backEnd)
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        CommandRunner runner = new() { Prefix = [.. space.Runner.Prefix, "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] };
        Finding finding = (await FirewallViews.ReadAsync(backEnd, runner, CancellationToken.None)).Look(s_sshd, Address.Parse(Bad4));
        Assert.Equal((false, BanCheckCause.AccessDenied), (finding.InForce, finding.Cause));
    }

    [RequiresFact("netns", "ip", "nft", "iptables", "ipset")]
    public async Task The_survey_tells_what_works_and_what_stands_and_leaves_nothing_behind()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        string before = await space.RunAsync("nft", "list", "ruleset");
        IReadOnlyList<FirewallStatus> empty = await FirewallSurvey.LookAsync([], space.Runner, CancellationToken.None);
        Assert.Equal(["nft", "iptables", "ipset", "dry-run"], empty.Select(status => status.Name));
        Assert.All(empty, status => Assert.Equal((true, 0, 0), (status.Usable, status.Ours.Count, status.InUse.Count)));
        Assert.Equal("nft", Assert.Single(empty, status => status.IsDefault).Name);
        Assert.All(empty.Take(3), status => Assert.Matches(@"^\d+\.\d+", status.Version));
        Assert.Equal(before, await space.RunAsync("nft", "list", "ruleset"));

        foreach (string backEnd in new[] { "nft", "iptables", "ipset" })
        {
            await using IFirewall firewall = Make(backEnd, space);
            await firewall.OpenAsync([s_sshd], CancellationToken.None);
        }

        await space.RunAsync("nft", "add", "table", "inet", "f2b-table");
        await space.RunAsync("iptables", "-N", "DOCKER-USER");
        IReadOnlyList<FirewallStatus> full = await FirewallSurvey.LookAsync([new JailInfo("sshd") { Actions = ["nft: sshd"] }], space.Runner, CancellationToken.None);
        Assert.Equal(["table inet psban", "chain input-sshd"], full[0].Ours);
        Assert.Contains("table inet f2b-table", full[0].Foreign);
        Assert.StartsWith("fail2ban has rules here", full[0].Notes[0], StringComparison.Ordinal);
        Assert.Equal(["sshd"], full[0].InUse);
        Assert.Equal(["chain psban-sshd"], full[1].Ours);
        Assert.Equal(["chain DOCKER-USER"], full[1].Foreign);
        Assert.Equal(["set psban-sshd-4", "set psban-sshd-4n", "set psban-sshd-6", "set psban-sshd-6n", "chain psbanset-sshd"], full[2].Ours.OrderBy(name => name[0] == 'c').ThenBy(name => name, StringComparer.Ordinal));
    }

    private static IFirewall Make(string backEnd, NetworkNamespace space) => backEnd switch
    {
        "nft" => new NftFirewall(space.Runner, space.ReadGeneration),
        "ipset" => new IpsetFirewall(space.Runner, TimeProvider.System),
        _ => new IptablesFirewall(space.Runner),
    };

    private static FirewallChange Ban(string address) => new(s_sshd, Address.Parse(address), true, Duration.FromSeconds(600));
}
