using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using PSBan.Matching.Patterns;
using PSBan.Matching.Patterns.Engine;
using PSBan.Matching.Patterns.Tree;
using Xunit.Abstractions;

namespace PSBan.Tests.Matching.Patterns;

/// <summary>What the automaton rules out cannot match; what it is for, it rules out; and the work of a line is bounded over all patterns.</summary>
public sealed class CoarseFilterTests(ITestOutputHelper output)
{
    private static readonly ulong s_seed = ulong.TryParse(Environment.GetEnvironmentVariable("PSBAN_TEST_SEED"), out ulong seed) ? seed : 20;

    [Fact]
    public void What_matches_is_never_ruled_out()
    {
        output.WriteLine($"PSBAN_TEST_SEED={s_seed}");
        int matches = 0;
        Gen<(string Pattern, string[] Texts)> cases = from pattern in PatternGenerator.Pattern from texts in PatternGenerator.Text.ArrayOf(6) select (pattern, texts);
        Prop.ForAll(Arb.From(cases), value =>
        {
            if (TryParse(value.Pattern) is not { } tree || SafeProgram.Compile(tree.Value) is not { } program)
            {
                return true.Label("no pattern");
            }

            var coarse = new CoarseFilter(tree);
            var differences = new DotNetDifferences(tree.Value.Root);
            string? missed = value.Texts.FirstOrDefault(text => !differences.Matter(text) && SafeEngine.TrySearch(program, text, out _) && ++matches > 0 && !coarse.Allows(text));
            return (missed is null).Label($"{value.Pattern} on {missed}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_500).WithReplay(s_seed * 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9).WithStartSize(1).WithEndSize(30));
        Assert.True(matches > 500);
    }

    [Theory]
    [InlineData(@"^(?:[^\[]+ )*\[?<HOST>\]? failed$", "a ", "!")]
    [InlineData(@"^gone(?:: (?:\w+\([^\):]*\) \w+|[^\(]+))* \(auth\) rip=<HOST>$", "gone: a: a", "(")]
    [InlineData(@"^(?P<q>['""]?)\S+(?P=q) <HOST>$", "'", "!")]
    [InlineData(@"^(?:(?! from ).)*? from <HOST>$", " from", "!")]
    public void Hostile_texts_are_ruled_out_without_a_step_of_the_safe_engine(string pattern, string part, string end)
    {
        string hostile = string.Concat(Enumerable.Repeat(part, 200_000)) + end;
        var budget = new WorkBudget { IsHurried = true };

        Assert.False(Pattern.Compile(pattern).TryMatch(hostile, out _, budget));
        Assert.Equal(WorkBudget.StepsOfLine, budget.StepsLeft);
    }

    [Theory]
    [InlineData(40_000)]
    [InlineData(400_000)]
    [InlineData(1_000_000)]
    public void A_match_at_the_end_of_a_long_text_is_not_ruled_out(int length) =>
        Assert.True(new CoarseFilter(TryParse(@"^(?:a|aa|aaa|a(?!c))+b <HOST>$")!).Allows(new string('a', length) + "b 192.0.2.1\n"));

    [Fact]
    public void The_work_of_a_line_is_bounded_over_all_patterns()
    {
        // Each of them looks at every character from many places, and matches at the end but for what only looking around can tell.
        Pattern pattern = Pattern.Compile(@"^(?:a|aa|aaa|a(?!c)){1,}(?<!a)b <HOST>");
        string hostile = new string('a', 400_000) + "b 192.0.2.1";
        var budget = new WorkBudget { IsHurried = true };
        int asked = 0;
        while (!budget.IsSpent)
        {
            asked++;
            long before = budget.StepsLeft;
            try
            {
                Assert.False(pattern.TryMatch(hostile, out _, budget));
            }
            catch (RegexMatchTimeoutException)
            {
                Assert.True(budget.IsSpent || before - budget.StepsLeft >= WorkBudget.StepsOfPattern);
            }

            Assert.InRange(before - budget.StepsLeft, 1, WorkBudget.StepsOfPattern + 1);
        }

        Assert.InRange(asked, 2, 40);
        budget.Begin();
        Assert.False(budget.IsSpent || budget.IsHurried);
    }

    private static PatternTree? TryParse(string pattern)
    {
        try
        {
            PatternTree tree = new(TagExpander.Expand(pattern, default), PatternFlags.None);
            _ = tree.Value;
            return tree;
        }
        catch (PatternException)
        {
            return null;
        }
    }
}
