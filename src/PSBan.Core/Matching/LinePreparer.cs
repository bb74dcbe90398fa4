namespace PSBan.Matching;

/// <summary>
/// Searches a line by all patterns of a filter, for reports, without what a filter remembers from line to line: any thread may do it ahead. Makes no text of
/// the line but of what is captured.
/// </summary>
internal sealed class LinePreparer
{
    private const int Ascii = 128;

    private readonly FailPattern? _prefRegex;
    private readonly int _prefixContent;
    private readonly FailPattern[][] _byFirst;
    private readonly int _mostSpans;

    private LinePreparer(FilterPatterns patterns)
    {
        _prefRegex = patterns.PrefRegex;
        _prefixContent = _prefRegex?.Pattern.GroupIndex(FailureFinder.ContentGroup) ?? -1;

        _mostSpans = patterns.FailRegex.Max(pattern => pattern.Pattern.SpanCount);

        // One list for each character that a text may begin with, and one for all that are not ASCII.
        _byFirst = [.. Enumerable.Range(0, Ascii + 1).Select(first => patterns.FailRegex.Where(pattern => pattern.Pattern.MayBeginWith((char)first)).ToArray())];
    }

    /// <summary>Makes one where a filter allows it.</summary>
    /// <param name="patterns">Its patterns.</param>
    /// <param name="options">How it works.</param>
    /// <returns>Null where lines are not looked at one by one and by all patterns.</returns>
    public static LinePreparer? TryCreate(FilterPatterns patterns, LineFilterOptions options) =>
        options is { CheckAllRegex: true, TimeWindow: false } && patterns.MaxLines <= 1 && patterns.IgnoreRegex.Count == 0 && patterns.FailRegex.Count > 0 ? new LinePreparer(patterns) : null;

    /// <summary>Searches a line.</summary>
    /// <param name="ended">The line without its date, and <c>\n</c> behind it.</param>
    /// <returns>What was found; null where it takes more than the quick engine.</returns>
    public PreparedLine? Prepare(ReadOnlySpan<char> ended)
    {
        Span<int> prefix = stackalloc int[_prefRegex?.Pattern.SpanCount ?? 0];
        ReadOnlySpan<char> text = ended;
        if (_prefRegex is not null)
        {
            bool? found = _prefRegex.Pattern.MayMatch(ended) ? _prefRegex.Pattern.TryMatchQuickly(ended, prefix) : false;
            if (found != true)
            {
                return found is null ? null : PreparedLine.Missed;
            }

            int start = _prefixContent < 0 ? -1 : prefix[2 + (2 * _prefixContent)], end = start < 0 ? -1 : prefix[3 + (2 * _prefixContent)];
            if (end > start)
            {
                text = end < ended.Length && ended[end] == '\n' ? ended[start..(end + 1)] : string.Concat(ended[start..end], "\n");
            }
        }

        Span<int> spans = stackalloc int[_mostSpans];
        PreparedLine? line = null;
        foreach (FailPattern pattern in _byFirst[Math.Min(text[0], (char)Ascii)])
        {
            if (!pattern.Pattern.MayMatch(text))
            {
                continue;
            }

            bool? found = pattern.Pattern.TryMatchQuickly(text, spans);
            if (found is null)
            {
                return null;
            }

            if (found == true)
            {
                CapturedData data = new();
                _prefRegex?.AddTo(data, ended, prefix);
                pattern.AddTo(data, text, spans);
                line = new PreparedLine(pattern, data, line);
            }
        }

        return line?.InOrder() ?? PreparedLine.Missed;
    }
}

/// <summary>What the patterns of a filter found in a line: one for each failregex that matched, in their order.</summary>
/// <param name="pattern">The failregex; null for none.</param>
/// <param name="data">What it and the prefregex captured.</param>
/// <param name="other">Another one; null where there is none.</param>
internal sealed class PreparedLine(FailPattern? pattern, CapturedData data, PreparedLine? other)
{
    /// <summary>Nothing.</summary>
    public static PreparedLine Missed { get; } = new(null, new CapturedData(), null);

    /// <summary>The failregex that matched; null where none did.</summary>
    public FailPattern? Pattern => pattern;

    /// <summary>What it and the prefregex captured.</summary>
    public CapturedData Data => data;

    /// <summary>The next that matched; null where there is none.</summary>
    public PreparedLine? Next { get; private set; } = other;

    /// <summary>Turns round a chain that was made from its end.</summary>
    public PreparedLine InOrder()
    {
        PreparedLine? first = null;
        for (PreparedLine? line = this, next; line is not null; line = next)
        {
            (next, line.Next) = (line.Next, first);
            first = line;
        }

        return first!;
    }
}
