using System.Numerics;
using PSBan.Model;

namespace PSBan.Jails;

/// <summary>What is known of one identifier that has failed.</summary>
internal struct FailureEntry
{
    /// <summary>The identifier.</summary>
    public BanId Id;

    /// <summary>When it failed.</summary>
    public StampList Stamps;

    /// <summary>Its last matching line in the jail's <see cref="TextLog"/>; 0 where there is none.</summary>
    public long Lines;

    /// <summary>Whether it has changed since changes were last taken.</summary>
    public bool IsChanged;

    /// <summary>Whether whoever takes the changes has it.</summary>
    public bool IsKnown;

    // Links by slot: the next entry of the same bucket, and the neighbours in the order of the last failure.
    internal int Next;
    internal int Older;
    internal int Newer;
}

/// <summary>
/// The identifiers that a jail tracks, findable by hash and in the order in which they last failed. Entries lie in chunks that are never copied, so that a
/// million of them cost what they weigh and growing causes no pause.
/// </summary>
internal sealed class FailureTable
{
    private const int ChunkBits = 8;
    private const int ChunkMask = (1 << ChunkBits) - 1;
    private const int None = -1;

    private readonly List<FailureEntry[]> _chunks = [];
    private int[] _buckets = [];
    private int _used;
    private int _free = None;

    /// <summary>How many identifiers are tracked.</summary>
    public int Count { get; private set; }

    /// <summary>The slot that has been quiet longest; -1 where the table is empty.</summary>
    public int Oldest { get; private set; } = None;

    /// <summary>The slot that failed last; -1 where the table is empty.</summary>
    public int Newest { get; private set; } = None;

    /// <summary>The entry in a slot. The reference holds until the entry is removed.</summary>
    public ref FailureEntry this[int slot] => ref _chunks[slot >> ChunkBits][slot & ChunkMask];

    /// <summary>The slot that failed next after this one; -1 behind the last.</summary>
    public int After(int slot) => this[slot].Newer;

    /// <summary>The slot that failed last before this one; -1 before the first.</summary>
    public int Before(int slot) => this[slot].Older;

    /// <summary>Finds the slot of an identifier; -1 where it is not tracked.</summary>
    public int Find(BanId id)
    {
        if (Count == 0)
        {
            return None;
        }

        int slot = _buckets[BucketOf(id)];
        while (slot != None && this[slot].Id != id)
        {
            slot = this[slot].Next;
        }

        return slot;
    }

    /// <summary>Finds the slot of an identifier or makes one, and notes that it is the last to have failed.</summary>
    public int Touch(BanId id)
    {
        int slot = Find(id);
        if (slot == None)
        {
            slot = Add(id);
        }
        else if (slot == Newest)
        {
            return slot;
        }
        else
        {
            Unlink(slot);
        }

        ref FailureEntry entry = ref this[slot];
        (entry.Older, entry.Newer) = (Newest, None);
        if (Newest == None)
        {
            Oldest = slot;
        }
        else
        {
            this[Newest].Newer = slot;
        }

        Newest = slot;
        return slot;
    }

    /// <summary>Forgets the identifier in a slot.</summary>
    public void Remove(int slot)
    {
        ref int link = ref _buckets[BucketOf(this[slot].Id)];
        while (link != slot)
        {
            link = ref this[link].Next;
        }

        link = this[slot].Next;
        Unlink(slot);
        this[slot] = new FailureEntry { Next = _free };
        _free = slot;
        Count--;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _chunks.Clear();
        _buckets = [];
        (_used, _free, Count, Oldest, Newest) = (0, None, 0, None, None);
    }

    private int Add(BanId id)
    {
        if (Count == _buckets.Length)
        {
            Rehash(Math.Max(16, _buckets.Length * 2));
        }

        int slot = _free;
        if (slot == None)
        {
            slot = _used++;
            if (slot >> ChunkBits == _chunks.Count)
            {
                _chunks.Add(new FailureEntry[1 << ChunkBits]);
            }
        }
        else
        {
            _free = this[slot].Next;
        }

        ref int bucket = ref _buckets[BucketOf(id)];
        this[slot] = new FailureEntry { Id = id, Next = bucket };
        bucket = slot;
        Count++;
        return slot;
    }

    private void Rehash(int size)
    {
        _buckets = new int[BitOperations.RoundUpToPowerOf2((uint)size)];
        Array.Fill(_buckets, None);
        for (int slot = Oldest; slot != None; slot = this[slot].Newer)
        {
            ref int bucket = ref _buckets[BucketOf(this[slot].Id)];
            this[slot].Next = bucket;
            bucket = slot;
        }
    }

    private void Unlink(int slot)
    {
        ref FailureEntry entry = ref this[slot];
        if (entry.Older == None)
        {
            Oldest = entry.Newer;
        }
        else
        {
            this[entry.Older].Newer = entry.Newer;
        }

        if (entry.Newer == None)
        {
            Newest = entry.Older;
        }
        else
        {
            this[entry.Newer].Older = entry.Older;
        }
    }

    private int BucketOf(BanId id) => id.GetHashCode() & (_buckets.Length - 1);
}
