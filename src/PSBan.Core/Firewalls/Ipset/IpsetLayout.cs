using PSBan.Firewalls.Iptables;
using PSBan.Model;

namespace PSBan.Firewalls.Ipset;

/// <summary>One rule as ipset sees it: for each family a set of addresses and one of prefixes, and a chain that looks into both.</summary>
/// <param name="rule">The rule.</param>
internal sealed class IpsetLayout(FirewallRule rule)
{
    /// <summary>The chain and the jumps that lead there.</summary>
    public IptablesLayout Chain { get; } = new(rule, IpsetNames.Chain(rule));

    /// <summary>The rule.</summary>
    public FirewallRule Rule => rule;

    /// <summary>The sets of a rule in a family, that of single addresses first.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="isIPv6">The family.</param>
    public static IEnumerable<(string Name, bool HoldsPrefixes)> Sets(FirewallRule rule, bool isIPv6) =>
        [(IpsetNames.Set(rule, isIPv6, holdsPrefixes: false), false), (IpsetNames.Set(rule, isIPv6, holdsPrefixes: true), true)];

    /// <summary>The sets of a family, that of single addresses first.</summary>
    /// <param name="isIPv6">The family.</param>
    public IEnumerable<(string Name, bool HoldsPrefixes)> Sets(bool isIPv6) => Sets(rule, isIPv6);

    /// <summary>The set that an address belongs into.</summary>
    /// <param name="address">The address or prefix.</param>
    public string SetOf(Address address) => IpsetNames.Set(rule, address.IsIPv6, !address.IsHost);

    /// <summary>The rules of the chain, without the command in front.</summary>
    /// <param name="isIPv6">The family.</param>
    public IEnumerable<string> Rules(bool isIPv6) => Sets(isIPv6).SelectMany(set => Chain.Verdicts($"{Chain.Chain} -m set --match-set {set.Name} src", isIPv6));
}
