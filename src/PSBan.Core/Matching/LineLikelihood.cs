using System.Buffers;
using PSBan.Matching.Patterns;

namespace PSBan.Matching;

/// <summary>
/// Rules lines out before anything is done with them: a match needs one of the strings of the prefregex and one of those of the failregexes.
/// Both stand in the line itself, for what patterns see is cut out of it.
/// </summary>
internal sealed class LineLikelihood
{
    private readonly SearchValues<string>? _prefix;
    private readonly SearchValues<string>? _any;

    /// <summary>Gathers the strings.</summary>
    /// <param name="patterns">The patterns of the filter.</param>
    public LineLikelihood(FilterPatterns patterns)
    {
        // Where patterns span lines, any line may be the middle of a match, and it pushes others out of the buffer.
        if (patterns.MaxLines > 1)
        {
            return;
        }

        PatternLiterals? prefix = patterns.PrefRegex?.Pattern.Literals;
        PatternLiterals? any = Union(patterns.FailRegex);
        _prefix = Search(prefix);
        _any = Search(any);
        Required = any ?? prefix;
    }

    /// <summary>Strings of which a line must contain at least one; null where it may do without.</summary>
    public PatternLiterals? Required { get; }

    /// <summary>Whether a line can match.</summary>
    /// <param name="line">The line.</param>
    public bool Allows(ReadOnlySpan<char> line) =>
        (_any is null || line.ContainsAny(_any)) && (_prefix is null || line.ContainsAny(_prefix));

    private static PatternLiterals? Union(IReadOnlyList<FailPattern> patterns)
    {
        PatternLiterals[] sets = [.. patterns.Select(pattern => pattern.Pattern.Literals).OfType<PatternLiterals>()];
        return sets.Length < patterns.Count || sets.Length == 0
            ? null
            : new PatternLiterals([.. sets.SelectMany(set => set.Values).Distinct(StringComparer.Ordinal)], sets.Any(set => set.IgnoreCase));
    }

    private static SearchValues<string>? Search(PatternLiterals? literals) =>
        literals is null ? null : SearchValues.Create([.. literals.Values], literals.IgnoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
}
