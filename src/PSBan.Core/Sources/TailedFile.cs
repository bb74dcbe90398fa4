using Microsoft.Win32.SafeHandles;
using PSBan.Model;

namespace PSBan.Sources;

/// <summary>One open file that is read as it grows: where reading stands, what the bytes before that place were, and what is left of a line not yet ended.</summary>
internal sealed partial class TailedFile : IDisposable
{
    // Milliseconds; file systems that keep worse time than 10 ms keep it by the second or two (FAT, HFS+, NFSv2).
    private const int CoarsestStamp = 2_000;

    private readonly SafeFileHandle _handle;
    private readonly LogEncoding _byDefault;
    private readonly byte[] _head = new byte[FilePrint.HeadLimit];
    private readonly byte[] _behind = new byte[FilePrint.TailLimit];
    private int _headCount;
    private int _headHashed = -1;
    private ulong _headHash;
    private int _behindCount;
    private byte[] _carry = [];
    private bool _isSkipping;
    private bool _holdsMore;
    private bool _isFresh = true;
    private LogPosition? _before;
    private LogPosition? _break;
    private string? _marks;
    private LogEncoding? _encoding;
    private long _lines;
    private long _offset;
    // Kept open, or its inode might become that of another log while it stands for this file.
    private SafeFileHandle? _packed;
    private FileStatus _seen;
    private long _seenSince;
    private bool _isSettled;

    private TailedFile(string path, string source, SafeFileHandle handle, FileStatus status, LogEncoding byDefault)
    {
        Path = path;
        Source = source;
        Log = source;
        _handle = handle;
        Status = status;
        _byDefault = byDefault;
    }

    /// <summary>The path it is found under; changes when the file is renamed.</summary>
    public string Path { get; set; }

    /// <summary>The name that its lines carry: the path with all links resolved.</summary>
    public string Source { get; set; }

    /// <summary>The name that its lines carried before it was renamed; null where it was not.</summary>
    public string? FormerSource { get; set; }

    /// <summary>What the file system said when it was opened; device and inode stay.</summary>
    public FileStatus Status { get; }

    /// <summary>The open file.</summary>
    public SafeFileHandle Handle => _handle;

    /// <summary>Whether lines are being written now: the end has been reached once.</summary>
    public bool InOperation { get; set; }

    /// <summary>Whether the path leads to this file no more, so that only its rest is read.</summary>
    public bool IsLeft { get; set; }

    /// <summary>Where reading stood in the content that the log had before this one: what lies between the two is read first. Null where that is nothing.</summary>
    public LogPosition? After { get; set; }

    /// <summary>Whether none of the files that are read before this one is younger than what <see cref="After"/> tells of.</summary>
    public bool IsAfterLatest { get; set; }

    /// <summary>Whether what lies between has been looked for.</summary>
    public bool IsCaughtUp { get; set; }

    /// <summary>The youngest of the rotated files that are older than this content; null where nobody looked.</summary>
    public HeadPrint? Former { get; set; }

    /// <summary>The path of the log that it belongs to, which is not its own where it was rotated: files of one log are read in order.</summary>
    public string Log { get; set; }

    /// <summary>When it last grew or was left, by the clock of the follower.</summary>
    public long QuietSince { get; set; }

    /// <summary>Whether it may hold more than has been read.</summary>
    public bool IsDirty { get; set; } = true;

    /// <summary>Whether it is a copy of what another file holds, and waits until that one is emptied or gone.</summary>
    public bool IsCopy { get; set; }

    /// <summary>Whether nothing of what it holds has been handed out or passed over yet.</summary>
    public bool IsUnbegun => _offset == 0;

    /// <summary>Whether it was written to since it was looked at before, or may have been, within the same moment of the file system's clock.</summary>
    public bool IsUncertain { get; private set; }

    /// <summary>Whether the beginning of a line is held until its end comes.</summary>
    public bool HoldsFragment => _carry.Length > 0 && !_isSkipping;

    /// <summary>Opens a file; reading stands at its start.</summary>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static TailedFile Open(string path, string source, LogEncoding byDefault) => Open(SharedFile.Open(path), path, source, byDefault);

    /// <summary>Takes over an open file; reading stands at its start.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static TailedFile Open(SafeFileHandle handle, string path, string source, LogEncoding byDefault)
    {
        try
        {
            return new TailedFile(path, source, handle, FileStatus.Get(handle), byDefault);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Opens what a compressed log holds; of what lies before the place only as much is there as is needed to recognise it.</summary>
    /// <exception cref="IOException">It is missing, cannot be read or is damaged.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static TailedFile Unpack(string path, string source, LogEncoding byDefault, long from) => Unpack(SharedFile.Open(path), path, source, byDefault, from);

    /// <summary>Takes over a compressed log that is open, as <see cref="Unpack(string, string, LogEncoding, long)"/> does by its path.</summary>
    /// <exception cref="IOException">It cannot be read or is damaged.</exception>
    public static TailedFile Unpack(SafeFileHandle packed, string path, string source, LogEncoding byDefault, long from)
    {
        try
        {
            return new TailedFile(path, source, CompressedLog.Unpack(path, packed, from), FileStatus.Get(packed), byDefault) { _packed = packed };
        }
        catch
        {
            packed.Dispose();
            throw;
        }
    }

    /// <summary>Lets reading stand at the start of a line.</summary>
    /// <param name="offset">The bytes before it.</param>
    /// <param name="lines">The lines before it; negative where unknown.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public void MoveTo(long offset, long lines)
    {
        (_offset, _lines, _carry, _isSkipping, _holdsMore, _isFresh) = (offset, lines, [], false, false, offset == 0);
        (_headHashed, _marks) = (-1, null);
        _headCount = FilePrint.ReadFully(_handle, _head.AsSpan(0, (int)Math.Min(offset, FilePrint.HeadLimit)), 0);
        _behindCount = (int)Math.Min(offset, FilePrint.TailLimit);
        _behindCount = FilePrint.ReadFully(_handle, _behind.AsSpan(0, _behindCount), offset - _behindCount);
        _encoding = offset == 0 ? null : EncodingOfHead();
    }

    /// <summary>Lets reading stand at a stored place.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public void MoveTo(LogPosition place)
    {
        MoveTo(place.Offset, place.Line > 0 || place.Offset == 0 ? place.Line : -1);
        if (!FilePrint.TryParse(place.Identity, out FilePrint print))
        {
            return;
        }

        Former = print.Former ?? Former;
        if ((FilePrint.Hash(_head.AsSpan(0, Math.Min(_headCount, print.HeadLength))) != print.Head
                || (print.TailLength == _behindCount && FilePrint.Hash(_behind.AsSpan(0, _behindCount)) != print.Tail)))
        {
            throw new IOException("The file was changed while it was being opened.");
        }
    }

    /// <summary>Goes back to the start of a file that was emptied or is new, as if nothing had been read of it.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public void BeginAnew() => MoveTo(0, 0);

    /// <summary>Goes back to where reading stood, as if what came since had not been read; to the start where nothing had.</summary>
    /// <param name="place">The place; null for the start.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public void GoBack(LogPosition? place)
    {
        if (place is null)
        {
            BeginAnew();
            return;
        }

        try
        {
            MoveTo(place);
        }
        catch (IOException)
        {
            // It holds something else by now.
            (_before, _break, After, IsAfterLatest, IsCaughtUp) = (place, place, place, true, false);
            BeginAnew();
        }
    }

    /// <summary>The encoding by the byte order mark, else the one asked for.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public LogEncoding EncodingOfHead()
    {
        Span<byte> mark = stackalloc byte[3];
        int length = FilePrint.ReadFully(_handle, mark, 0);
        return LogEncoding.OfMark(mark[..length]) ?? _byDefault;
    }

    /// <summary>Whether the file has another length than where reading stands.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public bool HasGrown() => FileStatus.Get(_handle).Size != _offset + _carry.Length;

    /// <summary>Begins a round of reading: lends what is held to the cutter, and looks whether the file is still the one that was read.</summary>
    /// <param name="cutter">An empty cutter.</param>
    /// <returns>Whether there is something to read.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public bool Begin(BlockCutter cutter)
    {
        FileStatus status = FileStatus.Get(_handle);
        bool grown = status.Size > _offset + _carry.Length;
        bool isSame = status.Size == _seen.Size && status.Modified == _seen.Modified;
        IsUncertain = !isSame || !_isSettled;
        if (!grown && !_holdsMore && !IsUncertain && status.Size == _offset + _carry.Length)
        {
            return false;
        }

        // Time stamps are coarse: what is written a moment after a look may leave the stamp and the size as they were, so the bytes are compared once more later.
        long now = Environment.TickCount64;
        _seenSince = isSame ? _seenSince : now;
        _isSettled = isSame && now - _seenSince > CoarsestStamp;
        _seen = status;
        if (status.Size < _offset + _carry.Length || !IsAsItWas() || !StillHolds(TailOf(_carry), _offset + _carry.Length))
        {
            // Emptied in place (copytruncate), or written anew: what was held is half a line that will never be whole.
            Break();
            return false;
        }

        if (grown || _holdsMore)
        {
            cutter.Load(_carry);
            cutter.IsSkipping = _isSkipping;
            _carry = [];
            return true;
        }

        return false;
    }

    /// <summary>Notices that the file holds something else by now, of which nothing has been read.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public void Break()
    {
        if (!IsUnbegun)
        {
            (_before, _break) = (Position(), PlaceBefore());
            (After, IsAfterLatest, IsCaughtUp) = (_break, true, false);
        }

        BeginAnew();
        IsDirty = true;
    }

    /// <summary>Where reading stood before the file was emptied in place or written anew; told once.</summary>
    public LogPosition? TakeBreak()
    {
        LogPosition? last = _break;
        _break = null;
        return last;
    }

    /// <summary>Reads one block.</summary>
    /// <param name="cutter">The cutter that <see cref="Begin"/> was given.</param>
    /// <param name="block">What was cut off; its text may be empty.</param>
    /// <param name="firstLine">The number of its first line; 0 where unknown.</param>
    /// <returns>Whether there was a block; if not, the end has been reached.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public bool Read(BlockCutter cutter, out CutBlock block, out long firstLine)
    {
        while (true)
        {
            Memory<byte> room = cutter.Room();
            int count = RandomAccess.Read(_handle, room.Span, _offset + cutter.Pending.Length);
            if (count > 0 && !IsAsItWas())
            {
                // Emptied and written anew in this very moment: what has been read here follows upon something else.
                cutter.Clear();
                Break();
                (block, firstLine) = (default, 0);
                return false;
            }

            cutter.Add(count);
            if (_isFresh && count > 0)
            {
                SkipHole(cutter);
                LookBack();
            }

            block = default;
            bool knows = ChooseEncoding(cutter);
            _holdsMore = knows && cutter.Cut(atEnd: false, out block);
            if (_holdsMore)
            {
                firstLine = Take(ref block, cutter);
                return true;
            }

            if (count == 0)
            {
                (block, firstLine) = (default, 0);
                return false;
            }
        }
    }

    /// <summary>Hands out what is held of a line that nobody will end.</summary>
    /// <param name="cutter">An empty cutter.</param>
    /// <param name="block">The line.</param>
    /// <param name="firstLine">Its number; 0 where unknown.</param>
    /// <returns>Whether there was anything.</returns>
    public bool ReadFragment(BlockCutter cutter, out CutBlock block, out long firstLine)
    {
        (block, firstLine) = (default, 0);
        if (!HoldsFragment)
        {
            return false;
        }

        cutter.Load(_carry);
        cutter.IsSkipping = false;
        _carry = [];
        cutter.Encoding = _encoding ?? _byDefault;
        bool any = cutter.Cut(atEnd: true, out block);
        firstLine = any ? Take(ref block, cutter) : 0;
        return any;
    }

    /// <summary>Ends a round of reading: takes back what is not a whole line.</summary>
    public void End(BlockCutter cutter)
    {
        _carry = cutter.Pending.ToArray();
        _isSkipping = cutter.IsSkipping;
        _holdsMore &= _carry.Length > 0;
        cutter.Skip(_carry.Length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _carry = [];
        _handle.Dispose();
        _packed?.Dispose();
    }

    private static ReadOnlySpan<byte> TailOf(ReadOnlySpan<byte> bytes) => bytes[Math.Max(0, bytes.Length - FilePrint.TailLimit)..];

    /// <summary>Moves behind a block that is handed out.</summary>
    private long Take(ref CutBlock block, BlockCutter cutter)
    {
        ReadOnlySpan<byte> bytes = block.Bytes.Span;
        ReadOnlySpan<byte> tail = TailOf(bytes);
        int kept = Math.Min(_behindCount, FilePrint.TailLimit - tail.Length);
        _behind.AsSpan(_behindCount - kept, kept).CopyTo(_behind);
        tail.CopyTo(_behind.AsSpan(kept));
        _behindCount = kept + tail.Length;

        if (_offset == 0 && !block.Text.IsEmpty && block.Text.Span[0] == '\uFEFF')
        {
            block = block with { Text = block.Text[1..] };
        }

        if (_offset == _headCount && _headCount < FilePrint.HeadLimit)
        {
            // Taken from what is handed out and not from the file, which may have become another one meanwhile.
            ReadOnlySpan<byte> head = bytes[..Math.Min(bytes.Length, FilePrint.HeadLimit - _headCount)];
            head.CopyTo(_head.AsSpan(_headCount));
            _headCount += head.Length;
        }

        _offset += bytes.Length;
        _isSkipping = cutter.IsSkipping;
        long first = _lines < 0 ? 0 : _lines + 1;
        _lines = _lines < 0 ? -1 : _lines + block.Text.Span.Count('\n');
        return first;
    }
}
