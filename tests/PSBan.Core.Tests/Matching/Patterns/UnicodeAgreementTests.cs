using System.Text;
using PSBan.Matching.Patterns;
using PSBan.Tests.Support;
using Xunit.Abstractions;

namespace PSBan.Tests.Matching.Patterns;

/// <summary>Which characters are letters, digits, blanks, and one another's cases: held against Python, character by character.</summary>
public sealed class UnicodeAgreementTests(ITestOutputHelper output)
{
    // All but the large blocks of ideographs, syllables and private use, which are of one kind each.
    private static readonly string[] s_characters =
        [.. Enumerable.Range(0, 0x20000).Where(c => c is < 0x3400 or (>= 0xA480 and < 0xAC00) or (>= 0xF900 and < 0x12000) or (>= 0x1D000 and < 0x1F200)).Select(char.ConvertFromUtf32)];

    [RequiresTheory("python3")]
    [InlineData(@"\w")]
    [InlineData(@"\W")]
    [InlineData(@"\d")]
    [InlineData(@"\D")]
    [InlineData(@"\s")]
    [InlineData(@"\S")]
    [InlineData(@"[\W:]")]
    [InlineData("(?a)\\S")]
    public void A_class_holds_the_same_characters(string @class)
    {
        using var python = new PythonRe();
        IReadOnlyList<PythonRe.Found?> expected = python.Search(@class, multiline: false, s_characters).Found!;
        IReadOnlyList<PythonRe.Found?> assigned = python.Search(@"[\w\s!-~\x80-\u02FF]", multiline: false, s_characters).Found!;
        Pattern pattern = Pattern.Compile(@class);
        string[] different = [.. s_characters.Where((text, i) => pattern.IsMatch(text) != expected[i] is not null)];

        // The two know different versions of Unicode: what is a letter for one may not exist yet for the other.
        output.WriteLine($"{different.Length} differ");
        Assert.All(different, text => Assert.Null(assigned[Array.IndexOf(s_characters, text)]));
        Assert.InRange(different.Length, 0, 12_000);
    }

    [RequiresFact("python3")]
    public void Ignoring_case_makes_the_same_characters_one()
    {
        using var python = new PythonRe();
        string[] cased = [.. s_characters.Where(text => HasCases(Rune.GetRuneAt(text, 0)))];

        // A pair of cases is compared where Python knows the character.
        IReadOnlyList<PythonRe.Found?> known = python.Search(@"\w|\u0345|[\u24B6-\u24E9]", multiline: false, cased).Found!;
        cased = [.. cased.Where((_, i) => known[i] is not null)];
        var wrong = new List<string>();
        foreach (string text in cased)
        {
            Pattern pattern = Pattern.Compile($"(?i){text}");
            string[] same = [.. cased.Where(other => pattern.IsMatch(other))];
            string others = string.Concat(cased.Except(same));
            IReadOnlyList<PythonRe.Found?> found = python.Search($"(?i){text}", multiline: false, [others, .. same]).Found!;
            if (found[0] is not null || found.Skip(1).Any(match => match is null))
            {
                wrong.Add($"U+{(int)text[0]:X4}: {string.Join(' ', same.Select(other => $"U+{(int)other[0]:X4}"))}, more: {found[0]?.Span[0]}");
            }
        }

        output.WriteLine($"{cased.Length} characters");
        Assert.True(cased.Length > 2_500);
        Assert.Empty(wrong);
    }

    /// <summary>Whether a character has more than one case; not those four that fold with ASCII letters in Python and, on purpose, not here.</summary>
    private static bool HasCases(Rune rune) => rune.Value is 0x1FD3 or 0x1FE3 or 0xFB05 or 0xFB06 or 0x390 or 0x3B0
        || (rune.Value is not (0x130 or 0x131 or 0x17F or 0x212A) && (Rune.ToUpperInvariant(rune) != rune || Rune.ToLowerInvariant(rune) != rune));
}
