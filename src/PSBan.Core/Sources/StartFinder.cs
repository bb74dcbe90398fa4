using System.Buffers;

namespace PSBan.Sources;

/// <summary>Finds the line of a file from which reading begins.</summary>
internal static class StartFinder
{
    private const int Window = 64 << 10;

    /// <summary>The start of the last line, ended or not, that begins at or before the end: the place to begin "at the end" without cutting a line in two.</summary>
    /// <param name="file">The file.</param>
    /// <param name="lineLimit">How far to look back for a line end.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static long LineStartAtEnd(TailedFile file, int lineLimit)
    {
        LogEncoding encoding = file.EncodingOfHead();
        long end = RandomAccess.GetLength(file.Handle) / encoding.Unit * encoding.Unit;
        byte[] bytes = ArrayPool<byte>.Shared.Rent(Window);
        try
        {
            for (long from = end; from > 0 && end - from < lineLimit;)
            {
                int length = (int)Math.Min(Window, from);
                from -= length;
                int read = FilePrint.ReadFully(file.Handle, bytes.AsSpan(0, length), from);
                int after = encoding.AfterLastNewLine(bytes.AsSpan(0, read));
                if (after > 0)
                {
                    return from + after;
                }
            }

            return end <= lineLimit ? 0 : end;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>
    /// The start of a line at or a little before the first one that is not older than <paramref name="notBefore"/>, by halving: a log of
    /// any size costs about twenty looks.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="notBefore">The time.</param>
    /// <param name="dateOf">Reads the stamp of a line; null where it has none.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static long LineStartBefore(TailedFile file, DateTimeOffset notBefore, Func<string, DateTimeOffset?> dateOf)
    {
        LogEncoding encoding = file.EncodingOfHead();
        long low = 0;
        long high = RandomAccess.GetLength(file.Handle);
        byte[] bytes = ArrayPool<byte>.Shared.Rent(Window);
        char[] text = ArrayPool<char>.Shared.Rent(LineText.MaxLength(encoding, Window));
        try
        {
            while (high - low > Window)
            {
                long middle = (low + ((high - low) / 2)) / encoding.Unit * encoding.Unit;
                int read = FilePrint.ReadFully(file.Handle, bytes.AsSpan(0, Window), middle);

                // What cannot be dated is taken for young, so that nothing is passed over by mistake.
                if (FirstDate(encoding, bytes.AsSpan(0, read), text, dateOf) is (int start, DateTimeOffset date) && date < notBefore)
                {
                    low = middle + start;
                }
                else
                {
                    high = middle;
                }
            }

            return low;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
            ArrayPool<char>.Shared.Return(text);
        }
    }

    /// <summary>The first whole line in the bytes that has a stamp: where it begins, and the stamp.</summary>
    private static (int Start, DateTimeOffset Date)? FirstDate(LogEncoding encoding, ReadOnlySpan<byte> bytes, char[] text, Func<string, DateTimeOffset?> dateOf)
    {
        int start = encoding.AfterFirstNewLine(bytes);
        while (start > 0)
        {
            int length = encoding.AfterFirstNewLine(bytes[start..]);
            if (length == 0)
            {
                break;
            }

            int written = LineText.Decode(encoding, bytes.Slice(start, length), text);
            if (dateOf(new string(text, 0, written - 1)) is DateTimeOffset date)
            {
                return (start, date);
            }

            start += length;
        }

        return null;
    }
}
