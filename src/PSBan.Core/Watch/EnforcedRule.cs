using PSBan.Firewalls;
using PSBan.Model;

namespace PSBan.Watch;

/// <summary>One action of a jail that is a rule in a packet filter.</summary>
/// <param name="Enforcer">The packet filter.</param>
/// <param name="Rule">The rule.</param>
internal readonly record struct EnforcedRule(Enforcer Enforcer, FirewallRule Rule)
{
    /// <summary>What people are shown: <c>nft: sshd</c>.</summary>
    public override string ToString() => $"{Enforcer.Name}: {Rule.Name}";

    public void Add(Ban ban)
    {
        if (ban.Id.IsAddress)
        {
            Enforcer.Add(Rule, ban.Address, ban.Expires ?? DateTimeOffset.MaxValue);
        }
    }

    public void Remove(Ban ban)
    {
        if (ban.Id.IsAddress)
        {
            Enforcer.Remove(Rule, ban.Address);
        }
    }
}
