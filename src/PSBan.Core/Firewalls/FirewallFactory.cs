using System.Collections.Frozen;
using System.Globalization;
using PSBan.Configuration;
using PSBan.Model;

namespace PSBan.Firewalls;

/// <summary>
/// Translates the actions that a native back end serves into rules. One object serves a whole configuration, because the names of rules
/// are unique over all jails (two jails may both write <c>name=SMTP</c>); jails in the same order always get the same names.
/// </summary>
public sealed class FirewallFactory
{
    // fail2ban's names, and PSBan's own; the type is what the file of that name sets.
    private static readonly Dictionary<string, ActionKind> s_kinds = new(StringComparer.Ordinal)
    {
        ["nft"] = new(FirewallBackEnds.Nft, null),
        ["nftables"] = new(FirewallBackEnds.Nft, "multiport"),
        ["nftables-multiport"] = new(FirewallBackEnds.Nft, "multiport"),
        ["nftables-allports"] = new(FirewallBackEnds.Nft, "allports"),
        ["iptables"] = new(FirewallBackEnds.Iptables, "oneport"),
        ["iptables-multiport"] = new(FirewallBackEnds.Iptables, "multiport"),
        ["iptables-allports"] = new(FirewallBackEnds.Iptables, "allports"),
        ["iptables-new"] = new(FirewallBackEnds.Iptables, "oneport", NewConnections: true),
        ["ipset"] = new(FirewallBackEnds.Ipset, null),
        ["iptables-ipset"] = new(FirewallBackEnds.Ipset, "oneport"),
        ["iptables-ipset-proto4"] = new(FirewallBackEnds.Ipset, "oneport"),
        ["iptables-ipset-proto6"] = new(FirewallBackEnds.Ipset, "multiport"),
        ["iptables-ipset-proto6-allports"] = new(FirewallBackEnds.Ipset, "allports"),
        ["windows-firewall"] = new(FirewallBackEnds.Windows, null),
        ["netsh"] = new(FirewallBackEnds.Windows, null),
        ["dry-run"] = new(FirewallBackEnds.DryRun, null),
    };

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _owners;

    /// <summary>Makes a factory for this machine.</summary>
    /// <param name="running">Rules that stand while others are made: a jail that has one of a name keeps it, and no other jail is given it; null for none.</param>
    public FirewallFactory(IEnumerable<FirewallRule>? running = null) =>
        _owners = (running ?? []).ToDictionary(rule => rule.Name, rule => rule.Jail, StringComparer.Ordinal);

    /// <summary>Whether the rules are for Windows, whose one packet filter then serves the actions of all others too.</summary>
    internal bool IsWindows { get; init; } = OperatingSystem.IsWindows();

    /// <summary>The names of the actions that a native back end serves.</summary>
    public static IReadOnlySet<string> Names { get; } = s_kinds.Keys.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether a native back end serves the action, so that no file of that name is needed.</summary>
    /// <param name="actionFile">The name of the action, as in <see cref="ActionOptions.File"/>.</param>
    public static bool IsNative(string actionFile) => Names.Contains(actionFile);

    /// <summary>Translates an action.</summary>
    /// <param name="jail">The name of the jail.</param>
    /// <param name="action">The action.</param>
    /// <param name="problems">Takes what is wrong with its parameters.</param>
    /// <returns>The back end and the rule; null where the action is not native, or where a problem of severity error was added.</returns>
    public FirewallBinding? Create(string jail, ActionOptions action, ICollection<Problem> problems)
    {
        if (!s_kinds.TryGetValue(action.File, out ActionKind? kind))
        {
            return null;
        }

        ActionParameters parameters = new(jail, action, problems);
        string backEnd = IsWindows && kind.BackEnd != FirewallBackEnds.DryRun ? FirewallBackEnds.Windows : kind.BackEnd;
        bool isIptables = kind.BackEnd is FirewallBackEnds.Iptables or FirewallBackEnds.Ipset;
        string? ports = parameters.Ports(kind.Type);
        FirewallRule rule = new()
        {
            Jail = jail,
            Name = parameters.Name(),
            Ports = ports,
            Protocols = parameters.Protocols(ports is null && kind.Type is null ? ProtocolNames.All : "tcp", needPorts: ports is not null),
            Chains = IsWindows ? [] : isIptables ? parameters.IptablesChains() : parameters.NftHooks(),
            Priority = IsWindows || isIptables ? -1 : parameters.Priority(),
            Chunk = parameters.Chunk(),
            NewConnections = kind.NewConnections,
            BlockType = parameters.BlockType("blocktype"),
            BlockType6 = parameters.BlockType("blocktype?family=inet6"),
        };
        parameters.WarnOfHooks();
        if (backEnd == FirewallBackEnds.Windows)
        {
            parameters.CheckWindows(rule, IsWindows);
        }

        return parameters.HasErrors ? null : new FirewallBinding(backEnd, rule with { Name = Unique(jail, rule.Name) });
    }

    private string Unique(string jail, string name)
    {
        IEnumerable<string> names = Enumerable.Range(2, int.MaxValue - 2).Select(number => string.Create(CultureInfo.InvariantCulture, $"{name}-{number}")).Prepend(name);
        string? kept = names.Take(_owners.Count + 1).FirstOrDefault(each => _owners.GetValueOrDefault(each) == jail && !_names.Contains(each));
        string unique = kept ?? names.First(each => !_names.Contains(each) && !_owners.ContainsKey(each));
        _names.Add(unique);
        return unique;
    }

    private sealed record ActionKind(string BackEnd, string? Type, bool NewConnections = false);
}
