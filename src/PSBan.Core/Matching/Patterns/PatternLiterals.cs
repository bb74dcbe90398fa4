namespace PSBan.Matching.Patterns;

/// <summary>Strings of which a text must contain at least one to match a pattern: a quick search for them spares the pattern.</summary>
/// <remarks>
/// They hold for the text that the pattern sees. fail2ban's rules cut the date out of a line before matching, so that a string could in theory stand across
/// the seam; strings that look like such a seam (an empty pair of brackets, two blanks in a row) are never chosen. None contains a line end.
/// </remarks>
/// <param name="Values">The strings; never empty, and none of them is.</param>
/// <param name="IgnoreCase">Whether they are to be searched without regard to ASCII case (<see cref="StringComparison.OrdinalIgnoreCase"/>).</param>
public sealed record PatternLiterals(IReadOnlyList<string> Values, bool IgnoreCase)
{
    /// <summary>How much work a search for them spares, as far as that can be told without the texts.</summary>
    internal double Score => new LiteralSet(Values, IgnoreCase).Score;

    /// <summary>Whether the text contains one of the strings.</summary>
    /// <param name="text">The text.</param>
    public bool FoundIn(ReadOnlySpan<char> text)
    {
        StringComparison rule = IgnoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        foreach (string value in Values)
        {
            if (text.Contains(value, rule))
            {
                return true;
            }
        }

        return false;
    }
}
