using System.Net.Sockets;
using PSBan.Firewalls;
using PSBan.Firewalls.Ipset;
using PSBan.Firewalls.Iptables;
using PSBan.Firewalls.Nft;
using PSBan.Model;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Firewalls;

/// <summary>Real connections from one namespace to another, through the real packet filter.</summary>
public sealed class TrafficTests
{
    private const string Server4 = "192.0.2.1", Server6 = "2001:db8::1";

    // Who is banned, and a neighbour who is not, in either family.
    private const string Bad4 = "192.0.2.66", Good4 = "192.0.2.67", Bad6 = "2001:db8::66", Good6 = "2001:db8::67";
    private static readonly string[] s_clients = [Bad4 + "/24", Good4 + "/24", Bad6 + "/32", Good6 + "/32", "2001:db8:bad::1/32", "2001:db8:bad::2/32", "192.0.2.130/24"];

    [RequiresTheory("netns", "ip", "nft", "iptables", "ipset", "/usr/sbin/xtables-legacy-multi")]
    [InlineData("nft")]
    [InlineData("iptables")]
    [InlineData("iptables", "legacy")]
    [InlineData("iptables", "nft")]
    [InlineData("ipset")]
    [InlineData("ipset", "legacy")]
    public async Task A_banned_address_reaches_the_other_ports_only_until_it_is_unbanned(string backEnd, string? flavour = null)
    {
        await using NetworkNamespace server = await NetworkNamespace.CreateAsync(), client = await NetworkNamespace.CreateAsync();
        using IptablesFlavour? tools = flavour is null ? null : IptablesFlavour.Make(flavour);
        server.Folders = tools is null ? [] : [tools.Folder];
        await NetworkNamespace.JoinAsync(server, client, s_clients);
        using Socket ssh = server.Listen(22), smtp = server.Listen(25);
        FirewallRule rule = new() { Jail = "sshd", Name = "sshd", Ports = "ssh,1000:2000" };
        await using IFirewall firewall = Make(backEnd, server);
        await firewall.OpenAsync([rule], CancellationToken.None);

        (string From, string To)[] bad = [(Bad4, Server4), (Bad6, Server6)], good = [(Good4, Server4), (Good6, Server6)];
        await ExpectAsync(client, SocketError.Success, 22, [.. bad, .. good]);
        await firewall.ApplyAsync([Ban(rule, Bad4), Ban(rule, Bad6)], CancellationToken.None);
        await ExpectAsync(client, SocketError.ConnectionRefused, 22, bad);
        await ExpectAsync(client, SocketError.Success, 25, bad);
        await ExpectAsync(client, SocketError.Success, 22, good);
        await firewall.ApplyAsync([Unban(rule, Bad4), Unban(rule, Bad6)], CancellationToken.None);
        await ExpectAsync(client, SocketError.Success, 22, bad);

        await firewall.ApplyAsync([Ban(rule, Bad4), Ban(rule, Bad6)], CancellationToken.None);
        await firewall.CloseAsync([rule], CancellationToken.None);
        await ExpectAsync(client, SocketError.Success, 22, bad);
    }

    [RequiresTheory("netns", "ip", "nft", "iptables", "ipset")]
    [InlineData("nft")]
    [InlineData("iptables")]
    [InlineData("ipset")]
    public async Task A_banned_prefix_covers_its_hosts_and_no_others(string backEnd)
    {
        await using NetworkNamespace server = await NetworkNamespace.CreateAsync(), client = await NetworkNamespace.CreateAsync();
        await NetworkNamespace.JoinAsync(server, client, s_clients);
        using Socket ssh = server.Listen(22);
        FirewallRule rule = new() { Jail = "sshd", Name = "sshd", Ports = null };
        await using IFirewall firewall = Make(backEnd, server);
        await firewall.OpenAsync([rule], CancellationToken.None);
        await firewall.ApplyAsync([Ban(rule, "192.0.2.128/25"), Ban(rule, "192.0.2.128/30"), Ban(rule, "2001:db8:bad::/64")], CancellationToken.None);
        await ExpectAsync(client, SocketError.ConnectionRefused, 22, ("192.0.2.130", Server4), ("2001:db8:bad::1", Server6), ("2001:db8:bad::2", Server6));
        await ExpectAsync(client, SocketError.Success, 22, (Good4, Server4), (Good6, Server6));

        // The wider one still covers what the narrower one did.
        await firewall.ApplyAsync([Unban(rule, "192.0.2.128/30"), Unban(rule, "2001:db8:bad::/64")], CancellationToken.None);
        await ExpectAsync(client, SocketError.ConnectionRefused, 22, ("192.0.2.130", Server4));
        await ExpectAsync(client, SocketError.Success, 22, ("2001:db8:bad::1", Server6));
    }

    [RequiresTheory("netns", "ip", "nft", "iptables", "ipset")]
    [InlineData("nft")]
    [InlineData("iptables")]
    [InlineData("ipset")]
    public async Task Drop_leaves_the_sender_without_an_answer_and_reset_resets(string backEnd)
    {
        await using NetworkNamespace server = await NetworkNamespace.CreateAsync(), client = await NetworkNamespace.CreateAsync();
        await NetworkNamespace.JoinAsync(server, client, s_clients);
        using Socket ssh = server.Listen(22);
        FirewallRule rule = new() { Jail = "sshd", Name = "sshd", Ports = "22", BlockType = "DROP", BlockType6 = "REJECT --reject-with icmp6-adm-prohibited" };
        await using IFirewall firewall = Make(backEnd, server);
        await firewall.OpenAsync([rule], CancellationToken.None);
        await firewall.ApplyAsync([Ban(rule, Bad4), Ban(rule, Bad6)], CancellationToken.None);
        Assert.Equal(SocketError.TimedOut, await client.ConnectAsync(Bad4, Server4, 22, TimeSpan.FromMilliseconds(300)));
        await ExpectAsync(client, SocketError.AccessDenied, 22, (Bad6, Server6));

        // The new shape holds for the bans that stand.
        await firewall.OpenAsync([rule with { BlockType = "REJECT --reject-with tcp-reset", BlockType6 = null }], CancellationToken.None);
        await ExpectAsync(client, SocketError.ConnectionRefused, 22, (Bad4, Server4), (Bad6, Server6));
    }

    [RequiresTheory("netns", "ip", "nft", "iptables", "ipset")]
    [InlineData("nft", null)]
    [InlineData("nft", "prerouting")]
    [InlineData("nft", "input,prerouting")]
    [InlineData("iptables", null)]
    [InlineData("iptables", null, "legacy")]
    [InlineData("ipset", null)]
    public async Task An_echo_request_is_stopped_where_all_protocols_are_meant(string backEnd, string? hooks, string? flavour = null)
    {
        await using NetworkNamespace server = await NetworkNamespace.CreateAsync(), client = await NetworkNamespace.CreateAsync();
        using IptablesFlavour? tools = flavour is null ? null : IptablesFlavour.Make(flavour);
        server.Folders = tools is null ? [] : [tools.Folder];
        await NetworkNamespace.JoinAsync(server, client, s_clients);
        using Socket ssh = server.Listen(22);
        FirewallRule all = new() { Jail = "all", Name = "all", Protocols = ["all"], BlockType = "drop", Chains = hooks?.Split(',') ?? [], Priority = -200 };
        FirewallRule sshd = new() { Jail = "sshd", Name = "sshd", Ports = "22" };
        await using IFirewall firewall = Make(backEnd, server);
        await firewall.OpenAsync([all, sshd], CancellationToken.None);
        (string From, string To)[] bad = [(Bad4, Server4), (Bad6, Server6)], good = [(Good4, Server4), (Good6, Server6)];
        await ExpectEchoAsync(client, true, [.. bad, .. good]);
        await firewall.ApplyAsync([Ban(sshd, Bad4), Ban(sshd, Bad6)], CancellationToken.None);
        await ExpectEchoAsync(client, true, bad);
        await ExpectAsync(client, SocketError.ConnectionRefused, 22, bad);
        await firewall.ApplyAsync([Ban(all, Bad4), Ban(all, Bad6)], CancellationToken.None);
        await ExpectEchoAsync(client, false, bad);
        await ExpectEchoAsync(client, true, good);
        Assert.NotEqual(SocketError.Success, await client.ConnectAsync(Bad4, Server4, 22, TimeSpan.FromMilliseconds(300)));
        await firewall.ApplyAsync([Unban(all, Bad4), Unban(all, Bad6), Unban(sshd, Bad4), Unban(sshd, Bad6)], CancellationToken.None);
        await ExpectEchoAsync(client, true, bad);
        await ExpectAsync(client, SocketError.Success, 22, bad);
    }

    [RequiresTheory("netns", "ip", "nft", "iptables", "ipset")]
    [InlineData("nft")]
    [InlineData("ipset")]
    public async Task The_kernel_ends_a_ban_by_itself_when_nobody_is_left_to_do_it(string backEnd)
    {
        await using NetworkNamespace server = await NetworkNamespace.CreateAsync(), client = await NetworkNamespace.CreateAsync();
        await NetworkNamespace.JoinAsync(server, client, s_clients);
        using Socket ssh = server.Listen(22);
        FirewallRule rule = new() { Jail = "sshd", Name = "sshd", Ports = "22" };
        await using IFirewall firewall = Make(backEnd, server);
        await firewall.OpenAsync([rule], CancellationToken.None);
        await firewall.ApplyAsync([Ban(rule, Bad4, 1.5), Ban(rule, "2001:db8::66", 1.5), Ban(rule, "192.0.2.67", 3600)], CancellationToken.None);
        await ExpectAsync(client, SocketError.ConnectionRefused, 22, (Bad4, Server4), (Bad6, Server6));

        // However slow the machine is, at some time the bans of 1.5 s are over; the longer one is not.
        for (int i = 0; i < 600 && await client.ConnectAsync(Bad4, Server4, 22) != SocketError.Success; i++)
        {
            await Task.Delay(50);
        }

        await ExpectAsync(client, SocketError.Success, 22, (Bad4, Server4));
        await ExpectAsync(client, SocketError.ConnectionRefused, 22, (Good4, Server4));
    }

    [RequiresTheory("netns", "ip", "nft", "iptables", "ipset")]
    [InlineData("nft")]
    [InlineData("iptables")]
    [InlineData("ipset")]
    public async Task In_the_forward_hook_the_host_is_spared_and_what_lies_behind_it_is_not(string backEnd)
    {
        await using NetworkNamespace router = await NetworkNamespace.CreateAsync(), client = await NetworkNamespace.CreateAsync(), inner = await NetworkNamespace.CreateAsync();
        await NetworkNamespace.JoinAsync(router, client, s_clients);
        await NetworkNamespace.HostAsync("link", "add", "veth1", "netns", router.Name, "type", "veth", "peer", "name", "veth1", "netns", inner.Name);
        foreach ((NetworkNamespace owner, string address) in new[] { (router, "198.51.100.1/24"), (inner, "198.51.100.2/24") })
        {
            await NetworkNamespace.HostAsync("-n", owner.Name, "addr", "add", address, "dev", "veth1");
            await NetworkNamespace.HostAsync("-n", owner.Name, "link", "set", "veth1", "up");
        }

        await NetworkNamespace.HostAsync("-n", inner.Name, "route", "add", "default", "via", "198.51.100.1");
        await NetworkNamespace.HostAsync("-n", client.Name, "route", "add", "198.51.100.0/24", "via", Server4);
        await router.RunAsync("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
        using Socket outside = router.Listen(22), inside = inner.Listen(22);
        FirewallRule rule = new() { Jail = "sshd", Name = "sshd", Ports = "22", Chains = ["FORWARD"] };
        await using IFirewall firewall = Make(backEnd, router);
        await firewall.OpenAsync([rule], CancellationToken.None);
        await ExpectAsync(client, SocketError.Success, 22, (Bad4, "198.51.100.2"));
        await firewall.ApplyAsync([Ban(rule, Bad4)], CancellationToken.None);
        await ExpectAsync(client, SocketError.ConnectionRefused, 22, (Bad4, "198.51.100.2"));
        await ExpectAsync(client, SocketError.Success, 22, (Good4, "198.51.100.2"), (Bad4, Server4));
    }

    private static IFirewall Make(string backEnd, NetworkNamespace space) => backEnd switch
    {
        "nft" => new NftFirewall(space.Runner, space.ReadGeneration),
        "ipset" => new IpsetFirewall(space.Runner, TimeProvider.System),
        _ => new IptablesFirewall(space.Runner),
    };

    private static FirewallChange Ban(FirewallRule rule, string address, double seconds = 3600) => new(rule, Address.Parse(address), true, Duration.FromSeconds(seconds));

    private static FirewallChange Unban(FirewallRule rule, string address) => new(rule, Address.Parse(address), false, Duration.Zero);

    private static async Task ExpectEchoAsync(NetworkNamespace client, bool expected, params (string From, string To)[] ways)
    {
        foreach ((string from, string to) in ways)
        {
            Assert.Equal((from, expected), (from, await client.EchoAsync(from, to, expected ? TimeSpan.FromSeconds(20) : TimeSpan.FromMilliseconds(300))));
        }
    }

    private static async Task ExpectAsync(NetworkNamespace client, SocketError expected, int port, params (string From, string To)[] ways)
    {
        foreach ((string from, string to) in ways)
        {
            Assert.Equal((from, expected), (from, await client.ConnectAsync(from, to, port)));
        }
    }
}
