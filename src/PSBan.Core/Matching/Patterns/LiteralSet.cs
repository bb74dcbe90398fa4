namespace PSBan.Matching.Patterns;

/// <summary>Strings of which one is certain.</summary>
/// <param name="Strings">The strings.</param>
/// <param name="IgnoreCase">Whether ASCII letters stand for both cases.</param>
internal sealed record LiteralSet(IReadOnlyList<string> Strings, bool IgnoreCase)
{
    private static readonly LiteralSet[] s_ascii = [.. Enumerable.Range(0, 128).Select(c => new LiteralSet([((char)c).ToString()], false))];

    /// <summary>Nothing is certain to be there, which is certain.</summary>
    public static LiteralSet Empty { get; } = new([""], false);

    /// <summary>No string yet.</summary>
    public static LiteralSet None { get; } = new([], false);

    /// <summary>How much work the search for them spares; 0 or less where it is not worth it.</summary>
    public double Score => Strings.Count == 0 ? 0 : Strings.Min(Weight) - (1.5 * Math.Log2(Strings.Count));

    /// <summary>One character is certain.</summary>
    /// <param name="ascii">The character.</param>
    public static LiteralSet Of(char ascii) => s_ascii[ascii];

    /// <summary>The better of two sets; null where there is none.</summary>
    /// <param name="left">The one, preferred when both are as good.</param>
    /// <param name="right">The other.</param>
    public static LiteralSet? Better(LiteralSet? left, LiteralSet? right) => left is null || right?.Score > left.Score ? right : left;

    /// <summary>Every string of this followed by every string of the other; null where they become too many or too long.</summary>
    /// <param name="next">The other.</param>
    /// <param name="mostStrings">How many they may be.</param>
    /// <param name="longest">How long they may be.</param>
    public LiteralSet? Then(LiteralSet next, int mostStrings, int longest)
    {
        if ((long)Strings.Count * next.Strings.Count > mostStrings || Longest(Strings) + Longest(next.Strings) > longest)
        {
            return null;
        }

        if (Strings is [var left] && next.Strings is [var right])
        {
            return new LiteralSet([left + right], IgnoreCase || next.IgnoreCase);
        }

        return new LiteralSet([.. Strings.SelectMany(_ => next.Strings, (first, second) => first + second).Distinct()], IgnoreCase || next.IgnoreCase);
    }

    /// <summary>The strings of both; null where they become too many.</summary>
    /// <param name="other">The other.</param>
    /// <param name="mostStrings">How many they may be.</param>
    public LiteralSet? Or(LiteralSet other, int mostStrings)
    {
        string[] strings = [.. Strings.Union(other.Strings)];
        return strings.Length > mostStrings ? null : new LiteralSet(strings, IgnoreCase || other.IgnoreCase);
    }

    /// <summary>The same for a search through lines: the best piece of each string between line ends and possible seams; null where one has none.</summary>
    public LiteralSet? Searchable()
    {
        string[] pieces = [.. Strings.Select(BestPiece).Distinct(IgnoreCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal)];

        // What contains another of the set need not be searched for itself.
        string[] fewer = [.. pieces.Where(piece => !pieces.Any(other => other.Length < piece.Length && piece.Contains(other, Rule)))];
        return fewer.Length == 0 || fewer.Any(piece => piece.Length < 2) ? null : new LiteralSet(fewer, IgnoreCase);
    }

    private StringComparison Rule => IgnoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    private static int Longest(IReadOnlyList<string> strings) => strings.Count == 0 ? 0 : strings.Max(text => text.Length);

    private static string BestPiece(string text)
    {
        string best = string.Empty;
        int start = 0;
        for (int i = 1; i <= text.Length; i++)
        {
            if (i == text.Length || IsSeam(text[i - 1], text[i]))
            {
                string piece = text[start..i].Trim('\n', '\r');
                best = Weight(piece) > Weight(best) ? piece : best;
                start = i;
            }
        }

        return best;
    }

    /// <summary>Whether a date may have stood between two characters, or a line ends there.</summary>
    private static bool IsSeam(char left, char right) => (left, right) switch
    {
        ('[', ']') or ('(', ')') or ('<', '>') or ('{', '}') or ('"', '"') or ('\'', '\'') or (' ', ' ') => true,
        _ => left is '\n' or '\r' || right is '\n' or '\r',
    };

    /// <summary>How rare a string is thought to be.</summary>
    /// <param name="text">The string.</param>
    internal static double Weight(string text)
    {
        double weight = 0;
        foreach (char c in text)
        {
            weight += char.IsLetter(c) ? 1 : c is ' ' ? 0.3 : 0.6;
        }

        // Beyond that more is no better.
        return Math.Min(weight, 16);
    }
}
