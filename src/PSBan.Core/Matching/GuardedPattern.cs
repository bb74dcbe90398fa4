using System.Diagnostics;
using System.Text.RegularExpressions;
using PSBan.Matching.Patterns;
using PSBan.Model;

namespace PSBan.Matching;

/// <summary>A pattern that cannot stall its filter: a line on which it exceeds its time is given up, and others go on.</summary>
/// <param name="pattern">The pattern.</param>
/// <param name="role">What it is for.</param>
/// <param name="index">Its place among those of its kind.</param>
/// <param name="location">Where it is written.</param>
internal class GuardedPattern(Pattern pattern, PatternRole role, int index, SourceLocation location)
{
    private readonly StallGuard _guard = new();
    private TimeSpan _timeSpent;

    /// <summary>The pattern.</summary>
    public Pattern Pattern { get; } = pattern;

    /// <summary>Its place among those of its kind.</summary>
    public int Index { get; } = index;

    /// <summary>How many lines it matched; kept by the filter, for a match alone may not count.</summary>
    public long Hits { get; set; }

    /// <summary>How it has fared so far.</summary>
    public PatternUsage Usage => new(role, Index, Pattern, location, Hits, _guard.TimedOut, _guard.MaxLength) { TimeSpent = _timeSpent };

    private string Name => role == PatternRole.PrefRegex ? "prefregex" : $"{(role == PatternRole.FailRegex ? "failregex" : "ignoreregex")} {Index + 1}";

    /// <summary>Searches a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="match">The match.</param>
    /// <param name="watch">Hears of time exceeded.</param>
    public bool TryMatch(string text, out PatternMatch match, LineWatch watch)
    {
        if (!watch.MeasuresTime)
        {
            return Search(text, out match, watch);
        }

        long start = Stopwatch.GetTimestamp();
        bool matches = Search(text, out match, watch);
        _timeSpent += Stopwatch.GetElapsedTime(start);
        return matches;
    }

    private bool Search(string text, out PatternMatch match, LineWatch watch)
    {
        match = default;
        if (!Pattern.MayMatch(text))
        {
            return false;
        }

        if (text.Length > _guard.MaxLength || watch.Budget.IsSpent)
        {
            watch.IsLost = true;
            return false;
        }

        try
        {
            return Pattern.TryMatch(text, out match, watch.Budget);
        }
        catch (RegexMatchTimeoutException)
        {
            watch.IsLost = true;
            if (watch.Budget.IsSpent)
            {
                // It is not this pattern alone; the filter sees to such lines.
                return false;
            }

            bool isPutAside = _guard.Strike(text.Length);
            watch.HasPutAside |= isPutAside;
            watch.Say(LineNoticeKind.PatternTimedOut, $"The {Name} exceeded its time on a line of {text.Length} characters; the line is given up.", Usage);
            if (isPutAside)
            {
                watch.Say(LineNoticeKind.PatternPutAside, $"The {Name} exceeded its time on {_guard.TimedOut} lines and is put aside for {_guard.Scope}. Write it without nested repetition.", Usage);
            }

            return false;
        }
    }
}
