using System.Text.Unicode;

namespace PSBan.Sources;

/// <summary>Turns bytes that hold whole lines into text.</summary>
internal static class LineText
{
    /// <summary>The most characters that <see cref="Decode"/> writes.</summary>
    public static int MaxLength(LogEncoding encoding, int bytes) => encoding.Encoding.GetMaxCharCount(bytes) + 1;

    /// <summary>The length of the byte order mark that a text begins with; 0 where there is none.</summary>
    public static int MarkLength(ReadOnlySpan<char> text) => text is ['\uFEFF', ..] ? 1 : 0;

    /// <summary>Decodes lines, ends the last one where it is not, and removes the carriage returns before line ends.</summary>
    /// <returns>How many characters were written.</returns>
    public static int Decode(LogEncoding encoding, ReadOnlySpan<byte> bytes, Span<char> text)
    {
        int length = 0;
        if (encoding.ByLine)
        {
            while (!bytes.IsEmpty)
            {
                int end = encoding.AfterFirstNewLine(bytes);
                ReadOnlySpan<byte> line = end == 0 ? bytes : bytes[..(end - 1)];
                length += encoding.Encoding.GetChars(line, text[length..]);
                text[length++] = '\n';
                bytes = bytes[(end == 0 ? bytes.Length : end)..];
            }
        }
        else
        {
            length = encoding.Encoding.GetChars(bytes, text);
            if (length == 0 || text[length - 1] != '\n')
            {
                text[length++] = '\n';
            }
        }

        return RemoveCarriageReturns(text[..length]);
    }

    /// <summary>Whether some bytes do not decode.</summary>
    public static bool HasBrokenBytes(LogEncoding encoding, ReadOnlySpan<byte> bytes, ReadOnlySpan<char> text) =>
        encoding == LogEncoding.Utf8 ? !Utf8.IsValid(bytes) : text.Contains('\uFFFD');

    /// <summary>Removes the carriage returns before line ends, and no others, in place.</summary>
    /// <returns>The length that is left.</returns>
    public static int RemoveCarriageReturns(Span<char> text)
    {
        int read = text.IndexOf('\r');
        if (read < 0)
        {
            return text.Length;
        }

        int written = read;
        while (read < text.Length)
        {
            int run = text[read..].IndexOfAnyExcept('\r');
            run = run < 0 ? text.Length - read : run;
            if (read + run < text.Length && text[read + run] != '\n')
            {
                text.Slice(read, run).CopyTo(text[written..]);
                written += run;
            }

            read += run;
            int plain = text[read..].IndexOf('\r');
            plain = plain < 0 ? text.Length - read : plain;
            text.Slice(read, plain).CopyTo(text[written..]);
            (read, written) = (read + plain, written + plain);
        }

        return written;
    }
}
