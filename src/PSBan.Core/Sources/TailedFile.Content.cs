using Microsoft.Win32.SafeHandles;
using PSBan.Model;

namespace PSBan.Sources;

/// <content>By what its content is recognised: as the one in which a place lies, as the one that was read before, as a copy.</content>
internal sealed partial class TailedFile
{
    /// <summary>The place behind what has been handed out; null while it cannot be told, in the middle of a line that is passed over.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public LogPosition? Position()
    {
        if (_isSkipping)
        {
            return null;
        }

        int head = (int)Math.Min(_offset, FilePrint.HeadLimit);
        if (head != _headHashed)
        {
            ReadOnlySpan<byte> bytes = _head.AsSpan(0, Math.Min(head, _headCount));
            (_headHashed, _headHash, _marks) = (head, FilePrint.Hash(bytes), FilePrint.MarksOf(bytes));
        }

        FilePrint print = new(Status.Node, head, _headHash, _behindCount, FilePrint.Hash(_behind.AsSpan(0, _behindCount)), _marks!, Former);
        return new LogPosition(print.ToString(), _offset, Math.Max(0, _lines));
    }

    /// <summary>The print of what it begins with now.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public HeadPrint PrintOfHead() => HeadPrint.Of(Status.Node, HeadPrint.Read(_handle, stackalloc byte[FilePrint.HeadLimit]));

    /// <summary>Whether a print is of what the file begins with now.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public bool BeginsWith(HeadPrint print) => print.IsOf(Status.Node, HeadPrint.Read(_handle, stackalloc byte[FilePrint.HeadLimit]));

    /// <summary>What the content that comes after this one is to be read after: the place, or what else is known of where in the row of contents this one stands.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public LogPosition PlaceBefore() => (IsUnbegun ? After : Position()) ?? Behind(Former);

    /// <summary>A place that tells only which rotated file is older.</summary>
    /// <param name="former">That file; null where it is not known.</param>
    public static LogPosition Behind(HeadPrint? former) => new(new FilePrint(0, 0, FilePrint.Hash([]), 0, FilePrint.Hash([]), Former: former).ToString(), 0);

    /// <summary>Whether what has been read of the file still stands there, so that what follows it belongs to it.</summary>
    /// <remarks>Lines may well end alike at the same place, where all are of one length; so the beginning, in which time has gone on, is looked at too.</remarks>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public bool IsAsItWas() => StillHolds(_behind.AsSpan(0, _behindCount), _offset) && StillBegins();

    /// <summary>Whether the file still begins with what has been handed out of it.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public bool StillBegins() => HeadPrint.Read(_handle, stackalloc byte[FilePrint.HeadLimit]).StartsWith(_head.AsSpan(0, _headCount));

    /// <summary>A file that was edited holds lines that have been read before: they are of the past, whatever follows them.</summary>
    private void LookBack()
    {
        if (!_isFresh && _before is not null && FilePrint.BeginsAlike(_before, _handle))
        {
            InOperation = false;
        }

        _before = _isFresh ? _before : null;
    }

    /// <summary>
    /// Whether a rotated file may be a copy of what this file holds now, as they are made before a log is emptied: it begins and ends alike.
    /// </summary>
    /// <param name="copy">The file.</param>
    /// <param name="head">What it begins with, which was read before this is asked. A hole there, as copies have of a log whose writer does not append, tells nothing.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public bool MayBeCopiedTo(RotatedFile copy, ReadOnlySpan<byte> head)
    {
        Span<byte> room = stackalloc byte[FilePrint.HeadLimit];
        return head.ContainsAnyExcept((byte)0) && HeadPrint.Read(_handle, room).StartsWith(head)
            && (RotatedNames.IsCompressed(copy.Path) || copy.Status.Size <= RandomAccess.GetLength(_handle)) && EndsAlike(copy);
    }

    /// <summary>Which of some files this one may be a copy of, be it whole or still being made: it holds what they hold now, as far as it reaches.</summary>
    /// <param name="others">The files, each with how many bytes have to agree.</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="IOException">One of them cannot be read.</exception>
    public bool MayBeCopyOfAny(IEnumerable<(TailedFile File, int AtLeast)> others)
    {
        // The size of the copy is asked for first: the others only grow.
        long size = RandomAccess.GetLength(_handle);
        Span<byte> head = stackalloc byte[FilePrint.HeadLimit];
        head = HeadPrint.Read(_handle, head[..(int)Math.Min(size, FilePrint.HeadLimit)]);
        if (!head.ContainsAnyExcept((byte)0) || (head.Length < FilePrint.HeadLimit && !head.Contains((byte)'\n')))
        {
            return false;
        }

        Span<byte> end = stackalloc byte[FilePrint.TailLimit];
        end = end[..FilePrint.ReadFully(_handle, end, Math.Max(0, size - FilePrint.TailLimit))];
        Span<byte> room = stackalloc byte[FilePrint.HeadLimit];
        foreach ((TailedFile other, int atLeast) in others)
        {
            // What has been read of it tells nearly always that it is not, unless it has been emptied and filled anew meanwhile.
            long length = RandomAccess.GetLength(other._handle);
            int known = length == other._offset + other._carry.Length ? Math.Min(head.Length, other._headCount) : 0;
            if (head.Length >= atLeast && head[..known].SequenceEqual(other._head.AsSpan(0, known))
                && length >= size && HeadPrint.Read(other._handle, room).StartsWith(head) && other.StillHolds(end, size))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a file ends with what stands here at the same place: logs of one program may begin with the same long banner.</summary>
    private bool EndsAlike(RotatedFile copy)
    {
        using SafeFileHandle packed = copy.OpenHandle();
        using SafeFileHandle? unpacked = RotatedNames.IsCompressed(copy.Path) ? CompressedLog.Unpack(copy.Path, packed, 0) : null;
        SafeFileHandle file = unpacked ?? packed;
        long size = RandomAccess.GetLength(file);
        Span<byte> end = stackalloc byte[FilePrint.TailLimit];
        end = end[..FilePrint.ReadFully(file, end, Math.Max(0, size - FilePrint.TailLimit))];
        return StillHolds(end, size);
    }

    private bool StillHolds(ReadOnlySpan<byte> bytes, long end)
    {
        Span<byte> now = stackalloc byte[FilePrint.TailLimit];
        now = now[..bytes.Length];
        return FilePrint.ReadFully(_handle, now, end - bytes.Length) == bytes.Length && now.SequenceEqual(bytes);
    }
}
