using PSBan.Model;
using PSBan.Store;

namespace PSBan.Watch;

/// <summary>
/// How far each log was read: what an earlier run left, and what has changed since. Changes are noted on the loop, together with what the lines came to; places
/// may be looked up on any thread.
/// </summary>
internal sealed class PositionBook
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PositionKey, LogPosition> _all = [];
    private readonly HashSet<PositionKey> _changed = [];
    private IReadOnlyDictionary<PositionKey, LogPosition> _stored = new Dictionary<PositionKey, LogPosition>();

    /// <summary>Takes over what an earlier run left.</summary>
    public void Load(IReadOnlyDictionary<PositionKey, LogPosition> stored) => _stored = stored;

    /// <summary>Where reading left off, in this run or an earlier one; null where this was never read.</summary>
    /// <remarks>Where the log was read under another path or glob in an earlier run, its lines have been counted all the same.</remarks>
    public LogPosition? Find(PositionKey key)
    {
        lock (_lock)
        {
            if (_all.TryGetValue(key, out LogPosition? noted))
            {
                return noted;
            }
        }

        return _stored.GetValueOrDefault(key)
            ?? _stored.Where(pair => pair.Key.Source == key.Source).Select(pair => pair.Value).OrderByDescending(position => position.Offset).FirstOrDefault();
    }

    /// <summary>Where a reader left off in all its logs, in this run or an earlier one, by the name of the log.</summary>
    /// <param name="reader">The reader.</param>
    public IReadOnlyDictionary<string, LogPosition> PlacesOf(string reader)
    {
        Dictionary<string, LogPosition> places = _stored.Where(pair => pair.Key.Reader == reader).ToDictionary(pair => pair.Key.Source, pair => pair.Value, StringComparer.Ordinal);
        lock (_lock)
        {
            foreach ((PositionKey key, LogPosition place) in _all.Where(pair => pair.Key.Reader == reader))
            {
                places[key.Source] = place;
            }
        }

        return places;
    }

    /// <summary>Notes how far a log was read.</summary>
    public void Note(PositionKey key, LogPosition position)
    {
        lock (_lock)
        {
            _all[key] = position;
            _changed.Add(key);
        }
    }

    /// <summary>Whether something has changed since <see cref="TakeChanges"/> was last called.</summary>
    public bool HasChanges
    {
        get
        {
            lock (_lock)
            {
                return _changed.Count > 0;
            }
        }
    }

    /// <summary>Hands out what has changed since this was last called.</summary>
    public IReadOnlyDictionary<PositionKey, LogPosition> TakeChanges()
    {
        lock (_lock)
        {
            Dictionary<PositionKey, LogPosition> changes = _changed.ToDictionary(key => key, key => _all[key]);
            _changed.Clear();
            return changes;
        }
    }

    /// <summary>Hands out everything as if it had changed.</summary>
    public IReadOnlyDictionary<PositionKey, LogPosition> TakeAll()
    {
        lock (_lock)
        {
            _changed.Clear();
            return new Dictionary<PositionKey, LogPosition>(_all);
        }
    }
}
