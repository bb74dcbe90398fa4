using System.Globalization;
using PSBan.EndToEnd.Actions;
using PSBan.EndToEnd.Support;

namespace PSBan.EndToEnd.Articles;

/// <summary>One jail of the article about a mail server with qmail.</summary>
/// <param name="Name">The jail.</param>
/// <param name="Filter">Its filter.</param>
/// <param name="Action">The name of its action.</param>
/// <param name="Ports">The ports of its action.</param>
/// <param name="Log">The name of its log.</param>
/// <param name="MaxRetry">Its failures.</param>
/// <param name="Layout">The layout of times in its log.</param>
/// <param name="Line">A failure in its log: {0} stands for the time, {1} for the offender.</param>
internal sealed record QmailJail(string Name, string Filter, string Action, string Ports, string Log, int MaxRetry, string Layout, string Line);

/// <summary>The configuration of the article about a mail server with qmail, vpopmail, Dovecot and Roundcube, as printed but for the folder of its logs.</summary>
internal static class QmailFolder
{
    /// <summary>Its seven jails.</summary>
    public static IReadOnlyList<QmailJail> Jails { get; } =
    [
        new("qmail-smtp", "qmail-smtp", "SMTP", "25,465,587", "smtpd", 5, "yyyy-MM-dd HH:mm:ss.fffffff00", "{0} helo-dns-check: blocked with: HELO doesn't match IP [{1}]"),
        new("qmail-submission", "qmail-smtp", "SUBMISSION", "25,465,587", "submission", 5, "tai64n", "{0} qlogenvelope: result=rejected code=553 reason=rblreject relay=no localport=25 remoteip={1} remoteport=15630 remotehost= qp= pid=20003"),
        new("vpopmail", "vpopmail", "VPOPMAIL", "25,465,587", "maillog", 5, "MMM dd HH:mm:ss", "{0} qmail vpopmail[3076]: vchkpw-submission: vpopmail user not found helpdesk@yourdomain.xy:{1}"),
        new("qmailadmin", "qmailadmin", "QMA", "80,443", "qma-auth", 4, "yyyy/MM/dd HH:mm:ss", "{0} user:postmaster@domain.xy ip:{1} auth:failed [@domain.xy]"),
        new("roundcube-auth", "roundcube-auth", "RC", "80,443", "userlogins", 4, "[dd-MMM-yyyy HH:mm:ss zz00]", "{0}: IMAP Error: Login failed for sisgri@iol.it from {1}. AUTHENTICATE PLAIN: Authentication failed."),
        new("dovecot-pop3", "dovecot", "POP3", "993,995", "dovecot", 6, "MMM dd HH:mm:ss", "{0} auth-worker(27283): Info: sql(user@yourdomain.xy,{1}): Password mismatch"),
        new("dovecot-imap", "dovecot", "IMAP", "993,995", "dovecot", 6, "MMM dd HH:mm:ss", "{0} auth-worker(27283): Info: sql(adminww@yourdomain.xy,{1}): unknown user"),
    ];

    /// <summary>Writes the configuration, with the actions of Debian and with further files where there is a text for them.</summary>
    public static WatchFolder Make(params (string Path, string? Text)[] files)
    {
        WatchFolder folder = new();
        folder.TakeDebian();
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
        folder.Write("jail.local", JailsAsPrinted(folder, "127.0.0.1/8 10.0.0.1/8"));
        foreach (QmailJail jail in Jails)
        {
            File.AppendAllText(folder.LogOf(jail), string.Empty);
        }

        foreach ((string path, string? text) in files)
        {
            if (text is not null)
            {
                folder.Write(path, text);
            }
        }

        return folder;
    }

    /// <summary>The text of <c>jail.local</c>.</summary>
    public static string JailsAsPrinted(WatchFolder folder, string ignored) => $"[DEFAULT]\nignoreip = {ignored}\n" + string.Concat(Jails.Select(jail => $"""

        [{jail.Name}]
        enabled  = true
        filter   = {jail.Filter}
        action   = nftables[type=multiport, name={jail.Action}, port="{jail.Ports}"]
                   sendmail-whois-lines[name={jail.Action}, logpath="%(logpath)s"]
        logpath  = {folder.LogOf(jail)}
        maxretry = {jail.MaxRetry}
        bantime  = {(jail.Filter == "dovecot" ? "1h" : "1d")}
        findtime = 1h

        """));

    /// <summary>The log of a jail; two of them share one.</summary>
    public static string LogOf(this WatchFolder folder, QmailJail jail) => Path.Combine(folder.Path, jail.Log + ".log");

    /// <summary>Lets somebody fail now, in the log of a jail.</summary>
    public static void Fail(this WatchFolder folder, QmailJail jail, string address, int times) =>
        File.AppendAllLines(folder.LogOf(jail), Enumerable.Repeat(string.Format(CultureInfo.InvariantCulture, jail.Line, Stamp(jail.Layout), address), times));

    private static string Stamp(string layout)
    {
        DateTimeOffset now = DateTimeOffset.Now;

        // TAI64N (cr.yp.to/libtai/tai64.html): seconds of TAI since 1970 plus 2^62, which are 10 ahead of those of UTC in the way multilog writes them, and nanoseconds.
        return layout == "tai64n"
            ? $"@4{now.ToUnixTimeSeconds() + 10:x15}{now.Millisecond * 1_000_000:x8}"
            : now.ToString(layout, CultureInfo.InvariantCulture);
    }
}
