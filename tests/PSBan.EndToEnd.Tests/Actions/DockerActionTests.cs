using PSBan.EndToEnd.Firewalls;
using PSBan.EndToEnd.Support;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Actions;

/// <summary>The actions that people write for containers, as they stand in articles, run as commands with the real tools.</summary>
public sealed class DockerActionTests
{
    private const string OwnChain = """
        [Definition]
        actionstart = iptables -N f2b-bad-auth
                      iptables -A f2b-bad-auth -j RETURN
                      iptables -I FORWARD -p tcp -m multiport --dports 1:1024 -j f2b-bad-auth

        actionstop = iptables -D FORWARD -p tcp -m multiport --dports 1:1024 -j f2b-bad-auth
                     iptables -F f2b-bad-auth
                     iptables -X f2b-bad-auth

        actioncheck = iptables -n -L FORWARD | grep -q 'f2b-bad-auth[ \t]'

        actionban = iptables -I f2b-bad-auth 1 -s <ip> -j DROP

        actionunban = iptables -D f2b-bad-auth -s <ip> -j DROP
        """;

    private const string UserChain = """
        [Definition]
        actioncheck = iptables -n -L DOCKER-USER | grep -q 'DOCKER-USER[ \t]'

        actionban = iptables -I DOCKER-USER -s <ip> -j DROP

        actionunban = iptables -D DOCKER-USER -s <ip> -j DROP
        """;

    private const string Net = """
        [Definition]

        actionstart = ipset --create f2b-bad-auth-bots nethash
                      iptables -I DOCKER-USER -m set --match-set f2b-bad-auth-bots src -p tcp -m tcp --dport 25 -j DROP

        actionstop = iptables -D DOCKER-USER -m set --match-set f2b-bad-auth-bots src -p tcp -m tcp --dport 25 -j DROP
                     ipset --destroy f2b-bad-auth-bots

        actionban = ipset add -exist f2b-bad-auth-bots <ip>/24

        actionunban = ipset del -exist f2b-bad-auth-bots <ip>/24
        """;

    [RequiresFact("netns", "ip", "iptables")]
    public async Task An_action_with_a_chain_of_its_own_sets_it_up_bans_and_takes_it_down()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        string before = await space.RunAsync("iptables", "-S");
        using WatchFolder folder = ActionFolder.Make("1h", ["docker-action"], ("docker-action.conf", OwnChain));
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, "nft");
        await watch.WaitForAsync("Started");
        folder.Offend("203.0.113.31");
        folder.Offend("203.0.113.32");
        await folder.ActiveAsync("203.0.113.31", "203.0.113.32");

        string during = await space.RunAsync("iptables", "-S");
        Assert.Contains("-N f2b-bad-auth\n", during, StringComparison.Ordinal);
        Assert.Contains("-A FORWARD -p tcp -m multiport --dports 1:1024 -j f2b-bad-auth\n", during, StringComparison.Ordinal);
        Assert.Contains("-A f2b-bad-auth -s 203.0.113.31/32 -j DROP\n", during, StringComparison.Ordinal);
        Assert.Contains("-A f2b-bad-auth -s 203.0.113.32/32 -j DROP\n", during, StringComparison.Ordinal);
        Assert.Empty(watch.Events("FirewallFailed"));

        Assert.Equal((0, string.Empty), await watch.StopAsync());
        Assert.Equal(before, await space.RunAsync("iptables", "-S"));
    }

    [RequiresFact("netns", "ip", "iptables")]
    public async Task The_jail_of_the_article_chooses_its_action_as_banaction()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = ActionFolder.Make("1h", [], ("docker-action.conf", OwnChain));
        folder.Write("filter.d/domino.conf", """
            [Definition]
            failregex = ^.* (http|smtp): .* \[<HOST>\] authentication failure using internet password.*
                        ^.* TLS/SSL connection .* <HOST>.* failed with rejected.*
                        ^.*SMTP Server(?::|\s+\[[^\]]+\]) Authentication failed for user .* \; connecting host <HOST>
            """);
        folder.Write("jail.local", $"""
            [domino]
            enabled = true
            filter = domino
            logpath = {folder.Log}
            backend = polling
            port = 0:65535
            findtime = 300
            bantime = 24h
            maxretry = 1
            ignoreip = 127.0.0.1/8
            banaction= docker-action
            """);
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, null);
        await watch.WaitForAsync("Started");
        string stamp = DateTime.Now.ToString("dd-MM-yyyy HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
        await File.AppendAllTextAsync(folder.Log, $"[000738:000012-00007F1164B21700] {stamp} SMTP Server: Authentication failed for user honors ; connecting host 5.34.207.55\n");
        await folder.ActiveAsync("5.34.207.55");
        Assert.Contains("-A f2b-bad-auth -s 5.34.207.55/32 -j DROP\n", await space.RunAsync("iptables", "-S"), StringComparison.Ordinal);
        Assert.Equal((0, string.Empty), await watch.StopAsync());
        Assert.DoesNotContain("f2b", await space.RunAsync("iptables", "-S"), StringComparison.Ordinal);
    }

    [RequiresFact("netns", "ip", "iptables")]
    public async Task An_action_on_the_chain_of_docker_bans_and_lifts_when_the_time_is_up_and_at_the_end()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await space.RunAsync("iptables", "-N", "DOCKER-USER");
        string before = await space.RunAsync("iptables", "-S");
        using WatchFolder folder = ActionFolder.Make("8s", ["docker-action"], ("docker-action.conf", UserChain));
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, "nft");
        await watch.WaitForAsync("Started");
        folder.Offend("203.0.113.31");
        await Eventually.TrueAsync(async () => (await space.RunAsync("iptables", "-S")).Contains("-A DOCKER-USER -s 203.0.113.31/32 -j DROP\n", StringComparison.Ordinal), "the address is banned");
        await Eventually.TrueAsync(async () => await space.RunAsync("iptables", "-S") == before, "it is let in again");

        folder.Offend("203.0.113.32");
        await Eventually.TrueAsync(async () => (await space.RunAsync("iptables", "-S")).Contains("203.0.113.32/32", StringComparison.Ordinal), "the second address is banned");
        Assert.Equal((0, string.Empty), await watch.StopAsync());
        Assert.Equal(before, await space.RunAsync("iptables", "-S"));
        Assert.Empty(watch.Events("FirewallFailed"));
    }

    [RequiresFact("netns", "ip", "iptables", "ipset")]
    public async Task A_chain_that_appears_later_makes_the_action_work_by_itself()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = ActionFolder.Make("1h", ["docker-action"], ("docker-action.conf", UserChain));
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, "nft");
        await watch.WaitForAsync("Started");
        folder.Offend("203.0.113.31");
        var failed = await watch.WaitForAsync("FirewallFailed");
        Assert.Equal("sshd", failed.GetProperty("jail").GetString());
        Assert.Equal("203.0.113.31", failed.GetProperty("id").GetString());
        Assert.StartsWith("The action 'docker-action' could not ban 203.0.113.31", failed.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("Pending", Assert.Single(await folder.BansAsync()).State.ToString());

        await space.RunAsync("iptables", "-N", "DOCKER-USER");
        await watch.WaitForAsync("FirewallRepaired");
        await folder.ActiveAsync("203.0.113.31");
        Assert.Contains("-A DOCKER-USER -s 203.0.113.31/32 -j DROP\n", await space.RunAsync("iptables", "-S"), StringComparison.Ordinal);
        Assert.Equal((0, string.Empty), await watch.StopAsync());
    }

    [RequiresFact("netns", "ip", "iptables", "ipset")]
    public async Task An_action_that_bans_whole_networks_through_a_set_works_as_written()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await space.RunAsync("iptables", "-N", "DOCKER-USER");
        string before = await space.RunAsync("iptables", "-S");
        using WatchFolder folder = ActionFolder.Make("1h", ["docker-action-net"], ("docker-action-net.conf", Net));
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, "nft");
        await watch.WaitForAsync("Started");
        folder.Offend("203.0.113.31");
        await folder.ActiveAsync("203.0.113.31");

        Assert.Contains("-A DOCKER-USER -p tcp -m set --match-set f2b-bad-auth-bots src -m tcp --dport 25 -j DROP\n", await space.RunAsync("iptables", "-S"), StringComparison.Ordinal);
        Assert.Contains("\n203.0.113.0/24\n", await space.RunAsync("ipset", "list", "f2b-bad-auth-bots"), StringComparison.Ordinal);

        Assert.Equal((0, string.Empty), await watch.StopAsync());
        Assert.Equal(before, await space.RunAsync("iptables", "-S"));
        Assert.Equal("", await space.RunAsync("ipset", "list", "-n"));
    }
}
