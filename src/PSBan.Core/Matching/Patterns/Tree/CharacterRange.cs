namespace PSBan.Matching.Patterns.Tree;

/// <summary>Code points from one to another, both included.</summary>
/// <param name="Low">The first.</param>
/// <param name="High">The last.</param>
internal readonly record struct CharacterRange(int Low, int High)
{
    /// <summary>The last code point of all.</summary>
    public const int Last = 0x10FFFF;

    /// <summary>The ASCII digits.</summary>
    public static IReadOnlyList<CharacterRange> AsciiDigits { get; } = [new('0', '9')];

    /// <summary>The ASCII letters, digits and the underscore.</summary>
    public static IReadOnlyList<CharacterRange> AsciiWord { get; } = [new('0', '9'), new('A', 'Z'), new('_', '_'), new('a', 'z')];

    /// <summary>ASCII white space.</summary>
    public static IReadOnlyList<CharacterRange> AsciiSpace { get; } = [new('\t', '\r'), new(' ', ' ')];

    /// <summary>White space as Python's <c>str.isspace</c> has it: with the four separators from U+001C, which .NET's <c>\s</c> lacks.</summary>
    public static IReadOnlyList<CharacterRange> Space { get; } =
    [
        new('\t', '\r'), new(0x1C, ' '), new(0x85, 0x85), new(0xA0, 0xA0), new(0x1680, 0x1680), new(0x2000, 0x200A), new(0x2028, 0x2029), new(0x202F, 0x202F),
        new(0x205F, 0x205F), new(0x3000, 0x3000),
    ];

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
