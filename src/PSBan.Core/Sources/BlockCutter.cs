namespace PSBan.Sources;

/// <summary>What <see cref="BlockCutter.Cut"/> found.</summary>
/// <param name="Text">Whole lines, each ended by <c>\n</c>; empty where bytes were only passed over.</param>
/// <param name="Bytes">The bytes that the text was made of or that were passed over.</param>
/// <param name="WasCut">Whether the text is the beginning of a line that is too long.</param>
/// <param name="IsBroken">Whether some bytes did not decode.</param>
/// <param name="IsPassedOver">Whether the bytes belong to a line that is too long and whose beginning was handed out before.</param>
internal readonly record struct CutBlock(ReadOnlyMemory<char> Text, ReadOnlyMemory<byte> Bytes, bool WasCut, bool IsBroken, bool IsPassedOver = false);

/// <summary>
/// Collects bytes and cuts whole lines off them. The memory is borrowed while there is something in it; texts handed out hold until the next call.
/// </summary>
/// <param name="lineLimit">The bytes of a line that are kept.</param>
/// <param name="decodes">Whether the bytes are made text; otherwise the blocks have none, and somebody else decodes them.</param>
internal sealed class BlockCutter(int lineLimit, bool decodes = true) : IDisposable
{
    private const int SmallBlock = 16 << 10;
    private const int LargeBlock = 256 << 10;

    private byte[] _bytes = [];
    private char[] _text = [];
    private int _start;
    private int _count;

    /// <summary>The encoding of the bytes.</summary>
    public LogEncoding Encoding { get; set; } = LogEncoding.Utf8;

    /// <summary>Whether the bytes belong to a line whose beginning has been handed out already.</summary>
    public bool IsSkipping { get; set; }

    /// <summary>The bytes that have not been handed out.</summary>
    public ReadOnlySpan<byte> Pending => _bytes.AsSpan(_start, _count);

    /// <summary>How full the memory may get: no line longer than the limit ever fits in.</summary>
    private int Capacity => Math.Min(_bytes.Length, lineLimit);

    /// <summary>Room for more bytes. There is always some after <see cref="Cut"/> has found nothing.</summary>
    public Memory<byte> Room()
    {
        if (_start > 0)
        {
            _bytes.AsSpan(_start, _count).CopyTo(_bytes);
            _start = 0;
        }

        if (_count == Capacity)
        {
            Grow();
        }

        return _bytes.AsMemory(_count, Capacity - _count);
    }

    /// <summary>Takes over bytes that were written to <see cref="Room"/>.</summary>
    public void Add(int count)
    {
        _count += count;
        if (_count == Capacity && _bytes.Length < LargeBlock)
        {
            // Small at first, for the one line of every day; large as soon as there is more to read.
            Grow();
        }
    }

    /// <summary>Puts bytes in front of everything; there must be none.</summary>
    public void Load(ReadOnlySpan<byte> bytes)
    {
        (_start, _count) = (0, 0);
        while (!bytes.IsEmpty)
        {
            Memory<byte> room = Room();
            int count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room.Span);
            _count += count;
            bytes = bytes[count..];
        }
    }

    /// <summary>Throws bytes away from the front.</summary>
    public void Skip(int count)
    {
        _start += count;
        _count -= count;
    }

    /// <summary>Forgets everything: what comes next has nothing to do with it.</summary>
    public void Clear()
    {
        Skip(_count);
        IsSkipping = false;
    }

    /// <summary>Cuts off what makes whole lines.</summary>
    /// <param name="atEnd">Whether nothing follows, so that the last line is whole although it is not ended.</param>
    /// <param name="block">The lines.</param>
    /// <returns>Whether there was anything to hand out or pass over; if not, more bytes are needed.</returns>
    public bool Cut(bool atEnd, out CutBlock block)
    {
        block = default;
        ReadOnlySpan<byte> pending = Pending;
        if (pending.IsEmpty)
        {
            return false;
        }

        if (IsSkipping)
        {
            int end = Encoding.AfterFirstNewLine(pending);
            int passed = end > 0 ? end : atEnd ? _count : _count / Encoding.Unit * Encoding.Unit;
            IsSkipping = end == 0;
            block = new CutBlock(default, _bytes.AsMemory(_start, passed), false, false, IsPassedOver: true);
            Skip(passed);
            return passed > 0;
        }

        int length = Encoding.AfterLastNewLine(pending);
        bool tooLong = length == 0 && _count >= lineLimit;
        if (tooLong)
        {
            length = WholeCharacters(pending[..lineLimit]);
            IsSkipping = true;
        }
        else if (length == 0)
        {
            if (!atEnd)
            {
                return false;
            }

            length = _count;
        }

        block = Decode(_bytes.AsMemory(_start, length), tooLong);
        Skip(length);
        return true;
    }

    /// <summary>Hands over the memory in which the block stands that was cut last, and goes on in another.</summary>
    /// <param name="other">The other memory.</param>
    /// <returns>The memory handed over.</returns>
    public byte[] Exchange(byte[] other)
    {
        byte[] full = _bytes;
        _bytes = other.Length < full.Length ? GC.AllocateUninitializedArray<byte>(full.Length) : other;
        full.AsSpan(_start, _count).CopyTo(_bytes);
        _start = 0;
        return full;
    }

    /// <summary>Gives borrowed memory back; what was pending is gone.</summary>
    public void Dispose()
    {
        (_start, _count) = (0, 0);
        Return(ref _bytes);
        Return(ref _text);
    }

    private static void Return<T>(ref T[] block)
        where T : unmanaged
    {
        ReadBlocks<T>.Return(block);
        block = [];
    }

    private void Grow()
    {
        byte[] larger = ReadBlocks<byte>.Rent(_bytes.Length == 0 ? SmallBlock : Math.Max(_bytes.Length * 2, LargeBlock));
        _bytes.AsSpan(0, _count).CopyTo(larger);
        Return(ref _bytes);
        _bytes = larger;
    }

    private CutBlock Decode(ReadOnlyMemory<byte> bytes, bool wasCut)
    {
        if (!decodes)
        {
            return new CutBlock(default, bytes, wasCut, false);
        }

        int room = LineText.MaxLength(Encoding, bytes.Length);
        if (_text.Length < room)
        {
            Return(ref _text);
            _text = ReadBlocks<char>.Rent(room);
        }

        int length = LineText.Decode(Encoding, bytes.Span, _text);
        ReadOnlyMemory<char> text = _text.AsMemory(0, length);
        return new CutBlock(text, bytes, wasCut, LineText.HasBrokenBytes(Encoding, bytes.Span, text.Span));
    }

    /// <summary>Shortens a piece so that it does not end within a character.</summary>
    private int WholeCharacters(ReadOnlySpan<byte> bytes)
    {
        int length = bytes.Length / Encoding.Unit * Encoding.Unit;
        if (Encoding == LogEncoding.Utf8)
        {
            int lead = length - 1;
            while (lead > length - 4 && (bytes[lead] & 0xC0) == 0x80)
            {
                lead--;
            }

            return bytes[lead] >= 0xC0 ? lead : length;
        }

        return length;
    }
}
