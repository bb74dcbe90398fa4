using System.Globalization;
using System.Text;

namespace PSBan.Matching.Patterns.Tree;

/// <summary>Writes a set of characters as .NET's dialect has it.</summary>
internal static class CharacterSetWriter
{
    // What is neither letter nor number nor underscore; .NET has no class for it that could stand beside others.
    private const string NotWord = @"\p{M}\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Po}\p{S}\p{Z}\p{C}\u203F\u2040\u2054\uFE33\uFE34\uFE4D-\uFE4F\uFF3F";

    /// <summary>Appends a set as one unit of a pattern.</summary>
    /// <param name="text">The pattern.</param>
    /// <param name="set">The set.</param>
    /// <param name="beforeBoundary">
    /// Whether the pattern has a <c>\b</c>: .NET 10 takes a class such as <c>[^a-z]</c> for word characters when it looks whether what repeats it may give some
    /// back to a <c>\b</c>, so that <c>[^a-z]+\b</c> does not match <c>A.</c>, and <c>\D</c> for none at all; a surrogate among the exceptions sets it right and excludes nothing
    /// else that comes to .NET.
    /// </param>
    public static void Append(StringBuilder text, CharacterSet set, bool beforeBoundary)
    {
        if (set.Single is { } single)
        {
            AppendCharacter(text, single, inClass: false);
            return;
        }

        if (ReferenceEquals(set, CharacterSet.NotLineFeed))
        {
            text.Append('.');
            return;
        }

        (IReadOnlyList<CharacterRange> ranges, bool negated) = (set.Ranges, set.Negated);
        if (set.Kinds == CharacterKinds.None && ranges is [{ Low: 0 }, ..])
        {
            // Shorter from the other side.
            (ranges, negated) = ([.. CharacterRange.Complement(ranges)], !negated);
        }

        if (beforeBoundary && ranges.Count == 0 && set.Kinds == CharacterKinds.NotDigit)
        {
            text.Append(negated ? @"\d" : @"[^\d\uD800]");
            return;
        }

        ranges = [.. ranges.Where(range => range.Low <= char.MaxValue)];
        if (ranges.Count == 0 && set.Kinds == CharacterKinds.None)
        {
            text.Append(negated ? @"[\s\S]" : @"[^\s\S]");
            return;
        }

        text.Append(negated ? "[^" : "[");
        foreach (CharacterRange range in ranges)
        {
            AppendCharacter(text, range.Low, inClass: true);
            int high = Math.Min(range.High, char.MaxValue);
            if (high > range.Low)
            {
                text.Append(high > range.Low + 1 ? "-" : string.Empty);
                AppendCharacter(text, high, inClass: true);
            }
        }

        text.Append(negated && beforeBoundary ? @"\uD800" : string.Empty)
            .Append(set.Kinds.HasFlag(CharacterKinds.Digit) ? @"\d" : string.Empty)
            .Append(set.Kinds.HasFlag(CharacterKinds.NotDigit) ? @"\D" : string.Empty)
            .Append(set.Kinds.HasFlag(CharacterKinds.Word) ? @"\p{L}\p{N}_" : string.Empty)
            .Append(set.Kinds.HasFlag(CharacterKinds.NotWord) ? NotWord : string.Empty)
            .Append(']');
    }

    private static void AppendCharacter(StringBuilder text, int codePoint, bool inClass)
    {
        if (codePoint > char.MaxValue)
        {
            text.Append(char.ConvertFromUtf32(codePoint));
            return;
        }

        char c = (char)codePoint;
        bool special = inClass ? c is '\\' or ']' or '[' or '^' or '-' : c is '\\' or '*' or '+' or '?' or '|' or '{' or '[' or '(' or ')' or '^' or '$' or '.';
        // An escaped hyphen cannot begin a range in .NET: in [\--/] it would stand for itself, and the dot would be lost.
        bool isHyphen = inClass && c == '-';
        if (isHyphen || c < ' ' || c is > '~' and <= '\u00A0' || char.IsSurrogate(c) || c > '\u024F')
        {
            text.Append(CultureInfo.InvariantCulture, $@"\u{codePoint:X4}");
        }
        else
        {
            text.Append(special ? @"\" : string.Empty).Append(c);
        }
    }
}
