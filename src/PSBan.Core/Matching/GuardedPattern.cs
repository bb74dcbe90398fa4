using System.Text.RegularExpressions;
using PSBan.Matching.Patterns;
using PSBan.Model;

namespace PSBan.Matching;

/// <summary>
/// A pattern that cannot stall its filter: a line on which it exceeds its time is given up, and after a few of them it is no longer tried on
/// lines of that length. Time beyond measure comes with length; so the lines that matter keep being seen, and the stalls are bounded.
/// </summary>
/// <param name="pattern">The pattern.</param>
/// <param name="role">What it is for.</param>
/// <param name="index">Its place among those of its kind.</param>
/// <param name="location">Where it is written.</param>
internal class GuardedPattern(Pattern pattern, PatternRole role, int index, SourceLocation location)
{
    private const int Strikes = 3;
    private const int LeastLength = 32;

    private int _strikes;
    private int _shortestStall = int.MaxValue;
    private int _maxLength = int.MaxValue;
    private long _timedOut;

    /// <summary>The pattern.</summary>
    public Pattern Pattern { get; } = pattern;

    /// <summary>Its place among those of its kind.</summary>
    public int Index { get; } = index;

    /// <summary>How many lines it matched; kept by the filter, for a match alone may not count.</summary>
    public long Hits { get; set; }

    /// <summary>How it has fared so far.</summary>
    public PatternUsage Usage => new(role, Index, Pattern, location, Hits, _timedOut, _maxLength);

    /// <summary>Searches a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="match">The match.</param>
    /// <param name="watch">Hears of time exceeded.</param>
    public bool TryMatch(string text, out PatternMatch match, LineWatch watch)
    {
        match = default;
        if (text.Length > _maxLength)
        {
            watch.IsLost = true;
            return false;
        }

        try
        {
            return Pattern.TryMatch(text, out match);
        }
        catch (RegexMatchTimeoutException)
        {
            Strike(text.Length, watch);
            return false;
        }
    }

    private void Strike(int length, LineWatch watch)
    {
        _timedOut++;
        _shortestStall = Math.Min(_shortestStall, length);
        watch.IsLost = true;
        watch.Say(LineNoticeKind.PatternTimedOut, $"The {Name} exceeded its time on a line of {length} characters; the line is given up.", Usage);
        if (++_strikes < Strikes)
        {
            return;
        }

        _strikes = 0;
        _maxLength = _shortestStall / 2 is >= LeastLength and int half ? half : 0;
        watch.Say(LineNoticeKind.PatternPutAside, $"The {Name} exceeded its time on {_timedOut} lines and is put aside for {Scope}. Write it without nested repetition.", Usage);
    }

    private string Name => role == PatternRole.PrefRegex ? "prefregex" : $"{(role == PatternRole.FailRegex ? "failregex" : "ignoreregex")} {Index + 1}";

    private string Scope => _maxLength == 0 ? "good" : $"lines of more than {_maxLength} characters";
}
