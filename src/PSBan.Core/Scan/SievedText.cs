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
    private int _byteCount;
    private int _start;
    private int _length;
    private LogEncoding _encoding = LogEncoding.Utf8;
    private bool _isFirst;
    private DateLayout? _layout;

    /// <summary>The lines, each ended by <c>\n</c>.</summary>
    public ReadOnlySpan<char> Text => _text.AsSpan(_start, _length);

    /// <summary>Takes a copy of what was read.</summary>
    /// <param name="block">The bytes.</param>
    public void Load(in RawBlock block)
    {
        _byteCount = block.Bytes.Length;
        if (_bytes.Length < _byteCount)
        {
            _bytes = new byte[Math.Max(_byteCount, _bytes.Length * 2)];
        }

        block.Bytes.Span.CopyTo(_bytes);
        (_encoding, _isFirst) = (block.Encoding, block.IsFirst);
    }

    /// <summary>Decodes and sieves the lines.</summary>
    /// <param name="layout">The layout that dates are likely to have.</param>
    public void Sift(DateLayout? layout)
    {
        int room = LineText.MaxLength(_encoding, _byteCount);
        _text = _text.Length < room ? new char[room] : _text;
        int length = LineText.Decode(_encoding, _bytes.AsSpan(0, _byteCount), _text);
        _start = _isFirst ? LineText.MarkLength(_text.AsSpan(0, length)) : 0;
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
        ReadOnlySpan<char> rest = Text[start..];
        int end = rest.IndexOf('\n');
        return end < 0 ? rest : rest[..end];
    }

    private void Sift(int start, DateLayout? layout)
    {
        _found.Clear();
        _layout = layout;
        sieve.Sift(Text, start, layout, _found);
    }
}
