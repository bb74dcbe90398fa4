using PSBan.Model;

namespace PSBan.Store;

/// <summary>
/// Gathers checkpoints that could not be stored into one, which brings the store up to date in one go. What grows without end while a disk is full for days,
/// bans that have come and gone meanwhile, is bounded: the oldest of them are missing from the history then.
/// </summary>
internal sealed class PendingCheckpoint(int mostEnded = PendingCheckpoint.DefaultMostEnded)
{
    private const int DefaultMostEnded = 100_000;

    private readonly Dictionary<PositionKey, LogPosition> _positions = [];
    private readonly Dictionary<string, PendingJail> _jails = new(StringComparer.Ordinal);
    private DateTimeOffset _time;

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty => _positions.Count == 0 && _jails.Count == 0;

    /// <summary>How many bans will be missing from the history.</summary>
    public long Dropped { get; private set; }

    /// <summary>Adds what has changed since.</summary>
    public void Add(Checkpoint checkpoint)
    {
        _time = checkpoint.Time;
        foreach ((PositionKey key, LogPosition position) in checkpoint.Positions)
        {
            _positions[key] = position;
        }

        foreach (JailChanges changes in checkpoint.Jails)
        {
            if (!_jails.TryGetValue(changes.Jail, out PendingJail? jail))
            {
                _jails[changes.Jail] = jail = new PendingJail();
            }

            jail.Add(changes);
            Dropped += jail.Trim(mostEnded);
        }
    }

    /// <summary>All that waits, as one checkpoint.</summary>
    public Checkpoint Whole() => new(_time)
    {
        Positions = new Dictionary<PositionKey, LogPosition>(_positions),
        Jails = [.. _jails.Values.Select(jail => jail.Whole())],
    };

    /// <summary>Forgets what waits; it has been stored.</summary>
    public void Clear()
    {
        _positions.Clear();
        _jails.Clear();
        Dropped = 0;
    }

    private sealed class PendingJail
    {
        // Null where the identifier is tracked no more; what failed last has the highest number.
        private readonly Dictionary<BanId, (long Order, TrackedFailures? Failures)> _tracked = [];
        private readonly SortedDictionary<long, WaitingFailure> _waiting = [];
        private readonly HashSet<long> _settled = [];
        private List<BanChange> _bans = [];
        private JailChanges? _last;
        private long _order;

        public void Add(JailChanges changes)
        {
            _last = changes with { Memory = changes.Memory ?? _last?.Memory };
            foreach (BanId id in changes.Forgotten)
            {
                _tracked[id] = (_order++, null);
            }

            foreach (TrackedFailures tracked in changes.Tracked)
            {
                _tracked[tracked.Id] = (_order++, tracked);
            }

            foreach (long number in changes.Settled)
            {
                if (!_waiting.Remove(number))
                {
                    _settled.Add(number);
                }
            }

            foreach (WaitingFailure failure in changes.Waiting)
            {
                _waiting[failure.Number] = failure;
            }

            _bans.AddRange(changes.Bans);
        }

        /// <summary>Drops the oldest bans that have both begun and ended while waiting, down to half of what is allowed.</summary>
        public int Trim(int mostEnded)
        {
            if (_bans.Count <= 2 * mostEnded)
            {
                return 0;
            }

            // A ban is told by what began it: the same identifier may come and go more than once.
            HashSet<BanId> begun = [];
            List<(BanId Id, DateTimeOffset Time)> over = [];
            foreach (BanChange change in _bans)
            {
                if (change.Kind == BanChangeKind.Entered)
                {
                    begun.Add(change.Ban.Id);
                }
                else if (change.Kind == BanChangeKind.Ended && begun.Remove(change.Ban.Id))
                {
                    over.Add((change.Ban.Id, change.Ban.Time));
                }
            }

            HashSet<(BanId, DateTimeOffset)> dropped = [.. over.Take(over.Count - (mostEnded / 2))];
            _bans = [.. _bans.Where(change => !dropped.Contains((change.Ban.Id, change.Ban.Time)))];
            return dropped.Count;
        }

        public JailChanges Whole() => _last! with
        {
            Forgotten = [.. _tracked.Where(pair => pair.Value.Failures is null).Select(pair => pair.Key)],
            Tracked = [.. _tracked.Values.OrderBy(tracked => tracked.Order).Select(tracked => tracked.Failures).OfType<TrackedFailures>()],
            Waiting = [.. _waiting.Values],
            Settled = [.. _settled],
            Bans = [.. _bans],
        };
    }
}
