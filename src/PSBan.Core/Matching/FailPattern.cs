using PSBan.Matching.Patterns;
using PSBan.Model;

namespace PSBan.Matching;

/// <summary>A pattern whose captured groups are wanted.</summary>
/// <param name="pattern">The pattern.</param>
/// <param name="role">What it is for.</param>
/// <param name="index">Its place among those of its kind.</param>
/// <param name="location">Where it is written.</param>
/// <param name="onlyCounts">Whether lines are only counted.</param>
internal sealed class FailPattern(Pattern pattern, PatternRole role, int index, SourceLocation location, bool onlyCounts) : GuardedPattern(pattern, role, index, location)
{
    // What stands in it is searched by the failregexes, and nobody asks for it afterwards.
    private readonly CapturedGroups _groups = new(pattern, role == PatternRole.PrefRegex ? FailureFinder.ContentGroup : null, onlyCounts);

    /// <summary>Adds what a match captured.</summary>
    /// <param name="data">The groups so far, by name; those captured anew replace them.</param>
    /// <param name="match">The match.</param>
    public void AddTo(CapturedData data, in PatternMatch match) => _groups.AddTo(data, match.Input, match.Spans);

    /// <summary>Adds what a match captured.</summary>
    /// <param name="data">The groups so far, by name; those captured anew replace them.</param>
    /// <param name="text">The text.</param>
    /// <param name="spans">Start and end of the match and of every named group.</param>
    public void AddTo(CapturedData data, ReadOnlySpan<char> text, ReadOnlySpan<int> spans) => _groups.AddTo(data, text, spans);
}
