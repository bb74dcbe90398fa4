using FsCheck;
using FsCheck.Fluent;
using PSBan.Matching.Patterns;
using PSBan.Matching.Patterns.Engine;
using PSBan.Matching.Patterns.Tree;
using Xunit.Abstractions;

namespace PSBan.Tests.Matching.Patterns;

/// <summary>Patterns made together with a text of theirs: the text matches, and contains one of the literals.</summary>
public sealed class LiteralsPropertyTests(ITestOutputHelper output)
{
    private static readonly ulong s_seed = ulong.TryParse(Environment.GetEnvironmentVariable("PSBAN_TEST_SEED"), out ulong seed) ? seed : 20;

    private static readonly string[] s_words =
        ["Failed", "login", "for", "user", " ", "  ", ": ", "from ", "a", "[]", "[", "password", "disk", "\n", "\u00DF", "\u00E9t\u00E9", "\U0001F600", "SSL", "sasl"];

    [Fact]
    public void No_text_matches_without_one_of_the_literals()
    {
        output.WriteLine($"PSBAN_TEST_SEED={s_seed}");
        int withLiterals = 0;
        Prop.ForAll(Arb.From(Gen.Sized(size => Part(Math.Min(size, 12)))), made =>
        {
            if (made.Pattern.Trim().Length == 0)
            {
                return true.Label("blank");
            }

            Pattern pattern = Pattern.Compile(made.Pattern);
            SafeProgram program = SafeProgram.Compile(PatternParser.Parse(TagExpander.Expand(made.Pattern, default)))!;
            withLiterals += pattern.Literals is null ? 0 : 1;
            return (pattern.IsMatch(made.Text) && SafeEngine.TrySearch(program, made.Text, out _)).Label("does not match")
                .And((pattern.Literals?.FoundIn(made.Text) ?? true).Label($"none of {string.Join(" / ", pattern.Literals?.Values ?? [])}"))
                .And((pattern.Literals?.Values.All(value => value.Length > 1 && !value.Contains('\n')) ?? true).Label("bad literal"));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(10_000).WithReplay(s_seed * 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9).WithStartSize(1).WithEndSize(30));
        output.WriteLine($"{withLiterals} of 10000 with literals");
        Assert.True(withLiterals > 3_000);
    }

    private static Gen<Made> Part(int size) => size <= 1
        ? Leaf
        : Gen.Frequency(
            (2, Leaf),
            (5, from first in Part(size / 2)
                from second in Part(size / 2)
                select new Made(first.Pattern + second.Pattern, first.Text + second.Text)),
            (2, from left in Part(size / 2)
                from right in Part(size / 2)
                from takeLeft in Gen.Elements(true, false)
                select new Made($"(?:{left.Pattern}|{right.Pattern})", takeLeft ? left.Text : right.Text)),
            (1, from inner in Part(size / 2)
                from times in Gen.Choose(0, 3)
                from quantifier in Gen.Elements(times switch { 0 => ["*", "?", "{,2}"], 1 => ["*", "+", "?", "{1}", "+?"], _ => new[] { "*", "+", "{2,}?", "{,3}" } })
                select new Made($"(?:{inner.Pattern}){quantifier}", string.Concat(Enumerable.Repeat(inner.Text, times)))),
            (1, from inner in Part(size / 2)
                from upper in Gen.Elements(true, false)
                select new Made($"(?i:{inner.Pattern})", Ascii(inner.Text, upper))),
            (1, from inner in Part(size / 2)
                select new Made($"(?=(?s:.*))({inner.Pattern})(?<!\u0001)", inner.Text)));

    private static Gen<Made> Leaf { get; } = Gen.Frequency(
        (6, from word in Gen.Elements(s_words) select new Made(System.Text.RegularExpressions.Regex.Escape(word), word)),
        (2, from word in Gen.Elements(s_words) from pattern in Gen.Elements(@"(?s:.*)", @"[^\u0001]*?", @"(?:\s|\S)*") select new Made(pattern, word)),
        (1, from character in Gen.Elements('F', 'f', 'k', '-', ']') select new Made(@"[FfkK\-\]]", character.ToString())));

    private static string Ascii(string text, bool upper) =>
        string.Concat(text.Select(c => !char.IsAscii(c) ? c : upper ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c)));

    private sealed record Made(string Pattern, string Text);
}
