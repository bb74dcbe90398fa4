using PSBan.Configuration;
using PSBan.Firewalls;
using PSBan.Model;

namespace PSBan.Tests.Firewalls;

public sealed class FirewallFactoryTests
{
    private static readonly SourceLocation s_place = new("jail.local", 12);

    // Each row: the action, its parameters, then the back end and the rule: name | ports | protocols | chains | priority | new only | blocktype | blocktype6.
    [Theory]
    [InlineData("nftables", "type=multiport;name=SMTP;port=25,465,587", "nft", "sshd-SMTP | 25,465,587 | tcp |  | -1 | False |  | ")]
    [InlineData("nftables", "name=sshd", "nft", "sshd | ssh | tcp |  | -1 | False |  | ")]
    [InlineData("nftables", "name=sshd-two;port=1:100", "nft", "sshd-two | 1:100 | tcp |  | -1 | False |  | ")]
    [InlineData("nftables", "type=allports;port=nonsense", "nft", "sshd |  | tcp |  | -1 | False |  | ")]
    [InlineData("nftables", "port=0:65535;protocol=tcp;chain=<known/chain>", "nft", "sshd | 0:65535 | tcp |  | -1 | False |  | ")]
    [InlineData("nftables", "chain=f2b-chain", "nft", "sshd | ssh | tcp |  | -1 | False |  | ")]
    [InlineData("nftables", "chain=FORWARD", "nft", "sshd | ssh | tcp | FORWARD | -1 | False |  | ")]
    [InlineData("nftables", "chain=DOCKER-USER", "nft", "sshd | ssh | tcp | DOCKER-USER | -1 | False |  | ")]
    [InlineData("nftables", "chain_hook=forward;chain=INPUT;chain_priority=-300", "nft", "sshd | ssh | tcp | forward | -300 | False |  | ")]
    [InlineData("nftables", "chain_hook=prerouting,input", "nft", "sshd | ssh | tcp | prerouting input | -1 | False |  | ")]
    [InlineData("nftables-multiport", "port=http,https;protocol=tcp,udp,udplite,sctp", "nft", "sshd | http,https | tcp udp udplite sctp |  | -1 | False |  | ")]
    [InlineData("nftables-allports", "protocol=all;blocktype=drop", "nft", "sshd |  |  |  | -1 | False | drop | ")]
    [InlineData("iptables", "port=ssh", "iptables", "sshd | ssh | tcp |  | -1 | False |  | ")]
    [InlineData("iptables-multiport", "port=25,465;chain=INPUT,DOCKER-USER", "iptables", "sshd | 25,465 | tcp | INPUT DOCKER-USER | -1 | False |  | ")]
    [InlineData("iptables-multiport", "port=25;chain=<known/chain>,FORWARD", "iptables", "sshd | 25 | tcp | INPUT FORWARD | -1 | False |  | ")]
    [InlineData("iptables-allports", "blocktype=DROP;blocktype?family=inet6=REJECT", "iptables", "sshd |  | tcp |  | -1 | False | DROP | REJECT")]
    [InlineData("iptables-new", "port=22", "iptables", "sshd | 22 | tcp |  | -1 | True |  | ")]
    [InlineData("iptables-ipset", "type=multiport;port=25,587;chain=DOCKER-USER", "ipset", "sshd | 25,587 | tcp | DOCKER-USER | -1 | False |  | ")]
    [InlineData("iptables-ipset-proto4", "port=22", "ipset", "sshd | 22 | tcp |  | -1 | False |  | ")]
    [InlineData("iptables-ipset-proto6", "name=sshd;port=22;blocktype=DROP", "ipset", "sshd | 22 | tcp |  | -1 | False | DROP | ")]
    [InlineData("iptables-ipset-proto6-allports", "port=22", "ipset", "sshd |  | tcp |  | -1 | False |  | ")]
    [InlineData("ipset", "port=22", "ipset", "sshd | 22 | tcp |  | -1 | False |  | ")]
    [InlineData("nft", "", "nft", "sshd |  |  |  | -1 | False |  | ")]
    [InlineData("nft", "port=22,80", "nft", "sshd | 22,80 | tcp |  | -1 | False |  | ")]
    [InlineData("dry-run", "port=22", "dry-run", "sshd | 22 | tcp |  | -1 | False |  | ")]
    public void Parameters_mean_what_they_mean_in_fail2ban(string file, string parameters, string backEnd, string expected)
    {
        List<Problem> problems = [];
        FirewallBinding? binding = new FirewallFactory().Create("sshd", Action(file, parameters), problems);
        Assert.Empty(problems);
        Assert.Equal(backEnd, binding!.BackEnd);
        FirewallRule rule = binding.Rule;
        Assert.Equal(expected, $"{rule.Name} | {rule.Ports} | {string.Join(' ', rule.Protocols)} | {string.Join(' ', rule.Chains)} | {rule.Priority} | {rule.NewConnections} | {rule.BlockType} | {rule.BlockType6}");
    }

    [Theory]
    [InlineData("windows-firewall", "port=25,465;chunk=500", "sshd | 25,465 | tcp | 500")]
    [InlineData("windows-firewall", "", "sshd |  |  | ")]
    [InlineData("netsh", "type=allports", "sshd |  |  | ")]
    [InlineData("nftables", "type=multiport;name=SMTP;port=25;chain=<known/chain>", "sshd-SMTP | 25 | tcp | ")]
    [InlineData("nftables-allports", "chain_hook=forward", "sshd |  | tcp | ")]
    [InlineData("iptables-multiport", "port=ssh;chain=DOCKER-USER", "sshd | ssh | tcp | ")]
    [InlineData("iptables-ipset", "port=ssh", "sshd | ssh | tcp | ")]
    public void On_Windows_the_Windows_Firewall_serves_the_actions_of_every_packet_filter(string file, string parameters, string expected)
    {
        List<Problem> problems = [];
        FirewallBinding? binding = new FirewallFactory { IsWindows = true }.Create("sshd", Action(file, parameters), problems);
        Assert.Empty(problems);
        Assert.Equal("windows-firewall", binding!.BackEnd);
        Assert.Equal(expected, $"{binding.Rule.Name} | {binding.Rule.Ports} | {string.Join(' ', binding.Rule.Protocols)} | {binding.Rule.Chunk}");
        Assert.Equal("dry-run", new FirewallFactory { IsWindows = true }.Create("sshd", Action("dry-run", ""), problems)!.BackEnd);
    }

    [Fact]
    public void Rules_keep_their_names_while_jails_come_and_go()
    {
        FirewallRule[] running = [new() { Jail = "a", Name = "a-b" }, new() { Jail = "a-b", Name = "a-b-2" }];
        FirewallFactory factory = new(running);
        Assert.Equal("a-b-2", Name("a-b", ""));
        Assert.Equal("a-b", Name("a", "name=b"));
        Assert.Equal("a-b-3", Name("a", "name=b"));

        // A name that nobody has any more is free the next time.
        factory = new FirewallFactory([running[1]]);
        Assert.Equal("a-b-2", Name("a-b", ""));
        Assert.Equal("a-b", Name("a", "name=b"));

        string Name(string jail, string parameters) => factory.Create(jail, Action("nftables", parameters), new List<Problem>())!.Rule.Name;
    }

    [Fact]
    public void The_Windows_Firewall_passes_over_ports_of_other_protocols_and_says_so()
    {
        List<Problem> problems = [];
        Assert.NotNull(new FirewallFactory { IsWindows = true }.Create("sshd", Action("nftables", "port=53;protocol=tcp,sctp"), problems));
        Assert.Equal((ProblemSeverity.Warning, "ProtocolPassedOver", s_place), (Assert.Single(problems).Severity, problems[0].Code, problems[0].Location));
        problems.Clear();
        Assert.Null(new FirewallFactory { IsWindows = true }.Create("sshd", Action("nftables", "port=53;protocol=sctp"), problems));
        Assert.Equal("InvalidProtocol", Assert.Single(problems).Code);
    }

    [Theory]
    [InlineData("windows-firewall", "port=22", "FirewallUnavailable", "The action 'windows-firewall' needs the Windows Firewall, which only Windows has; write nftables or iptables.")]
    [InlineData("nftables", "chunk=0", "InvalidChunk", "The chunk '0', the addresses that share a rule of the Windows Firewall, is not a whole number from 1 to 10000.")]
    [InlineData("nftables", "port=22,70000", "InvalidPort", "'70000' is neither a port (0 to 65535), nor a range such as 1000:1024, nor the name of a service.")]
    [InlineData("nftables", "port=nosuchservice", "InvalidPort", "'nosuchservice' is neither")]
    [InlineData("nftables", "port=30:20", "InvalidPort", "The range of ports '30:20' runs backwards.")]
    [InlineData("nftables", "port=-5", "InvalidPort", "'-5' is neither")]
    [InlineData("nftables", "port=\",\"", "InvalidPort", "'\"' is neither")]
    [InlineData("iptables-multiport", "protocol=tpc", "InvalidProtocol", "The protocol 'tpc' is not known; write tcp, ")]
    [InlineData("iptables-multiport", "protocol=icmp", "InvalidProtocol", "The protocol 'icmp' has no ports; use the type allports for it.")]
    [InlineData("nftables", "chain_hook=output", "InvalidChainHook", "'output' is no hook that packets of a banned address pass on their way in; write input, forward or prerouting.")]
    [InlineData("nftables", "chain_priority=filter", "InvalidChainPriority", "The chain_priority 'filter' is not a whole number such as -1.")]
    [InlineData("nftables", "type=custom", "InvalidActionType", "The type 'custom' is not known to the native packet filter; write multiport or allports.")]
    [InlineData("nftables", "blocktype=drop; flush ruleset", "InvalidBlockType", "The blocktype 'drop; flush ruleset' cannot stand in a rule")]
    [InlineData("iptables", "chain=INPUT -j", "InvalidChain", "'-j' cannot be the name of a chain")]
    [InlineData("iptables", "chain=A/B", "InvalidChain", "'A/B' cannot be the name of a chain of iptables")]
    public void A_bad_parameter_is_a_problem_with_its_place(string file, string parameters, string code, string message)
    {
        List<Problem> problems = [];
        FirewallBinding? binding = new FirewallFactory().Create("sshd", Action(file, parameters), problems);
        Assert.Null(binding);
        Problem problem = Assert.Single(problems);
        Assert.Equal((ProblemSeverity.Error, code, s_place, "sshd"), (problem.Severity, problem.Code, problem.Location, problem.Jail));
        Assert.StartsWith(message, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Actions_of_other_kinds_are_left_to_others()
    {
        List<Problem> problems = [];
        Assert.Null(new FirewallFactory().Create("sshd", Action("sendmail-whois", "dest=x"), problems));
        Assert.Empty(problems);
        Assert.False(FirewallFactory.IsNative("sendmail-whois"));
        Assert.True(FirewallFactory.IsNative("iptables-multiport"));
    }

    [Fact]
    public void Names_are_unique_over_all_jails()
    {
        FirewallFactory factory = new();
        string[] names = [.. new[] { ("a", "name=SMTP"), ("b", "name=SMTP"), ("a", ""), ("a", ""), ("a-SMTP", ""), ("c", "name=c") }
            .Select(row => factory.Create(row.Item1, Action("nftables", row.Item2), [])!.Rule.Name)];
        Assert.Equal(["a-SMTP", "b-SMTP", "a", "a-2", "a-SMTP-2", "c"], names);
    }

    [Fact]
    public void What_the_brackets_leave_open_the_file_of_the_action_says()
    {
        ActionOptions action = Action("nftables", "port=25") with
        {
            Properties = new Dictionary<string, string> { ["port"] = "ssh", ["protocol"] = "tcp,udp", ["chain_hook"] = "forward", ["blocktype?family=inet6"] = "drop", ["name"] = "default" },
        };
        FirewallRule rule = new FirewallFactory().Create("j", action, [])!.Rule;
        Assert.Equal(("j", "25", "drop"), (rule.Name, rule.Ports, rule.BlockType6));
        Assert.Equal(["tcp", "udp"], rule.Protocols);
        Assert.Equal(["forward"], rule.Chains);
    }

    [Fact]
    public void A_command_of_the_actions_own_is_said_not_to_run()
    {
        List<Problem> problems = [];
        Assert.NotNull(new FirewallFactory().Create("j", Action("nftables", "actionban=echo <ip>"), problems));
        Assert.Equal((ProblemSeverity.Warning, "ActionHookIgnored"), (problems[0].Severity, problems[0].Code));
    }

    private static ActionOptions Action(string file, string parameters) => new()
    {
        File = file,
        Name = file,
        Location = s_place,
        Parameters = Pairs(parameters),
    };

    private static Dictionary<string, string> Pairs(string text)
    {
        Dictionary<string, string> pairs = [];
        string? last = null;
        foreach (string pair in text.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            // The name may hold a question mark and an equals sign of its own: blocktype?family=inet6.
            int cut = pair.StartsWith("blocktype?", StringComparison.Ordinal) ? pair.LastIndexOf('=') : pair.IndexOf('=');
            if (cut < 0)
            {
                pairs[last!] += ";" + pair;
                continue;
            }

            pairs[last = pair[..cut]] = pair[(cut + 1)..];
        }

        return pairs;
    }
}
