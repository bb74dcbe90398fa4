using PSBan.Matching.Patterns;

namespace PSBan.Matching;

/// <summary>One search through a block of lines on behalf of all filters that read it. One thread at a time uses it.</summary>
public sealed class SharedSieve
{
    private readonly LiteralSearch? _search;
    private readonly List<LineSpan>?[] _lines;
    private readonly List<(int At, int Number)> _hits = [];

    /// <summary>Gathers the strings that the filters require.</summary>
    /// <param name="filters">The filters.</param>
    public SharedSieve(IReadOnlyList<LineFilter> filters)
    {
        ArgumentNullException.ThrowIfNull(filters);
        _lines = new List<LineSpan>?[filters.Count];
        List<(string, bool, int)> strings = [];
        for (int i = 0; i < filters.Count; i++)
        {
            if (filters[i].CoarseLiterals is { } literals && literals.Values.All(text => text.Length >= LiteralSearch.ShortestString))
            {
                _lines[i] = [];
                strings.AddRange(literals.Values.Select(text => (text, literals.IgnoreCase, i)));
            }
        }

        _search = strings.Count > 0 ? new LiteralSearch(strings) : null;
    }

    /// <summary>Searches a block.</summary>
    /// <param name="text">The lines, each ended by <c>\n</c>.</param>
    public void Sift(ReadOnlySpan<char> text)
    {
        foreach (List<LineSpan>? lines in _lines)
        {
            lines?.Clear();
        }

        _hits.Clear();
        _search?.FindAll(text, _hits);
        int start = 0, end = -1, index = 0;
        foreach ((int at, int number) in _hits)
        {
            if (at > end)
            {
                // The line that the string stands in; none of the strings contains a line end.
                int from = text[start..at].LastIndexOf('\n') is >= 0 and int before ? start + before + 1 : start;
                index += text[start..from].Count('\n');
                start = from;
                end = text[at..].IndexOf('\n') is >= 0 and int length ? at + length : text.Length;
            }

            List<LineSpan> lines = _lines[number]!;
            if (lines.Count == 0 || lines[^1].Start != start)
            {
                lines.Add(new LineSpan(start, end - start, index));
            }
        }
    }

    /// <summary>The lines of the last block that a filter has to look at, in order; null where it has to look at all.</summary>
    /// <param name="filter">The place of the filter among those given.</param>
    public IReadOnlyList<LineSpan>? LinesFor(int filter) => _lines[filter];
}

/// <summary>A line within a block.</summary>
/// <param name="Start">Where it starts.</param>
/// <param name="Length">How many characters it has, without its end.</param>
/// <param name="Index">Its place among the lines of the block, from 0.</param>
public readonly record struct LineSpan(int Start, int Length, int Index);
