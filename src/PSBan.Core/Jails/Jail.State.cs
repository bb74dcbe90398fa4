using PSBan.Model;

namespace PSBan.Jails;

/// <content>Taking a jail's state out and in, whole or by what has changed.</content>
public sealed partial class Jail
{
    /// <summary>Begins to keep book of changes; until then none is kept, and the memory for it is not needed.</summary>
    public void KeepChanges() => _journal ??= new JailJournal();

    /// <summary>The longest ban that the jail gives by itself.</summary>
    public Duration LongestBan => _terms?.LongestBan ?? Options.BanTime.Value;

    /// <summary>Whether anything has changed since changes were last taken.</summary>
    public bool HasChanges => _journal?.HasChanges(_failures, _totalFailed + _totalBanned) == true;

    /// <summary>Whether a ban is among what has changed.</summary>
    public bool HasBanChanges => _journal?.HasBans == true;

    /// <summary>Hands out what has changed since this was last called. Costs by what has changed, not by what there is.</summary>
    /// <exception cref="InvalidOperationException"><see cref="KeepChanges"/> was not called.</exception>
    public JailChanges TakeChanges() =>
        _journal?.Take(_failures, ExportEntry, Totals) ?? throw new InvalidOperationException("The jail keeps no book of its changes.");

    /// <summary>Hands out everything as if it had changed, for a store that begins afresh; changes not taken yet are in it.</summary>
    public JailChanges TakeAll()
    {
        List<TrackedFailures> tracked = new(_failures.Count);
        for (int slot = _failures.Oldest; slot >= 0; slot = _failures.After(slot))
        {
            ref FailureEntry entry = ref _failures[slot];
            (entry.IsChanged, entry.IsKnown) = (false, true);
            tracked.Add(ExportEntry(slot));
        }

        _journal?.Clear();
        return Totals with { Tracked = tracked, Bans = [.. _bans.All.Select(ban => new BanChange(BanChangeKind.Entered, ban))] };
    }

    /// <summary>Copies what the jail counts, to be stored.</summary>
    public JailState Export()
    {
        List<TrackedFailures> tracked = new(_failures.Count);
        for (int slot = _failures.Oldest; slot >= 0; slot = _failures.After(slot))
        {
            tracked.Add(ExportEntry(slot));
        }

        return new JailState(_totalFailed, _totalBanned, tracked);
    }

    /// <summary>Begins from what was stored, in place of what was counted so far. Nothing is banned by it; the next failure decides.</summary>
    /// <param name="state">What <see cref="Export"/> gave.</param>
    public void Import(JailState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        (_totalFailed, _totalBanned) = (state.TotalFailed, state.TotalBanned);
        _failures.Clear();
        _lines.Clear();
        _journal?.Clear();
        int surplus = state.Tracked.Count - _limits.TrackedAddresses;
        foreach (TrackedFailures failures in state.Tracked)
        {
            ref FailureEntry entry = ref _failures[_failures.Touch(failures.Id)];
            entry.IsKnown = true;
            if (surplus-- > 0)
            {
                Drop(_failures.Find(failures.Id));
                continue;
            }

            foreach (DateTimeOffset time in failures.Times)
            {
                entry.Stamps.Insert(time.UtcTicks, _window);
            }

            KeepLines(ref entry, failures.Matches);
        }
    }

    private JailChanges Totals => new(Name, _totalFailed, _totalBanned) { LongestBan = LongestBan };

    private TrackedFailures ExportEntry(int slot)
    {
        ref FailureEntry entry = ref _failures[slot];
        ReadOnlySpan<long> stamps = entry.Stamps.Stamps;
        var times = new DateTimeOffset[stamps.Length];
        for (int i = 0; i < times.Length; i++)
        {
            times[i] = new DateTimeOffset(stamps[i], TimeSpan.Zero);
        }

        return new TrackedFailures(entry.Id, times, _lines.Read(entry.Lines, _maxMatches));
    }
}
