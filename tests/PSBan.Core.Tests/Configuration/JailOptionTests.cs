using PSBan.Configuration;
using PSBan.Model;

namespace PSBan.Tests.Configuration;

/// <summary>The options of a jail: types, defaults, and what is said about a value that does not do.</summary>
public sealed class JailOptionTests : IDisposable
{
    private const int Line = 7;

    private readonly ConfigurationFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_jail_that_says_nothing_has_fail2bans_defaults()
    {
        JailOptions jail = Clean("");
        Assert.Equal(("auto", "auto", 3, 5), (jail.Backend.Value, jail.LogEncoding.Value, jail.MaxRetry.Value, jail.MaxMatches.Value));
        Assert.Equal((600.0, 600.0, true), (jail.FindTime.Value.TotalSeconds, jail.BanTime.Value.TotalSeconds, jail.IgnoreSelf.Value));
        Assert.Equal((false, true, false), (jail.SkipIfNoLogs.Value, jail.SystemdIfNoLogs.Value, jail.HasOwnJournalMatch));
        Assert.Equal((null, null, null), (jail.IgnoreCommand, jail.IgnoreCache, jail.Filter.LogTimeZone));
        Assert.Empty(jail.IgnoreIp);
        Assert.Empty(jail.BanTimeIncrement);
        Assert.Equal(SourceLocation.None, jail.MaxRetry.Location);
        Assert.Equal(_folder.At("jail.conf", 1), jail.Location);
    }

    [Fact]
    public void Values_have_their_types_and_places()
    {
        JailOptions jail = Clean("""
            maxretry = 4
            maxmatches = %(maxretry)s
            findtime = 1.5
            bantime = 1.5h
            ignoreself = off
            ignorecommand = /usr/bin/x <ip> # y
            ignorecache = key="<ip>", max-count=100, max-time=5m
            logtimezone = UTC+0200
            logencoding = latin-1
            backend = systemd[journalflags=1]
            bantime.increment = true
            bantime.rndtime = 30m
            bantime.maxtime =
            bantime.multipliers = 1 5 30
            bantime.formula = ban.Time * math.exp(float(ban.Count+1)*banFactor)
            skip_if_nologs = yes
            systemd_if_nologs = no
            journalmatch = A=1
            """);
        Assert.Equal((4, 4), (jail.MaxRetry.Value, jail.MaxMatches.Value));
        Assert.Equal((1.5, 5400.0), (jail.FindTime.Value.TotalSeconds, jail.BanTime.Value.TotalSeconds));
        Assert.Equal(_folder.At("jail.conf", Line + 2), jail.FindTime.Location);
        Assert.False(jail.IgnoreSelf.Value);
        Assert.Equal("/usr/bin/x <ip> # y", jail.IgnoreCommand!.Value);
        Assert.Equal("key=\"<ip>\", max-count=100, max-time=5m", jail.IgnoreCache!.Value);
        Assert.Equal("UTC+0200", jail.Filter.LogTimeZone!.Value);
        Assert.Equal(("latin-1", "systemd[journalflags=1]"), (jail.LogEncoding.Value, jail.Backend.Value));
        Assert.Equal(
            "formula=ban.Time * math.exp(float(ban.Count+1)*banFactor) increment=true multipliers=1 5 30 rndtime=30m",
            string.Join(' ', jail.BanTimeIncrement.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}")));
        Assert.Equal((true, false, true), (jail.SkipIfNoLogs.Value, jail.SystemdIfNoLogs.Value, jail.HasOwnJournalMatch));
    }

    [Theory]
    [InlineData("bantime = -1", double.PositiveInfinity)]
    [InlineData("bantime = 10.9", 10)]
    [InlineData("bantime = 1d12h", 129600)]
    [InlineData("bantime = 7800m", 468000)]
    public void A_ban_has_whole_seconds_or_no_end(string text, double seconds) => Assert.Equal(seconds, Clean(text).BanTime.Value.TotalSeconds);

    [Theory]
    [InlineData("", 32, 128)]
    [InlineData("banprefix4 = 24\nbanprefix6 = /64", 24, 64)]
    [InlineData("banprefix4 =\nbanprefix6 = 128", 32, 128)]
    public void A_ban_may_be_wider_than_the_address(string text, int length4, int length6)
    {
        JailOptions jail = Clean(text);
        Assert.Equal((length4, length6), (jail.BanPrefix4.Value, jail.BanPrefix6.Value));
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("True", true)]
    [InlineData("1", true)]
    [InlineData("on", true)]
    [InlineData("YES", true)]
    [InlineData("false", false)]
    [InlineData("0", false)]
    [InlineData("off", false)]
    [InlineData("no", false)]
    [InlineData("", false)]
    public void Truth_has_fail2bans_words(string text, bool expected) => Assert.Equal(expected, Clean($"ignoreself = {text}").IgnoreSelf.Value);

    [Theory]
    [InlineData("/a.log", "/a.log")]
    [InlineData("/a.log tail", "/a.log*")]
    [InlineData("/a.log TAIL\n  /b.log head\n\n  /c.log", "/a.log*|/b.log|/c.log")]
    [InlineData("/with blank.log head", "/with blank.log")]
    [InlineData("/var/log/*/[a-c]?.log", "/var/log/*/[a-c]?.log")]
    public void Log_paths_stand_one_a_line_with_a_place_to_begin(string text, string paths)
    {
        JailOptions jail = Clean("logpath = " + text.ReplaceLineEndings("\n"), logPath: false);
        Assert.Equal(paths, string.Join('|', jail.LogPaths.Select(path => path.Glob + (path.Tail ? "*" : ""))));
    }

    [Theory]
    [InlineData("127.0.0.1/8 ::1", "127.0.0.1/8|::1")]
    [InlineData("127.0.0.1/8,::1 , 10.0.0.1/8", "127.0.0.1/8|::1|10.0.0.1/8")]
    [InlineData("192.168.1.0/24\n  10.0.0.1\n  example.org", "192.168.1.0/24|10.0.0.1|example.org")]
    [InlineData("[::1] 192.0.2.0/255.255.255.0 file:/etc/white.txt my-host", "[::1]|192.0.2.0/255.255.255.0|file:/etc/white.txt|my-host")]
    public void Ignored_addresses_are_separated_by_blanks_commas_or_lines(string text, string words) =>
        Assert.Equal(words, string.Join('|', Clean("ignoreip = " + text.ReplaceLineEndings("\n")).IgnoreIp.Select(word => word.Value)));

    [Theory]
    [InlineData("maxretry = three", "InvalidNumber", "'three' is no value for 'maxretry'; write a whole number of at least 1, such as maxretry = 5.")]
    [InlineData("maxretry =", "InvalidNumber", "'' is no value for 'maxretry'; write a whole number of at least 1, such as maxretry = 5.")]
    [InlineData("maxretry = 0", "InvalidNumber", "'0' is no value for 'maxretry'; write a whole number of at least 1, such as maxretry = 5.")]
    [InlineData("maxmatches = 5m", "InvalidNumber", "'5m' is no value for 'maxmatches'; write a whole number of at least 0, such as maxmatches = 5.")]
    [InlineData("bantime = for ever", "InvalidTime", "'for ever' is no time for 'bantime'; write seconds or units, such as 600, 10m or 1d12h.")]
    [InlineData("findtime = 1e3", "InvalidTime", "'1e3' is no time for 'findtime'; write seconds or units, such as 600, 10m or 1d12h.")]
    [InlineData("findtime = -1", "InvalidTime", "'-1' is no window for 'findtime'; write a time longer than nothing, such as 10m.")]
    [InlineData("bantime.increment = true\nbantime.maxtime = long", "InvalidTime", "'long' is no time for 'bantime.maxtime'; write seconds or units, such as 600, 10m or 1d12h.")]
    [InlineData("banprefix4 = 7", "InvalidPrefixLength", "'7' is no length for 'banprefix4'; write a number of bits from 8 to 32, 32 being the address alone.")]
    [InlineData("banprefix6 = ffff::", "InvalidPrefixLength", "'ffff::' is no length for 'banprefix6'; write a number of bits from 19 to 128, 128 being the address alone.")]
    [InlineData("backend = systemd[x", "InvalidOptionList", "The backend 'systemd[x' cannot be read: 'option=value' is expected at 'x' (no blank in front of the equals sign). Write name or name[option=value, option2=\"value\"].")]
    [InlineData("ignorecache = 100", "InvalidOptionList", "'100' is no value for 'ignorecache': 'option=value' is expected at '100]' (no blank in front of the equals sign). Write key=\"<ip>\", max-count=100, max-time=5m.")]
    [InlineData("usedns = %(none)s", "InvalidInterpolation", "The value of 'usedns' in [j] cannot be resolved: %(none)s names an option that neither [j] nor [DEFAULT] has. Define it, or write '%%' for a percent sign.")]
    public void An_unusable_value_stops_the_jail_and_says_what_to_write(string text, string code, string message)
    {
        WatchConfiguration configuration = Load(text);
        Problem problem = Assert.Single(configuration.Problems);
        Assert.Equal((ProblemSeverity.Error, code, message, "j"), (problem.Severity, problem.Code, problem.Message, problem.Jail));
        Assert.Equal(_folder.At("jail.conf", Line + text.Count(c => c == '\n')), problem.Location);
        Assert.Equal(["other"], configuration.Jails.Select(jail => jail.Name));
    }

    [Theory]
    [InlineData("maxfailures = 5", "UnknownOption", "There is no option 'maxfailures', so it does nothing. Did you mean 'maxretry'?")]
    [InlineData("max_retry = 5", "UnknownOption", "There is no option 'max_retry', so it does nothing. Did you mean 'maxretry'?")]
    [InlineData("findtme = 5", "UnknownOption", "There is no option 'findtme', so it does nothing. Did you mean 'findtime'?")]
    [InlineData("ignoreips = 5", "UnknownOption", "There is no option 'ignoreips', so it does nothing. Did you mean 'ignoreip'?")]
    [InlineData("bantime.multiplier = 5", "UnknownOption", "There is no option 'bantime.multiplier', so it does nothing. Did you mean 'bantime.multipliers'?")]
    [InlineData("ignoreself = perhaps", "InvalidBoolean", "'perhaps' is neither true nor false and counts as false; write ignoreself = true or ignoreself = false.")]
    [InlineData("ignoreip = 10.0.0.300", "InvalidAddress", "'10.0.0.300' in 'ignoreip' is neither an address, nor a prefix such as 192.0.2.0/24, nor a host name.")]
    [InlineData("ignoreip = 10.0.0.0/33", "InvalidAddress", "'10.0.0.0/33' in 'ignoreip' is neither an address, nor a prefix such as 192.0.2.0/24, nor a host name.")]
    [InlineData("logpath = /a.log /b.log", "InvalidValue", "'logpath' takes one path a line; write '/b.log' on an indented line of its own. (Fail2ban would read '/a.log' only.)")]
    [InlineData("logpath = /a b.log", "InvalidValue", "The last word of a logpath with blanks says where to begin; write '/a b.log head'. (Fail2ban would look for '/a'.)")]
    [InlineData("logpath =", "NoLogPath", "The jail has no logpath, so it reads nothing. Write logpath = /path/of/the.log, or backend = systemd to read the journal.")]
    [InlineData("bantime.maxtime = long", "InvalidTime", "'long' is no time for 'bantime.maxtime'; write seconds or units, such as 600, 10m or 1d12h.")]
    [InlineData("bantime.findtime = 1w # the period", "CommentInValue", "'# the period' stands behind the value of 'bantime.findtime' and would be part of it. Give the comment a line of its own, or begin it with ' ;'. '1w' is used.")]
    [InlineData("maxretry = 3 # three", "CommentInValue", "'# three' stands behind the value of 'maxretry' and would be part of it. Give the comment a line of its own, or begin it with ' ;'. '3' is used.")]
    [InlineData("ignoreip = ::1 # home", "CommentInValue", "'# home' stands behind the value of 'ignoreip' and would be part of it. Give the comment a line of its own, or begin it with ' ;'. '::1' is used.")]
    [InlineData("backend = polling # poll", "CommentInValue", "'# poll' stands behind the value of 'backend' and would be part of it. Give the comment a line of its own, or begin it with ' ;'. 'polling' is used.")]
    [InlineData("logpath = /a.log # log", "CommentInValue", "'# log' stands behind the value of 'logpath' and would be part of it. Give the comment a line of its own, or begin it with ' ;'. '/a.log' is used.")]
    public void A_value_that_is_probably_not_meant_so_is_told_and_the_jail_runs(string text, string code, string message)
    {
        WatchConfiguration configuration = Load(text, logPath: !text.StartsWith("logpath", StringComparison.Ordinal));
        Problem problem = Assert.Single(configuration.Problems);
        Assert.Equal((ProblemSeverity.Warning, code, message, "j"), (problem.Severity, problem.Code, problem.Message, problem.Jail));
        Assert.Equal(2, configuration.Jails.Count);
    }

    [Theory]
    [InlineData("action_mw = x")]
    [InlineData("logpath2 = x")]
    [InlineData("mode = x")]
    [InlineData("port = x\nbanaction = y\nprotocol = z\nchain = c\ndestemail = d")]
    [InlineData("maxfailures = 5\nmine = %(maxfailures)s")]
    public void Other_names_are_variables(string text) => Clean(text);

    [Fact]
    public void A_comment_decides_nothing_about_whether_a_jail_is_enabled()
    {
        _folder.Write("jail.conf", "[j]\nenabled = true # yes\nlogpath = /l\naction = dummy\nfilter = f # this\n");
        _folder.Write("filter.d/f.conf", "[Definition]\nfailregex = x");
        WatchConfiguration configuration = _folder.Load();
        Assert.Single(configuration.Jails);
        Assert.Equal([2, 5], configuration.Problems.Select(problem => problem.Location.Line));
        Assert.All(configuration.Problems, problem => Assert.Equal(ProblemCodes.CommentInValue, problem.Code));
    }

    [Fact]
    public void All_that_is_wrong_with_a_jail_is_told_at_once()
    {
        _folder.Write("jail.conf", "[j]\nenabled = true\nlogpath = /l\naction = none\nfilter = none\nmaxretry = x\nbantime = y\nfailregex = %(known/failregex)s\n");
        Assert.Equal(
            [ProblemCodes.ActionNotFound, ProblemCodes.FilterNotFound, ProblemCodes.InvalidNumber, ProblemCodes.InvalidTime],
            _folder.Load().Problems.Select(problem => problem.Code));
    }

    [Fact]
    public void A_warning_about_a_default_is_told_once()
    {
        _folder.Write("jail.conf", "[DEFAULT]\nenabled = true\nlogpath = /l\naction = dummy\nfilter =\nfailregex = x\nbantime = 5m # five\n[a]\n[b]\n[c]\n");
        Problem problem = Assert.Single(_folder.Load().Problems);
        Assert.Equal((ProblemCodes.CommentInValue, null), (problem.Code, problem.Jail));
    }

    [Fact]
    public void Variables_and_settings_show_what_a_jail_sees()
    {
        Write("port = 25,465\ntwo = %(port)s,x\nbroken = %(none)s\nfailregex = %(known/failregex)s", "known = 1");
        JailOptions jail = _folder.LoadClean().Jails[0];
        Assert.Equal(new Located<string>("25,465,x", _folder.At("jail.conf", Line + 1)), jail.Variables["two"]);
        Assert.False(jail.Variables.ContainsKey("broken"));
        Assert.False(jail.Variables.ContainsKey("logpath"));

        IReadOnlyList<JailSetting> settings = new ConfigurationLoader(_folder.Root).JailSettings("j");
        JailSetting two = settings.Single(setting => setting.Option == "two");
        Assert.Equal(("j", "%(port)s,x", "25,465,x", _folder.Path("jail.conf"), Line + 1, true), (two.Jail, two.Raw, two.Value, two.File, two.Line, two.IsOwn));
        Assert.Null(settings.Single(setting => setting.Option == "broken").Value);
        Assert.Equal("x", settings.Single(setting => setting.Option == "failregex").Value);
        Assert.False(settings.Single(setting => setting.Option == "fail2ban_version").IsOwn);
        Assert.Empty(new ConfigurationLoader(_folder.Root).JailSettings("none"));
    }

    [Fact]
    public void Settings_name_what_they_took_the_place_of_and_whether_the_jail_uses_them()
    {
        _folder.Write("jail.conf", "[DEFAULT]\nbantime = 10m\npath = /var/log\nweb = %(path)s/web\nunused = 1\n[j]\nbantime = 1h\nlogpath = %(web)s\n[off]\nenabled = no\n");
        _folder.Write("jail.local", "[DEFAULT]\nbantime = 20m\nenabled = true\npath = /srv/log\n[j]\nbantime = 2h\n");
        var loader = new ConfigurationLoader(_folder.Root);
        Dictionary<string, JailSetting> settings = loader.JailSettings("j").ToDictionary(setting => setting.Option);
        Assert.Equal(("2h", _folder.At("jail.local", 6)), (settings["bantime"].Value, settings["bantime"].Location));
        Assert.Equal(
            [new("1h", _folder.At("jail.conf", 7)), new("20m", _folder.At("jail.local", 2)), new Located<string>("10m", _folder.At("jail.conf", 2))],
            settings["bantime"].Overrides);
        Assert.Equal(("/srv/log/web", _folder.At("jail.conf", 8)), (settings["logpath"].Value, settings["logpath"].Location));
        Assert.Equal([new Located<string>("/var/log", _folder.At("jail.conf", 3))], settings["path"].Overrides);
        Assert.Equal(["bantime", "enabled", "logpath", "path", "web"], settings.Values.Where(setting => setting.IsUsed).Select(setting => setting.Option));
        Assert.Empty(settings["web"].Overrides);
        Assert.Equal([new("j", true), new KeyValuePair<string, bool>("off", false)], loader.JailSwitches());
    }

    private void Write(string text, string filter = "", bool logPath = true) => _folder
        .Write("jail.conf", $"[j]\nenabled = true\naction = dummy\nfilter = f\n{(logPath ? "logpath = /l" : "")}\n\n{text.ReplaceLineEndings("\n")}\n[other]\nenabled = true\naction = dummy\nlogpath = /l\nfilter = f\n")
        .Write("filter.d/f.conf", $"[Definition]\nfailregex = x\n{filter}\n");

    private WatchConfiguration Load(string text, bool logPath = true)
    {
        Write(text, logPath: logPath);
        return _folder.Load();
    }

    private JailOptions Clean(string text, bool logPath = true)
    {
        Write(text, logPath: logPath);
        return _folder.LoadClean().Jails[0];
    }
}
