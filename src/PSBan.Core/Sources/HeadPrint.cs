using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace PSBan.Sources;

/// <summary>Recognises a file that is not read any more by what it begins with; the default stands for no file at all.</summary>
/// <param name="Node">The inode or file index; with few bytes it has to agree.</param>
/// <param name="Length">How many bytes at the start are meant, at most 1,024.</param>
/// <param name="Hash">Their hash.</param>
internal readonly record struct HeadPrint(ulong Node, int Length, ulong Hash)
{
    /// <summary>So many bytes at its beginning make a file known by its content alone, whatever its inode.</summary>
    public const int Telling = 64;

    /// <summary>Takes the print of a file as it is now.</summary>
    /// <param name="node">Its inode.</param>
    /// <param name="head">What it begins with.</param>
    public static HeadPrint Of(ulong node, ReadOnlySpan<byte> head) => new(node, head.Length, FilePrint.Hash(head));

    /// <summary>Whether it is the print of a file.</summary>
    /// <param name="node">The inode of the file.</param>
    /// <param name="head">What it begins with.</param>
    public bool IsOf(ulong node, ReadOnlySpan<byte> head) =>
        Length > 0 && head.Length >= Length && (Length >= Telling || node == Node) && FilePrint.Hash(head[..Length]) == Hash;

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string text, out HeadPrint print)
    {
        print = default;
        string[] parts = text.Split('.');
        if (parts.Length != 3
            || !ulong.TryParse(parts[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong node)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int length) || length > FilePrint.HeadLimit
            || !ulong.TryParse(parts[2], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong hash))
        {
            return false;
        }

        print = new HeadPrint(node, length, hash);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Node:x}.{Length}.{Hash:x16}");

    /// <summary>Reads what a file begins with.</summary>
    /// <param name="file">The file.</param>
    /// <param name="room">Receives it.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Span<byte> Read(SafeFileHandle file, Span<byte> room) => room[..FilePrint.ReadFully(file, room, 0)];
}
