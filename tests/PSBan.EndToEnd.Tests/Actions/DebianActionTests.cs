using PSBan.Control;
using PSBan.EndToEnd.Firewalls;
using PSBan.EndToEnd.Support;
using PSBan.Model;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Actions;

/// <summary>The actions of Debian's fail2ban, unchanged, run as commands with the real tools.</summary>
public sealed class DebianActionTests
{
    private const string Offender4 = "203.0.113.31";
    private const string Offender6 = "2001:db8:bad::5";

    [RequiresTheory("netns", "ip", "nft", "iptables", "ipset", "grep", ActionFolder.Debian)]
    [InlineData("nftables[type=multiport, name=SMTP, port=\"25,465:470,587\", protocol=\"tcp,udp\"]", "addr-set-SMTP", "addr6-set-SMTP")]
    [InlineData("nftables-allports[name=all]", "@addr-set-all", "@addr6-set-all")]
    [InlineData("nftables-multiport[name=smtp, port=\"25,587\"]", "addr-set-smtp", "addr6-set-smtp")]
    [InlineData("iptables[name=one, port=25]", "-A INPUT -p tcp -m tcp --dport 25 -j f2b-one", "-A INPUT -p tcp -m tcp --dport 25 -j f2b-one")]
    [InlineData("iptables-multiport[name=smtp, port=\"25,587\", protocol=\"tcp,udp\"]", "-A INPUT -p udp -m multiport --dports 25,587 -j f2b-smtp", "icmp6-port-unreachable")]
    [InlineData("iptables-allports[name=all, chain=FORWARD, blocktype=DROP]", "-A FORWARD -p tcp -j f2b-all", "-j DROP")]
    [InlineData("iptables-new[name=new, port=25]", "-A INPUT -p tcp -m state --state NEW -m tcp --dport 25 -j f2b-new", "f2b-new")]
    [InlineData("iptables-ipset[type=multiport, name=set, port=\"25,587\"]", "--match-set f2b-set src", "--match-set f2b-set6 src")]
    [InlineData("iptables-ipset-proto6[name=six, port=\"25,587\"]", "--match-set f2b-six src", "--match-set f2b-six6 src")]
    [InlineData("iptables-ipset-proto6-allports[name=every]", "--match-set f2b-every src", "--match-set f2b-every6 src")]
    public async Task An_unchanged_action_bans_lifts_and_leaves_nothing(string action, string expected, string expected6)
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = ActionFolder.Make("1h", [action]);
        folder.TakeDebian();
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, "command");
        await watch.WaitForAsync("Started");
        folder.Offend(Offender4);
        folder.Offend(Offender6);
        folder.Offend("203.0.113.32");
        await folder.ActiveAsync(Offender4, Offender6, "203.0.113.32");

        string during = await StateAsync(space);
        Assert.All([Offender4, Offender6, "203.0.113.32", expected, expected6], text => Assert.Contains(text, during, StringComparison.Ordinal));

        await using (WatchClient client = await WatchProcess.ConnectAsync(folder.Path))
        {
            await client.RemoveBanAsync(null, new BanId(Address.Parse("203.0.113.32")), CancellationToken.None);
        }

        string after = await StateAsync(space);
        Assert.DoesNotContain("203.0.113.32", after, StringComparison.Ordinal);
        Assert.Contains(Offender4, after, StringComparison.Ordinal);

        Assert.Equal((0, string.Empty), await watch.StopAsync());
        Assert.Empty(watch.Events("FirewallFailed").Select(item => item.GetProperty("message").GetString()));
        string left = await StateAsync(space);
        Assert.All(["f2b", "addr-set", "addr6-set", Offender4, Offender6], text => Assert.DoesNotContain(text, left, StringComparison.Ordinal));
    }

    [RequiresFact("netns", "ip", "iptables", "ipset", ActionFolder.Debian)]
    public async Task The_old_set_action_for_one_family_works_as_far_as_it_can()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = ActionFolder.Make("1h", ["iptables-ipset-proto4[name=four, port=25]"]);
        folder.TakeDebian();
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, "command");
        await watch.WaitForAsync("Started");
        folder.Offend(Offender4);
        await folder.ActiveAsync(Offender4);
        Assert.Contains(Offender4, await space.RunAsync("ipset", "list", "f2b-four"), StringComparison.Ordinal);
        await watch.StopAsync();
        Assert.Equal("", await space.RunAsync("ipset", "list", "-n"));
        Assert.DoesNotContain("f2b", await space.RunAsync("iptables", "-S"), StringComparison.Ordinal);
    }

    [RequiresFact("netns", "ip", "iptables", ActionFolder.Debian)]
    public async Task Rules_that_somebody_flushed_come_back_with_all_bans()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = ActionFolder.Make("1h", ["iptables-multiport[name=smtp, port=\"25,587\"]"]);
        folder.TakeDebian();
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, "command");
        await watch.WaitForAsync("Started");
        folder.Offend("203.0.113.31");
        folder.Offend("203.0.113.32");
        await folder.ActiveAsync("203.0.113.31", "203.0.113.32");

        await space.RunAsync("iptables", "-F");
        await space.RunAsync("iptables", "-X");
        folder.Offend("203.0.113.33");
        await watch.WaitForAsync("FirewallRepaired");
        await folder.ActiveAsync("203.0.113.31", "203.0.113.32", "203.0.113.33");
        string rules = await space.RunAsync("iptables", "-S");
        Assert.All(["203.0.113.31", "203.0.113.32", "203.0.113.33", "-A INPUT -p tcp -m multiport --dports 25,587 -j f2b-smtp"], text => Assert.Contains(text, rules, StringComparison.Ordinal));
        Assert.Equal((0, string.Empty), await watch.StopAsync());
        Assert.DoesNotContain("f2b", await space.RunAsync("iptables", "-S"), StringComparison.Ordinal);
    }

    [RequiresFact("netns", "ip", "nft", "iptables", ActionFolder.Debian)]
    public async Task A_dry_run_shows_the_commands_and_runs_none()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = ActionFolder.Make("1h", ["iptables-xt_recent-echo", "touching"], ("touching.conf", """
            [Definition]
            actionstart = touch <log>
            actionban = touch <log>; echo "<matches>" >> <log>
            actionunban = touch <log>
            [Init]
            log = /nonexistent/psban
            """));
        folder.TakeDebian();
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, "dry-run");
        await watch.WaitForAsync("Started");
        folder.Offend(Offender4, "$(reboot)");
        var shown = await watch.WaitForAsync("DryRun", item => item.GetProperty("message").GetString()!.Contains("echo", StringComparison.Ordinal) && item.GetProperty("message").GetString()!.Contains("touching", StringComparison.Ordinal));
        string message = shown.GetProperty("message").GetString()!;
        Assert.StartsWith("Would run for the action 'touching': f2bV_matches=${1}  ⏎ touch /nonexistent/psban; echo \"$f2bV_matches\" >> /nonexistent/psban ($1 = '", message, StringComparison.Ordinal);
        Assert.Contains("Failed password for $(reboot) from 203.0.113.31", message, StringComparison.Ordinal);
        await folder.ActiveAsync(Offender4);
        Assert.Equal((0, string.Empty), await watch.StopAsync());
        Assert.Empty(watch.Events("FirewallFailed"));
    }

    private static async Task<string> StateAsync(NetworkNamespace space) =>
        string.Concat(
            await space.RunAsync("nft", "list", "ruleset"), await space.RunAsync("iptables", "-S"), await space.RunAsync("ip6tables", "-S"), await space.RunAsync("ipset", "list"));
}
