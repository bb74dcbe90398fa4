using System.Globalization;

namespace PSBan.Firewalls.WindowsFirewall;

/// <summary>What a rule of the Windows Firewall says besides its addresses: it knows one protocol only, so a rule for two protocols becomes two.</summary>
/// <param name="Protocol">The name of the protocol as the name of the rule carries it; <c>any</c> for all.</param>
/// <param name="Number">Its number by IANA; null for all.</param>
/// <param name="Ports">The ports; empty for all.</param>
internal sealed record NetshPart(string Protocol, int? Number, IReadOnlyList<PortRange> Ports)
{
    /// <summary>The parameters of <c>netsh advfirewall firewall add rule</c>.</summary>
    public string Parameters
    {
        get
        {
            string protocol = Protocol is "tcp" or "udp" or "any" ? Protocol : Number!.Value.ToString(CultureInfo.InvariantCulture);
            return $"protocol={protocol}{(Ports.Count > 0 ? " localport=" + string.Join(',', Ports.Select(range => range.ToString('-'))) : "")}";
        }
    }

    /// <summary>Whether a standing rule says the same.</summary>
    /// <param name="rule">The rule.</param>
    public bool IsSaidBy(PolicyRule rule) => rule.IsBlock && rule.Protocol == Number && rule.Ports.SequenceEqual(Ports);
}

/// <summary>One rule as the Windows Firewall sees it.</summary>
internal sealed class NetshLayout
{
    /// <summary>How many addresses share a rule where nothing is said; what grew from experience, for Microsoft names no limit.</summary>
    public const int DefaultChunk = 200;

    private static readonly Dictionary<string, int> s_numbers = new(StringComparer.Ordinal)
    {
        // IANA's register of protocol numbers.
        ["icmp"] = 1,
        ["igmp"] = 2,
        ["tcp"] = 6,
        ["udp"] = 17,
        ["dccp"] = 33,
        ["gre"] = 47,
        ["esp"] = 50,
        ["ah"] = 51,
        ["icmpv6"] = 58,
        ["sctp"] = 132,
        ["udplite"] = 136,
    };

    /// <summary>Reads the rule.</summary>
    /// <param name="rule">The rule.</param>
    /// <exception cref="FirewallException">The Windows Firewall has no words for it.</exception>
    public NetshLayout(FirewallRule rule)
    {
        Rule = rule;
        Id = NetshNames.Id(rule);
        ChunkSize = rule.Chunk ?? DefaultChunk;
        if (!PortList.TryParse(rule.Ports, out IReadOnlyList<PortRange> ports, out string? error))
        {
            throw Invalid(error!);
        }

        IReadOnlyList<string> protocols = ProtocolNames.Normalise(rule.Protocols);
        if (ports.Count > 0)
        {
            protocols = protocols.Count == 0 ? ["tcp", "udp"] : [.. protocols.Where(protocol => protocol is "tcp" or "udp")];
            if (protocols.Count == 0)
            {
                throw Invalid($"the Windows Firewall knows ports of tcp and udp alone, and not of {string.Join(", ", rule.Protocols)}");
            }
        }

        Parts = protocols.Count == 0
            ? [new NetshPart("any", null, [])]
            : [.. protocols.Select(protocol => new NetshPart(protocol, s_numbers.TryGetValue(protocol, out int number) ? number : throw Invalid($"the protocol {protocol} is not known"), ports))];
    }

    /// <summary>The rule.</summary>
    public FirewallRule Rule { get; }

    /// <summary>What stands for it in names.</summary>
    public string Id { get; }

    /// <summary>How many addresses share a rule.</summary>
    public int ChunkSize { get; }

    /// <summary>The rules of each chunk.</summary>
    public IReadOnlyList<NetshPart> Parts { get; }

    /// <summary>The name of the rule of a chunk.</summary>
    /// <param name="part">Which of its rules.</param>
    /// <param name="number">The number of the chunk.</param>
    public string NameOf(NetshPart part, int number) => NetshNames.Chunk(Id, part.Protocol, number);

    private FirewallException Invalid(string reason) =>
        new(FirewallFailure.CommandFailed, $"The rule '{Rule.Name}' of the jail '{Rule.Jail}' cannot be set up: {reason}.");
}
