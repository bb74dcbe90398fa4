using System.Buffers;
using PSBan.Matching.Patterns;

namespace PSBan.Matching;

/// <summary>
/// Rules lines out before anything is done with them: a match needs one of the strings of the prefregex and one of those of the failregexes.
/// Both stand in the line itself, for what patterns see is cut out of it. Immutable; threads may share it.
/// </summary>
internal sealed class LineLikelihood
{
    private readonly SearchValues<string>? _prefix;
    private readonly SearchValues<string>? _any;
    private readonly SearchValues<string>? _ignored;
    private readonly Lazy<PatternLiterals?> _coarse;

    /// <summary>Gathers the strings.</summary>
    /// <param name="patterns">The patterns of the filter.</param>
    /// <param name="countsIgnored">Whether it matters that an ignoreregex matches a line that no failregex does, as it does in reports.</param>
    public LineLikelihood(FilterPatterns patterns, bool countsIgnored)
    {
        _coarse = new Lazy<PatternLiterals?>(() => null);

        // Where patterns span lines, any line may be the middle of a match, and it pushes others out of the buffer.
        if (patterns.MaxLines > 1)
        {
            // A prefregex that matches changes what the lines to come are searched with, whether or not a failregex does.
            RequiredWithin = patterns.PrefRegex is null && !patterns.TriesIgnoreFirst ? Search(Union(patterns.FailRegex)) : null;
            return;
        }

        PatternLiterals? prefix = patterns.PrefRegex?.Pattern.Literals;
        PatternLiterals? any = Union(patterns.FailRegex);
        PatternLiterals? ignored = null;
        if (countsIgnored && patterns.TriesIgnoreFirst)
        {
            ignored = Union(patterns.IgnoreRegex);
            if (ignored is null)
            {
                return;
            }
        }

        _prefix = Search(prefix);
        _any = Search(any);
        _ignored = Search(ignored);
        Required = any ?? prefix;
        PatternLiterals? best = any is null || prefix?.Score > any.Score ? prefix : any;
        Precise = best is null || ignored is null ? best : Join([best, ignored]);
        IsPreciseEnough = ignored is null && (any is null || prefix is null);
        _coarse = new Lazy<PatternLiterals?>(() => Precise is null ? null : CoarseLiterals.Merge(Precise));
    }

    /// <summary>Strings of which a line must contain at least one to be a failure; null where it may do without.</summary>
    public PatternLiterals? Required { get; }

    /// <summary>Where patterns span lines: strings of which one of the lines must contain one; null where they may do without.</summary>
    public SearchValues<string>? RequiredWithin { get; }

    /// <summary>Strings of which every line that <see cref="Allows"/> lets through contains one; null where there are none.</summary>
    public PatternLiterals? Precise { get; }

    /// <summary>Whether <see cref="Allows"/> lets every line through that contains one of the strings of <see cref="Precise"/>.</summary>
    public bool IsPreciseEnough { get; }

    /// <summary>Few strings of which every line that <see cref="Allows"/> lets through contains one, for a search through many lines; null where there are none.</summary>
    public PatternLiterals? Coarse => _coarse.Value;

    /// <summary>Whether a line can match.</summary>
    /// <param name="line">The line.</param>
    public bool Allows(ReadOnlySpan<char> line) =>
        ((_any is null || line.ContainsAny(_any)) && (_prefix is null || line.ContainsAny(_prefix))) || (_ignored is not null && line.ContainsAny(_ignored));

    private static PatternLiterals? Union(IReadOnlyList<GuardedPattern> patterns)
    {
        PatternLiterals[] sets = [.. patterns.Select(pattern => pattern.Pattern.Literals).OfType<PatternLiterals>()];
        return sets.Length < patterns.Count || sets.Length == 0 ? null : Join(sets);
    }

    private static PatternLiterals Join(IReadOnlyList<PatternLiterals> sets) =>
        new([.. sets.SelectMany(set => set.Values).Distinct(StringComparer.Ordinal)], sets.Any(set => set.IgnoreCase));

    /// <summary>A search for strings; null where there are none.</summary>
    /// <param name="literals">The strings.</param>
    public static SearchValues<string>? Search(PatternLiterals? literals) =>
        literals is null ? null : SearchValues.Create([.. literals.Values], literals.IgnoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
}
