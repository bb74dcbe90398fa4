namespace PSBan.Matching.Patterns.Tree;

/// <summary>Code points from one to another, both included.</summary>
/// <param name="Low">The first.</param>
/// <param name="High">The last.</param>
internal sealed record CharacterRange(int Low, int High)
{
    /// <summary>The last code point of all.</summary>
    public const int Last = 0x10FFFF;

    /// <summary>Sorts ranges and joins those that touch.</summary>
    /// <param name="ranges">The ranges.</param>
    public static IReadOnlyList<CharacterRange> Merge(IEnumerable<CharacterRange> ranges)
    {
        var merged = new List<CharacterRange>();
        foreach (CharacterRange range in ranges.OrderBy(range => range.Low))
        {
            if (merged.Count > 0 && range.Low <= merged[^1].High + 1)
            {
                merged[^1] = merged[^1] with { High = Math.Max(merged[^1].High, range.High) };
            }
            else
            {
                merged.Add(range);
            }
        }

        return merged;
    }

    /// <summary>All that is in none of the ranges.</summary>
    /// <param name="ranges">The ranges, sorted and joined.</param>
    public static IEnumerable<CharacterRange> Complement(IReadOnlyList<CharacterRange> ranges)
    {
        int next = 0;
        foreach (CharacterRange range in ranges)
        {
            if (range.Low > next)
            {
                yield return new CharacterRange(next, range.Low - 1);
            }

            next = range.High + 1;
        }

        if (next <= Last)
        {
            yield return new CharacterRange(next, Last);
        }
    }
}
