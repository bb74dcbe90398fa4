using System.Text.Json;
using PSBan.Configuration;
using PSBan.Model;
using PSBan.Tests.Support;

namespace PSBan.Tests.Configuration;

/// <summary>
/// Debian's whole configuration, read by fail2ban and by us. The environment variables <c>PSBAN_FAIL2BAN_CONFIG</c> and <c>PSBAN_FAIL2BAN_LIBRARY</c> point
/// to another release.
/// </summary>
public sealed class DebianOracleTests
{
    private const string Stock = "/etc/fail2ban";

    private static readonly string s_stock = Environment.GetEnvironmentVariable("PSBAN_FAIL2BAN_CONFIG") ?? Stock;

    [RequiresFact("python3", Stock + "/jail.conf", Fail2BanOracle.Library + "/fail2ban")]
    public void Every_jail_says_what_fail2ban_says()
    {
        using ConfigurationFolder folder = Copy();
        folder.Write("jail.d/zz.local", "[DEFAULT]\nenabled = true\nblocklist_de_apikey = key\ncfemail = a@example.org\ncfapikey = key\nignoreip = 127.0.0.1/8, ::1\n");
        Compare(folder, atLeast: 90);
    }

    [RequiresFact("python3", Stock + "/jail.conf", Fail2BanOracle.Library + "/fail2ban")]
    public void Every_action_says_what_fail2ban_says()
    {
        using ConfigurationFolder folder = Copy();
        IEnumerable<string> jails = Directory.GetFiles(folder.Path("action.d"), "*.conf").Select(Path.GetFileNameWithoutExtension).SelectMany(action => (string[])
        [
            $"[t-{action}]\nenabled = true\nfilter = vsftpd\nlogpath = /var/log/none\naction = {action}",
            $"[u-{action}]\nenabled = true\nfilter = vsftpd\nlogpath = /var/log/none\naction = {action}[name=%(__name__)s-two, port=\"25,465\", protocol='udp', chain=\"<known/chain>\", blocktype=DROP, dest=\"<known/dest>, x@example.org\"]",
        ]);
        folder.Write("jail.d/zz.local", string.Join('\n', jails));
        Compare(folder, atLeast: 110);
    }

    [RequiresFact("python3", Stock + "/jail.conf", Fail2BanOracle.Library + "/fail2ban")]
    public void The_action_shortcuts_say_what_fail2ban_says()
    {
        using ConfigurationFolder folder = Copy();
        string[] shortcuts = ["action_", "action_mw", "action_mwl", "action_xarf", "action_cf_mwl", "action_blocklist_de", "action_abuseipdb"];
        IEnumerable<string> jails = shortcuts.Select(name => $"[t{name}]\nenabled = true\nfilter = vsftpd\nlogpath = /var/log/none\n  /var/log/other tail\naction = %({name})s");
        folder.Write("jail.local", "[DEFAULT]\nbanaction = nftables-multiport\nfail2ban_agent = agent\nblocklist_de_apikey = key\ncfemail = a@example.org\ncfapikey = key\n" + string.Join('\n', jails));
        Compare(folder, atLeast: shortcuts.Length);
    }

    [RequiresFact("python3", Stock + "/jail.conf", Fail2BanOracle.Library + "/fail2ban")]
    public void Every_filter_says_what_fail2ban_says()
    {
        var loader = new ConfigurationLoader(s_stock);
        string[] modes = ["normal", "aggressive", "ddos", "extra", "auth", "more", "errors", "rbl"];
        string[] filters = loader.FilterNames.SelectMany(name => new[] { name, $"{name}[logtype=journal]" }.Concat(modes.Select(mode => $"{name}[mode={mode}]"))).ToArray();
        Dictionary<string, JsonElement> told = Fail2BanOracle.Filters(s_stock, filters);
        List<Problem> problems = [];
        string[] differences = filters.SelectMany(filter => OracleComparison.Filter(filter, told[filter], loader.LoadFilter(filter, problems))).ToArray();
        Assert.True(differences.Length == 0, string.Join('\n', differences));
        string[] included = ["common", "apache-common", "botsearch-common", "exim-common", "selinux-common"];
        Assert.All(problems.Where(problem => problem.Severity == ProblemSeverity.Error), problem => Assert.Contains(Path.GetFileNameWithoutExtension(problem.Location.File), included));
    }

    [RequiresFact("python3", Fail2BanOracle.Library + "/fail2ban")]
    public void The_finer_points_say_what_fail2ban_says()
    {
        using var folder = new ConfigurationFolder();
        folder
            .Write("jail.conf", """
                [DEFAULT]
                enabled = true
                logpath = /var/log/none
                usedns = no
                systemd_if_nologs = false
                action = a
                port = 7
                [plain]
                filter = f
                [strong]
                filter = f[usedns=raw, prefregex="^p", datepattern=epoch, failregex="^by parameter <mode>", maxlines=4]
                datepattern = %%Y
                prefregex = ^jail
                failregex = ^jail
                maxlines = 8
                [known]
                filter = f[mode=two, lt=zz]
                failregex = %(known/failregex)s
                  %(known/pfx)s%(port)s 100%%%%
                ignoreregex = %(known/ignoreregex)s
                journalmatch = %(known/journalmatch)s
                maxretry = 04
                ignoreself = off
                action = a[zz="<known/zz>/<maxretry>", name=known-two]
                         a[actname=q, actionban="<failregex> <ignoreself> <port>"]
                [other]
                filter = f[lt=aa]
                logpath = /var/log/none tail
                   /var/log/b
                ignoreip = 127.0.0.1/8, ::1
                backend = systemd[journalflags=1]
                """)
            .Write("jail.local", "[other]\nlogpath = /var/log/c\n   %(known/logpath)s\n")
            .Write("filter.d/f.conf", """
                [INCLUDES]
                before = inc.conf
                [Definition]
                _d = mine
                mode = one
                pfx = <known/pfx>x
                re-one = ^one <HOST>
                re-two = ^two <ADDR>$
                         ^%(sec)s <known/_d><default/_d> ; note
                failregex = <re-<mode>>
                  %(_d)s <logtype>
                ignoreregex = <sec_<lt>/p>
                prefregex = <known/pfx><nosuch>
                journalmatch = A=1 + "B=2 3"
                [Init]
                mode = init
                datepattern = %%d <known/mode>
                """)
            .Write("filter.d/f.local", "[Definition]\nmode = one\n_d = <known/_d> local\n")
            .Write("filter.d/inc.conf", """
                [DEFAULT]
                lt = aa
                _d = def
                sec = <sec_<lt>/p>
                logtype = none
                [Definition]
                pfx = before%(_d)s
                [sec_aa]
                p = <sec_<lt>/p>
                [sec_zz]
                p = ZZ(%(sec_aa/q)s)<_d>
                [sec_aa?x=1]
                r = R
                """)
            .Write("filter.d/inc.local", "[sec_aa]\nq = Q\n")
            .Write("action.d/a.conf", """
                [Definition]
                actionban = %(cmd)s <ip> <port> <maxretry> <bantime> <zz> <six> <nosuch> <logpath>
                cmd = <run> <failregex>
                run = echo
                norestored = 1
                [Init]
                zz = 1
                port = 22
                six = 4
                [Init?family=inet6]
                six = 6
                """);
        Compare(folder, atLeast: 4);
    }

    private static ConfigurationFolder Copy()
    {
        var folder = new ConfigurationFolder();
        foreach (string file in Directory.EnumerateFiles(s_stock, "*", SearchOption.AllDirectories))
        {
            string copy = folder.Path(Path.GetRelativePath(s_stock, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        // Debian enables sshd there; the tests say themselves what is enabled.
        folder.Write("jail.d/defaults-debian.conf", "");
        return folder;
    }

    private static void Compare(ConfigurationFolder folder, int atLeast)
    {
        Dictionary<string, JsonElement> told = Fail2BanOracle.Jails(folder.Root);
        Assert.True(told.Count >= atLeast, $"fail2ban reads only {told.Count} jails");
        WatchConfiguration ours = folder.Load();
        IEnumerable<string> differences = told.SelectMany(jail => OracleComparison.Jail(jail.Key, jail.Value, ours.Jails.FirstOrDefault(own => own.Name == jail.Key)))
            .Concat(ours.Jails.Where(jail => !told.ContainsKey(jail.Name)).Select(jail => $"{jail.Name}: read by us alone"))
            .Concat(ours.Problems.Where(problem => problem.Severity == ProblemSeverity.Error).Select(problem => problem.ToString()));
        string all = string.Join('\n', differences);
        Assert.True(all.Length == 0, all);
    }
}
