namespace PSBan.Firewalls.WindowsFirewall;

/// <summary>What the Windows Firewall has stored, read and never written. What netsh prints is in the language of the system; this is not.</summary>
internal interface IFirewallPolicy
{
    /// <summary>The rules of this machine's own policy that bear a name.</summary>
    /// <exception cref="FirewallException">They cannot be read.</exception>
    IReadOnlyList<PolicyRule> ReadRules();

    /// <summary>What keeps rules from acting, one sentence an entry. It does not throw: what cannot be read is not known to be wrong.</summary>
    IReadOnlyList<string> ReadTroubles();
}
