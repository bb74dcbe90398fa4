using PSBan.Firewalls;
using PSBan.Model;

namespace PSBan.Watch;

/// <summary>One action of a jail that is a rule in a packet filter.</summary>
/// <param name="Enforcer">The packet filter.</param>
/// <param name="Rule">The rule.</param>
internal sealed record EnforcedRule(Enforcer Enforcer, FirewallRule Rule) : IBanTarget
{
    /// <summary>Two are the same where the same bans stand in them: a rule that has other ports now is still the rule of that name.</summary>
    /// <param name="other">The other.</param>
    public bool Equals(EnforcedRule? other) => other is not null && Enforcer == other.Enforcer && Rule.Name == other.Rule.Name;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Enforcer, Rule.Name);

    /// <summary>What people are shown: <c>nft: sshd</c>.</summary>
    public override string ToString() => $"{Enforcer.Name}: {Rule.Name}";

    /// <inheritdoc/>
    public void Expect(int count) => Enforcer.Expect(count);

    /// <inheritdoc/>
    public bool Add(Ban ban)
    {
        if (ban.Id.IsAddress)
        {
            Enforcer.Add(Rule, ban.Address, ban.Expires ?? DateTimeOffset.MaxValue);
        }

        return ban.Id.IsAddress;
    }

    /// <inheritdoc/>
    public void Prolong(Ban ban) => Add(ban);

    /// <inheritdoc/>
    public void Remove(IReadOnlyList<Ban> bans)
    {
        foreach (Ban ban in bans.Where(ban => ban.Id.IsAddress))
        {
            Enforcer.Remove(Rule, ban.Address);
        }
    }

    /// <inheritdoc/>
    public void Doubt(Ban ban) => Enforcer.Doubt();

    /// <inheritdoc/>
    public bool IsPending(Ban ban) => ban.Id.IsAddress && Enforcer.IsPending(Rule, ban.Address);

    /// <inheritdoc/>
    public Task WhenSettledAsync(CancellationToken cancelToken) => Enforcer.WhenSettledAsync(cancelToken);
}
