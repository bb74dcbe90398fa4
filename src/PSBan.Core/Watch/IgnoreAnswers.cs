namespace PSBan.Watch;

/// <summary>The answers of an <c>ignorecommand</c> that are remembered: so many, for so long; the oldest leave first.</summary>
/// <param name="maxCount">How many.</param>
/// <param name="maxTime">How long each.</param>
/// <param name="clock">The clock.</param>
internal sealed class IgnoreAnswers(int maxCount, TimeSpan maxTime, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Answer>> _byKey = new(StringComparer.Ordinal);
    private readonly LinkedList<Answer> _byAge = [];

    /// <summary>How many are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _byKey.Count;
            }
        }
    }

    /// <summary>The answer; null where it is not known, or not known any more.</summary>
    /// <param name="key">What it is remembered by.</param>
    public bool? Find(string key)
    {
        lock (_lock)
        {
            return _byKey.TryGetValue(key, out LinkedListNode<Answer>? node) && node.Value.Until > clock.GetUtcNow() ? node.Value.IsSpared : null;
        }
    }

    /// <summary>Remembers an answer.</summary>
    /// <param name="key">What it is remembered by.</param>
    /// <param name="isSpared">The answer.</param>
    public void Keep(string key, bool isSpared)
    {
        DateTimeOffset now = clock.GetUtcNow();
        lock (_lock)
        {
            if (_byKey.Remove(key, out LinkedListNode<Answer>? before))
            {
                _byAge.Remove(before);
            }

            while (_byAge.First is { } oldest && (_byKey.Count >= maxCount || oldest.Value.Until <= now))
            {
                _byAge.RemoveFirst();
                _byKey.Remove(oldest.Value.Key);
            }

            // A time so long that the calendar ends before it is as good as for ever.
            DateTimeOffset until = DateTimeOffset.MaxValue - now > maxTime ? now + maxTime : DateTimeOffset.MaxValue;
            _byKey[key] = _byAge.AddLast(new Answer(key, isSpared, until));
        }
    }

    private readonly record struct Answer(string Key, bool IsSpared, DateTimeOffset Until);
}
