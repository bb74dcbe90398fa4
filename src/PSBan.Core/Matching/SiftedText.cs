using System.Buffers;
using System.Text;
using PSBan.Matching.Dates;
using PSBan.Matching.Patterns;

namespace PSBan.Matching;

/// <summary>Whole lines, each ended by <c>\n</c>, as <see cref="LineSieve"/> looks at them. Places are counted from the start of the text.</summary>
internal interface ISiftedText
{
    /// <summary>The length of all.</summary>
    int Length { get; }

    /// <summary>The length of the line that starts at a place, without its end.</summary>
    int LineLength(int start);

    /// <summary>Whether fail2ban-regex does not look at such a line at all.</summary>
    bool IsNoLine(int start, int length);

    /// <summary>A place in the first line from a place on, the start of a line, that contains one of the strings; beyond everything where there is none.</summary>
    int Next(int start);

    /// <summary>Whether a line begins with the date of the line before it.</summary>
    bool Repeats(DateLayout layout, int start, int length, int before, in FoundDate date);

    /// <summary>A piece as characters.</summary>
    ReadOnlySpan<char> Slice(int start, int length);
}

/// <summary>Lines that have been decoded.</summary>
/// <param name="text">The lines.</param>
/// <param name="coarse">The strings.</param>
internal readonly ref struct DecodedText(ReadOnlySpan<char> text, SearchValues<string> coarse) : ISiftedText
{
    private readonly ReadOnlySpan<char> _text = text;

    /// <inheritdoc/>
    public int Length => _text.Length;

    /// <inheritdoc/>
    public int LineLength(int start) => _text[start..].IndexOf('\n') is >= 0 and int length ? length : _text.Length - start;

    /// <inheritdoc/>
    public bool IsNoLine(int start, int length) => LineSieve.IsNoLine(_text.Slice(start, length));

    /// <inheritdoc/>
    public int Next(int start) => start < _text.Length && _text[start..].IndexOfAny(coarse) is >= 0 and int hit ? start + hit : int.MaxValue;

    /// <inheritdoc/>
    public bool Repeats(DateLayout layout, int start, int length, int before, in FoundDate date) => layout.Repeats(_text.Slice(start, length), _text[before..start], date);

    /// <inheritdoc/>
    public ReadOnlySpan<char> Slice(int start, int length) => _text.Slice(start, length);
}

/// <summary>Lines of ASCII that are only made characters where somebody wants to see them.</summary>
/// <param name="text">The lines.</param>
/// <param name="coarse">The strings.</param>
/// <param name="room">Room for as many characters as there are bytes.</param>
internal readonly ref struct AsciiText(ReadOnlySpan<byte> text, AsciiSearch coarse, Span<char> room) : ISiftedText
{
    private readonly ReadOnlySpan<byte> _text = text;
    private readonly Span<char> _room = room;

    /// <inheritdoc/>
    public int Length => _text.Length;

    /// <inheritdoc/>
    public int LineLength(int start) => _text[start..].IndexOf((byte)'\n') is >= 0 and int length ? length : _text.Length - start;

    /// <inheritdoc/>
    public bool IsNoLine(int start, int length) => length == 0 || _text[start] == '#';

    /// <inheritdoc/>
    public int Next(int start) => start < _text.Length && coarse.IndexOf(_text, start) is >= 0 and int hit ? hit : int.MaxValue;

    /// <inheritdoc/>
    public bool Repeats(DateLayout layout, int start, int length, int before, in FoundDate date) => layout.Repeats(_text.Slice(start, length), _text[before..start], date);

    /// <inheritdoc/>
    public ReadOnlySpan<char> Slice(int start, int length)
    {
        Span<char> text = _room.Slice(start, length);
        Ascii.ToUtf16(_text.Slice(start, length), text, out _);
        return text;
    }
}
