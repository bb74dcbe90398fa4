using System.Text.Json;
using System.Text.RegularExpressions;
using PSBan.EndToEnd.Actions;
using PSBan.EndToEnd.Firewalls;
using PSBan.EndToEnd.Support;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Articles;

/// <summary>The <c>.local</c> overlays of the article about a mail server with qmail: those it prints, those of its readers, and the one that lacks a header.</summary>
public sealed partial class OverlayTests
{
    private const string Common = "action.d/nftables-common.local";

    [RequiresTheory("netns", "ip", "nft", "fail2ban-client", ActionFolder.Debian)]
    [InlineData("[Init]\nprotocol = tcp,udp,udplite,sctp\n")]
    [InlineData("[Definition]\nprotocol = tcp,udp,udplite,sctp\n")]
    [InlineData("[Definition]\nprotocol = udp\nchain_hook = output\n[Init]\nprotocol = tcp,udp\nchain_hook = forward\n")]
    [InlineData("[Init]\n# nothing but a remark\n")]
    public async Task What_an_overlay_says_in_either_section_comes_to_the_same_as_in_fail2ban(string overlay)
    {
        using WatchFolder folder = QmailFolder.Make((Common, overlay));
        string dump = await Fail2banServer.DumpAsync(
            Path.Combine(folder.Path, "fail2ban"), (Common, overlay), ("jail.local", OneJail(folder, "nftables[type=multiport, name=SMTP, port=\"25,465,587\"]")));
        string[] protocols = ProtocolsOfFail2ban().Match(dump).Groups[1].Value.Split(',');
        string hook = HookOfFail2ban().Match(dump).Groups[1].Value;
        Assert.All([.. protocols, hook], Assert.NotEmpty);

        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, null);
        await watch.WaitForAsync("Started");
        Assert.Empty(watch.Events("ConfigurationProblem"));
        QmailJail jail = QmailFolder.Jails[0];
        folder.Fail(jail, "203.0.113.31", jail.MaxRetry);
        folder.Fail(jail, "2001:db8:9::31", jail.MaxRetry);
        await folder.ActiveAsync("203.0.113.31", "2001:db8:9::31");
        string ruleset = await space.RunAsync("nft", "list", "ruleset");
        foreach ((string family, string set) in new[] { ("ip", "addr4-qmail-smtp-SMTP"), ("ip6", "addr6-qmail-smtp-SMTP") })
        {
            Match rule = Regex.Match(ruleset, $@"^\t\t(?:meta l4proto \{{ (?<p>[^}}]+) \}} th|(?<p>\w+)) dport \{{ 25, 465, 587 \}} {family} saddr @{set} reject", RegexOptions.Multiline);
            Assert.True(rule.Success, ruleset);
            Assert.Equal(protocols.Order(), rule.Groups["p"].Value.Split(", ").Order());
        }

        Assert.Equal([hook], HookOfPsban().Matches(ruleset).Select(match => match.Groups[1].Value).Distinct());
        Assert.Equal((0, string.Empty), await watch.StopAsync());
    }

    [RequiresTheory("netns", "ip", "nft", "iptables", ActionFolder.Debian)]
    [InlineData(Common, "# of a reader\nprotocol = tcp,udp,udplite,sctp\n", 2, "[Definition] or [Init]")]
    [InlineData("filter.d/qmail-smtp.local", "ignoreregex = .\n", 1, "[Definition] or [Init]")]
    [InlineData("fail2ban.local", "\n\nallowipv6 = auto\n", 3, "[Definition]")]
    [InlineData("jail.d/mine.local", "maxretry = 1\n", 1, "[DEFAULT] or the name of a jail")]
    public async Task An_overlay_without_a_header_is_named_with_its_line_and_what_to_write_and_every_jail_runs_without_it(string path, string text, int line, string header)
    {
        using WatchFolder folder = QmailFolder.Make((path, text));
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, null);
        await watch.WaitForAsync("Started");
        JsonElement told = Assert.Single(watch.Events("ConfigurationProblem"));
        Assert.StartsWith($"{Path.Combine(folder.Path, path)}:{line}: error: There is no section header above this line", told.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains($"Write {header}", told.GetProperty("message").GetString(), StringComparison.Ordinal);

        QmailJail jail = QmailFolder.Jails[0];
        folder.Fail(jail, "203.0.113.32", jail.MaxRetry - 1);
        folder.Fail(jail, "203.0.113.31", jail.MaxRetry);
        await folder.ActiveAsync("203.0.113.31");
        Assert.Contains("tcp dport { 25, 465, 587 } ip saddr @addr4-qmail-smtp-SMTP reject", await space.RunAsync("nft", "list", "ruleset"), StringComparison.Ordinal);
        Assert.Equal((0, string.Empty), await watch.StopAsync());
    }

    private static string OneJail(WatchFolder folder, string action) =>
        $"[DEFAULT]\nallowipv6 = auto\n[qmail-smtp]\nenabled = true\nbackend = polling\nfilter = sshd\naction = {action}\nlogpath = {folder.LogOf(QmailFolder.Jails[0])}\n";

    [GeneratedRegex(@"for proto in \$\(echo '([^']*)' \|")]
    private static partial Regex ProtocolsOfFail2ban();

    [GeneratedRegex(@"type filter hook (\w+) priority -1 \\\\;")]
    private static partial Regex HookOfFail2ban();

    [GeneratedRegex(@"type filter hook (\w+) priority")]
    private static partial Regex HookOfPsban();
}
