using PSBan.Control;
using PSBan.EndToEnd.Firewalls;
using PSBan.EndToEnd.Support;
using PSBan.Store;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Actions;

/// <summary>Actions and what happens to them from outside: a killed watch, rules that vanish, a jail that shares its chain.</summary>
public sealed class LostAndFoundTests
{
    private const string UserChain = """
        [Definition]
        actioncheck = iptables -n -L DOCKER-USER | grep -q 'DOCKER-USER[ \t]'
        actionban = iptables -I DOCKER-USER -s <ip> -j DROP
        actionunban = iptables -D DOCKER-USER -s <ip> -j DROP
        """;

    [RequiresFact("netns", "ip", "iptables")]
    public async Task After_a_killed_watch_no_ban_stands_twice_and_no_message_is_sent_twice()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await space.RunAsync("iptables", "-N", "DOCKER-USER");
        string before = await space.RunAsync("iptables", "-S");
        using WatchFolder folder = ActionFolder.Make("1h", ["docker-action", "tell", "note"], ("docker-action.conf", UserChain));
        folder.Write("action.d/tell.conf", $"[Definition]\nactionban = echo <ip> >> {folder.Path}/told\nnorestored = 1\n");
        folder.Write("action.d/note.conf", $"[Definition]\nactionban = echo <ip> <restored> >> {folder.Path}/noted\n");
        WatchProcess first = WatchProcess.Start(space, folder.Path, "nft");
        await first.WaitForAsync("Started");
        folder.Offend("203.0.113.31");
        await folder.ActiveAsync("203.0.113.31");
        string told = Path.Combine(folder.Path, "told"), noted = Path.Combine(folder.Path, "noted");
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(told) && File.Exists(noted)), "both messages are sent");

        // What is not stored yet when the watch is killed comes from the log again; here the ban itself is to be taken over.
        await using (WatchClient client = await WatchProcess.ConnectAsync(folder.Path))
        {
            await Eventually.TrueAsync(async () => await client.GetHistoryAsync(new HistoryQuery(), CancellationToken.None).AnyAsync(), "the ban is stored");
        }

        await first.DisposeAsync();

        await using WatchProcess second = WatchProcess.Start(space, folder.Path, "nft");
        await second.WaitForAsync("Restored");
        await second.WaitForAsync("Started");
        await folder.ActiveAsync("203.0.113.31");
        Assert.Equal(1, (await space.RunAsync("iptables", "-S")).Split('\n').Count(rule => rule.Contains("203.0.113.31", StringComparison.Ordinal)));
        await Eventually.TrueAsync(() => Task.FromResult(File.ReadAllLines(noted).Length == 2), "the action without norestored is told again");
        Assert.Equal(["203.0.113.31 0", "203.0.113.31 1"], await File.ReadAllLinesAsync(noted));
        Assert.Equal(["203.0.113.31"], await File.ReadAllLinesAsync(told));
        Assert.Equal((0, string.Empty), await second.StopAsync());
        Assert.Equal(before, await space.RunAsync("iptables", "-S"));
    }

    [RequiresFact("netns", "ip", "iptables", ActionFolder.Debian)]
    public async Task Somebody_banned_who_still_gets_through_has_the_rules_looked_at()
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

        // Failures in the first seconds are still on their way when the ban begins, and tell nothing.
        await Eventually.TrueAsync(
            async () =>
            {
                folder.Offend("203.0.113.31");
                await Task.Delay(500);
                return watch.Events("FirewallRepaired").Count > 0;
            },
            "the rules are looked at");
        await folder.ActiveAsync("203.0.113.31", "203.0.113.32");
        string rules = await space.RunAsync("iptables", "-S");
        Assert.All(["-s 203.0.113.31/32", "-s 203.0.113.32/32", "--dports 25,587 -j f2b-smtp"], text => Assert.Contains(text, rules, StringComparison.Ordinal));
        Assert.Equal((0, string.Empty), await watch.StopAsync());
    }

    [RequiresFact("netns", "ip", "iptables")]
    public async Task One_action_that_fails_hinders_neither_the_others_nor_the_ban()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = ActionFolder.Make("1h", ["broken", "missing", "iptables-multiport[port=25]", "works"],
            ("broken.conf", "[Definition]\nactionstart = echo cannot start >&2; exit 1\nactionban = echo cannot ban <ip> >&2; exit 3\nactionunban = echo cannot unban >&2; exit 3\n"),
            ("missing.conf", "[Definition]\nactionban = psban-no-such-program <ip>\n"));
        folder.Write("action.d/works.conf", $"[Definition]\nactionban = echo ban <ip> >> {folder.Path}/works\nactionunban = echo unban <ip> >> {folder.Path}/works\n");
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, "iptables");
        await watch.WaitForAsync("Started");
        folder.Offend("203.0.113.31");
        await watch.WaitForAsync("FirewallFailed", item => item.GetProperty("message").GetString() == "The action 'broken' could not be started: exit code 1: cannot start. It is tried again.");
        await watch.WaitForAsync("FirewallFailed", item => item.GetProperty("message").GetString()!.StartsWith("The action 'missing' could not ban 203.0.113.31: a program of it was not found on the path (exit code 127): ", StringComparison.Ordinal));
        string works = Path.Combine(folder.Path, "works");
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(works)), "the working action is told");
        await Eventually.TrueAsync(async () => (await space.RunAsync("iptables", "-S")).Contains("203.0.113.31", StringComparison.Ordinal), "the packet filter has the ban");
        Assert.Equal("Pending", Assert.Single(await folder.BansAsync()).State.ToString());
        Assert.Equal((0, string.Empty), await watch.StopAsync());
        Assert.Equal(["ban 203.0.113.31", "unban 203.0.113.31"], await File.ReadAllLinesAsync(works));
    }
}
