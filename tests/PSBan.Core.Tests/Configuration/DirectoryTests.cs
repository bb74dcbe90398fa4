using PSBan.Configuration;
using PSBan.Model;
using PSBan.Tests.Support;

namespace PSBan.Tests.Configuration;

/// <summary>How the user's directory and PSBan's own come together.</summary>
public sealed class DirectoryTests : IDisposable
{
    private const string StockJails = "[INCLUDES]\nbefore = paths.conf\n[DEFAULT]\nenabled = false\nmaxretry = 5\naction = dummy\nfilter = %(__name__)s\n[sshd]\nlogpath = %(ssh_log)s\n[postfix]\nlogpath = /mail\n";

    private readonly ConfigurationFolder _stock = new();
    private readonly ConfigurationFolder _user = new();

    public DirectoryTests() => _stock
        .Write("jail.conf", StockJails)
        .Write("paths.conf", "[DEFAULT]\nssh_log = /stock/auth.log\n")
        .Write("filter.d/common.conf", "[DEFAULT]\npre = stock\n")
        .Write("filter.d/sshd.conf", "[INCLUDES]\nbefore = common.conf\n[Definition]\nfailregex = %(pre)s <mode>\nmode = normal\n")
        .Write("filter.d/postfix.conf", "[Definition]\nfailregex = postfix\n")
        .Write("psban.conf", "[Definition]\nloglevel = INFO\n");

    public void Dispose()
    {
        _stock.Dispose();
        _user.Dispose();
    }

    [Fact]
    public void The_stock_alone_has_jails_and_none_of_them_runs()
    {
        WatchConfiguration configuration = ConfigurationLoader.Load(null, _stock.Root, ConfigurationFolder.Native);
        Assert.Empty(configuration.Jails);
        Assert.Equal(["sshd", "postfix"], configuration.JailNames);
        Assert.Empty(configuration.Problems);
    }

    [Fact]
    public void A_directory_without_jail_conf_overlays_the_stock()
    {
        _user
            .Write("jail.local", "[sshd]\nenabled = true\n")
            .Write("paths.local", "[DEFAULT]\nssh_log = /user/auth.log\n")
            .Write("filter.d/sshd.local", "[Definition]\nmode = aggressive\n");
        JailOptions jail = Assert.Single(_user.LoadClean(_stock.Root).Jails);
        Assert.Equal(("/user/auth.log", 5, "stock aggressive"), (jail.LogPaths[0].Glob, jail.MaxRetry.Value, jail.Filter.FailRegex[0].Value));
        Assert.Equal(_stock.At("filter.d/sshd.conf", 4), jail.Filter.FailRegex[0].Location);
    }

    [Fact]
    public void A_file_of_the_same_name_takes_the_place_of_the_stock_file_and_may_include_stock_files()
    {
        _user
            .Write("jail.d/mine.conf", "[sshd]\nenabled = true\n[own]\nenabled = true\nlogpath = /own\n")
            .Write("paths.conf", "[DEFAULT]\nssh_log = /mine/auth.log\n")
            .Write("filter.d/sshd.conf", "[INCLUDES]\nbefore = common.conf\n[Definition]\nfailregex = mine %(pre)s\n")
            .Write("filter.d/own.conf", "[INCLUDES]\nbefore = common.conf\n[Definition]\nfailregex = own %(pre)s\n");
        WatchConfiguration configuration = _user.LoadClean(_stock.Root);
        Assert.Equal(["mine stock", "own stock"], configuration.Jails.Select(jail => jail.Filter.FailRegex[0].Value));
        Assert.Equal("/mine/auth.log", configuration.Jails[0].LogPaths[0].Glob);
        Assert.DoesNotContain(_stock.Path("filter.d/sshd.conf"), configuration.Files);
        Assert.Equal(["common", "own", "postfix", "sshd"], new ConfigurationLoader(_user.Root, _stock.Root).FilterNames);
    }

    [Fact]
    public void A_directory_with_jail_conf_stands_alone_and_borrows_what_it_lacks()
    {
        _user
            .Write("jail.conf", "[sshd]\nenabled = true\nfilter = sshd\nlogpath = /l\naction = dummy\n[postfix]\nenabled = true\nfilter = postfix\nlogpath = /l\naction = dummy\n")
            .Write("filter.d/common.conf", "[DEFAULT]\npre = user\n")
            .Write("filter.d/postfix.conf", "[Definition]\nfailregex = user\n");
        WatchConfiguration configuration = _user.Load(_stock.Root);
        Assert.Equal(["stock normal", "user"], configuration.Jails.Select(jail => jail.Filter.FailRegex[0].Value));
        Assert.Equal(3, configuration.Jails[0].MaxRetry.Value);
        Problem problem = Assert.Single(configuration.Problems);
        Assert.Equal((ProblemCodes.StockFilterUsed, ProblemSeverity.Warning, _user.At("jail.conf", 3)), (problem.Code, problem.Severity, problem.Location));
        Assert.Equal("The directory has no filter 'sshd'; PSBan's own is used. Put a file sshd.conf into its filter.d to have another.", problem.Message);
    }

    [Theory]
    [InlineData("psban.local", "[Definition]\nloglevel = DEBUG\n", "DEBUG")]
    [InlineData("psban.conf", "[DEFAULT]\nloglevel = DEBUG\n", "DEBUG")]
    [InlineData("fail2ban.conf", "[DEFAULT]\nloglevel = NOTICE\n[Definition]\nDbPurgeAge = %(age)s\nage = 2d\n[Thread]\nstacksize = 0\n", "NOTICE")]
    [InlineData("fail2ban.local", "[Definition]\nloglevel = NOTICE\n", "NOTICE")]
    [InlineData("unrelated.conf", "[Definition]\nloglevel = NOTICE\n", "INFO")]
    public void Settings_are_psbans_own_or_else_fail2bans(string file, string text, string level)
    {
        _user.Write(file, text);
        WatchConfiguration configuration = _user.LoadClean(_stock.Root);
        Assert.Equal(level, configuration.Settings["loglevel"].Value);
        Assert.Equal(file == "fail2ban.conf" ? "2d" : null, configuration.Settings.TryGetValue("dbpurgeage", out Located<string>? age) ? age.Value : null);
    }

    [Fact]
    public void Psbans_own_settings_hide_fail2bans()
    {
        _user.Write("fail2ban.conf", "[Definition]\nloglevel = NOTICE\n").Write("psban.local", "[Definition]\nx = 1\n");
        Assert.Equal("INFO", _user.LoadClean(_stock.Root).Settings["loglevel"].Value);
    }

    [Fact]
    public void A_missing_or_empty_directory_is_told()
    {
        Problem missing = Assert.Single(ConfigurationLoader.Load(_user.Path("none"), null).Problems);
        Assert.Equal((ProblemCodes.ConfigurationNotFound, $"There is no directory {_user.Path("none")}."), (missing.Code, missing.Message));
        Problem empty = Assert.Single(_user.Load().Problems);
        Assert.Equal((ProblemCodes.ConfigurationNotFound, $"There is no jail.conf, jail.local or jail.d in {_user.Root}."), (empty.Code, empty.Message));
    }

    [Fact]
    public void One_broken_jail_leaves_the_others_alone()
    {
        _user.Write("jail.local", "[sshd]\nenabled = true\nlogpath = %(nothing)s\n[postfix]\nenabled = true\n[last]\nenabled = true\nnonsense\nlogpath = /l\nfilter = postfix\n");
        WatchConfiguration configuration = _user.Load(_stock.Root);
        Assert.Equal(["postfix", "last"], configuration.Jails.Select(jail => jail.Name));
        Assert.Equal([("sshd", 3), ("last", 8)], configuration.Problems.Select(problem => (problem.Jail, problem.Location.Line)));
    }

    [Fact]
    public void A_directory_that_stands_alone_borrows_actions_too()
    {
        _stock.Write("action.d/mail.conf", "[Definition]\nactionban = stock\n");
        _user.Write("jail.conf", "[j]\nenabled = true\nfilter =\nfailregex = x\nlogpath = /l\naction = mail\n");
        WatchConfiguration configuration = _user.Load(_stock.Root);
        Assert.Equal("stock", Assert.Single(configuration.Jails).Actions[0].Properties["actionban"]);
        Assert.Equal((ProblemCodes.StockActionUsed, _user.At("jail.conf", 6)), (Assert.Single(configuration.Problems).Code, configuration.Problems[0].Location));
    }

    [RequiresFact("linux", "/proc/self/mem")]
    public void A_file_that_cannot_be_read_is_told_and_the_rest_works()
    {
        // Root may read every file; this one gives nobody its first byte.
        _user.Write("jail.d/a.conf", "[sshd]\nenabled = true\nlogpath = /l\n");
        File.CreateSymbolicLink(_user.Path("jail.local"), "/proc/self/mem");
        WatchConfiguration configuration = _user.Load(_stock.Root);
        Problem problem = Assert.Single(configuration.Problems);
        Assert.Equal((ProblemCodes.FileUnreadable, ProblemSeverity.Error, _user.At("jail.local", 0)), (problem.Code, problem.Severity, problem.Location));
        Assert.Single(configuration.Jails);
    }
}
