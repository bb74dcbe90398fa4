using PSBan.Model;

namespace PSBan.Store;

/// <summary>A store that lasts as long as the process (<c>dbfile = None</c> or <c>:memory:</c>): after a restart counting begins afresh.</summary>
/// <param name="maxMatches">How many matching lines are kept with a ban.</param>
/// <param name="mostEnded">How many bans of the past are kept.</param>
public sealed class MemoryStore(int maxMatches = StoreOptions.DefaultMaxMatches, int mostEnded = MemoryStore.DefaultMostEnded) : IBanStore
{
    /// <summary>The bans of the past that are kept when nothing else is said.</summary>
    public const int DefaultMostEnded = 100_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<PositionKey, LogPosition> _positions = [];
    private readonly Dictionary<string, Counters> _jails = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Jail, BanId Id), Ban> _bans = [];
    private readonly Dictionary<(string Jail, BanId Id), Offender> _offenders = [];
    private readonly Queue<BanHistoryEntry> _ended = new();

    /// <inheritdoc/>
    public string Name => "memory";

    /// <inheritdoc/>
    public StoredState Load()
    {
        lock (_lock)
        {
            return new StoredState
            {
                Positions = new Dictionary<PositionKey, LogPosition>(_positions),
                Jails = _jails.ToDictionary(jail => jail.Key, jail => jail.Value.ToStored(), StringComparer.Ordinal),
                Bans = [.. _bans.Values],
                Offenders = [.. _offenders.Values],
            };
        }
    }

    /// <inheritdoc/>
    public void Save(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        lock (_lock)
        {
            foreach ((PositionKey key, LogPosition position) in checkpoint.Positions)
            {
                _positions[key] = position;
            }

            foreach (JailChanges changes in checkpoint.Jails)
            {
                if (!_jails.TryGetValue(changes.Jail, out Counters? counters))
                {
                    _jails[changes.Jail] = counters = new Counters();
                }

                counters.Take(changes);
                foreach (BanChange change in changes.Bans)
                {
                    Save(change);
                }
            }

            while (_ended.Count > mostEnded)
            {
                _ended.Dequeue();
            }
        }
    }

    /// <inheritdoc/>
    public bool Purge(PurgeLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        lock (_lock)
        {
            DateTimeOffset before = limits.Before;
            while (_ended.TryPeek(out BanHistoryEntry? oldest) && oldest.Time < before)
            {
                _ended.Dequeue();
            }

            foreach (Offender offender in _offenders.Values.Where(offender => offender.IsStale(before)).ToList())
            {
                _offenders.Remove((offender.Jail, offender.Id));
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public IEnumerable<BanHistoryEntry> ReadHistory(HistoryQuery query)
    {
        lock (_lock)
        {
            return [.. _ended.Concat(_bans.Values.Select(ban => ToEntry(ban))).Where(query.Takes).OrderByDescending(entry => entry.Time)];
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Save(BanChange change)
    {
        Ban ban = change.Ban;
        (string, BanId) key = (ban.Jail, ban.Id);
        if (change.Kind == BanChangeKind.Ended)
        {
            if (_bans.Remove(key, out Ban? stored))
            {
                _ended.Enqueue(ToEntry(stored) with { Ended = change.Ended, End = change.End });
            }

            if (change.End == BanEnd.Lifted)
            {
                _offenders.Remove(key);
            }

            return;
        }

        ban = ban with { Matches = [.. ban.Matches.TakeLast(maxMatches)] };
        _bans[key] = _bans.TryGetValue(key, out Ban? before) && change.Kind == BanChangeKind.Changed ? before with { Duration = ban.Duration } : ban;
        _offenders[key] = new Offender(ban.Jail, ban.Id, ban.Time, ban.Duration, ban.Count);
    }

    private static BanHistoryEntry ToEntry(Ban ban) =>
        new(ban.Jail, ban.Id, ban.Time, ban.Duration) { Count = ban.Count, Failures = ban.Failures, Matches = ban.Matches };

    private sealed class Counters
    {
        private readonly Dictionary<BanId, (long Order, TrackedFailures Failures)> _tracked = [];
        private readonly SortedDictionary<long, WaitingFailure> _waiting = [];
        private JailChanges? _last;
        private long _order;

        public void Take(JailChanges changes)
        {
            _last = changes with { Forgotten = [], Tracked = [], Waiting = [], Settled = [], Bans = [], Memory = changes.Memory ?? _last?.Memory };
            foreach (BanId id in changes.Forgotten)
            {
                _tracked.Remove(id);
            }

            foreach (TrackedFailures tracked in changes.Tracked)
            {
                _tracked[tracked.Id] = (_order++, tracked);
            }

            foreach (long number in changes.Settled)
            {
                _waiting.Remove(number);
            }

            foreach (WaitingFailure failure in changes.Waiting)
            {
                _waiting[failure.Number] = failure;
            }
        }

        public StoredJail ToStored() =>
            new(_last!.TotalFailed, _last.TotalBanned, _last.LongestBan, [.. _tracked.Values.OrderBy(tracked => tracked.Order).Select(tracked => tracked.Failures)])
            {
                Memory = _last.Memory,
                Waiting = [.. _waiting.Values],
            };
    }
}
