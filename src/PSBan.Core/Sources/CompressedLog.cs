using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using PSBan.Model;

namespace PSBan.Sources;

/// <summary>Reads what stands in a log that rotation has compressed, so that its unread end is not lost.</summary>
internal static class CompressedLog
{
    // More than any log that is rotated; a file made to unpack into more shall not fill the disk.
    private const long MostUnread = 4L << 30;

    /// <summary>The first bytes of what is compressed.</summary>
    /// <param name="file">The compressed file.</param>
    /// <param name="head">Receives them.</param>
    /// <returns>How many there are.</returns>
    /// <exception cref="IOException">It cannot be read or is damaged, or is only being made.</exception>
    public static int ReadHead(SafeFileHandle file, Span<byte> head)
    {
        using GZipStream bytes = Open(file);
        try
        {
            return bytes.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException exception)
        {
            throw new IOException(exception.Message, exception);
        }
    }

    /// <summary>Whether what is compressed begins as the log did in which a place lies.</summary>
    /// <exception cref="IOException">It cannot be read or is damaged.</exception>
    public static bool BeginsAlike(LogPosition place, string path)
    {
        using SafeFileHandle file = SharedFile.Open(path);
        Span<byte> head = stackalloc byte[FilePrint.HeadLimit];
        return FilePrint.TryParse(place.Identity, out FilePrint print) && print.HeadLength > 0
            && ReadHead(file, head[..print.HeadLength]) == print.HeadLength && FilePrint.Hash(head[..print.HeadLength]) == print.Head;
    }

    /// <summary>Unpacks into a file without a name. Of what lies before <paramref name="from"/> only the beginning and the end are there; the rest is a hole.</summary>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="file">The compressed file.</param>
    /// <param name="from">The place from which on it is to be read.</param>
    /// <exception cref="IOException">It cannot be read, is damaged, or there is no room for it.</exception>
    public static SafeFileHandle Unpack(string path, SafeFileHandle file, long from)
    {
        string name = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        SafeFileHandle unpacked = File.OpenHandle(name, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, FileOptions.DeleteOnClose);
        try
        {
            using GZipStream bytes = Open(file);
            byte[] block = new byte[64 << 10];
            for (long offset = 0; ReadSome(bytes, block) is int count and > 0; offset += count)
            {
                bool isNeeded = offset < FilePrint.HeadLimit || offset + count > from - FilePrint.TailLimit;
                if (isNeeded)
                {
                    RandomAccess.Write(unpacked, block.AsSpan(0, count), offset);
                }

                if (offset - from > MostUnread)
                {
                    throw new IOException($"'{path}' unpacks into more than {MostUnread >> 30} GiB.");
                }
            }

            return unpacked;
        }
        catch (Exception exception)
        {
            unpacked.Dispose();
            if (exception is InvalidDataException)
            {
                throw new IOException(exception.Message, exception);
            }

            throw;
        }
    }

    private static int ReadSome(GZipStream bytes, byte[] block) => bytes.ReadAtLeast(block, block.Length, throwOnEndOfStream: false);

    /// <summary>Unpacks from the start of a file that stays open.</summary>
    private static GZipStream Open(SafeFileHandle file) =>
        new(new FileStream(new SafeFileHandle(file.DangerousGetHandle(), ownsHandle: false), FileAccess.Read, bufferSize: 0) { Position = 0 }, CompressionMode.Decompress);
}
