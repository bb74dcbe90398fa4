using System.Collections.Frozen;

namespace PSBan.Configuration;

/// <summary>The names of actions that PSBan carries out itself, so that they need no file in <c>action.d</c>.</summary>
public static class NativeActions
{
    private static readonly FrozenSet<string> s_names = new[]
    {
        "nftables", "nftables-multiport", "nftables-allports",
        "iptables", "iptables-multiport", "iptables-allports", "iptables-new",
        "iptables-ipset", "iptables-ipset-proto4", "iptables-ipset-proto6", "iptables-ipset-proto6-allports",
        "netsh", "windows-firewall", "dry-run", "dummy",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The names, sorted.</summary>
    public static IReadOnlyList<string> Names { get; } = s_names.Order(StringComparer.Ordinal).ToArray();

    /// <summary>Whether PSBan carries out an action itself.</summary>
    /// <param name="name">The name in front of the brackets.</param>
    public static bool Contains(string name) => s_names.Contains(name);
}
