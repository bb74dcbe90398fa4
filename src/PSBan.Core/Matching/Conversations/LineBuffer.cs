using System.Buffers;
using PSBan.Matching.Patterns;

namespace PSBan.Matching.Conversations;

/// <summary>The last lines of a log, for patterns that span several (<c>maxlines</c>); not used where each line stands for itself.</summary>
/// <param name="capacity">How many lines are kept.</param>
/// <param name="required">Strings of which a match needs one, each within a line; null where it may do without.</param>
internal sealed class LineBuffer(int capacity, SearchValues<string>? required = null)
{
    private const string SkipGroup = "skiplines";

    private List<DatedLine> _lines = [];
    private int _unlikely;

    /// <summary>Whether a pattern can span lines.</summary>
    public bool IsMultiline => capacity > 1;

    /// <summary>The lines, oldest first. The list is replaced and never changed, so that it may be kept.</summary>
    public IReadOnlyList<DatedLine> Lines => _lines;

    /// <summary>How many lines were taken in.</summary>
    public long Version { get; private set; }

    /// <summary>Whether a line among them has what a match needs; otherwise no pattern has to be tried on them.</summary>
    public bool MayMatch => _unlikely < capacity;

    /// <summary>What patterns search: every line with its line end.</summary>
    public string Text => Join(_lines);

    /// <summary>How many of the lines before the newest have not been pushed out by it.</summary>
    /// <param name="count">How many there were.</param>
    public int Earlier(int count) => Math.Min(count, capacity - 1);

    /// <summary>What patterns search in some lines.</summary>
    /// <param name="lines">The lines.</param>
    public static string Join(IReadOnlyList<DatedLine> lines) =>
        lines.Count == 1 ? lines[0].Ended : string.Concat(lines.Select(line => line.Ended));

    /// <summary>Takes in a line; the oldest leaves where there are too many.</summary>
    /// <param name="line">The line.</param>
    public void Add(DatedLine line)
    {
        Version++;
        _unlikely = required is null || line.Text.ContainsAny(required) ? 0 : _unlikely + 1;
        _lines = [.. _lines.TakeLast(capacity - 1), line];
    }

    /// <summary>Puts other lines in the place of all.</summary>
    /// <param name="lines">The lines.</param>
    public void Replace(List<DatedLine> lines) => (_lines, _unlikely) = (lines, 0);

    /// <summary>Tells the lines that a match spans from those it does not; what it skipped counts among the latter.</summary>
    /// <param name="match">The match.</param>
    /// <param name="text">The text it was found in.</param>
    /// <param name="lines">The lines the text was made of.</param>
    public static (List<DatedLine> Matched, List<DatedLine> Unmatched) Split(in PatternMatch match, string text, IReadOnlyList<DatedLine> lines)
    {
        int start = match.Index < text.Length ? text.LastIndexOf('\n', match.Index) + 1 : text.Length;
        int last = match.Index + match.Length - 1;
        int end = text.IndexOf('\n', last < 0 ? text.Length - 1 : last) is >= 0 and int lineEnd ? lineEnd + 1 : text.Length;
        int before = Math.Min(lines.Count, text.AsSpan(0, start).Count('\n'));
        int upTo = Math.Min(lines.Count, Math.Max(before, text.AsSpan(0, end).Count('\n')));
        List<DatedLine> matched = [.. lines.Skip(before).Take(upTo - before)];
        List<DatedLine> unmatched = [.. lines.Take(before)];
        int from = 0;
        foreach (string skipped in SkippedLines(match))
        {
            int place = matched.FindIndex(from, line => line.Text.SequenceEqual(skipped));
            if (place >= 0)
            {
                unmatched.Add(matched[place]);
                matched.RemoveAt(place);
                from = place;
            }
        }

        unmatched.AddRange(lines.Skip(upTo));
        return (matched, unmatched);
    }

    private static IEnumerable<string> SkippedLines(PatternMatch match) =>
        match.Groups
            .Where(group => group.Key.StartsWith(SkipGroup, StringComparison.Ordinal) && group.Value.Length > 0)
            .SelectMany(group => (group.Value.EndsWith('\n') ? group.Value[..^1] : group.Value).Split('\n'));
}
