using PSBan.Matching.Patterns.Engine;

namespace PSBan.Matching.Dates;

/// <summary>A date's regex as steps of the quick engine, without anything that is remembered or made for a line.</summary>
internal sealed class QuickDate
{
    private readonly QuickProgram _program;
    private readonly DateGroup[] _fields;
    private readonly int _cut;

    private QuickDate(QuickProgram program, List<string> groups, int cut)
    {
        (_program, _cut, SpanCount) = (program, cut, 2 + (2 * groups.Count));
        _fields = [.. groups
            .Where(name => name.Length == 1 && DateFields.Codes.Contains(name[0], StringComparison.Ordinal))
            .Select(name => new DateGroup(name[0], 2 + (2 * groups.IndexOf(name))))];
        Leading = program.IsBound ? new FoundLayout(this, null) : null;
    }

    /// <summary>The layout of lines that begin with it; null where it is not bound to their start.</summary>
    public FoundLayout? Leading { get; }

    /// <summary>How many numbers a search yields.</summary>
    public int SpanCount { get; }

    /// <summary>Makes one; null where it has what the quick engine does not do.</summary>
    /// <param name="regex">The regex in Python's dialect.</param>
    /// <param name="cutGroup">The name of the group that is cut out of the line; null for the whole match.</param>
    public static QuickDate? TryCreate(string regex, string? cutGroup)
    {
        Patterns.Tree.ParsedPattern pattern = DateRegex.Parse(regex);
        List<string> groups = [.. pattern.Groups.OfType<string>()];
        int cut = cutGroup is null ? 0 : 2 + (2 * groups.IndexOf(cutGroup));
        return QuickProgram.Compile(pattern) is { } program && cut >= 0 && groups.Count == groups.Distinct().Count() ? new QuickDate(program, groups, cut) : null;
    }

    /// <summary>Reads a date that begins at a place.</summary>
    /// <param name="text">The text, of ASCII.</param>
    /// <param name="at">The place.</param>
    /// <param name="found">The date.</param>
    public bool Read(ReadOnlySpan<char> text, int at, out FoundDate found)
    {
        found = default;
        Span<int> spans = stackalloc int[SpanCount];
        if (_program.TryMatchAt(text, at, spans) != true || spans[_cut + 1] <= spans[_cut])
        {
            return false;
        }

        DateFields fields = default;
        foreach ((char code, int place) in _fields)
        {
            if (spans[place] >= 0 && !fields.Take(code, text[spans[place]..spans[place + 1]]))
            {
                return false;
            }
        }

        bool isStamp = fields.TryStamp(out DateStamp stamp);
        found = new FoundDate(spans[0], spans[1], spans[_cut], spans[_cut + 1], stamp);
        return isStamp;
    }
}

/// <summary>A layout learned from the lines before: a template that is bound to the start of the line, or a place where one found its dates.</summary>
/// <param name="date">The template's regex.</param>
/// <param name="span">The place; null where the regex is bound to the start of the line.</param>
internal sealed class FoundLayout(QuickDate date, DateSpan? span) : DateLayout
{
    // The regex looks no further into longer lines, and sees some characters that are not ASCII otherwise.
    private const int LongestLine = 16 << 10;

    /// <summary>The template's regex.</summary>
    public QuickDate Date => date;

    /// <inheritdoc/>
    public override bool Read(ReadOnlySpan<char> line, out FoundDate found)
    {
        if (line.Length > LongestLine || !System.Text.Ascii.IsValid(line))
        {
            found = default;
            return false;
        }

        if (span is not { } place)
        {
            return date.Read(line, 0, out found);
        }

        // Only as long as all is as it was can it not matter which line came before.
        found = default;
        return place.StandsAlikeIn(line) && date.Read(line[..place.End], place.Start, out found) && found.End == place.End;
    }

    /// <summary>Whether a date stands where this layout looks for it.</summary>
    /// <param name="other">The date.</param>
    public bool IsAt(DateSpan other) => span is not { } place || place.IsAlike(other);
}
