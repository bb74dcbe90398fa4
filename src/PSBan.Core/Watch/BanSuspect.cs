using PSBan.Firewalls;
using PSBan.Firewalls.Inspection;
using PSBan.Model;

namespace PSBan.Watch;

/// <summary>A ban whose effect is to be looked at, and where it should stand.</summary>
/// <param name="Ban">The ban.</param>
/// <param name="Rule">The rule of a packet filter; null where the jail has none.</param>
/// <param name="IsPending">Whether the watch still has to apply it.</param>
internal sealed record BanSuspect(Ban Ban, EnforcedRule? Rule, bool IsPending)
{
    /// <summary>Where bans of a jail should stand.</summary>
    public static IEnumerable<BanSuspect> Gather(JailRun jail, IReadOnlyList<Ban> bans)
    {
        EnforcedRule[] rules = [.. jail.Targets.OfType<EnforcedRule>()];
        return bans.SelectMany(ban => rules.Length == 0 ? [new BanSuspect(ban, null, false)] : rules.Select(rule => new BanSuspect(ban, rule, rule.IsPending(ban))));
    }

    /// <summary>Whether a ban is the one that is asked about, or a prefix around it, or inside it.</summary>
    public static bool Concerns(BanId ban, BanId wanted) =>
        ban == wanted || (ban.IsAddress && wanted.IsAddress && (ban.Address.Contains(wanted.Address) || wanted.Address.Contains(ban.Address)));

    /// <summary>Looks into the packet filters, each read once.</summary>
    /// <param name="suspects">The bans.</param>
    /// <param name="runner">Runs the tools.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    public static async Task<IReadOnlyList<BanCheck>> CheckAsync(IReadOnlyCollection<BanSuspect> suspects, CommandRunner runner, CancellationToken cancelToken)
    {
        Dictionary<string, IFirewallView> views = new(StringComparer.Ordinal);
        foreach (string name in suspects.Where(suspect => suspect.Rule is not null).Select(suspect => suspect.Rule!.Enforcer.Name).Distinct())
        {
            views[name] = await FirewallViews.ReadAsync(name, runner, cancelToken).ConfigureAwait(false);
        }

        return [.. suspects.Select(suspect => suspect.Check(views))];
    }

    private BanCheck Check(Dictionary<string, IFirewallView> views)
    {
        var check = new BanCheck(Ban.Jail, Ban.Id) { Cause = BanCheckCause.NothingToCheck, IsPending = IsPending };
        if (Rule is null)
        {
            return check with
            {
                Reason = "The jail has no action that is a rule of a packet filter; what commands of an action have done cannot be looked into.",
                Remedy = "Give the jail a native action (banaction = nftables, iptables-multiport, iptables-ipset), or look with the tool that its command uses.",
            };
        }

        check = check with { Firewall = Rule.Enforcer.Name, Rule = Rule.Rule.Name };
        if (!Ban.Id.IsAddress)
        {
            return check with { Reason = "What is banned is no address, so it stops no packet.", Remedy = "Use a failregex that captures the address, or usedns = yes." };
        }

        Finding finding = views[Rule.Enforcer.Name].Look(Rule.Rule, Ban.Address);
        string pending = finding.InForce || Rule.Enforcer.TroubleOf(Rule.Rule) is not { } trouble ? string.Empty : $" The watch is still trying: {trouble}";
        return check with { InForce = finding.InForce, Cause = finding.Cause, Reason = finding.Reason + pending, Remedy = finding.Remedy };
    }
}
