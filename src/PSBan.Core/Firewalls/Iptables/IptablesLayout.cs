using PSBan.Model;

namespace PSBan.Firewalls.Iptables;

/// <summary>One rule as iptables sees it: its chain, the jumps that lead there, and the rules of an address.</summary>
internal sealed class IptablesLayout
{
    // The match multiport takes so many ports; a range counts for two.
    private const int PortsPerRule = 15;

    private readonly Verdict _verdict4;
    private readonly Verdict _verdict6;
    private readonly IReadOnlyList<string> _matches;
    private readonly bool _isTcpOnly;

    /// <summary>Reads the rule.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="chain">Its chain; null for the one that holds a rule for each address.</param>
    /// <exception cref="FirewallException">The rule says something that iptables has no words for.</exception>
    public IptablesLayout(FirewallRule rule, string? chain = null)
    {
        Rule = rule;
        Chain = chain ?? IptablesNames.Chain(rule);
        From = [.. (rule.Chains.Count == 0 ? ["INPUT"] : rule.Chains).Select(ToChain).Distinct()];
        IReadOnlyList<string> protocols = ProtocolNames.Normalise(rule.Protocols);
        _isTcpOnly = protocols is ["tcp"];
        _matches = PortList.TryParse(rule.Ports, out IReadOnlyList<PortRange> ranges, out string? error) ? [.. Matches(protocols, ranges)] : throw Invalid(error!);
        _verdict4 = ToVerdict(rule.BlockType);
        _verdict6 = ToVerdict(rule.BlockType6 ?? rule.BlockType);
    }

    /// <summary>The rule.</summary>
    public FirewallRule Rule { get; }

    /// <summary>Its chain.</summary>
    public string Chain { get; }

    /// <summary>The chains that lead to it.</summary>
    public IReadOnlyList<string> From { get; }

    /// <summary>The rules that lead from a chain to its own, without the command in front.</summary>
    /// <param name="from">The chain.</param>
    public IEnumerable<string> Jumps(string from) => _matches.Select(match => $"{from} {match}-j {Chain}");

    /// <summary>The rules of an address in its chain, without the command in front.</summary>
    /// <param name="address">The address or prefix.</param>
    /// <param name="chain">The chain they are for; null for its own.</param>
    public IEnumerable<string> AddressRules(Address address, string? chain = null) => Verdicts($"{chain ?? Chain} -s {address}", address.IsIPv6);

    /// <summary>The rules that carry out the verdict.</summary>
    /// <param name="match">The chain and whom they concern.</param>
    /// <param name="isIPv6">Whether they are for ip6tables.</param>
    public IEnumerable<string> Verdicts(string match, bool isIPv6)
    {
        Verdict verdict = isIPv6 ? _verdict6 : _verdict4;
        if (verdict.Reason != RejectReason.TcpReset)
        {
            return [$"{match} -j {BlockTypes.ToIptables(verdict, isIPv6)}"];
        }

        // Only TCP knows a reset; what else the rule covers is rejected in the usual way.
        string reset = $"{match} -p tcp -j {BlockTypes.ToIptables(verdict, isIPv6)}";
        return _isTcpOnly ? [reset] : [reset, $"{match} -j {BlockTypes.ToIptables(default, isIPv6)}"];
    }

    private IEnumerable<string> Matches(IReadOnlyList<string> protocols, IReadOnlyList<PortRange> ranges)
    {
        string state = Rule.NewConnections ? "-m conntrack --ctstate NEW " : "";
        if (ranges.Count == 0)
        {
            return protocols.Count == 0 ? [state] : protocols.Select(protocol => $"-p {protocol} {state}");
        }

        return from protocol in protocols.Count == 0 ? ProtocolNames.Ported : protocols
               from ports in Groups(ranges)
               select $"-p {protocol} -m multiport --dports {ports} {state}";
    }

    private static IEnumerable<string> Groups(IReadOnlyList<PortRange> ranges)
    {
        List<string> group = [];
        int weight = 0;
        foreach (PortRange range in ranges)
        {
            int more = range.IsSingle ? 1 : 2;
            if (weight + more > PortsPerRule)
            {
                yield return string.Join(',', group);
                group.Clear();
                weight = 0;
            }

            group.Add(range.ToString(':'));
            weight += more;
        }

        yield return string.Join(',', group);
    }

    private string ToChain(string chain) => IptablesNames.ToChain(chain)
        ?? throw Invalid($"the filter table of iptables has no chain '{chain}' (write INPUT or FORWARD, or use nft)");

    private Verdict ToVerdict(string? words) =>
        BlockTypes.TryParse(words, out Verdict verdict) ? verdict : throw Invalid($"the blocktype '{words}' cannot stand in a rule");

    private FirewallException Invalid(string reason) =>
        new(FirewallFailure.CommandFailed, $"The rule '{Rule.Name}' of the jail '{Rule.Jail}' cannot be set up: {reason}.");
}
