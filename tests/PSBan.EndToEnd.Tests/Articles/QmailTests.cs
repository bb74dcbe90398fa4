using System.Globalization;
using PSBan.Control;
using PSBan.EndToEnd.Actions;
using PSBan.EndToEnd.Firewalls;
using PSBan.EndToEnd.Support;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Articles;

/// <summary>A mail server with qmail, vpopmail, Dovecot and Roundcube behind a network bridge, with the jails, filters and overlays of the article that describes it.</summary>
public sealed class QmailTests
{
    // Jail, filter, name and ports of its action, failures, lines of its log ({0}: the time in the layout named, {1}: the offender).
    private static readonly (string Jail, string Filter, string Name, string Ports, int MaxRetry, string Layout, string Line)[] s_jails =
    [
        ("qmail-smtp", "qmail-smtp", "SMTP", "25,465,587", 5, "yyyy-MM-dd HH:mm:ss.fffffff00", "{0} helo-dns-check: blocked with: HELO doesn't match IP [{1}]"),
        ("qmail-submission", "qmail-smtp", "SUBMISSION", "25,465,587", 5, "tai64n", "{0} qlogenvelope: result=rejected code=553 reason=rblreject relay=no localport=25 remoteip={1} remoteport=15630 remotehost= qp= pid=20003"),
        ("vpopmail", "vpopmail", "VPOPMAIL", "25,465,587", 5, "MMM dd HH:mm:ss", "{0} qmail vpopmail[3076]: vchkpw-submission: vpopmail user not found helpdesk@yourdomain.xy:{1}"),
        ("qmailadmin", "qmailadmin", "QMA", "80,443", 4, "yyyy/MM/dd HH:mm:ss", "{0} user:postmaster@domain.xy ip:{1} auth:failed [@domain.xy]"),
        ("roundcube-auth", "roundcube-auth", "RC", "80,443", 4, "[dd-MMM-yyyy HH:mm:ss zz00]", "{0}: IMAP Error: Login failed for sisgri@iol.it from {1}. AUTHENTICATE PLAIN: Authentication failed."),
        ("dovecot-pop3", "dovecot", "POP3", "993,995", 6, "MMM dd HH:mm:ss", "{0} auth-worker(27283): Info: sql(user@yourdomain.xy,{1}): Password mismatch"),
        ("dovecot-imap", "dovecot", "IMAP", "993,995", 6, "MMM dd HH:mm:ss", "{0} auth-worker(27283): Info: sql(adminww@yourdomain.xy,{1}): unknown user"),
    ];

    [RequiresTheory("netns", "ip", "nft", ActionFolder.Debian)]
    [InlineData(null, "input", "tcp")]
    [InlineData("[Init]\nchain_hook = forward\nprotocol = tcp,udp,udplite,sctp\n", "forward", "meta l4proto { tcp, udp, sctp, udplite } th")]
    public async Task Its_seven_jails_ban_in_nftables_at_their_ports_and_in_the_hook_of_the_overlay(string? overlay, string hook, string protocol)
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = MakeFolder(overlay);
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, null);
        await watch.WaitForAsync("Started");
        await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
        Assert.Equal(s_jails.Select(jail => jail.Jail), (await client.GetJailsAsync(CancellationToken.None)).Select(jail => jail.Name));

        foreach ((int number, (string jail, _, _, _, int failures, string layout, string line)) in s_jails.Index())
        {
            string text = string.Format(CultureInfo.InvariantCulture, line, Stamp(layout), Offender(number));
            await File.AppendAllLinesAsync(LogOf(folder, jail), Enumerable.Repeat(text, failures));
        }

        await folder.ActiveAsync([.. s_jails.Select((_, number) => Offender(number))]);
        string ruleset = await space.RunAsync("nft", "list", "ruleset");
        foreach ((int number, (string jail, _, string name, string ports, _, _, _)) in s_jails.Index())
        {
            string rule = $"{jail}-{name}";
            Assert.Contains($"set addr4-{rule} {{", ruleset, StringComparison.Ordinal);
            Assert.Contains($"chain {hook}-{rule} {{\n\t\ttype filter hook {hook} priority filter - 1; policy accept;\n", ruleset, StringComparison.Ordinal);
            Assert.Contains($"{protocol} dport {{ {ports.Replace(",", ", ", StringComparison.Ordinal)} }} ip saddr @addr4-{rule} reject", ruleset, StringComparison.Ordinal);
            string set = await space.RunAsync("nft", "list", "set", "inet", "psban", $"addr4-{rule}");
            Assert.Contains(Offender(number), set, StringComparison.Ordinal);
        }

        Assert.All(await client.CheckBansAsync(null, null, CancellationToken.None).ToListAsync(), check => Assert.True(check.InForce, check.Reason));
        Assert.Equal((0, string.Empty), await watch.StopAsync());
        Assert.Equal(string.Empty, (await space.RunAsync("nft", "list", "ruleset")).Trim());
    }

    private static string Offender(int number) => $"203.0.113.{31 + number}";

    private static string LogOf(WatchFolder folder, string jail) => Path.Combine(folder.Path, jail + ".log");

    private static string Stamp(string layout)
    {
        DateTimeOffset now = DateTimeOffset.Now;

        // TAI64N (cr.yp.to/libtai/tai64.html): seconds of TAI since 1970 plus 2^62, which are 10 ahead of those of UTC in the way multilog writes them, and nanoseconds.
        return layout == "tai64n"
            ? $"@4{now.ToUnixTimeSeconds() + 10:x15}{now.Millisecond * 1_000_000:x8}"
            : now.ToString(layout, CultureInfo.InvariantCulture);
    }

    private static WatchFolder MakeFolder(string? overlay)
    {
        WatchFolder folder = new();
        folder.TakeDebian();
        if (overlay is not null)
        {
            folder.Write("action.d/nftables-common.local", overlay);
        }

        folder.Write("filter.d/qmail-smtp.conf", """
            [Definition]
            failregex = qlogenvelope: result=rejected .* remoteip=<HOST>
             helo-dns-check: blocked with: .* \[<HOST>\]
             GREETDELAY from <HOST>: client sent data before greeting
             qmail-smtpd: reject \(auth not available\): \(null\) from <HOST>

            ignoreregex =
            """);
        folder.Write("filter.d/vpopmail.conf", "[Definition]\nfailregex = vchkpw-submission: .* user not found .*:<HOST>$\n vchkpw-submission: password fail .*:<HOST>$\nignoreregex =\n");
        folder.Write("filter.d/qmailadmin.conf", "[INCLUDES]\nbefore = common.conf\n[Definition]\nfailregex = ip:<HOST> auth:failed\n\nignoreregex =\n");
        folder.Write("filter.d/roundcube-auth.local", """
            [INCLUDES]
            before = common.conf
            [Definition]
            failregex = Failed login for  from .* \(X-Forwarded-For: <HOST>\)
                        IMAP Error: (FAILED login|Login failed) for .*? from <HOST>\.
            ignoreregex =
            """);
        folder.Write("filter.d/dovecot.local", "[Definition]\nfailregex = \\(\\S*,<HOST>(?:,\\S*)?\\): (?:unknown user|invalid credentials|Password mismatch)\nignoreregex =\n");
        folder.Write("fail2ban.local", "[Definition]\nallowipv6 = auto\n");
        folder.Write("jail.local", "[DEFAULT]\nignoreip = 127.0.0.1/8 10.0.0.1/8\n" + string.Concat(s_jails.Select(jail => $"""

            [{jail.Jail}]
            enabled  = true
            filter   = {jail.Filter}
            action   = nftables[type=multiport, name={jail.Name}, port="{jail.Ports}"]
                       sendmail-whois-lines[name={jail.Name}, logpath="%(logpath)s"]
            logpath  = {LogOf(folder, jail.Jail)}
            maxretry = {jail.MaxRetry}
            bantime  = 1d
            findtime = 1h

            """)));
        foreach (var jail in s_jails)
        {
            folder.Write(jail.Jail + ".log", string.Empty);
        }

        return folder;
    }
}
