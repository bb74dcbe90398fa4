using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;

namespace PSBan.Sources;

/// <summary>An encoding of logs, and how a line ends in it. Bytes that do not decode become U+FFFD.</summary>
public sealed class LogEncoding
{
    internal LogEncoding(Encoding encoding, int unit = 1, ushort newLine = '\n', bool byLine = false, bool keepsAscii = false)
    {
        Encoding = encoding;
        Unit = unit;
        NewLine = newLine;
        ByLine = byLine;
        KeepsAscii = keepsAscii;
    }

    /// <summary>The framework's encoding.</summary>
    public Encoding Encoding { get; }

    /// <summary>The length of the byte order mark that a file begins with is told by <see cref="OfMark"/>; this is UTF-8, which needs none.</summary>
    internal static LogEncoding Utf8 { get; } = new(new UTF8Encoding(false), keepsAscii: true);

    internal static LogEncoding Utf16LittleEndian { get; } = new(new UnicodeEncoding(false, false), 2, OnThisMachine('\n', false));

    internal static LogEncoding Utf16BigEndian { get; } = new(new UnicodeEncoding(true, false), 2, OnThisMachine('\n', true));

    /// <summary>The bytes of the smallest unit of text, and so of a line end.</summary>
    internal int Unit { get; }

    /// <summary>The line end as one unit, in the byte order of this machine.</summary>
    internal ushort NewLine { get; }

    /// <summary>Whether a broken character could swallow the line end behind it, so that each line has to be decoded for itself.</summary>
    internal bool ByLine { get; }

    /// <summary>Whether bytes below 128 are known to be the characters of ASCII, each by itself.</summary>
    internal bool KeepsAscii { get; }

    /// <summary>Finds an encoding by the name that fail2ban's <c>logencoding</c> takes (Python's codec names) or by its IANA name.</summary>
    /// <param name="name">The name; upper and lower case, <c>-</c>, <c>_</c> and blanks make no difference. <c>auto</c> is UTF-8.</param>
    /// <param name="encoding">The encoding.</param>
    /// <returns>Whether the name is known.</returns>
    public static bool Find(string name, [NotNullWhen(true)] out LogEncoding? encoding)
    {
        ArgumentNullException.ThrowIfNull(name);
        string plain = string.Concat(name.Where(c => c is not ('-' or '_' or ' '))).ToLowerInvariant();
        encoding = plain switch
        {
            "auto" or "utf8" or "utf8sig" or "u8" or "cp65001" => Utf8,
            "utf16" or "utf16le" or "u16" or "unicode" => Utf16LittleEndian,
            "utf16be" => Utf16BigEndian,
            "latin1" or "l1" or "iso88591" or "88591" or "cp819" => new LogEncoding(Encoding.Latin1, keepsAscii: true),
            "ascii" or "usascii" or "646" => new LogEncoding(Encoding.GetEncoding("us-ascii", EncoderFallback.ReplacementFallback, new DecoderReplacementFallback("\uFFFD")), keepsAscii: true),
            "utf7" or "u7" or "utf32" or "utf32le" or "utf32be" or "u32" => null,
            _ => FromCodePages(name.Trim(), plain),
        };
        return encoding is not null;
    }

    /// <summary>Tells the encoding by the byte order mark at the start of a file; null where there is none.</summary>
    internal static LogEncoding? OfMark(ReadOnlySpan<byte> start) =>
        start.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? Utf8
        : start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) ? Utf16LittleEndian
        : start.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? Utf16BigEndian
        : null;

    /// <summary>The place behind the last line end; 0 where there is none. The bytes begin at the start of a line.</summary>
    internal int AfterLastNewLine(ReadOnlySpan<byte> bytes) => Unit == 1
        ? bytes.LastIndexOf((byte)'\n') + 1
        : (MemoryMarshal.Cast<byte, ushort>(bytes).LastIndexOf(NewLine) + 1) * Unit;

    /// <summary>The place behind the first line end; 0 where there is none. The bytes begin at a unit.</summary>
    internal int AfterFirstNewLine(ReadOnlySpan<byte> bytes) => Unit == 1
        ? bytes.IndexOf((byte)'\n') + 1
        : (MemoryMarshal.Cast<byte, ushort>(bytes).IndexOf(NewLine) + 1) * Unit;

    private static ushort OnThisMachine(char c, bool bigEndian) =>
        BitConverter.IsLittleEndian == bigEndian ? System.Buffers.Binary.BinaryPrimitives.ReverseEndianness((ushort)c) : c;

    private static LogEncoding? FromCodePages(string name, string plain)
    {
        string[] candidates =
        [
            name,
            plain.StartsWith("iso8859", StringComparison.Ordinal) ? $"iso-8859-{plain[7..]}" : plain,
            plain.StartsWith("cp125", StringComparison.Ordinal) ? $"windows-{plain[2..]}" : plain,
            plain.StartsWith("cp", StringComparison.Ordinal) ? $"ibm{plain[2..]}" : plain,
        ];
        EncodingProvider provider = CodePagesEncodingProvider.Instance;
        foreach (string candidate in candidates)
        {
            Encoding? found = provider.GetEncoding(candidate, EncoderFallback.ReplacementFallback, new DecoderReplacementFallback("\uFFFD"));
            if (found is not null)
            {
                return new LogEncoding(found, byLine: !found.IsSingleByte);
            }
        }

        return plain.StartsWith("cp", StringComparison.Ordinal) && int.TryParse(plain.AsSpan(2), out int page)
            && provider.GetEncoding(page, EncoderFallback.ReplacementFallback, new DecoderReplacementFallback("\uFFFD")) is Encoding byPage
            ? new LogEncoding(byPage, byLine: !byPage.IsSingleByte)
            : null;
    }
}
