using PSBan.Matching.Patterns;

namespace PSBan.Tests.Matching.Patterns;

public sealed class LiteralSearchTests
{
    [Fact]
    public void Every_string_is_found_wherever_it_stands()
    {
        Random random = new(1);
        int found = 0;
        for (int round = 0; round < 300; round++)
        {
            (string Text, bool IgnoreCase, int Number)[] strings =
                [.. Enumerable.Range(0, random.Next(1, 40)).Select(number => (Word(random, random.Next(LiteralSearch.ShortestString, 24)), random.Next(4) == 0, number))];
            string text = string.Concat(Enumerable.Range(0, 60).Select(_ =>
                random.Next(3) == 0 ? strings[random.Next(strings.Length)].Text : Word(random, random.Next(6))));
            List<(int, int)> hits = [];

            new LiteralSearch(strings).FindAll(text, hits);

            Assert.Equal(Naive(strings, text), hits.Order());
            found += hits.Count;
        }

        Assert.True(found > 3_000);
    }

    [Fact]
    public void Characters_that_share_their_bits_are_told_apart()
    {
        List<(int, int)> hits = [];

        new LiteralSearch([("abcd", false, 0), ("aBcD", true, 1), ("\u0161bcd", false, 2)]).FindAll("ABCD abcd \u0161bcd !\"#$", hits);

        Assert.Equal([(0, 1), (5, 0), (5, 1), (10, 2)], hits.Order());
    }

    private static string Word(Random random, int length) => new([.. Enumerable.Range(0, length).Select(_ => "abcA \n\u00E9"[random.Next(7)])]);

    private static IEnumerable<(int, int)> Naive((string Text, bool IgnoreCase, int Number)[] strings, string text) =>
        from at in Enumerable.Range(0, text.Length)
        from entry in strings
        where text.AsSpan(at).StartsWith(entry.Text, entry.IgnoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal)
        orderby at, entry.Number
        select (at, entry.Number);
}
