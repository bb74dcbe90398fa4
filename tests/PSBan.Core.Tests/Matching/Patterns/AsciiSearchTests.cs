using System.Text;
using PSBan.Matching.Patterns;

namespace PSBan.Tests.Matching.Patterns;

/// <summary>The search in bytes finds the lines that a search in characters finds.</summary>
public sealed class AsciiSearchTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_finds_every_line_that_contains_a_string(bool ignoreCase)
    {
        Random random = new(7);
        int found = 0;
        for (int round = 0; round < 1_000; round++)
        {
            // Few different characters, so that much is nearly found.
            string[] strings = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => Text(random, random.Next(4, 12), "abAB q")).Distinct(StringComparer.Ordinal)];
            string[] lines = [.. Enumerable.Range(0, random.Next(1, 40))
                .Select(_ => Text(random, random.Next(60), "abAB qx19") + (random.Next(4) == 0 ? strings[random.Next(strings.Length)] : string.Empty) + Text(random, random.Next(9), "ab "))];
            byte[] bytes = Encoding.ASCII.GetBytes(string.Join('\n', lines) + "\n");
            AsciiSearch? search = AsciiSearch.TryCreate(new PatternLiterals(strings, ignoreCase));
            if (search is null)
            {
                Assert.False(System.Runtime.Intrinsics.X86.Ssse3.IsSupported || System.Runtime.Intrinsics.Arm.AdvSimd.Arm64.IsSupported, "This processor has the instructions.");
                return;
            }

            StringComparison rule = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
            int start = 0;
            foreach (string line in lines)
            {
                bool isThere = Array.Exists(strings, text => line.Contains(text, rule));
                int place = search.IndexOf(bytes, start);
                Assert.Equal(isThere, place >= start && place < start + line.Length);
                Assert.True(place < 0 || place >= start);
                found += isThere ? 1 : 0;
                start += line.Length + 1;
            }

            Assert.Equal(-1, search.IndexOf(bytes, start));
        }

        Assert.True(found > 1_000, $"Only {found} lines contained anything.");
    }

    [Fact]
    public void What_it_cannot_search_for_is_left_to_others()
    {
        Assert.Null(AsciiSearch.TryCreate(new PatternLiterals(["abc", "long enough"], false)));
        Assert.Null(AsciiSearch.TryCreate(new PatternLiterals(["over\ntwo lines"], false)));
        Assert.Null(AsciiSearch.TryCreate(new PatternLiterals([.. Enumerable.Range(1000, 65).Select(i => $"{i}")], false)));
    }

    [Fact]
    public void What_no_text_of_ASCII_contains_is_not_found()
    {
        AsciiSearch? search = AsciiSearch.TryCreate(new PatternLiterals(["caf\u00e9"], true));
        Assert.True(search is null || search.IndexOf("a cafe and no more than that, over and over again\n"u8, 0) < 0);
    }

    private static string Text(Random random, int length, string characters) => string.Concat(Enumerable.Range(0, length).Select(_ => characters[random.Next(characters.Length)]));
}
