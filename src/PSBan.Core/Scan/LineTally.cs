using PSBan.Matching;
using PSBan.Model;

namespace PSBan.Scan;

/// <summary>Counts what a filter makes of lines.</summary>
internal sealed class LineTally(int keepLines)
{
    private readonly List<Failure> _failures = [];
    private readonly List<string> _missed = [];
    private readonly List<string> _matched = [];
    private readonly List<string> _ignored = [];
    private long _lines;
    private long _matchedCount;
    private long _ignoredCount;
    private long _timedOut;

    public void Take(LogBlock block, LineFilter filter)
    {
        foreach (LogLine line in new LogBlockLines(block))
        {
            if (!LineSieve.IsNoLine(line.Text))
            {
                Take(line, filter);
            }
        }
    }

    /// <summary>Takes lines that were sieved; with the same result as taking each.</summary>
    public void Take(SievedText block, LineFilter filter)
    {
        filter.BeginBlock();
        foreach (SievedLine found in block.Walk(filter))
        {
            if (found.Passed > 0)
            {
                filter.PassOverDated(block.LineAt(found.LastPassed), found.Passed);
                Miss(block, found);
            }

            if (found.Length > 0)
            {
                LogLine line = new(block.Slice(found.Start, found.Length));
                if (found.Prepared is { } prepared)
                {
                    Count(filter.Take(line, prepared, _failures), line);
                }
                else if (found.MayMatch)
                {
                    Take(line, filter);
                }
                else
                {
                    Count(filter.DateOnly(line), line);
                }
            }
        }
    }

    public FilterReport Report(LineFilter filter) => new()
    {
        Lines = _lines,
        Matched = _matchedCount,
        Ignored = _ignoredCount,
        Missed = _lines - _matchedCount - _ignoredCount,
        TimedOut = _timedOut,
        PrefPattern = Patterns(filter, PatternRole.PrefRegex) is [var prefix] ? prefix : null,
        Patterns = Patterns(filter, PatternRole.FailRegex),
        IgnorePatterns = Patterns(filter, PatternRole.IgnoreRegex),
        DateTemplates = [.. filter.DateTemplates.Where(use => use.Hits > 0).OrderByDescending(use => use.Hits).Select(use => new DateTemplateReport(use.Name, use.Hits))],
        MissedLines = _missed,
        MatchedLines = _matched,
        IgnoredLines = _ignored,
    };

    private static IReadOnlyList<PatternReport> Patterns(LineFilter filter, PatternRole role) =>
        [.. filter.Patterns.Where(pattern => pattern.Role == role).Select(pattern => new PatternReport(pattern.Text, pattern.Hits)
            {
                Location = pattern.Location,
                TimeSpent = pattern.TimeSpent,
                TimedOut = pattern.TimedOut,
                IsLinear = pattern.Pattern.IsLinear,
                Literals = pattern.Pattern.Literals?.Values ?? [],
            })];

    private void Take(in LogLine line, LineFilter filter)
    {
        Count(filter.Process(line, true, _failures), line);

        // Where patterns span lines, lines counted as missed when they came turn out to be part of a match.
        foreach (string absorbed in filter.AbsorbedLines)
        {
            _matchedCount++;
            _missed.Remove(absorbed);
        }
    }

    private void Count(LineVerdict verdict, in LogLine line)
    {
        _lines++;
        _failures.Clear();
        switch (verdict)
        {
            case LineVerdict.Matched:
                _matchedCount++;
                Keep(_matched, line);
                break;
            case LineVerdict.Ignored:
                _ignoredCount++;
                Keep(_ignored, line);
                break;
            case LineVerdict.TimedOut:
                _timedOut++;
                Keep(_missed, line);
                break;
            default:
                Keep(_missed, line);
                break;
        }
    }

    private void Miss(SievedText block, in SievedLine found)
    {
        _lines += found.Passed;
        for (int start = found.FirstPassed; start <= found.LastPassed && _missed.Count < keepLines;)
        {
            ReadOnlySpan<char> line = block.LineAt(start);
            if (!LineSieve.IsNoLine(line))
            {
                _missed.Add(line.ToString());
            }

            start += line.Length + 1;
        }
    }

    private void Keep(List<string> lines, in LogLine line)
    {
        if (lines.Count < keepLines)
        {
            lines.Add(line.Text.ToString());
        }
    }
}
