using PSBan.Matching.Patterns.Tree;

namespace PSBan.Matching.Patterns;

/// <summary>
/// The tree of a pattern, which is needed while something is compiled of it and hardly ever after: it is let go where memory is wanted, and read again from the text.
/// Threads may share it.
/// </summary>
/// <param name="pattern">The text, in which tags have been replaced.</param>
/// <param name="flags">How it is read.</param>
internal sealed class PatternTree(ExpandedPattern pattern, PatternFlags flags)
{
    private readonly WeakReference<ParsedPattern?> _parsed = new(null);

    /// <summary>The tree.</summary>
    /// <exception cref="PatternException">The text is no pattern.</exception>
    public ParsedPattern Value
    {
        get
        {
            if (!_parsed.TryGetTarget(out ParsedPattern? parsed))
            {
                parsed = PatternParser.Parse(pattern, flags);
                _parsed.SetTarget(parsed);
            }

            return parsed;
        }
    }
}
