using PSBan.Model;

namespace PSBan.Jails;

/// <summary>Keeps book of what changes in a jail, so that a stored copy can be brought up to date with what has changed and nothing else.</summary>
internal sealed class JailJournal
{
    private readonly List<BanId> _forgotten = [];
    private readonly List<BanChange> _bans = [];
    private long _totals;

    /// <summary>Whether something happened to a ban: such a change ought not to wait.</summary>
    public bool HasBans => _bans.Count > 0;

    /// <summary>Whether anything has changed.</summary>
    /// <param name="failures">The jail's table.</param>
    /// <param name="totals">The sum of the jail's totals, which only grow.</param>
    public bool HasChanges(FailureTable failures, long totals) =>
        (failures.Newest >= 0 && failures[failures.Newest].IsChanged) || _forgotten.Count > 0 || _bans.Count > 0 || totals != _totals;

    /// <summary>An identifier is about to be tracked no more.</summary>
    public void Dropped(in FailureEntry entry)
    {
        if (entry.IsKnown)
        {
            _forgotten.Add(entry.Id);
        }
    }

    /// <summary>A ban has begun.</summary>
    public void Entered(Ban ban) => _bans.Add(new BanChange(BanChangeKind.Entered, ban));

    /// <summary>A ban ends at another time than before.</summary>
    public void Changed(Ban ban) => _bans.Add(new BanChange(BanChangeKind.Changed, ban));

    /// <summary>A ban is over.</summary>
    public void Ended(Ban ban, DateTimeOffset time, BanEnd end) => _bans.Add(new BanChange(BanChangeKind.Ended, ban, time, end));

    /// <summary>Hands out what has changed, and begins anew.</summary>
    /// <param name="failures">The jail's table.</param>
    /// <param name="export">Copies an entry.</param>
    /// <param name="totals">The jail's totals.</param>
    public JailChanges Take(FailureTable failures, Func<int, TrackedFailures> export, JailChanges totals)
    {
        // Whoever fails moves to the end of the table, so that what has changed stands there together.
        List<TrackedFailures> tracked = [];
        for (int slot = failures.Newest; slot >= 0 && failures[slot].IsChanged; slot = failures.Before(slot))
        {
            ref FailureEntry entry = ref failures[slot];
            (entry.IsChanged, entry.IsKnown) = (false, true);
            tracked.Add(export(slot));
        }

        tracked.Reverse();
        JailChanges changes = totals with { Tracked = tracked, Forgotten = [.. _forgotten], Bans = [.. _bans] };
        Clear();
        _totals = totals.TotalFailed + totals.TotalBanned;
        return changes;
    }

    /// <summary>Forgets what has changed.</summary>
    public void Clear()
    {
        _forgotten.Clear();
        _bans.Clear();
    }
}
