using System.Collections.Immutable;
using PSBan.Model;

namespace PSBan.Jails;

/// <summary>
/// The bans of one jail: by identifier, and by when they end. What a ban remembers of its log lines lies in a <see cref="TextLog"/>; a
/// <see cref="Ban"/> is made when somebody asks.
/// </summary>
internal sealed class BanList(string jail, JailLimits limits)
{
    private readonly Dictionary<BanId, Entry> _bans = [];
    private readonly PriorityQueue<Entry, long> _ends = new();
    private readonly TextLog _texts = new(limits.MatchBytes, limits.MatchLength);

    /// <summary>How many identifiers are banned.</summary>
    public int Count => _bans.Count;

    /// <summary>How many bans end by themselves.</summary>
    public int EndingCount { get; private set; }

    /// <summary>How many entries wait in the queue of ends, those of bans that have gone included.</summary>
    public int QueuedCount => _ends.Count;

    /// <summary>How many lines of each ban are handed out.</summary>
    public int MaxMatches { get; set; }

    /// <summary>A moment before which no ban ends; null where none ends by itself.</summary>
    public DateTimeOffset? NextEnd => _ends.TryPeek(out _, out long end) ? new DateTimeOffset(end, TimeSpan.Zero) : null;

    /// <summary>Copies of all bans, in no order.</summary>
    public IReadOnlyList<Ban> All => [.. _bans.Values.Select(Make)];

    /// <summary>Who is banned, and until when as ticks, in no order: a copy that costs little however many there are.</summary>
    public (BanId Id, long End)[] Ends => [.. _bans.Select(ban => (ban.Key, ban.Value.End))];

    /// <summary>Makes room for so many more: a start adds very many, and growing step by step would cost as much as all the rest.</summary>
    public void Expect(int count)
    {
        _bans.EnsureCapacity(_bans.Count + count);
        _ends.EnsureCapacity(_ends.Count + count);
    }

    /// <summary>A copy of the ban of an identifier; null where there is none.</summary>
    public Ban? Find(BanId id) => _bans.TryGetValue(id, out Entry? entry) ? Make(entry) : null;

    /// <summary>Whether the identifier is banned.</summary>
    public bool Contains(BanId id) => _bans.ContainsKey(id);

    /// <summary>Adds a ban for an identifier that has none.</summary>
    /// <returns>What is kept of it.</returns>
    public Ban Add(Ban ban) => Make(Put(ban));

    /// <summary>Adds a ban for an identifier that has none, where nobody wants to know what is kept of it: a start adds very many.</summary>
    public void AddQuietly(Ban ban) => Put(ban);

    /// <summary>Makes a ban end at the given distance from <paramref name="time"/>, if that is later than it ends now.</summary>
    /// <returns>Whether it ends later now.</returns>
    public bool Prolong(BanId id, DateTimeOffset time, Duration duration)
    {
        Entry entry = _bans[id];
        long end = EndOf(time, duration);
        if (end <= entry.End)
        {
            return false;
        }

        // An entry stands in the queue once; where it turns up too early it is put back. Only a permanent ban stands in none.
        if (end == long.MaxValue)
        {
            EndingCount--;
        }

        entry.End = end;
        entry.Duration = end == long.MaxValue ? Duration.Permanent : Duration.From(TimeSpan.FromTicks(end - entry.Time.UtcTicks));
        return true;
    }

    /// <summary>Notes how far a ban has come.</summary>
    /// <returns>Whether there is such a ban.</returns>
    public bool SetState(BanId id, BanState state)
    {
        if (!_bans.TryGetValue(id, out Entry? entry))
        {
            return false;
        }

        entry.State = state;
        return true;
    }

    /// <summary>Ends the ban of an identifier.</summary>
    /// <returns>The ban that was; null where there was none.</returns>
    public Ban? Remove(BanId id)
    {
        if (!_bans.Remove(id, out Entry? entry))
        {
            return null;
        }

        EndingCount -= entry.End == long.MaxValue ? 0 : 1;
        entry.Gone = true;
        Compact();
        return Make(entry);
    }

    /// <summary>The banned addresses and prefixes inside a prefix.</summary>
    public IReadOnlyList<BanId> Inside(Address prefix) => [.. _bans.Keys.Where(id => prefix.Contains(id.Address))];

    /// <summary>Ends the ban that ends first, if it has ended or <paramref name="now"/> is null.</summary>
    /// <returns>The ban that was; null where there is none to end.</returns>
    public Ban? RemoveFirst(DateTimeOffset? now)
    {
        long limit = now?.UtcTicks ?? long.MaxValue;
        while (_ends.TryPeek(out Entry? entry, out long end) && end < limit)
        {
            _ends.Dequeue();
            if (entry.Gone)
            {
                continue;
            }

            if (entry.End != end)
            {
                Enqueue(entry);
                continue;
            }

            _bans.Remove(entry.Id);
            EndingCount--;
            return Make(entry);
        }

        return null;
    }

    /// <summary>The moment a ban ends, as ticks; <see cref="long.MaxValue"/> for never and for what the calendar does not hold.</summary>
    public static long EndOf(DateTimeOffset time, Duration duration)
    {
        long left = DateTimeOffset.MaxValue.UtcTicks - time.UtcTicks;
        TimeSpan length = duration.ToTimeSpan();
        return duration.IsPermanent || length.Ticks >= left ? long.MaxValue : time.UtcTicks + length.Ticks;
    }

    private Entry Put(Ban ban)
    {
        Entry entry = new(ban, EndOf(ban.Time, ban.Duration));
        foreach (string line in ban.Matches)
        {
            entry.Lines = _texts.Append(entry.Lines, line);
        }

        foreach ((string name, string value) in ban.Data)
        {
            entry.Data = _texts.Append(_texts.Append(entry.Data, name), value);
        }

        _bans.Add(ban.Id, entry);
        Enqueue(entry);
        return entry;
    }

    private void Enqueue(Entry entry)
    {
        if (entry.End == long.MaxValue)
        {
            return;
        }

        if (!entry.Queued)
        {
            entry.Queued = true;
            EndingCount++;
        }

        _ends.Enqueue(entry, entry.End);
    }

    /// <summary>Throws ended bans out of the queue when they outnumber those in force.</summary>
    private void Compact()
    {
        if (_ends.Count <= 1024 || _ends.Count <= 2 * _bans.Count)
        {
            return;
        }

        List<(Entry, long)> kept = [.. _bans.Values.Where(entry => entry.End != long.MaxValue).Select(entry => (entry, entry.End))];
        _ends.Clear();
        _ends.EnqueueRange(kept);
    }

    private Ban Make(Entry entry) => new(jail, entry.Id, entry.Time, entry.Duration)
    {
        State = entry.State,
        Failures = entry.Failures,
        Count = entry.Count,
        Restored = entry.Restored,
        Matches = MaxMatches > 0 ? _texts.Read(entry.Lines, MaxMatches) : [],
        Data = ReadData(entry.Data),
    };

    private ImmutableDictionary<string, string> ReadData(long last)
    {
        IReadOnlyList<string> texts = _texts.Read(last, int.MaxValue);
        ImmutableDictionary<string, string>.Builder data = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);

        // From the end, so that a chain whose beginning is forgotten still pairs names with values.
        for (int i = texts.Count - 2; i >= 0; i -= 2)
        {
            data[texts[i]] = texts[i + 1];
        }

        return data.ToImmutable();
    }

    private sealed class Entry(Ban ban, long end)
    {
        public BanId Id { get; } = ban.Id;

        public DateTimeOffset Time { get; } = ban.Time;

        public Duration Duration { get; set; } = end == long.MaxValue ? Duration.Permanent : ban.Duration;

        public long End { get; set; } = end;

        public int Failures { get; } = ban.Failures;

        public int Count { get; } = ban.Count;

        public bool Restored { get; } = ban.Restored;

        public BanState State { get; set; } = ban.State;

        public long Lines { get; set; }

        public long Data { get; set; }

        public bool Queued { get; set; }

        public bool Gone { get; set; }
    }
}
