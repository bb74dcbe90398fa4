using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace PSBan.Jails;

/// <summary>
/// Keeps pieces of text in a fixed amount of memory: a ring that forgets the oldest piece first. Pieces that belong together are chained, each
/// pointing to the one before it; a chain whose beginning has been forgotten is simply shorter.
/// </summary>
/// <remarks>A position is a number that only grows; 0 stands for no piece.</remarks>
internal sealed class TextLog
{
    private const int ChunkSize = 64 << 10;
    private const int SmallChunk = 2 << 10;
    private const int HeaderSize = sizeof(long) + sizeof(int);

    private readonly byte[]?[] _chunks;
    private readonly int _length;
    private long _end = 1;
    private long _cleared;

    /// <summary>Makes an empty log; memory is taken as it fills.</summary>
    /// <param name="capacity">The most bytes to keep.</param>
    /// <param name="length">The most characters to keep of one piece.</param>
    public TextLog(int capacity, int length)
    {
        _chunks = new byte[Math.Max(2, capacity / ChunkSize)][];
        _length = Math.Clamp(length, 1, (ChunkSize / 4) - HeaderSize);
    }

    /// <summary>Adds a piece behind another.</summary>
    /// <param name="previous">The piece before it in its chain; 0 for none.</param>
    /// <param name="text">The text; what is longer than the limit is cut and ends in an ellipsis.</param>
    /// <returns>The position of the new piece.</returns>
    public long Append(long previous, ReadOnlySpan<char> text)
    {
        bool cut = text.Length > _length;
        text = cut ? text[.._length] : text;
        int most = HeaderSize + Encoding.UTF8.GetMaxByteCount(text.Length + 1);
        int room = ChunkSize - (int)(_end % ChunkSize);
        if (room < most)
        {
            _end += room;
        }

        long position = _end;
        int start = (int)(position % ChunkSize);
        Span<byte> record = Room(ref _chunks[SlotOf(position)], start + most)[start..];
        int size = Encoding.UTF8.GetBytes(text, record[HeaderSize..]);
        if (cut)
        {
            size += Encoding.UTF8.GetBytes("…", record[(HeaderSize + size)..]);
        }

        BinaryPrimitives.WriteInt64LittleEndian(record, previous);
        BinaryPrimitives.WriteInt32LittleEndian(record[sizeof(long)..], size);
        _end += HeaderSize + size;
        return position;
    }

    /// <summary>Reads the last pieces of a chain, oldest first; those that have been forgotten are missing.</summary>
    /// <param name="last">The last piece; 0 for none.</param>
    /// <param name="atMost">How many to read.</param>
    public IReadOnlyList<string> Read(long last, int atMost)
    {
        List<string> pieces = [];
        for (long position = last; pieces.Count < atMost && IsKept(position);)
        {
            ReadOnlySpan<byte> record = _chunks[SlotOf(position)].AsSpan((int)(position % ChunkSize));
            pieces.Add(Encoding.UTF8.GetString(record.Slice(HeaderSize, BinaryPrimitives.ReadInt32LittleEndian(record[sizeof(long)..]))));
            position = BinaryPrimitives.ReadInt64LittleEndian(record);
        }

        pieces.Reverse();
        return pieces;
    }

    /// <summary>Room for so much from the start of a chunk, which grows as it fills: most logs stay small.</summary>
    private static Span<byte> Room(ref byte[]? chunk, int size)
    {
        if ((chunk?.Length ?? 0) < size)
        {
            Array.Resize(ref chunk, Math.Min(ChunkSize, Math.Max(SmallChunk, (int)BitOperations.RoundUpToPowerOf2((uint)size))));
        }

        return chunk;
    }

    /// <summary>Forgets every piece, for whoever needs none of them any more, and gives their memory back where it is worth it.</summary>
    public void Clear()
    {
        if (_end - _cleared > SmallChunk)
        {
            Array.Clear(_chunks);

            // Positions only grow: those handed out so far lie before all that are kept.
            _end = ((_end / ChunkSize) + _chunks.Length + 1) * ChunkSize;
            _cleared = _end;
        }
    }

    private bool IsKept(long position) => position > 0 && position / ChunkSize > ((_end - 1) / ChunkSize) - _chunks.Length;

    private int SlotOf(long position) => (int)(position / ChunkSize % _chunks.Length);
}
