using FsCheck;
using FsCheck.Fluent;

namespace PSBan.Tests.Matching.Patterns;

/// <summary>Makes patterns of the dialect at random, and texts that stand a chance to match them.</summary>
internal static class PatternGenerator
{
    /// <summary>A pattern; groups are named a, b, c … where they are, and now and then referred to.</summary>
    public static Gen<string> Pattern { get; } = Gen.Sized(size => Alternation(Math.Min(size, 12))).Select(NameGroups);

    /// <summary>A text over the characters that patterns speak of.</summary>
    public static Gen<string> Text { get; } =
        from length in Gen.Choose(0, 12)
        from characters in Gen.Elements("abABk1_ .:-\n\u00E9\u00C9\u0660\u00A0\u001C\u0301\u00B2k\u203F".ToCharArray()).ArrayOf(length)
        from emoji in Gen.Frequency((9, Gen.Constant(string.Empty)), (1, Gen.Constant("\U0001F600")))
        select new string(characters) + emoji;

    private static Gen<string> Character { get; } = Gen.Frequency(
        (10, Gen.Elements("a", "b", "A", "k", "1", "_", " ", ":", "-", ",", "]", "}")),
        (3, Gen.Elements(@"\.", @"\\", @"\-", @"\x61", @"\u0062", @"\n", @"\t", @"\141", @"\0", @"\]", @"\[", @"\/")),
        (1, Gen.Elements("\u00E9", "\u00C9", "\u0301", "\U0001F600", @"\U0001F600", "{", "{a}", "{,", "{1")));

    private static Gen<string> ClassItem { get; } = Gen.Frequency(
        (6, Gen.Elements("a", "b", "A", "k", "1", "_", " ", ":", ".", "^", "[", "$", "*", "&", "|", "~", "\u00E9")),
        (3, Gen.Elements("a-c", "A-K", "0-9", " -:", @"\x20-\x40", "\u00C0-\u00FF", "+--", "--:", "!-/")),
        (3, Gen.Elements(@"\d", @"\w", @"\s", @"\D", @"\W", @"\S", @"\n", @"\b", @"\]", @"\-", @"\\", @"\^")));

    private static Gen<string> Class { get; } =
        from negated in Gen.Elements(string.Empty, "^")
        from first in Gen.Frequency((6, Gen.Constant(string.Empty)), (1, Gen.Constant("]")), (1, Gen.Constant("-")))
        from count in Gen.Choose(1, 3)
        from items in ClassItem.ArrayOf(count)
        from last in Gen.Frequency((6, Gen.Constant(string.Empty)), (1, Gen.Constant("-")))
        select $"[{negated}{first}{string.Concat(items)}{last}]";

    private static Gen<string> Quantifier(bool possessive) =>
        from count in Gen.Frequency(
            (12, Gen.Constant(string.Empty)),
            (6, Gen.Elements("*", "+", "?")),
            (2, Gen.Elements("{2}", "{1,2}", "{,2}", "{1,}", "{0}", "{0,1}", "{2,1}")))
        from kind in count.Length == 0 ? Gen.Constant(string.Empty) : Gen.Frequency((5, Gen.Constant(string.Empty)), (2, Gen.Constant("?")), (possessive ? 1 : 0, Gen.Constant("+")))
        select count + kind;

    private static Gen<string> Alternation(int size) => Gen.Frequency(
        (3, Sequence(size)),
        (1, from left in Sequence(size / 2)
            from right in Sequence(size / 2)
            select $"{left}|{right}"));

    private static Gen<string> Sequence(int size) =>
        from count in Gen.Choose(size > 0 ? 1 : 0, Math.Clamp(size / 2, 1, 4))
        from items in Gen.CollectToArray(Enumerable.Range(0, count), _ => Item((size / Math.Max(count, 1)) - 1))
        select string.Concat(items);

    private static Gen<string> Item(int size)
    {
        Gen<string> leaf = Gen.Frequency(
            (8, Character),
            (4, Class),
            (4, Gen.Elements(".", @"\w", @"\d", @"\s", @"\S", @"\W", @"\D")),
            (3, Gen.Elements("^", "$", @"\b", @"\b", @"\B", @"\A", @"\Z")),
            (1, Gen.Constant("(?P=\u0001)")),
            (1, Gen.Elements(@"\1", @"\2")));
        Gen<string> atom = size <= 0
            ? leaf
            : Gen.Frequency(
                (5, leaf),
                (4, from inner in Alternation(size)
                    from open in Gen.Frequency(
                        (6, Gen.Constant("(?P<\u0002>")),
                        (3, Gen.Constant("(?:")),
                        (2, Gen.Constant("(")),
                        (2, Gen.Elements("(?=", "(?!")),
                        (1, Gen.Elements("(?<=", "(?<!")),
                        (1, Gen.Constant("(?>")),
                        (2, Gen.Elements("(?i:", "(?s:", "(?m:", "(?-i:", "(?x:", "(?is-m:")),
                        (1, Gen.Constant("(?(\u0001)")))
                    select $"{open}{inner})"));
        return from text in atom
               from quantifier in Quantifier(possessive: !text.Contains("(?P<", StringComparison.Ordinal) && !text.Replace("(?", "", StringComparison.Ordinal).Contains('('))
               select text + quantifier;
    }

    // Python 3.11 itself is not to be trusted with possessive loops around capturing groups: it reports places of an earlier round, or ends.
    /// <summary>Gives every group its letter; a reference gets the letter of the group opened last, which may be one still open or none.</summary>
    private static string NameGroups(string pattern)
    {
        char next = 'a';
        var named = new System.Text.StringBuilder();
        foreach (char c in pattern)
        {
            named.Append(c switch
            {
                '\u0001' => next == 'a' ? 'z' : (char)(next - 1),
                '\u0002' => next++,
                _ => c,
            });
        }

        return named.ToString();
    }
}
