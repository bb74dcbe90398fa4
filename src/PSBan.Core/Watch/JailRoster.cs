using PSBan.Model;

namespace PSBan.Watch;

/// <summary>The jails of a watch. Changed on the loop; both lists are copies and may be read anywhere.</summary>
internal sealed class JailRoster
{
    private volatile IReadOnlyList<JailRun> _running = [];
    private volatile IReadOnlyList<JailRun> _all = [];

    /// <summary>The jails of the configuration, in its order.</summary>
    public IReadOnlyList<JailRun> Running => _running;

    /// <summary>Those, and the ones that the configuration has no more: what they hold is stored until its time is up.</summary>
    public IReadOnlyList<JailRun> All => _all;

    /// <summary>A jail by its name, also one that is parked; null where there is none.</summary>
    public JailRun? Find(string name) => _all.FirstOrDefault(jail => jail.Name == name);

    /// <summary>Takes the jails of a new configuration.</summary>
    public void Set(IReadOnlyList<JailRun> running)
    {
        _all = [.. running, .. _all.Except(running)];
        _running = running;
        foreach (JailRun jail in running)
        {
            jail.Made = TellOthers;
        }
    }

    /// <summary>Ends bans whose time is up.</summary>
    public void Tick()
    {
        foreach (JailRun jail in _all)
        {
            jail.Tick();
        }
    }

    // The jail of repeat offenders counts the bans of all others, in the same piece of work.
    private void TellOthers(JailRun maker, Ban ban)
    {
        if (maker.CountsBans)
        {
            return;
        }

        foreach (JailRun recidive in _running.Where(jail => jail.CountsBans))
        {
            recidive.TakeBan(ban);
        }
    }
}
