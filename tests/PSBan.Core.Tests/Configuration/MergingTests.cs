using PSBan.Configuration;
using PSBan.Model;

namespace PSBan.Tests.Configuration;

/// <summary>Which files count, in which order, and what a later one does to an earlier one.</summary>
public sealed class MergingTests : IDisposable
{
    private const string Jail = "[j1]\nenabled = true\nlogpath = /l\naction = dummy\nfailregex = x\nfilter =\n";

    private readonly ConfigurationFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Files_are_read_in_fail2bans_order()
    {
        _folder
            .Write("jail.d/20.local", "[j1]\nx = d20l")
            .Write("jail.d/10.local", "[j1]\nx = d10l")
            .Write("jail.local", "[j1]\nx = local")
            .Write("jail.d/b.conf", "[j1]\nx = db")
            .Write("jail.d/a.conf", "[j1]\nx = da")
            .Write("jail.d/ignored.txt", "[j1]\nx = ignored")
            .Write("jail.conf", Jail);
        WatchConfiguration configuration = _folder.LoadClean();
        Assert.Equal(
            ["jail.conf", "jail.d/a.conf", "jail.d/b.conf", "jail.local", "jail.d/10.local", "jail.d/20.local"],
            configuration.Files.Select(file => Path.GetRelativePath(_folder.Root, file).Replace('\\', '/')));
        Assert.Equal("d20l", configuration.Jails[0].Variables["x"].Value);
    }

    [Fact]
    public void A_file_includes_others_before_and_after_itself_each_with_its_local_sibling()
    {
        _folder
            .Write("jail.conf", "[INCLUDES]\nbefore = paths-a.conf\n  sub/paths-b.conf\nafter = over.local\n  nowhere.local\n" + Jail)
            .Write("paths-a.conf", "[INCLUDES]\nbefore = common.conf\n[DEFAULT]\nx = a")
            .Write("paths-a.local", "[DEFAULT]\nx = a-local")
            .Write("common.conf", "[INCLUDES]\nbefore = paths-a.conf\n[DEFAULT]\nx = common")
            .Write("sub/paths-b.conf", "[INCLUDES]\nbefore = more.conf\n[DEFAULT]\nx = b")
            .Write("sub/more.conf", "[DEFAULT]\nx = more")
            .Write("over.local", "[DEFAULT]\nx = over");
        WatchConfiguration configuration = _folder.LoadClean();
        Assert.Equal(
            ["jail.conf", "paths-a.conf", "common.conf", "paths-a.local", "sub/paths-b.conf", "sub/more.conf", "over.local"],
            configuration.Files.Select(file => Path.GetRelativePath(_folder.Root, file).Replace('\\', '/')).ToHashSet().OrderBy(file => file != "jail.conf").ThenBy(Order));
        Assert.Equal("over", configuration.Jails[0].Variables["x"].Value);

        static int Order(string file) => Array.IndexOf(["paths-a.conf", "common.conf", "paths-a.local", "sub/paths-b.conf", "sub/more.conf", "over.local"], file);
    }

    [Fact]
    public void Files_that_include_each_other_do_not_hang()
    {
        _folder
            .Write("jail.conf", "[INCLUDES]\nbefore = a.conf\n" + Jail)
            .Write("a.conf", "[INCLUDES]\nbefore = b.conf\nafter = a.conf\n[DEFAULT]\nx = a")
            .Write("a.local", "[INCLUDES]\nbefore = a.conf\n[DEFAULT]\nx = al")
            .Write("b.conf", "[INCLUDES]\nafter = a.conf\n[DEFAULT]\nx = b");
        Assert.Equal("al", _folder.LoadClean().Jails[0].Variables["x"].Value);
    }

    [Fact]
    public void A_missing_include_is_told_unless_it_is_a_local_addition()
    {
        _folder.Write("jail.conf", "[INCLUDES]\nbefore = paths-none.conf\nafter = none.local\n" + Jail);
        Problem problem = Assert.Single(_folder.Load().Problems);
        Assert.Equal((ProblemCodes.IncludeNotFound, ProblemSeverity.Warning, _folder.At("jail.conf", 2)), (problem.Code, problem.Severity, problem.Location));
        Assert.Equal("The file 'paths-none.conf' named in 'before' does not exist beside jail.conf.", problem.Message);
    }

    [Fact]
    public void Known_is_the_value_before_the_last_file_changed_it()
    {
        _folder
            .Write("jail.conf", Jail + "x = conf\n[other]\ny = %(j1/x)s\n")
            .Write("jail.d/10.conf", "[j1]\nx = d10")
            .Write("jail.local", "[DEFAULT]\nx = default\n[j1]\nx = local %(known/x)s\n[other]\nenabled = true\nlogpath = /l\naction = dummy\nfailregex = x\nfilter =");
        WatchConfiguration configuration = _folder.LoadClean();
        Assert.Equal("local d10", configuration.Jails[0].Variables["x"].Value);

        // The foreign text is resolved where it is read, so its known/x is that of the reading section: there is none, and the default steps in.
        Assert.Equal("local default", configuration.Jails[1].Variables["y"].Value);
    }

    [Fact]
    public void Conditional_sections_become_conditional_options()
    {
        _folder
            .Write("jail.conf", Jail.Replace("dummy", "act", StringComparison.Ordinal))
            .Write("action.d/act.conf", "[Definition]\nactionban = <cmd> <block> <ip>\n[Init]\ncmd = v4\nblock = DROP\n[Init?family=inet6]\ncmd = v6");
        ActionOptions action = _folder.LoadClean().Jails[0].Actions[0];
        Assert.Equal(("<cmd> DROP <ip>", "v4", "v6"), (action.Properties["actionban"], action.Properties["cmd"], action.Properties["cmd?family=inet6"]));
    }

    [Fact]
    public void A_parameter_replaces_the_conditional_variants_of_its_option_too()
    {
        _folder
            .Write("jail.conf", Jail.Replace("dummy", "act[cmd=mine] act[actname=b, cmd=mine, cmd?family=inet6=six]", StringComparison.Ordinal))
            .Write("action.d/act.conf", "[Definition]\nactionban = <cmd>\n[Init]\ncmd = v4\n[Init?family=inet6]\ncmd = v6");
        IReadOnlyList<ActionOptions> actions = _folder.LoadClean().Jails[0].Actions;
        Assert.Equal(["mine", "six"], actions.Select(action => action.Properties["cmd?family=inet6"]));
        Assert.Equal(["mine", "mine"], actions.Select(action => action.Properties["cmd"]));
    }

    [Fact]
    public void The_d_folder_works_for_filters_too()
    {
        _folder
            .Write("jail.conf", "[f]\nenabled = true\nlogpath = /l\naction = dummy\nfilter = f")
            .Write("filter.d/f.conf", "[Definition]\nfailregex = conf")
            .Write("filter.d/f.d/x.conf", "[Definition]\nfailregex = %(known/failregex)s\n  d");
        Assert.Equal(["conf", "d"], _folder.LoadClean().Jails[0].Filter.FailRegex.Select(regex => regex.Value));
    }

    [Fact]
    public void A_file_of_another_encoding_is_read_as_far_as_it_goes_and_told()
    {
        _folder.Write("jail.conf", Jail);
        File.WriteAllBytes(_folder.Path("jail.local"), [.. "[j1]\n# M\n"u8, 0xFC, .. "ller\nmaxretry = 7\n"u8]);
        WatchConfiguration configuration = _folder.Load();
        Assert.Contains(configuration.Problems, problem => problem.Code == ProblemCodes.InvalidEncoding && problem.Location == _folder.At("jail.local", 3));
        Assert.Equal(7, configuration.Jails[0].MaxRetry.Value);
    }

    [Fact]
    public void Byte_order_marks_are_no_text()
    {
        File.WriteAllText(_folder.Path("jail.conf"), Jail, new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        File.WriteAllText(_folder.Path("jail.local"), "[j1]\nmaxretry = 7\n", System.Text.Encoding.Unicode);
        Assert.Equal(7, _folder.LoadClean().Jails[0].MaxRetry.Value);
    }
}
