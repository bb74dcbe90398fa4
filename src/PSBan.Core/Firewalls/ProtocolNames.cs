namespace PSBan.Firewalls;

/// <summary>The names of protocols that a rule may carry; nft and iptables share them.</summary>
internal static class ProtocolNames
{
    /// <summary>Every protocol.</summary>
    public const string All = "all";

    /// <summary>The protocols that have ports.</summary>
    public static readonly IReadOnlyList<string> Ported = ["tcp", "udp", "udplite", "sctp", "dccp"];

    private static readonly string[] s_others = ["icmp", "icmpv6", "esp", "ah", "gre", "igmp"];

    /// <summary>Whether the name is one of a protocol, or <c>all</c>.</summary>
    /// <param name="name">The name, in lower case.</param>
    public static bool IsKnown(string name) => name == All || Ported.Contains(name) || s_others.Contains(name);

    /// <summary>The protocols in lower case, each once; empty where all are meant.</summary>
    /// <param name="protocols">The names.</param>
    public static IReadOnlyList<string> Normalise(IEnumerable<string> protocols)
    {
        string[] names = [.. protocols.Select(Canonical).Distinct()];
        return names.Contains(All) ? [] : names;
    }

    private static string Canonical(string name) => name.Trim().ToLowerInvariant() switch
    {
        "any" => All,
        "ipv6-icmp" or "icmp6" => "icmpv6",
        var lower => lower,
    };
}
