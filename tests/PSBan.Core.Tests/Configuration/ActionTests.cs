using PSBan.Configuration;
using PSBan.Model;

namespace PSBan.Tests.Configuration;

public sealed class ActionTests : IDisposable
{
    private readonly ConfigurationFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Two_actions_get_their_names_and_parameters()
    {
        _folder.Write("action.d/nftables.conf", "[Definition]\nactionban = nft <addr_set> <port>\n[Init]\naddr_set = addr-set-<name>\nport = ssh");
        _folder.Write("action.d/sendmail.conf", "[Definition]\nactionban = mail <dest>\n[Init]\ndest = root");
        IReadOnlyList<ActionOptions> actions = Actions("nftables[type=multiport, name=mail-in, port=\"25,465\"]\n  sendmail[dest=\"a@example.org\", actname=note]");
        Assert.Equal(["nftables-in", "note"], actions.Select(action => action.Name));
        Assert.Equal(["nft addr-set-mail-in 25,465", "mail a@example.org"], actions.Select(action => action.Properties["actionban"]));
        Assert.Equal(["mail-in", "mail"], actions.Select(action => action.Properties["name"]));
        Assert.Equal([_folder.At("jail.conf", 5), _folder.At("jail.conf", 6)], actions.Select(action => action.Location));
        Assert.Equal("name=mail-in port=25,465 type=multiport", Print(actions[0].Parameters));
    }

    [Theory]
    [InlineData("act", "act")]
    [InlineData("act[name=mail]", "act")]
    [InlineData("act[name=mail-two]", "act-two")]
    [InlineData("act[name=one]", "act-one")]
    [InlineData("act[actname=q, name=one]", "q")]
    public void An_action_is_named_after_its_file_and_what_sets_it_apart(string text, string name)
    {
        _folder.Write("action.d/act.conf", "[Definition]\nactionban = x");
        Assert.Equal(name, Actions(text)[0].Name);
    }

    [Theory]
    [InlineData("act[foo=\"<known/foo>/x\"]", "bar/x")]
    [InlineData("act[foo=\"<known/foo>\"]", "bar")]
    [InlineData("act[foo=\"%(port)s\"]", "7")]
    [InlineData("act[foo=\"<logpath>\"]", "/l")]
    [InlineData("act[foo=\"<maxretry> <port> <known/none>\"]", "4 <port> <known/none>")]
    [InlineData("act[foo=\"<ip> <bantime> <matches>\"]", "<ip> <bantime> <matches>")]
    [InlineData("act[actionban=\"own <foo> <ip>\"]", "own bar <ip>")]
    public void Parameters_see_the_actions_own_values_and_the_jails_options(string text, string value)
    {
        _folder.Write("action.d/act.conf", "[Definition]\nactionban = <foo>\n[Init]\nfoo = bar");
        Assert.Equal(value, Actions(text)[0].Properties["actionban"]);
    }

    [Fact]
    public void The_stock_shortcut_gives_a_native_back_end_its_parameters_and_no_chain()
    {
        _folder.Write("jail.local", """
            [DEFAULT]
            protocol = tcp
            chain = <known/chain>
            banaction = nftables-multiport
            action_ = %(banaction)s[port="%(port)s", protocol="%(protocol)s", chain="%(chain)s"]
            """);
        ActionOptions action = Actions("%(action_)s")[0];
        Assert.Equal("port=7 protocol=tcp", Print(action.Parameters));
        Assert.Empty(action.Properties);
        Assert.Equal(("nftables-multiport", "nftables-multiport"), (action.File, action.Name));
    }

    [Fact]
    public void A_file_gives_the_chain_it_was_asked_for()
    {
        _folder.Write("action.d/iptables.conf", "[Definition]\nactionban = <chain>\n[Init]\nchain = INPUT");
        ActionOptions action = Actions("iptables[chain=\"<known/chain>\"]")[0];
        Assert.Equal(("INPUT", "INPUT", ""), (action.Properties["actionban"], action.Properties["chain"], Print(action.Parameters)));
        Assert.Equal("chain=DOCKER-USER", Print(Actions("iptables[chain=DOCKER-USER]")[0].Parameters));
    }

    [Fact]
    public void Building_blocks_that_nothing_uses_may_be_broken()
    {
        _folder.Write("action.d/act.conf", "[Definition]\nactionban = x\nunused = %(none)s");
        Assert.Equal("x", Actions("act")[0].Properties["actionban"]);
    }

    [Theory]
    [InlineData("nftabels", ProblemCodes.ActionNotFound, "There is no action 'nftabels' in {0}. Did you mean 'nftables'?")]
    [InlineData("act[x", ProblemCodes.InvalidOptionList, "The action cannot be read: 'option=value' is expected at 'x' (no blank in front of the equals sign). Write name or name[option=value, option2=\"value\"].")]
    [InlineData("act act[port=1]", ProblemCodes.DuplicateAction, "The jail has two actions named 'act'. Give one of them a name of its own, such as act[actname=act-2, …].")]
    [InlineData("bad", ProblemCodes.InvalidInterpolation, "The value of 'actionban' in [Definition] cannot be resolved: %(none)s names an option that neither [Definition] nor [DEFAULT] has. Define it, or write '%%' for a percent sign.")]
    [InlineData("loop", ProblemCodes.TagRecursion, "<a> in the value of 'actionban' leads back to itself. Give one of the options another name.")]
    public void A_broken_action_stops_the_jail_and_says_why(string text, string code, string message)
    {
        _folder.Write("action.d/act.conf", "[Definition]\nactionban = x");
        _folder.Write("action.d/bad.conf", "[Definition]\nactionban = %(none)s");
        _folder.Write("action.d/loop.conf", "[Definition]\nactionban = <a>\na = <b>\nb = <a>");
        WatchConfiguration configuration = Load(text);
        Problem problem = Assert.Single(configuration.Problems);
        Assert.Equal((code, string.Format(null, message, _folder.Path("action.d")), "mail"), (problem.Code, problem.Message, problem.Jail));
        Assert.Empty(configuration.Jails);
    }

    [Fact]
    public void A_python_action_is_left_out_and_told()
    {
        WatchConfiguration configuration = Load("dummy smtp.py[host=\"x:25\"]");
        Assert.Equal(["dummy"], configuration.Jails[0].Actions.Select(action => action.Name));
        Assert.Equal((ProblemCodes.ActionUnsupported, ProblemSeverity.Warning), (configuration.Problems[0].Code, configuration.Problems[0].Severity));
    }

    [Fact]
    public void A_comment_behind_an_action_is_told_and_left_out()
    {
        WatchConfiguration configuration = Load("dummy # and [nothing] else\n  nftables");
        Assert.Equal(["dummy", "nftables"], configuration.Jails[0].Actions.Select(action => action.Name));
        Assert.Equal(
            "'# and [nothing] else' stands behind the value of 'action' and would be part of it. Give the comment a line of its own, or begin it with ' ;'.",
            Assert.Single(configuration.Problems).Message);
    }

    [Fact]
    public void A_jail_without_action_is_told()
    {
        WatchConfiguration configuration = Load("");
        Assert.Single(configuration.Jails);
        Assert.Equal(ProblemCodes.NoAction, Assert.Single(configuration.Problems).Code);
    }

    [Fact]
    public void Which_actions_are_native_is_the_callers_business()
    {
        Load("mine");
        WatchConfiguration configuration = ConfigurationLoader.Load(_folder.Root, null, new HashSet<string> { "mine" });
        Assert.Empty(configuration.Problems);
        Assert.Equal("mine", configuration.Jails[0].Actions[0].File);
    }

    private static string Print(IReadOnlyDictionary<string, string> values) => string.Join(' ', values.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));

    private WatchConfiguration Load(string action)
    {
        _folder.Write("jail.conf", $"[mail]\nenabled = true\nlogpath = /l\nfilter =\naction = {action}\nmaxretry = 4\nport = 7\nfailregex = x\n");
        return _folder.Load();
    }

    private IReadOnlyList<ActionOptions> Actions(string action)
    {
        WatchConfiguration configuration = Load(action);
        Assert.Empty(configuration.Problems);
        return configuration.Jails[0].Actions;
    }
}
