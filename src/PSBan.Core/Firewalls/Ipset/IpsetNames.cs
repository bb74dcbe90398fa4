namespace PSBan.Firewalls.Ipset;

/// <summary>The names of PSBan's sets and of the chains that look into them: <c>psban-sshd-4</c>, <c>psbanset-sshd</c>.</summary>
internal static class IpsetNames
{
    /// <summary>What all of PSBan's sets begin with.</summary>
    public const string Start = "psban-";

    /// <summary>
    /// What all chains begin with that look into sets. Not what those of the back end iptables begin with: it would take a rule without an address for one that
    /// concerns everybody.
    /// </summary>
    public const string ChainStart = "psbanset-";

    // IPSET_MAXNAMELEN and XT_EXTENSION_MAXNAMELEN less their terminators.
    private const int LongestSet = 31;
    private const int LongestChain = 28;
    private const int Suffix = 3;

    /// <summary>Whether a chain is one of PSBan's that looks into sets.</summary>
    /// <param name="chain">The name of the chain.</param>
    public static bool IsChain(string chain) => chain.StartsWith(ChainStart, StringComparison.Ordinal);

    /// <summary>The chain of a rule.</summary>
    /// <param name="rule">The rule.</param>
    public static string Chain(FirewallRule rule) => ChainStart + SafeName.From(rule.Name, LongestChain - ChainStart.Length);

    /// <summary>A set of a rule.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="isIPv6">Whether it holds addresses of IPv6.</param>
    /// <param name="holdsPrefixes">Whether it holds prefixes, and not single addresses.</param>
    public static string Set(FirewallRule rule, bool isIPv6, bool holdsPrefixes) =>
        $"{Start}{SafeName.From(rule.Name, LongestSet - Start.Length - Suffix)}-{(isIPv6 ? '6' : '4')}{(holdsPrefixes ? "n" : "")}";
}
