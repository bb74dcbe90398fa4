using PSBan.Configuration;
using PSBan.Model;

namespace PSBan.Tests.Configuration;

/// <summary>Set-ups as people publish them, slips included.</summary>
public sealed class ArticleTests : IDisposable
{
    private readonly ConfigurationFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(300, 8, "findtime = 300\nbantime = 300\nmaxretry = 8")]
    [InlineData(86400, 1, "findtime = 300\nbantime = 24h\nmaxretry = 1")]
    public void Domino_in_a_container(double ban, int failures, string limits)
    {
        _folder
            .Write("jail.local", $"[domino]\nenabled = true \nfilter = domino\nlogpath = /local/notesdata/notes.log\nbackend = polling\nport = 0:65535\n{limits.ReplaceLineEndings("\n")}\nignoreip = 127.0.0.1/8\nbanaction= docker-action\naction = %(banaction)s\n")
            .Write("filter.d/domino.conf", "[Definition]\nfailregex = ^.* (http|smtp): .* \\[<HOST>\\] authentication failure using internet password.*\n  ^.* TLS/SSL connection .* <HOST>.* failed with rejected.*\n")
            .Write("action.d/docker-action.conf", """
                [Definition]
                actionstart = iptables -N f2b-<name>
                              iptables -A f2b-<name> -j RETURN
                              iptables -I FORWARD -p tcp -j f2b-<name>
                actionban = iptables -I f2b-<name> 1 -s <ip> -j DROP
                actionunban = iptables -D f2b-<name> -s <ip> -j DROP
                """);
        JailOptions jail = Assert.Single(_folder.LoadClean().Jails);
        Assert.Equal((300.0, ban, failures), (jail.FindTime.Value.TotalSeconds, jail.BanTime.Value.TotalSeconds, jail.MaxRetry.Value));
        Assert.Equal("0:65535", jail.Variables["port"].Value);
        Assert.Equal(2, jail.Filter.FailRegex.Count);
        Assert.Equal("iptables -N f2b-domino\niptables -A f2b-domino -j RETURN\niptables -I FORWARD -p tcp -j f2b-domino", jail.Actions[0].Properties["actionstart"]);
    }

    [Fact]
    public void Qmail_with_nftables_and_mail()
    {
        _folder
            .Write("jail.local", """
                [qmail-smtp]
                enabled  = true
                filter   = qmail-smtp
                action   = nftables[type=multiport, name=SMTP, port="25,465,587"]
                           sendmail-whois-lines[name=SMTP, logpath="%(logpath)s"]
                logpath  = /var/log/qmail/smtpd/current
                maxretry = 5
                bantime  = 1d
                findtime = 1h

                [vpopmail]
                enabled  = true
                filter   = qmail-smtp
                action   = nftables[type=multiport, name=VPOPMAIL, port="25,465,587"]
                           sendmail-whois-lines[name=VPOPMAIL, logpath="%(logpath)s"]
                # check your syslog mail related log (mail.log in some systems)
                logpath  = /var/log/maillog
                maxretry = 5
                bantime  = 86400
                findtime = 3600
                """)
            .Write("filter.d/qmail-smtp.conf", "[Definition]\nfailregex = ^\n qlogenvelope: result=rejected .* remoteip=<HOST>\n helo-dns-check: blocked with: .* \\[<HOST>\\]\nignoreregex =\n")
            .Write("action.d/sendmail-whois-lines.conf", "[Definition]\nactionban = grep <ip> <logpath> | mail <dest>\n[Init]\nlogpath = /dev/null\ndest = root\n")
            .Write("action.d/sendmail-whois-lines.local", "[Init]\ndest = me@example.org\n")
            .Write("fail2ban.local", "[Definition]\nallowipv6 = auto\n");
        WatchConfiguration configuration = _folder.LoadClean();
        Assert.Equal(["qmail-smtp", "vpopmail"], configuration.Jails.Select(jail => jail.Name));
        IReadOnlyList<ActionOptions> actions = configuration.Jails[1].Actions;
        Assert.Equal(["nftables-VPOPMAIL", "sendmail-whois-lines-VPOPMAIL"], actions.Select(action => action.Name));
        Assert.Equal(("multiport", "VPOPMAIL", "25,465,587"), (actions[0].Parameters["type"], actions[0].Parameters["name"], actions[0].Parameters["port"]));
        Assert.Equal("grep <ip> /var/log/maillog | mail me@example.org", actions[1].Properties["actionban"]);
        Assert.Equal(_folder.At("jail.local", 15), actions[1].Location);
        Assert.Equal("auto", configuration.Settings["allowipv6"].Value);
    }

    [Fact]
    public void An_overlay_without_any_header_is_told_and_the_rest_runs()
    {
        _folder
            .Write("jail.local", "[j]\nenabled = true\nfilter =\nfailregex = x\nlogpath = /l\naction = nftables\n")
            .Write("action.d/nftables.conf", "[INCLUDES]\nafter = nftables-common.local\n[Definition]\nactionban = <protocol>\n[Init]\nprotocol = tcp\n")
            .Write("action.d/nftables-common.local", "# my settings\nprotocol = tcp,udp,udplite,sctp\n");
        WatchConfiguration configuration = _folder.Load();
        Problem problem = Assert.Single(configuration.Problems);
        Assert.Equal((ProblemCodes.TextBeforeSection, _folder.At("action.d/nftables-common.local", 2)), (problem.Code, problem.Location));
        Assert.Equal("tcp", Assert.Single(configuration.Jails).Actions[0].Properties["actionban"]);
    }

    [Fact]
    public void Increments_with_comments_behind_values_and_an_option_that_does_not_exist()
    {
        _folder
            .Write("jail.local", """
                [DEFAULT]
                bantime = 7800m
                findtime = 30m
                maxretry = 5
                ignoreip = 127.0.0.1/8 ::1 172.17.0.0/24, 141.94.115.88
                bantime.increment = true
                bantime.rndtime = 2048
                bantime.multipliers = 1 5 30 60 300 720 1440 2880
                action = nftables
                logpath = /var/log/auth.log
                filter = sshd
                [sshd]
                enabled = true
                port = 53684
                bantime = 1d
                maxfailures = 5
                bantime.findtime = 1w # the period that counts
                bantime.factor = 2 # longer
                bantime.maxtime = forever
                [other]
                enabled = true
                """)
            .Write("filter.d/sshd.conf", "[Definition]\nfailregex = x\n");
        WatchConfiguration configuration = _folder.Load();
        JailOptions other = Assert.Single(configuration.Jails);
        Assert.Equal(("other", 468000.0, "1 5 30 60 300 720 1440 2880"), (other.Name, other.BanTime.Value.TotalSeconds, other.BanTimeIncrement["multipliers"].Value));
        Assert.Equal(["127.0.0.1/8", "::1", "172.17.0.0/24", "141.94.115.88"], other.IgnoreIp.Select(word => word.Value));
        Assert.Equal(
            [(ProblemCodes.UnknownOption, 16), (ProblemCodes.CommentInValue, 17), (ProblemCodes.CommentInValue, 18), (ProblemCodes.InvalidTime, 19)],
            configuration.Problems.Select(problem => (problem.Code, problem.Location.Line)));
    }

    [Fact]
    public void A_journal_jail_of_a_mail_container()
    {
        _folder
            .Write("jail.d/bad-auth-bots.conf", "[bad-auth-bots]\nenabled = true\nbackend = systemd\nfilter = bad-auth-bots\nbantime = 604800\nfindtime = 600\nmaxretry = 5\naction = docker-action-net\n")
            .Write("filter.d/bad-auth-bots.conf", "[Definition]\nfailregex = ^\\s?\\S+ mailu-front\\[\\d+\\]: .* client: <HOST>, server:\nignoreregex =\njournalmatch = CONTAINER_TAG=mailu-front\n")
            .Write("action.d/docker-action-net.conf", "[Definition]\n\nactionstart = ipset --create f2b-bad-auth-bots nethash\n              iptables -I DOCKER-USER -j DROP\n\nactionban = ipset add -exist f2b-bad-auth-bots <ip>/24\n");
        JailOptions jail = Assert.Single(_folder.LoadClean().Jails);
        Assert.Equal(("systemd", "CONTAINER_TAG=mailu-front"), (jail.Backend.Value, jail.Filter.JournalMatch[0].Value));
        Assert.Equal("ipset --create f2b-bad-auth-bots nethash\niptables -I DOCKER-USER -j DROP", jail.Actions[0].Properties["actionstart"]);
    }
}
