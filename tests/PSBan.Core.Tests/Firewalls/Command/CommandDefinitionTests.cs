using PSBan.Configuration;
using PSBan.Firewalls.Command;
using PSBan.Model;

namespace PSBan.Tests.Firewalls.Command;

/// <summary>What an action's file makes of it.</summary>
public sealed class CommandDefinitionTests
{
    [Fact]
    public void Variants_for_a_family_make_it_start_on_demand()
    {
        CommandDefinition definition = ActionFile.Define(
            ("actionstart", "<iptables> -N f2b-<name>"), ("actionban", "<iptables> -I f2b-<name> -s <ip> -j <blocktype>"), ("actionunban", "x"), ("name", "ssh"), ("lockingopt", "-w"),
            ("iptables", "iptables <lockingopt>"), ("iptables?family=inet6", "ip6tables <lockingopt>"), ("blocktype", "REJECT"), ("blocktype?family=inet6", "DROP"));
        Assert.Equal((true, true), (definition.StartsOnDemand, definition.HasUnban));
        Assert.Equal(["inet4", "inet6"], definition.Families);
        Assert.Equal("iptables -w -I f2b-ssh -s <ip> -j REJECT", definition.Command("actionban", "inet4"));
        Assert.Equal("ip6tables -w -I f2b-ssh -s <ip> -j DROP", definition.Command("actionban", "inet6"));
    }

    [Fact]
    public void Without_variants_it_starts_with_the_jail_and_once()
    {
        CommandDefinition definition = ActionFile.Define(("actionstart", "a <family>"), ("actionban", "b"), ("actionunban", "  "), ("norestored", "Yes"), ("timeout", "2m"), ("bantime", "never seen"));
        Assert.Equal((false, false, true), (definition.StartsOnDemand, definition.HasUnban, definition.SkipsRestored));
        Assert.Equal([""], definition.Families);
        Assert.Equal(TimeSpan.FromMinutes(2), definition.Timeout);
        Assert.Equal("a inet6", definition.Operation("actionstart", "inet6"));
        Assert.Equal("", definition.Command("actioncheck", ""));
    }

    [Fact]
    public void What_is_written_is_believed()
    {
        CommandDefinition definition = ActionFile.Define(("actionban", "b"), ("families", "inet6"), ("actionstart_on_demand", "1"), ("actionrepair_on_unban", "true"));
        Assert.Equal((true, true), (definition.StartsOnDemand, definition.RepairsOnUnban));
        Assert.Equal(["inet6"], definition.Families);
        Assert.Equal(CommandDefinition.DefaultTimeout, definition.Timeout);
    }

    [Fact]
    public void A_tag_that_leads_back_to_itself_stops_the_jail()
    {
        List<Problem> problems = [];
        Assert.Null(CommandDefinition.TryCreate("jail", ActionFile.Options(("actionban", "<a>"), ("a", "x<b>"), ("b", "y<a>")), problems));
        Problem problem = Assert.Single(problems);
        Assert.Equal((ProblemSeverity.Error, "TagRecursion", "jail"), (problem.Severity, problem.Code, problem.Jail));
    }

    [Fact]
    public void A_timeout_that_is_none_is_said()
    {
        List<Problem> problems = [];
        CommandDefinition? definition = CommandDefinition.TryCreate("jail", ActionFile.Options(("actionban", "b"), ("timeout", "soon")), problems);
        Assert.Equal(CommandDefinition.DefaultTimeout, definition!.Timeout);
        Assert.StartsWith("The timeout 'soon' of the action 'test' is no time", Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_without_a_file_cannot_be_run()
    {
        List<Problem> problems = [];
        Assert.Null(CommandDefinition.TryCreate("jail", new ActionOptions { File = "nftables", Name = "nftables" }, problems));
        Assert.Equal(ProblemSeverity.Warning, Assert.Single(problems).Severity);
    }

    [Fact]
    public void Lines_of_a_log_that_stand_in_a_file_are_escaped_as_fail2ban_does() =>
        Assert.Equal("echo a\\;b\\nc", ActionFile.Define(("actionban", "echo <matches>"), ("matches", "a;b\nc")).Command("actionban", ""));
}
