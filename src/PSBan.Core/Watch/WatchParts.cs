using PSBan.Control;
using PSBan.Jails;

namespace PSBan.Watch;

/// <summary>What a running watch is made of, as far as it changes with its configuration.</summary>
/// <param name="Jails">The jails.</param>
/// <param name="Keeper">The state.</param>
/// <param name="Firewalls">The packet filters.</param>
/// <param name="Actions">The actions that are made of commands.</param>
/// <param name="Sources">The readers.</param>
/// <param name="Crew">The tasks.</param>
internal sealed record WatchParts(JailRoster Jails, StateKeeper Keeper, FirewallSet Firewalls, ActionSet Actions, SourceSet Sources, TaskCrew Crew)
{
    /// <summary>Where the bans of a jail take effect.</summary>
    public IReadOnlyList<IBanTarget> TargetsOf(JailPlan plan, Jail jail) => [.. Firewalls.RulesOf(plan), .. Actions.Open(plan, jail)];

    /// <summary>Puts a jail to work that has counted nothing yet.</summary>
    public JailRun Open(JailPlan plan, IgnoreList ignore, WatchTools tools)
    {
        var jail = new Jail(plan.Options, ignore, tools.MakeTerms(plan));
        return new JailRun(plan, jail, TargetsOf(plan, jail), tools);
    }

    /// <summary>The answer to who names a jail that does not run.</summary>
    public ControlException NoJail(string name) =>
        new(ControlErrorCode.JailNotFound, $"There is no jail '{name}' in this watch; it has {string.Join(", ", Jails.Running.Select(jail => jail.Name))}.");
}
