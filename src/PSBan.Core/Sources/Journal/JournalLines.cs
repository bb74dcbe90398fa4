using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace PSBan.Sources.Journal;

/// <summary>
/// Makes lines of entries as fail2ban does: <c>HOST IDENT[PID]: MESSAGE</c>, what is missing left out, line ends within written as <c>\n</c>. Holds the lines of
/// one block and their times.
/// </summary>
internal sealed class JournalLines(LogEncoding encoding)
{
    private readonly ArrayBufferWriter<char> _text = new(16 * 1024);
    private readonly List<DateTimeOffset> _times = [];

    /// <summary>The lines, each ended; good until <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<char> Text => _text.WrittenMemory;

    /// <summary>A copy of the times, one a line.</summary>
    public IReadOnlyList<DateTimeOffset> Times => [.. _times];

    /// <summary>How many lines there are.</summary>
    public int Count => _times.Count;

    /// <summary>Makes room for the next block.</summary>
    public void Clear()
    {
        _text.ResetWrittenCount();
        _times.Clear();
    }

    /// <summary>Adds the line of an entry.</summary>
    public void Add(JournalEntry entry)
    {
        if (entry.HostName is { } host)
        {
            Decode(host);
            Write(' ');
        }

        if ((entry.Identifier ?? entry.Command) is { } identifier)
        {
            Decode(identifier);
            bool hasProcess = Process(entry.SyslogProcess) || Process(entry.Process);
            Write(": ");
            if (!hasProcess && identifier.AsSpan().SequenceEqual("kernel"u8))
            {
                // The seconds since the start, as the kernel itself prints them.
                Write(string.Create(CultureInfo.InvariantCulture, $"[{(entry.SourceMonotonic ?? entry.Monotonic) / 1e6,12:F6}] "));
            }
        }

        Decode(entry.Message.WrittenSpan);
        Write('\n');
        _times.Add(DateTimeOffset.UnixEpoch.AddTicks(Math.Min(entry.Time, DateTimeOffset.MaxValue.ToUnixTimeSeconds() * 1_000_000) * TimeSpan.TicksPerMicrosecond));
    }

    private bool Process(byte[]? value)
    {
        if (value is null)
        {
            return false;
        }

        string text = Encoding.UTF8.GetString(value);
        if (long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out long number))
        {
            if (number == 0)
            {
                return false;
            }

            text = number.ToString(CultureInfo.InvariantCulture);
        }

        Write('[');
        Write(text.Replace("\n", "\\n", StringComparison.Ordinal));
        Write(']');
        return true;
    }

    private void Decode(ReadOnlySpan<byte> bytes)
    {
        bool isValid = Utf8.IsValid(bytes);
        Encoding decoder = isValid ? Encoding.UTF8 : encoding.Encoding;
        for (int end = bytes.IndexOf((byte)'\n'); end >= 0; end = bytes.IndexOf((byte)'\n'))
        {
            Decode(bytes[..end], decoder);
            Write("\\n");
            bytes = bytes[(end + 1)..];
        }

        Decode(bytes, decoder);
    }

    private void Decode(ReadOnlySpan<byte> bytes, Encoding decoder)
    {
        if (!bytes.IsEmpty)
        {
            _text.Advance(decoder.GetChars(bytes, _text.GetSpan(decoder.GetMaxCharCount(bytes.Length))));
        }
    }

    private void Write(ReadOnlySpan<char> text) => _text.Write(text);

    private void Write(char c) => _text.Write([c]);
}
