using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using PSBan.Model;

namespace PSBan.Sources;

/// <summary>
/// Recognises the content of a file: what it begins with, and what stands just before a place in it. Both together hold whatever the file's name, inode or
/// device become, and a file that was rewritten, however alike, is told apart.
/// </summary>
/// <param name="Node">The inode or file index, a help in looking for a file that was renamed; not a proof.</param>
/// <param name="HeadLength">How many bytes at the start are meant, at most 1,024, none behind the place.</param>
/// <param name="Head">Their hash.</param>
/// <param name="TailLength">How many bytes before the place are meant, at most 64.</param>
/// <param name="Tail">Their hash.</param>
internal readonly record struct FilePrint(ulong Node, int HeadLength, ulong Head, int TailLength, ulong Tail)
{
    /// <summary>The most bytes at the start that are looked at.</summary>
    public const int HeadLimit = 1024;

    /// <summary>The most bytes before a place that are looked at.</summary>
    public const int TailLimit = 64;

    /// <summary>The hash of some bytes, short enough to be read in a table.</summary>
    public static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(hash);
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string text, out FilePrint print)
    {
        print = default;
        string[] parts = text.Split(':');
        if (parts.Length != 6 || parts[0] != "file"
            || !ulong.TryParse(parts[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong node)
            || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out int headLength) || headLength > HeadLimit
            || !ulong.TryParse(parts[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong head)
            || !int.TryParse(parts[4], NumberStyles.None, CultureInfo.InvariantCulture, out int tailLength) || tailLength > TailLimit
            || !ulong.TryParse(parts[5], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong tail))
        {
            return false;
        }

        print = new FilePrint(node, headLength, head, tailLength, tail);
        return true;
    }

    /// <summary>Whether a stored place lies in this file: the file reaches that far, begins alike, and has the same bytes before the place.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static bool Fits(LogPosition position, SafeFileHandle file)
    {
        if (!TryParse(position.Identity, out FilePrint print) || position.Offset < print.TailLength || RandomAccess.GetLength(file) < position.Offset)
        {
            return false;
        }

        return HasHash(file, 0, print.HeadLength, print.Head) && HasHash(file, position.Offset - print.TailLength, print.TailLength, print.Tail);
    }

    /// <summary>Whether the file begins as the one did that the place lies in.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static bool BeginsAlike(LogPosition position, SafeFileHandle file) =>
        TryParse(position.Identity, out FilePrint print) && print.HeadLength > 0 && HasHash(file, 0, print.HeadLength, print.Head);

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"file:{Node:x}:{HeadLength}:{Head:x16}:{TailLength}:{Tail:x16}");

    private static bool HasHash(SafeFileHandle file, long offset, int length, ulong hash)
    {
        Span<byte> bytes = stackalloc byte[HeadLimit];
        bytes = bytes[..length];
        return ReadFully(file, bytes, offset) == length && Hash(bytes) == hash;
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
