using System.Globalization;

namespace PSBan.Firewalls.Nft;

/// <summary>One rule as nftables sees it: its hooks, its sets, and the statements that tie them together.</summary>
internal sealed class NftLayout
{
    private readonly Verdict _verdict4;
    private readonly Verdict _verdict6;
    private readonly IReadOnlyList<string> _protocols;
    private readonly string? _ports;

    // In order, so that the same rule always gives the same text.
    private readonly SortedSet<NftSetKind> _sets = new(Comparer<NftSetKind>.Create(
        (left, right) => (left.IsIPv6, -left.PrefixLength).CompareTo((right.IsIPv6, -right.PrefixLength))))
    {
        NftSetKind.Hosts(isIPv6: false),
        NftSetKind.Hosts(isIPv6: true),
    };

    /// <summary>Reads the rule.</summary>
    /// <param name="rule">The rule.</param>
    /// <exception cref="FirewallException">The rule says something that nft has no words for.</exception>
    public NftLayout(FirewallRule rule)
    {
        Rule = rule;
        Id = NftNames.Id(rule);
        Hooks = [.. (rule.Chains.Count == 0 ? ["input"] : rule.Chains).Select(ToHook).Distinct()];
        _protocols = ProtocolNames.Normalise(rule.Protocols);
        _ports = PortList.TryParse(rule.Ports, out IReadOnlyList<PortRange> ranges, out string? error) ? ToPortSet(ranges) : throw Invalid(error!);
        _verdict4 = ToVerdict(rule.BlockType);
        _verdict6 = ToVerdict(rule.BlockType6 ?? rule.BlockType);
    }

    /// <summary>The rule.</summary>
    public FirewallRule Rule { get; }

    /// <summary>The rule's part of all its names.</summary>
    public string Id { get; }

    /// <summary>The hooks it has a chain in.</summary>
    public IReadOnlyList<string> Hooks { get; }

    /// <summary>The sets that stand, or are to stand. Prefix sets come when the first prefix of their length does.</summary>
    public IReadOnlyCollection<NftSetKind> Sets => _sets;

    /// <summary>How many rules each of its chains has.</summary>
    public int RulesPerChain => _sets.Sum(kind => Statements(kind).Count());

    /// <summary>Remembers that a set stands.</summary>
    /// <param name="kind">The set.</param>
    public void Remember(NftSetKind kind) => _sets.Add(kind);

    /// <summary>The name of a set, with its table.</summary>
    /// <param name="kind">The set.</param>
    public string SetPath(NftSetKind kind) => $"{NftNames.Table} {NftNames.Set(Id, kind)}";

    /// <summary>The name of the chain in a hook, with its table.</summary>
    /// <param name="hook">The hook.</param>
    public string ChainPath(string hook) => $"{NftNames.Table} {NftNames.Chain(Id, hook)}";

    /// <summary>The statements of the rules that look a packet's source up in a set.</summary>
    /// <param name="kind">The set.</param>
    public IEnumerable<string> Statements(NftSetKind kind)
    {
        Verdict verdict = kind.IsIPv6 ? _verdict6 : _verdict4;
        string lookup = $"{kind.Lookup} @{NftNames.Set(Id, kind)} {(Rule.NewConnections ? "ct state new " : "")}";
        if (verdict.Reason != RejectReason.TcpReset)
        {
            yield return Match(_protocols) + lookup + BlockTypes.ToNft(verdict, kind.IsIPv6);
            yield break;
        }

        // Only TCP knows a reset; what else the rule covers is rejected in the usual way.
        if (_protocols.Count == 0 || _protocols.Contains("tcp"))
        {
            yield return Match(["tcp"]) + lookup + BlockTypes.ToNft(verdict, kind.IsIPv6);
        }

        if (_protocols.Where(protocol => protocol != "tcp").ToArray() is var others && (others.Length > 0 || _protocols.Count == 0))
        {
            yield return Match(others) + lookup + BlockTypes.ToNft(default, kind.IsIPv6);
        }
    }

    private string Match(IReadOnlyList<string> protocols)
    {
        if (_ports is null)
        {
            return protocols.Count == 0 ? "" : $"meta l4proto {Braced(protocols)} ";
        }

        IReadOnlyList<string> ported = protocols.Count == 0 ? ProtocolNames.Ported : protocols;
        return ported.Count == 1 ? $"{ported[0]} dport {_ports} " : $"meta l4proto {Braced(ported)} th dport {_ports} ";
    }

    private static string? ToPortSet(IReadOnlyList<PortRange> ranges) =>
        ranges.Count == 0 ? null : Braced([.. ranges.Select(range => range.ToString('-'))]);

    private static string Braced(IReadOnlyList<string> words) => words.Count == 1 ? words[0] : $"{{ {string.Join(", ", words)} }}";

    private string ToHook(string chain) => NftNames.ToHook(chain)
        ?? throw Invalid($"nft has no hook for the chain '{chain}' (write input, forward or prerouting)");

    private Verdict ToVerdict(string? words) =>
        BlockTypes.TryParse(words, out Verdict verdict) ? verdict : throw Invalid($"the blocktype '{words}' cannot stand in a rule");

    private FirewallException Invalid(string reason) =>
        new(FirewallFailure.CommandFailed, string.Create(CultureInfo.InvariantCulture, $"The rule '{Rule.Name}' of the jail '{Rule.Jail}' cannot be set up: {reason}."));
}
