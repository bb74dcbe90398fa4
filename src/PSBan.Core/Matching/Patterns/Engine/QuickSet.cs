using System.Buffers;
using System.Runtime.CompilerServices;
using PSBan.Matching.Patterns.Tree;

namespace PSBan.Matching.Patterns.Engine;

/// <summary>A set of characters in a form that is quick to ask. Immutable.</summary>
internal sealed class QuickSet
{
    private static readonly SearchValues<char> s_spaces = SearchValues.Create(
        [.. CharacterSet.Space.Ranges.SelectMany(range => Enumerable.Range(range.Low, range.High - range.Low + 1)).Select(c => (char)c)]);

    private readonly ulong _low;
    private readonly ulong _high;
    private readonly Func<int, bool> _others;
    private readonly CharacterSet? _known;

    private QuickSet(ulong low, ulong high, Func<int, bool> others, CharacterSet? known = null) => (_low, _high, _others, _known) = (low, high, others, known);

    /// <summary>Every character.</summary>
    public static QuickSet All { get; } = new(ulong.MaxValue, ulong.MaxValue, _ => true);

    /// <summary>Takes over a set of a pattern.</summary>
    /// <param name="set">The set.</param>
    public static QuickSet Of(CharacterSet set)
    {
        ulong low = 0, high = 0;
        for (int c = 0; c < 64; c++)
        {
            low |= set.Contains(c) ? 1UL << c : 0;
            high |= set.Contains(c + 64) ? 1UL << c : 0;
        }

        return new QuickSet(low, high, set.Contains, set);
    }

    /// <summary>Whether a character is in the set.</summary>
    /// <param name="c">The character.</param>
    public bool Has(char c) => c < 128 ? (((c < 64 ? _low : _high) >> c) & 1) != 0 : _others(c);

    /// <summary>The characters of either set.</summary>
    /// <param name="other">The other.</param>
    public QuickSet Or(QuickSet other) =>
        this == All || other == All ? All : new QuickSet(_low | other._low, _high | other._high, c => _others(c) || other._others(c));

    /// <summary>Whether no ASCII character is in both; others are taken to be.</summary>
    /// <param name="other">The other.</param>
    public bool IsApartFrom(QuickSet other) => (_low & other._low) == 0 && (_high & other._high) == 0 && (IsAscii || other.IsAscii);

    /// <summary>How many characters at the start of a text are in the set.</summary>
    /// <param name="text">The text.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int CountIn(ReadOnlySpan<char> text)
    {
        if (_known == CharacterSet.NotLineFeed)
        {
            return UpTo(text, text.IndexOf('\n'));
        }

        if (_known == CharacterSet.NotSpace)
        {
            return UpTo(text, text.IndexOfAny(s_spaces));
        }

        int count = 0;
        while (count < text.Length && Has(text[count]))
        {
            count++;
        }

        return count;
    }

    // A set of one character says so; of others it is not worth finding out.
    private bool IsAscii => _known?.Single is < 128;

    private static int UpTo(ReadOnlySpan<char> text, int end) => end < 0 ? text.Length : end;
}
