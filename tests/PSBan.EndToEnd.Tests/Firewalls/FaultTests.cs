using PSBan.Firewalls;
using PSBan.Firewalls.Ipset;
using PSBan.Firewalls.Iptables;
using PSBan.Firewalls.Nft;
using PSBan.Model;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Firewalls;

/// <summary>One thing that goes wrong in a real packet filter leaves everything else at work.</summary>
public sealed class FaultTests
{
    private static readonly FirewallRule s_good = new() { Jail = "good", Name = "good", Ports = "22" };
    private static readonly FirewallRule s_bad = new() { Jail = "bad", Name = "bad", Ports = "25", BlockType = "NOSUCHTARGET" };

    [RequiresTheory("netns", "ip", "nft", "iptables", "ipset")]
    [InlineData("nft")]
    [InlineData("iptables")]
    [InlineData("ipset")]
    public async Task A_rule_that_is_refused_is_named_and_the_others_work(string backEnd)
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await using IFirewall firewall = await MakeAsync(backEnd, space);
        FirewallException refusal = await Assert.ThrowsAsync<FirewallException>(() => firewall.OpenAsync([s_bad, s_good], CancellationToken.None));
        Assert.Equal((FirewallFailure.CommandFailed, "bad"), (refusal.Failure, Assert.Single(refusal.Rules)));
        Assert.Contains("The rule 'bad' of the jail 'bad'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("NOSUCHTARGET", refusal.Message, StringComparison.Ordinal);

        FirewallException applying = await Assert.ThrowsAsync<FirewallException>(() => firewall.ApplyAsync([Ban(s_bad, "192.0.2.1"), Ban(s_good, "192.0.2.2")], CancellationToken.None));
        Assert.Equal("bad", Assert.Single(applying.Rules));
        Assert.Equal("good 192.0.2.2", Assert.Single(await ListAsync(firewall)));

        // Mended, it works beside what stands.
        FirewallRule mended = s_bad with { BlockType = "drop" };
        await firewall.OpenAsync([mended], CancellationToken.None);
        await firewall.ApplyAsync([Ban(mended, "192.0.2.1")], CancellationToken.None);
        Assert.Equal(["bad 192.0.2.1", "good 192.0.2.2"], await ListAsync(firewall));
        await firewall.CloseAsync([mended, s_good], CancellationToken.None);
        Assert.Empty(await FirewallCleaner.FindAsync(space.Runner, CancellationToken.None));
    }

    [RequiresFact("netns", "ip", "iptables", "ipset")]
    public async Task A_set_that_is_full_holds_up_its_own_rule_alone_and_takes_more_when_one_leaves()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await using IFirewall firewall = await MakeAsync("ipset", space);
        FirewallRule full = s_good with { Jail = "full", Name = "full" };
        await firewall.OpenAsync([full, s_good], CancellationToken.None);
        await space.RunAsync("ipset", "create", "small", "hash:ip", "maxelem", "2", "timeout", "0");
        await space.RunAsync("ipset", "swap", "small", "psban-full-4");

        FirewallException trouble = await Assert.ThrowsAsync<FirewallException>(() => firewall.ApplyAsync(
            [Ban(full, "192.0.2.1"), Ban(full, "192.0.2.2"), Ban(full, "192.0.2.3"), Ban(s_good, "192.0.2.9")], CancellationToken.None));
        Assert.Equal((FirewallFailure.CommandFailed, "full"), (trouble.Failure, Assert.Single(trouble.Rules)));
        Assert.Contains("Hash is full, cannot add more elements", trouble.Message, StringComparison.Ordinal);
        Assert.Equal(["full 192.0.2.1", "full 192.0.2.2", "good 192.0.2.9"], await ListAsync(firewall));

        // The removal stands behind the addition, and makes room for it all the same.
        await firewall.ApplyAsync([Ban(full, "192.0.2.3"), Ban(full, "192.0.2.1") with { Add = false }], CancellationToken.None);
        Assert.Equal(["full 192.0.2.2", "full 192.0.2.3", "good 192.0.2.9"], await ListAsync(firewall));
    }

    [RequiresTheory("netns", "ip", "nft", "iptables", "ipset", "sh")]
    [InlineData("nft", "nft")]
    [InlineData("iptables", "iptables-restore")]
    [InlineData("ipset", "ipset")]
    public async Task A_tool_that_hangs_is_killed_and_works_again_when_it_does(string backEnd, string tool)
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using ToolFolder tools = new();
        tools.Wrap(tool, $"[ -e {tools.Path}/hang ] && sleep 1234567");
        CommandRunner runner = new() { Prefix = space.Runner.Prefix, Folders = [tools.Path], Timeout = TimeSpan.FromSeconds(2) };
        await using IsolatingFirewall firewall = new(backEnd switch { "nft" => new NftFirewall(runner), "ipset" => new IpsetFirewall(runner, TimeProvider.System), _ => new IptablesFirewall(runner) });
        await firewall.OpenAsync([s_good], CancellationToken.None);

        tools.Write("hang");
        FirewallException trouble = await Assert.ThrowsAsync<FirewallException>(() => firewall.ApplyAsync([Ban(s_good, "192.0.2.1")], CancellationToken.None));
        Assert.Equal((FirewallFailure.TimedOut, $"{tool} had not ended after 2 s and was killed."), (trouble.Failure, trouble.Message));
        Assert.Empty(trouble.Rules);
        Assert.DoesNotContain("sleep 1234567", Running(), StringComparison.Ordinal);

        tools.Delete("hang");
        await firewall.ApplyAsync([Ban(s_good, "192.0.2.1")], CancellationToken.None);
        Assert.Equal("good 192.0.2.1", Assert.Single(await ListAsync(firewall)));
    }

    [RequiresTheory("netns", "ip", "iptables", "ipset", "/usr/sbin/xtables-legacy-multi")]
    [InlineData("iptables", "nft")]
    [InlineData("iptables", "legacy")]
    [InlineData("ipset", "nft")]
    [InlineData("ipset", "legacy")]
    public async Task A_chain_that_appears_later_is_hooked_into_then(string backEnd, string flavour)
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using IptablesFlavour tools = IptablesFlavour.Make(flavour);
        space.Folders = [tools.Folder];
        await using IFirewall firewall = await MakeAsync(backEnd, space);
        FirewallRule waiting = s_good with { Jail = "docker", Name = "docker", Chains = ["DOCKER-USER"] };
        FirewallRule both = s_good with { Chains = ["INPUT", "DOCKER-USER"] };
        FirewallException trouble = await Assert.ThrowsAsync<FirewallException>(() => firewall.OpenAsync([waiting, both], CancellationToken.None));
        Assert.Equal((FirewallFailure.NotYet, "docker"), (trouble.Failure, Assert.Single(trouble.Rules)));
        Assert.Contains("Until then it stands in the others.", Assert.Single(((IFirewallNotes)firewall).Notes), StringComparison.Ordinal);
        await firewall.ApplyAsync([Ban(both, "192.0.2.1")], CancellationToken.None);
        Assert.Equal("good 192.0.2.1", Assert.Single(await ListAsync(firewall)));

        await space.RunAsync("iptables", "-N", "DOCKER-USER");
        await space.RunAsync("iptables", "-I", "FORWARD", "-j", "DOCKER-USER");
        FirewallException appeared = await Assert.ThrowsAsync<FirewallException>(() => firewall.ListAsync(CancellationToken.None));
        Assert.Equal((FirewallFailure.Gone, "The chain DOCKER-USER, on which the rule 'good' hangs, has appeared in iptables only now."), (appeared.Failure, appeared.Message));
        await firewall.OpenAsync([waiting, both], CancellationToken.None);
        Assert.Equal("good 192.0.2.1", Assert.Single(await ListAsync(firewall)));
        string rules = await space.RunAsync("iptables", "-S", "DOCKER-USER");
        Assert.Equal(2, rules.Split('\n').Count(rule => rule.Contains("-j psban", StringComparison.Ordinal)));
        await firewall.CloseAsync([waiting, both], CancellationToken.None);
        Assert.Equal("-N DOCKER-USER\n", await space.RunAsync("iptables", "-S", "DOCKER-USER"));
    }

    [RequiresTheory("netns", "ip", "nft", "iptables", "ipset", "sh")]
    [InlineData("nft", "iptables")]
    [InlineData("ipset", "nft")]
    public async Task Where_the_one_asked_for_does_not_work_the_best_other_one_stands_in(string name, string other)
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using ToolFolder tools = new();
        tools.Wrap(name, "echo 'Cannot open session to kernel.' >&2; exit 1");
        CommandRunner runner = new() { Prefix = space.Runner.Prefix, Folders = [tools.Path] };
        await using LateFirewall firewall = new(name, token => FirewallSelector.CreateOrSecondBestAsync(name, TimeProvider.System, runner, token));
        Assert.Equal(name, firewall.Name);
        await firewall.OpenAsync([s_good], CancellationToken.None);
        await firewall.ApplyAsync([Ban(s_good, "192.0.2.1")], CancellationToken.None);
        Assert.Equal(other, firewall.Name);
        Assert.StartsWith($"{other} stands in for {name}, which does not work here: ", firewall.Notes[0], StringComparison.Ordinal);
        Assert.Equal("good 192.0.2.1", Assert.Single(await ListAsync(firewall)));
    }

    private static async Task<IFirewall> MakeAsync(string backEnd, NetworkNamespace space) =>
        (await FirewallSelector.CreateAsync(backEnd, TimeProvider.System, space.Runner, CancellationToken.None)).Firewall;

    private static async Task<string[]> ListAsync(IFirewall firewall) =>
        [.. (await firewall.ListAsync(CancellationToken.None)).Select(entry => $"{entry.Rule.Name} {entry.Address}").Order(StringComparer.Ordinal)];

    private static FirewallChange Ban(FirewallRule rule, string address) => new(rule, Address.Parse(address), true, Duration.FromSeconds(600));

    private static string Running() => string.Join('\n', Directory.EnumerateDirectories("/proc", "[0-9]*").Select(folder =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline")).Replace('\0', ' ');
        }
        catch (IOException)
        {
            return "";
        }
    }));
}
