using PSBan.Control;
using PSBan.EndToEnd.Actions;
using PSBan.EndToEnd.Firewalls;
using PSBan.EndToEnd.Support;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Articles;

/// <summary>A mail server with qmail, vpopmail, Dovecot and Roundcube behind a network bridge, with the jails, filters and overlays of the article that describes it.</summary>
public sealed class QmailTests
{
    [RequiresTheory("netns", "ip", "nft", ActionFolder.Debian)]
    [InlineData(null, "input", "tcp")]
    [InlineData("[Init]\nchain_hook = forward\nprotocol = tcp,udp,udplite,sctp\n", "forward", "meta l4proto { tcp, udp, sctp, udplite } th")]
    public async Task Its_seven_jails_ban_in_nftables_at_their_ports_and_in_the_hook_of_the_overlay(string? overlay, string hook, string protocol)
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = QmailFolder.Make(("action.d/nftables-common.local", overlay));
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, null);
        await watch.WaitForAsync("Started");
        await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
        Assert.Equal(QmailFolder.Jails.Select(jail => jail.Name), (await client.GetJailsAsync(CancellationToken.None)).Select(jail => jail.Name));

        foreach ((int number, QmailJail jail) in QmailFolder.Jails.Index())
        {
            folder.Fail(jail, Offender(number), jail.MaxRetry);
        }

        // The two jails of Dovecot read one log, so that each of them bans both offenders.
        await folder.ActiveAsync([.. QmailFolder.Jails.SelectMany(jail => QmailFolder.Jails.Index().Where(other => other.Item.Log == jail.Log).Select(other => Offender(other.Index)))]);
        string ruleset = await space.RunAsync("nft", "list", "ruleset");
        foreach ((int number, QmailJail jail) in QmailFolder.Jails.Index())
        {
            string rule = $"{jail.Name}-{jail.Action}";
            Assert.Contains($"set addr4-{rule} {{", ruleset, StringComparison.Ordinal);
            Assert.Contains($"chain {hook}-{rule} {{\n\t\ttype filter hook {hook} priority filter - 1; policy accept;\n", ruleset, StringComparison.Ordinal);
            Assert.Contains($"{protocol} dport {{ {jail.Ports.Replace(",", ", ", StringComparison.Ordinal)} }} ip saddr @addr4-{rule} reject", ruleset, StringComparison.Ordinal);
            string set = await space.RunAsync("nft", "list", "set", "inet", "psban", $"addr4-{rule}");
            Assert.Contains(Offender(number), set, StringComparison.Ordinal);
        }

        Assert.All(await client.CheckBansAsync(null, null, CancellationToken.None).ToListAsync(), check => Assert.True(check.InForce, check.Reason));
        Assert.Equal((0, string.Empty), await watch.StopAsync());
        Assert.Equal(string.Empty, (await space.RunAsync("nft", "list", "ruleset")).Trim());
    }

    private static string Offender(int number) => $"203.0.113.{31 + number}";
}
