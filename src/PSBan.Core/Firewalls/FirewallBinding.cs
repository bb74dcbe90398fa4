namespace PSBan.Firewalls;

/// <summary>What an action of a jail asks of a native back end.</summary>
/// <param name="BackEnd">The back end that the action names: <c>nft</c>, <c>iptables</c>, <c>ipset</c>, <c>windows-firewall</c> or <c>dry-run</c>.</param>
/// <param name="Rule">The rule.</param>
public sealed record FirewallBinding(string BackEnd, FirewallRule Rule);
