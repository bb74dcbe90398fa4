namespace PSBan.Firewalls.Iptables;

/// <summary>The names of PSBan's chains in iptables: <c>psban-sshd</c>.</summary>
internal static class IptablesNames
{
    /// <summary>What all of PSBan's chains begin with.</summary>
    public const string Start = "psban-";

    // XT_EXTENSION_MAXNAMELEN less its terminator.
    private const int Longest = 28;

    /// <summary>The chain of a rule.</summary>
    /// <param name="rule">The rule.</param>
    public static string Chain(FirewallRule rule) => Start + SafeName.From(rule.Name, Longest - Start.Length);

    /// <summary>Whether a chain is one of PSBan's that holds a rule for each address.</summary>
    /// <param name="chain">The name of the chain.</param>
    public static bool IsOurs(string chain) => chain.StartsWith(Start, StringComparison.Ordinal);

    /// <summary>The chain of the filter table meant by an entry of <see cref="FirewallRule.Chains"/>; nft's hooks mean the chains of the same name.</summary>
    /// <param name="chain">A chain, or a hook of nft.</param>
    /// <returns>The chain; null where the filter table cannot have it.</returns>
    public static string? ToChain(string chain) => chain.Trim() switch
    {
        "input" => "INPUT",
        "forward" => "FORWARD",
        "prerouting" or "PREROUTING" => null,
        var other => other,
    };
}
