using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using PSBan.Model;

namespace PSBan.Sources;

/// <summary>How a file stands to a place.</summary>
internal enum PlaceFit
{
    /// <summary>It holds something else.</summary>
    None,

    /// <summary>It holds the same as far as it reaches, which is not as far as the place: a copy made before the rest was written. All of it has been read.</summary>
    Part,

    /// <summary>The place lies in it.</summary>
    Whole,
}

/// <summary>
/// Recognises the content of a file: what it begins with, and what stands just before a place in it. Both together hold whatever the file's name, inode or
/// device become, and a file that was rewritten, however alike, is told apart.
/// </summary>
/// <param name="Node">The inode or file index, a help in looking for a file that was renamed; not a proof.</param>
/// <param name="HeadLength">How many bytes at the start are meant, at most 1,024, none behind the place.</param>
/// <param name="Head">Their hash.</param>
/// <param name="TailLength">How many bytes before the place are meant, at most 64.</param>
/// <param name="Tail">Their hash.</param>
/// <param name="Marks">
/// Hashes of shorter beginnings, up to line ends at least 64 bytes apart, as text: they recognise a copy that is shorter than <paramref name="HeadLength"/>.
/// </param>
/// <param name="Former">
/// The youngest of the rotated files that are older than this content; the default where there was none, null where nobody looked. When this content has
/// gone without a trace, it tells which of the rotated files are younger.
/// </param>
internal readonly record struct FilePrint(ulong Node, int HeadLength, ulong Head, int TailLength, ulong Tail, string Marks = "", HeadPrint? Former = null)
{
    /// <summary>The most bytes at the start that are looked at.</summary>
    public const int HeadLimit = 1024;

    /// <summary>The most bytes before a place that are looked at.</summary>
    public const int TailLimit = 64;

    /// <summary>Whether it says enough to be a proof for a file of another inode.</summary>
    /// <param name="node">The inode.</param>
    public bool IsTelling(ulong node) => HeadLength >= HeadPrint.Telling || (HeadLength > 0 && node == Node);

    /// <summary>The hash of some bytes, short enough to be read in a table.</summary>
    public static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(hash);
    }

    /// <summary>The marks of a beginning.</summary>
    /// <param name="head">What has been read of it.</param>
    public static string MarksOf(ReadOnlySpan<byte> head)
    {
        StringBuilder marks = new();
        for (int end = 0, last = 0; end < head.Length; end++)
        {
            if (head[end] == '\n' && end + 1 - last >= HeadPrint.Telling && end + 1 < head.Length)
            {
                last = end + 1;
                marks.Append(CultureInfo.InvariantCulture, $"{(marks.Length > 0 ? "," : string.Empty)}{last}.{ShortHash(head[..last]):x}");
            }
        }

        return marks.ToString();
    }

    /// <summary>Reads what <see cref="ToString"/> wrote, now or before there were marks.</summary>
    public static bool TryParse(string text, out FilePrint print)
    {
        print = default;
        string[] parts = text.Split(':');
        if (parts.Length is not (6 or 8) || parts[0] != "file"
            || !ulong.TryParse(parts[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong node)
            || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out int headLength) || headLength > HeadLimit
            || !ulong.TryParse(parts[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong head)
            || !int.TryParse(parts[4], NumberStyles.None, CultureInfo.InvariantCulture, out int tailLength) || tailLength > TailLimit
            || !ulong.TryParse(parts[5], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong tail))
        {
            return false;
        }

        HeadPrint? former = parts.Length == 8 && HeadPrint.TryParse(parts[7], out HeadPrint known) ? known : null;
        print = new FilePrint(node, headLength, head, tailLength, tail, parts.Length == 8 ? parts[6] : string.Empty, former);
        return true;
    }

    /// <summary>How a file stands to a stored place.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static PlaceFit Compare(LogPosition position, SafeFileHandle file)
    {
        if (!TryParse(position.Identity, out FilePrint print) || position.Offset < print.TailLength)
        {
            return PlaceFit.None;
        }

        Span<byte> room = stackalloc byte[HeadLimit];
        ReadOnlySpan<byte> head = HeadPrint.Read(file, room);
        return !print.BeginsLike(head) ? PlaceFit.None
            : RandomAccess.GetLength(file) < position.Offset ? print.HeadLength >= HeadPrint.Telling ? PlaceFit.Part : PlaceFit.None
            : head.Length >= print.HeadLength && print.HasTail(file, position.Offset) ? PlaceFit.Whole
            : PlaceFit.None;
    }

    /// <summary>Whether a stored place lies in this file: the file reaches that far, begins alike, and has the same bytes before the place.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static bool Fits(LogPosition position, SafeFileHandle file) => Compare(position, file) == PlaceFit.Whole;

    /// <summary>Whether the file begins as the one did that the place lies in.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static bool BeginsAlike(LogPosition position, SafeFileHandle file)
    {
        Span<byte> room = stackalloc byte[HeadLimit];
        return TryParse(position.Identity, out FilePrint print) && print.HeadLength > 0 && HeadPrint.Read(file, room) is { } head && head.Length >= print.HeadLength && print.BeginsLike(head);
    }

    /// <summary>Whether something begins as this content did, as far as it reaches; what is too short to tell does not.</summary>
    /// <param name="head">What it begins with, all of it or 1,024 bytes.</param>
    public bool BeginsLike(ReadOnlySpan<byte> head)
    {
        if (head.Length >= HeadLength)
        {
            return Hash(head[..HeadLength]) == Head;
        }

        bool isAlike = false;
        foreach (string mark in Marks.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (mark.Split('.') is not [string length, string hash]
                || !int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out int end)
                || !uint.TryParse(hash, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint expected)
                || end > head.Length)
            {
                break;
            }

            isAlike = ShortHash(head[..end]) == expected;
        }

        return isAlike;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"file:{Node:x}:{HeadLength}:{Head:x16}:{TailLength}:{Tail:x16}:{Marks}:{Former?.ToString()}");

    private static uint ShortHash(ReadOnlySpan<byte> bytes) => (uint)(Hash(bytes) >> 32);

    private bool HasTail(SafeFileHandle file, long end)
    {
        Span<byte> bytes = stackalloc byte[TailLimit];
        bytes = bytes[..TailLength];
        return ReadFully(file, bytes, end - TailLength) == TailLength && Hash(bytes) == Tail;
    }

    /// <summary>Reads until the span is full or the file ends.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static int ReadFully(SafeFileHandle file, Span<byte> bytes, long offset)
    {
        int read = 0;
        while (read < bytes.Length)
        {
            int count = RandomAccess.Read(file, bytes[read..], offset + read);
            if (count == 0)
            {
                break;
            }

            read += count;
        }

        return read;
    }
}
