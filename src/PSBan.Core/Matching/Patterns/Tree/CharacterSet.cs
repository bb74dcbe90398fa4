using System.Globalization;

namespace PSBan.Matching.Patterns.Tree;

/// <summary>Kinds of characters that are too many to list.</summary>
[Flags]
internal enum CharacterKinds
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Decimal digits of every script.</summary>
    Digit = 1,

    /// <summary>All but decimal digits.</summary>
    NotDigit = 2,

    /// <summary>Letters, numbers and the underscore.</summary>
    Word = 4,

    /// <summary>All but letters, numbers and the underscore.</summary>
    NotWord = 8,
}

/// <summary>A set of code points: ranges and kinds, or all but those. Immutable.</summary>
internal sealed partial class CharacterSet
{
    private ulong _low;
    private ulong _high;
    private volatile bool _hasBits;

    /// <summary>Makes a set.</summary>
    /// <param name="ranges">The ranges, in any order.</param>
    /// <param name="kinds">The kinds.</param>
    /// <param name="negated">Whether the set is all but those.</param>
    public CharacterSet(IEnumerable<CharacterRange> ranges, CharacterKinds kinds = CharacterKinds.None, bool negated = false)
    {
        Ranges = CharacterRange.Merge(ranges);
        Kinds = kinds;
        Negated = negated;
    }

    /// <summary>The ranges, ascending, neither touching nor overlapping.</summary>
    public IReadOnlyList<CharacterRange> Ranges { get; }

    /// <summary>The kinds.</summary>
    public CharacterKinds Kinds { get; }

    /// <summary>Whether the set is all but <see cref="Ranges"/> and <see cref="Kinds"/>.</summary>
    public bool Negated { get; }

    /// <summary>The only member; null where there are more or none.</summary>
    public int? Single => !Negated && Kinds == CharacterKinds.None && Ranges is [{ Low: var low, High: var high }] && low == high ? low : null;

    /// <summary>Whether a character is in the set.</summary>
    /// <param name="codePoint">The character.</param>
    public bool Contains(int codePoint)
    {
        if (codePoint >= 128)
        {
            return Compute(codePoint);
        }

        if (!_hasBits)
        {
            NoteBits();
        }

        return ((codePoint < 64 ? _low : _high) >> (codePoint & 63) & 1) != 0;
    }

    /// <summary>The members where they are at most that many; null where they are more.</summary>
    /// <param name="most">How many.</param>
    public IReadOnlyList<int>? Members(int most)
    {
        if (Negated || Kinds != CharacterKinds.None || Ranges.Sum(range => (long)range.High - range.Low + 1) > most)
        {
            return null;
        }

        return [.. Ranges.SelectMany(range => Enumerable.Range(range.Low, range.High - range.Low + 1))];
    }

    /// <summary>Whether a character is a letter, a number or the underscore.</summary>
    /// <param name="codePoint">The character.</param>
    public static bool IsWord(int codePoint) => codePoint < 128
        ? char.IsAsciiLetterOrDigit((char)codePoint) || codePoint == '_'
        : CharUnicodeInfo.GetUnicodeCategory(codePoint) is <= UnicodeCategory.OtherLetter
            or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    /// <summary>Keeps the verdict on every ASCII character; done when it is first asked for, since most sets never are.</summary>
    private void NoteBits()
    {
        ulong low = 0;
        ulong high = 0;
        for (int c = 0; c < 64; c++)
        {
            low |= Compute(c) ? 1UL << c : 0;
            high |= Compute(c + 64) ? 1UL << c : 0;
        }

        (_low, _high) = (low, high);
        _hasBits = true;
    }

    private bool Compute(int codePoint) => (InRanges(codePoint) || InKinds(codePoint)) != Negated;

    private bool InRanges(int codePoint)
    {
        int low = 0;
        int high = Ranges.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            CharacterRange range = Ranges[middle];
            if (codePoint < range.Low)
            {
                high = middle - 1;
            }
            else if (codePoint > range.High)
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    private bool InKinds(int codePoint)
    {
        if (Kinds == CharacterKinds.None)
        {
            return false;
        }

        bool digit = CharUnicodeInfo.GetUnicodeCategory(codePoint) == UnicodeCategory.DecimalDigitNumber;
        bool word = IsWord(codePoint);
        return (Kinds.HasFlag(CharacterKinds.Digit) && digit) || (Kinds.HasFlag(CharacterKinds.NotDigit) && !digit)
            || (Kinds.HasFlag(CharacterKinds.Word) && word) || (Kinds.HasFlag(CharacterKinds.NotWord) && !word);
    }
}
