using PSBan.Model;
using PSBan.Store;

namespace PSBan.Watch;

/// <summary>How far each log was read: what an earlier run left, and what has changed since. Changes are noted on the loop, together with what the lines came to.</summary>
internal sealed class PositionBook
{
    private readonly Dictionary<PositionKey, LogPosition> _all = [];
    private readonly HashSet<PositionKey> _changed = [];
    private IReadOnlyDictionary<PositionKey, LogPosition> _stored = new Dictionary<PositionKey, LogPosition>();

    /// <summary>Takes over what an earlier run left.</summary>
    public void Load(IReadOnlyDictionary<PositionKey, LogPosition> stored) => _stored = stored;

    /// <summary>Where an earlier run left off; null where it did not read this. May be called on any thread.</summary>
    /// <remarks>Where the log was read under another path or glob then, its lines have been counted all the same.</remarks>
    public LogPosition? Find(PositionKey key) =>
        _stored.GetValueOrDefault(key)
        ?? _stored.Where(pair => pair.Key.Source == key.Source).Select(pair => pair.Value).OrderByDescending(position => position.Offset).FirstOrDefault();

    /// <summary>Where an earlier run left off in every log of a source, by the name of the log. May be called on any thread.</summary>
    public IReadOnlyDictionary<string, LogPosition> FindAll(string reader) =>
        _stored.Where(pair => pair.Key.Reader == reader).ToDictionary(pair => pair.Key.Source, pair => pair.Value, StringComparer.Ordinal);

    /// <summary>Notes how far a log was read.</summary>
    public void Note(PositionKey key, LogPosition position)
    {
        _all[key] = position;
        _changed.Add(key);
    }

    /// <summary>Hands out what has changed since this was last called.</summary>
    public IReadOnlyDictionary<PositionKey, LogPosition> TakeChanges()
    {
        Dictionary<PositionKey, LogPosition> changes = _changed.ToDictionary(key => key, key => _all[key]);
        _changed.Clear();
        return changes;
    }

    /// <summary>Hands out everything as if it had changed.</summary>
    public IReadOnlyDictionary<PositionKey, LogPosition> TakeAll()
    {
        _changed.Clear();
        return new Dictionary<PositionKey, LogPosition>(_all);
    }
}
