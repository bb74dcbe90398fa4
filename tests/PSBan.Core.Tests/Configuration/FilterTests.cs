using PSBan.Configuration;
using PSBan.Model;

namespace PSBan.Tests.Configuration;

/// <summary>What a filter says in the end: sections, parameters, the jail, tags.</summary>
public sealed class FilterTests : IDisposable
{
    private readonly ConfigurationFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("failregex = <a>", "A")]
    [InlineData("failregex = <re-<mode>>", "two")]
    [InlineData("failregex = <re-<mode>> <re-one>", "two one")]
    [InlineData("failregex = <sec/p>", "P D A")]
    [InlineData("failregex = <sec/P>", "P D A")]
    [InlineData("failregex = <default/d>", "D")]
    [InlineData("failregex = <known/i>", "init")]
    [InlineData("failregex = <nosuch> <HOST> <F-USER>x</F-USER>", "<nosuch> <HOST> <F-USER>x</F-USER>")]
    [InlineData("failregex = <A>", "A")]
    [InlineData("failregex = < a> <a b> <> <a", "< a> <a b> <> <a")]
    [InlineData("failregex = <lines>", "one|two A")]
    [InlineData("failregex = ^(?P<n>x)(?P=n)$", "^(?P<n>x)(?P=n)$")]
    [InlineData("failregex = <a>\n  <a>\n\n  <empty>\n  b", "A|A|b")]
    [InlineData("failregex =", "")]
    public void Tags_are_replaced_inside_out_and_again(string failregex, string patterns)
    {
        FilterOptions filter = Load("f", $"""
            [DEFAULT]
            d = D
            [Definition]
            a = A
            empty =
            mode = two
            re-one = one
            re-two = two
            lines = one
              two <a>
            {failregex.ReplaceLineEndings("\n")}
            [sec]
            p = P %(d)s <a>
            [Init]
            i = init
            """);
        Assert.Equal(patterns, string.Join('|', filter.FailRegex.Select(regex => regex.Value)));
    }

    [Theory]
    [InlineData("failregex = <failregex>", "<failregex> in the value of 'failregex' leads back to itself. Give one of the options another name.", 2)]
    [InlineData("failregex = x\n  <a>\na = <b>\nb = <a>", "<a> in the value of 'failregex' leads back to itself. Give one of the options another name.", 5)]
    public void A_tag_that_leads_back_to_itself_is_an_error(string text, string message, int line)
    {
        List<Problem> problems = [];
        _folder.Write("filter.d/f.conf", "[Definition]\n" + text);
        Assert.Null(new ConfigurationLoader(_folder.Root).LoadFilter("f", problems));
        Problem problem = Assert.Single(problems);
        Assert.Equal((ProblemCodes.TagRecursion, message, _folder.At("filter.d/f.conf", line)), (problem.Code, problem.Message, problem.Location));
    }

    [Fact]
    public void An_option_that_takes_the_place_of_host_is_told()
    {
        List<Problem> problems = [];
        _folder.Write("filter.d/f.conf", "[Definition]\nfailregex = ^<HOST>\nHost = mine");
        Assert.Equal("^mine", new ConfigurationLoader(_folder.Root).LoadFilter("f", problems)!.FailRegex[0].Value);
        Problem problem = Assert.Single(problems);
        Assert.Equal((ProblemCodes.TagShadowed, ProblemSeverity.Warning, _folder.At("filter.d/f.conf", 3)), (problem.Code, problem.Severity, problem.Location));
    }

    [Theory]
    [InlineData("f", "init")]
    [InlineData("f[x=parameter]", "parameter")]
    [InlineData("f[y=1]", "init")]
    public void A_parameter_beats_init_and_init_beats_the_definition(string filter, string expected)
    {
        const string Text = "[DEFAULT]\nx = default\nz = default\n[Definition]\nx = definition\nfailregex = <x> %(x)s <z>\n[Init]\nx = init";
        Assert.Equal($"{expected} {expected} default", Load(filter, Text).FailRegex[0].Value);
    }

    [Fact]
    public void Init_beats_the_definition_for_settings_too()
    {
        FilterOptions filter = Load("f", "[Definition]\nfailregex = a\ndatepattern = one\nmaxlines = 2\n[Init]\ndatepattern = two\nmaxlines = 3");
        Assert.Equal(("two", 3), (filter.DatePattern!.Value, filter.MaxLines));
    }

    [Theory]
    [InlineData(null, "file", "")]
    [InlineData("auto", "file", "logtype=file")]
    [InlineData("polling", "file", "logtype=file")]
    [InlineData("systemd", "journal", "logtype=file")]
    [InlineData("systemd[journalflags=1]", "journal", "logtype=file")]
    public void The_back_end_decides_about_the_log_type_where_nothing_else_does(string? backend, string automatic, string definition)
    {
        _folder.Write("filter.d/common.conf", "[DEFAULT]\nlogtype = default\n");
        _folder.Write("filter.d/own.conf", $"[INCLUDES]\nbefore = common.conf\n[Definition]\n{definition}\nfailregex = <logtype>\n");
        _folder.Write("filter.d/none.conf", "[INCLUDES]\nbefore = common.conf\n[Definition]\nfailregex = <logtype>\n");
        var loader = new ConfigurationLoader(_folder.Root);
        List<Problem> problems = [];
        Assert.Equal(backend is null ? "default" : automatic, loader.LoadFilter("none", problems, backend)!.FailRegex[0].Value);
        Assert.Equal(definition.Length == 0 ? "default" : "file", loader.LoadFilter("own", problems, backend)!.FailRegex[0].Value);
        Assert.Equal("given", loader.LoadFilter("none[logtype=given]", problems, backend)!.FailRegex[0].Value);
        Assert.Empty(problems);
    }

    [Theory]
    [InlineData("usedns = no", "usedns = raw", "", "No")]
    [InlineData("usedns = no", "", "usedns=raw", "Raw")]
    [InlineData("maxlines = 2", "maxlines = 3", "", "2")]
    [InlineData("maxlines = 2", "", "maxlines=3", "3")]
    [InlineData("prefregex = j", "prefregex = d", "", "j")]
    [InlineData("prefregex = j", "", "prefregex=p", "p")]
    [InlineData("prefregex =", "prefregex = d", "", "")]
    [InlineData("datepattern = j", "datepattern = d", "", "j")]
    [InlineData("datepattern = j", "", "datepattern=p", "j")]
    [InlineData("", "datepattern = d", "", "d")]
    [InlineData("failregex = j\n  k", "failregex = d", "", "j|k")]
    [InlineData("failregex = j", "", "failregex=p", "p|j")]
    [InlineData("failregex = %(known/failregex)s\n  k", "failregex = d\n  e", "", "d|e|k")]
    [InlineData("ignoreregex =", "ignoreregex = d", "", "")]
    [InlineData("ignoreregex = j", "", "ignoreregex=p", "p|j")]
    [InlineData("journalmatch = A=1", "journalmatch = B=2", "", "A=1")]
    [InlineData("journalmatch = A=1\n  C=3", "", "journalmatch=B=2", "B=2|A=1|C=3")]
    [InlineData("journalmatch =", "journalmatch = B=2", "", "")]
    [InlineData("journalmatch = %(known/journalmatch)s", "journalmatch = B=2", "", "B=2")]
    public void What_the_jail_says_meets_what_the_filter_says(string jail, string definition, string parameter, string expected)
    {
        _folder
            .Write("jail.conf", $"[j]\nenabled = true\nlogpath = /l\naction = dummy\nfilter = f[{parameter}]\n{jail.ReplaceLineEndings("\n")}\n")
            .Write("filter.d/f.conf", $"[Definition]\n{(definition.StartsWith("failregex", StringComparison.Ordinal) || parameter.StartsWith("failregex", StringComparison.Ordinal) ? "" : "failregex = x")}\n{definition.ReplaceLineEndings("\n")}\n");
        FilterOptions filter = _folder.LoadClean().Jails[0].Filter;
        string setting = (jail + definition).Split(' ')[0];
        Assert.Equal(expected, setting switch
        {
            "usedns" => filter.UseDns.ToString(),
            "maxlines" => $"{filter.MaxLines}",
            "prefregex" => filter.PrefRegex?.Value ?? "",
            "datepattern" => filter.DatePattern?.Value ?? "",
            "failregex" => string.Join('|', filter.FailRegex.Select(regex => regex.Value)),
            "ignoreregex" => string.Join('|', filter.IgnoreRegex.Select(regex => regex.Value)),
            _ => string.Join('|', filter.JournalMatch.Select(match => match.Value)),
        });
    }

    [Fact]
    public void A_date_pattern_with_percent_signs_can_be_taken_over_from_the_filter()
    {
        _folder
            .Write("jail.conf", "[j]\nenabled = true\nlogpath = /l\naction = dummy\nfilter = f\ndatepattern = %(known/datepattern)s\n  %%Y\n")
            .Write("filter.d/f.conf", "[Definition]\nfailregex = x\ndatepattern = ^%%d %%m\n");
        Assert.Equal("^%d %m\n%Y", _folder.LoadClean().Jails[0].Filter.DatePattern!.Value);
    }

    [Fact]
    public void A_filter_value_that_cannot_be_resolved_is_told_where_it_is_written()
    {
        _folder
            .Write("jail.conf", "[j]\nenabled = true\nlogpath = /l\naction = dummy\nfilter = f\nfailregex = %(known/failregex)s\n  y\n")
            .Write("filter.d/f.conf", "[Definition]\nfailregex = %(none)s\n");
        Problem problem = Assert.Single(_folder.Load().Problems);
        Assert.Equal((ProblemCodes.InvalidInterpolation, _folder.At("filter.d/f.conf", 2), "j"), (problem.Code, problem.Location, problem.Jail));
    }

    [Fact]
    public void Patterns_of_jail_and_filter_keep_their_places()
    {
        _folder
            .Write("jail.conf", "[j]\nenabled = true\nlogpath = /l\naction = dummy\nfilter = f\nfailregex = %(known/failregex)s\n\n  ^jail\n")
            .Write("filter.d/f.conf", "[INCLUDES]\nbefore = common.conf\n[Definition]\npart = ^part\nfailregex = ^%(pre)s one\n  <part>\n  <shared>\n")
            .Write("filter.d/common.conf", "[Definition]\npre = pre\nshared = ^shared\n");
        Assert.Equal(
            [
                new Located<string>("^pre one", _folder.At("filter.d/f.conf", 5)),
                new Located<string>("^part", _folder.At("filter.d/f.conf", 4)),
                new Located<string>("^shared", _folder.At("filter.d/common.conf", 3)),
                new Located<string>("^jail", _folder.At("jail.conf", 8)),
            ],
            _folder.LoadClean().Jails[0].Filter.FailRegex);
    }

    [Theory]
    [InlineData("maxlines = many", ProblemCodes.InvalidNumber, "'many' is no value for 'maxlines'; write a whole number of at least 1, such as maxlines = 5.")]
    [InlineData("maxlines = 0", ProblemCodes.InvalidNumber, "'0' is no value for 'maxlines'; write a whole number of at least 1, such as maxlines = 5.")]
    [InlineData("usedns = maybe", ProblemCodes.InvalidValue, "'maybe' is no value for 'usedns' and counts as no; write yes, warn, no or raw.")]
    [InlineData("journalmatch = 'A=1", ProblemCodes.InvalidValue, "A quote in journalmatch ''A=1' is not closed.")]
    [InlineData("prefregex = %(none)s", ProblemCodes.InvalidInterpolation, "The value of 'prefregex' in [Definition] cannot be resolved: %(none)s names an option that neither [Definition] nor [DEFAULT] has. Define it, or write '%%' for a percent sign.")]
    public void An_unusable_setting_is_told(string setting, string code, string message)
    {
        List<Problem> problems = [];
        _folder.Write("filter.d/f.conf", $"[Definition]\nfailregex = x\n{setting}");
        new ConfigurationLoader(_folder.Root).LoadFilter("f", problems);
        Problem problem = Assert.Single(problems);
        Assert.Equal((code, message, _folder.At("filter.d/f.conf", 3)), (problem.Code, problem.Message, problem.Location));
    }

    [Fact]
    public void A_filter_that_is_not_there_is_told_with_its_neighbours()
    {
        List<Problem> problems = [];
        _folder.Write("filter.d/sshd.conf", "[Definition]\nfailregex = x");
        Assert.Null(new ConfigurationLoader(_folder.Root).LoadFilter("shsd", problems));
        Assert.Equal($"There is no filter 'shsd' in {_folder.Path("filter.d")}. Did you mean 'sshd'?", Assert.Single(problems).Message);
    }

    [Fact]
    public void A_filter_without_failregex_is_told()
    {
        List<Problem> problems = [];
        _folder.Write("filter.d/f.conf", "[Definition]\nignoreregex = x");
        Assert.NotNull(new ConfigurationLoader(_folder.Root).LoadFilter("f", problems));
        Assert.Equal((ProblemCodes.FilterEmpty, ProblemSeverity.Warning), (problems[0].Code, problems[0].Severity));
    }

    [Fact]
    public void A_filter_can_be_a_file_anywhere_and_still_include_stock_files()
    {
        List<Problem> problems = [];
        _folder.Write("etc/filter.d/common.conf", "[DEFAULT]\npre = P");
        _folder.Write("mine/new.conf", "[INCLUDES]\nbefore = common.conf\n[Definition]\nfailregex = %(pre)s <mode>");
        _folder.Write("mine/new.local", "[Definition]\nmode = local");
        var loader = new ConfigurationLoader(_folder.Path("etc"));
        Assert.Equal("P local", loader.LoadFilter(_folder.Path("mine/new.conf"), problems)!.FailRegex[0].Value);
        FilterOptions filter = loader.LoadFilter(_folder.Path("mine/new.conf") + "[mode=x]", problems)!;
        Assert.Equal(("new", "P x"), (filter.Name, filter.FailRegex[0].Value));
        Assert.Empty(problems);
        Assert.Equal(["common"], loader.FilterNames);
    }

    private FilterOptions Load(string filter, string text)
    {
        List<Problem> problems = [];
        _folder.Write("filter.d/f.conf", text);
        FilterOptions? options = new ConfigurationLoader(_folder.Root).LoadFilter(filter, problems);
        Assert.DoesNotContain(problems, problem => problem.Code != ProblemCodes.FilterEmpty);
        return options!;
    }
}
