using System.Text;
using PSBan.Matching;
using PSBan.Matching.Dates;
using PSBan.Sources;

namespace PSBan.Scan;

/// <summary>A block of a log on its way through a scan: read by one thread, decoded and sieved by any, taken in order.</summary>
/// <param name="sieve">Sieves its lines.</param>
internal sealed class SievedText(LineSieve sieve)
{
    // Where the dates of a log change again and again, each line is looked at.
    private const int MostRounds = 4;

    private readonly List<SievedLine> _found = [];
    private byte[] _bytes = [];
    private char[] _text = [];
    private RawBlock _block;
    private bool _isAscii;
    private int _start;
    private int _length;
    private DateLayout? _layout;

    /// <summary>Its number among the blocks of the log.</summary>
    public long Number { get; set; }

    /// <summary>How many bytes it has.</summary>
    public int ByteCount => _block.Bytes.Length;

    private ReadOnlySpan<char> Decoded => _text.AsSpan(_start, _length);

    /// <summary>Reads the next lines of a file.</summary>
    /// <param name="file">The file.</param>
    /// <returns>False at its end.</returns>
    /// <exception cref="IOException">It cannot be read or is damaged.</exception>
    public bool Load(FileReader file) => file.TryRead(ref _bytes, out _block);

    /// <summary>Decodes and sieves the lines.</summary>
    /// <param name="layout">The layout that dates are likely to have.</param>
    public void Sift(DateLayout? layout)
    {
        ReadOnlySpan<byte> bytes = _block.Bytes.Span;
        int room = LineText.MaxLength(_block.Encoding, bytes.Length);
        _text = _text.Length < room ? new char[room] : _text;
        _isAscii = sieve.TakesAscii && _block.Encoding.KeepsAscii && bytes[^1] == '\n' && Ascii.IsValid(bytes) && !bytes.Contains((byte)'\r');
        int length = _isAscii ? bytes.Length : LineText.Decode(_block.Encoding, bytes, _text);
        _start = _block.IsFirst && !_isAscii ? LineText.MarkLength(_text.AsSpan(0, length)) : 0;
        _length = length - _start;
        Sift(0, layout);
    }

    /// <summary>The lines to look at. Lines passed over have the dates that the filter expects.</summary>
    /// <param name="filter">The filter, which every line is to be given to before the next is asked for.</param>
    public IEnumerable<SievedLine> Walk(LineFilter filter)
    {
        int rounds = 0;
        for (int i = 0; i < _found.Count; i++)
        {
            SievedLine line = _found[i];
            if (filter.ExpectedLayout != _layout && (line.Passed > 0 || rounds < MostRounds))
            {
                // The dates are others than was thought: once more from here on.
                Sift(line.FirstPassed, ++rounds < MostRounds ? filter.ExpectedLayout : null);
                i = -1;
                continue;
            }

            yield return line;
        }
    }

    /// <summary>The line that starts at a place, without its end.</summary>
    /// <param name="start">The place.</param>
    public ReadOnlySpan<char> LineAt(int start)
    {
        if (_isAscii)
        {
            return Slice(start, _block.Bytes.Span[start..].IndexOf((byte)'\n'));
        }

        ReadOnlySpan<char> rest = Decoded[start..];
        int end = rest.IndexOf('\n');
        return end < 0 ? rest : rest[..end];
    }

    /// <summary>A piece of the lines.</summary>
    /// <param name="start">Where it starts.</param>
    /// <param name="length">How long it is.</param>
    public ReadOnlySpan<char> Slice(int start, int length)
    {
        if (_isAscii)
        {
            // Of most lines nobody wants to see the characters.
            Ascii.ToUtf16(_block.Bytes.Span.Slice(start, length), _text.AsSpan(start, length), out _);
        }

        return Decoded.Slice(start, length);
    }

    private void Sift(int start, DateLayout? layout)
    {
        _found.Clear();
        _layout = layout;
        if (_isAscii)
        {
            sieve.Sift(_block.Bytes.Span, _text, start, layout, _found);
        }
        else
        {
            sieve.Sift(Decoded, start, layout, _found);
        }
    }
}
