using PSBan.Model;

namespace PSBan.Jails;

/// <summary>Keeps book of what changes in a jail, so that a stored copy can be brought up to date with what has changed and nothing else.</summary>
internal sealed class JailJournal
{
    // Slots of entries that have changed; one may have been given up since, or stand here twice, which the entry itself tells.
    private readonly List<int> _slots = [];
    private readonly List<BanId> _forgotten = [];
    private readonly List<BanChange> _bans = [];
    private long _totals;

    /// <summary>Whether something happened to a ban: such a change ought not to wait.</summary>
    public bool HasBans => _bans.Count > 0;

    /// <summary>Whether anything has changed.</summary>
    /// <param name="totals">The sum of the jail's totals, which only grow.</param>
    public bool HasChanges(long totals) => _slots.Count > 0 || _forgotten.Count > 0 || _bans.Count > 0 || totals != _totals;

    /// <summary>The failures of an identifier have changed.</summary>
    public void Note(ref FailureEntry entry, int slot)
    {
        if (!entry.IsChanged)
        {
            entry.IsChanged = true;
            _slots.Add(slot);
        }
    }

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
        List<TrackedFailures> tracked = new(_slots.Count);
        foreach (int slot in _slots)
        {
            ref FailureEntry entry = ref failures[slot];
            if (entry.IsChanged)
            {
                (entry.IsChanged, entry.IsKnown) = (false, true);
                tracked.Add(export(slot));
            }
        }

        JailChanges changes = totals with { Tracked = tracked, Forgotten = [.. _forgotten], Bans = [.. _bans] };
        Clear();
        _totals = totals.TotalFailed + totals.TotalBanned;
        return changes;
    }

    /// <summary>Forgets what has changed.</summary>
    public void Clear()
    {
        _slots.Clear();
        _forgotten.Clear();
        _bans.Clear();
    }
}
