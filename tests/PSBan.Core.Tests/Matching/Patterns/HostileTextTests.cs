using System.Text.RegularExpressions;
using PSBan.Matching.Patterns;
using PSBan.Matching.Patterns.Engine;
using PSBan.Matching.Patterns.Tree;

namespace PSBan.Tests.Matching.Patterns;

/// <summary>Texts made to stall a backtracking engine get their verdict all the same.</summary>
public sealed class HostileTextTests
{
    // .NET's own engine would take longer than anybody lives; a limit of a second is certain to be met.
    [Theory]
    [InlineData("^(?:a+b?)+$", "a", 100, "c")]
    [InlineData("^(?:a|aa)+$", "a", 100, "b")]
    [InlineData(@"^(?:\s*\w+\s*)*:$", "ab ", 40, "!")]
    [InlineData("^(?:(?!x)[ab]|a)+$", "a", 100, "c")]
    [InlineData("^(a)?(?:a|aa)+(?(1)c|d)$", "a", 100, "b")]
    public void A_line_that_would_stall_is_judged_by_the_safe_engine(string pattern, string part, int times, string end)
    {
        PatternTree tree = new(TagExpander.Expand(pattern, default), PatternFlags.None);
        var matcher = new Matcher(tree, DotNetWriter.Write(tree.Value), TimeSpan.FromSeconds(1));
        string hostile = string.Concat(Enumerable.Repeat(part, times)) + end;

        Assert.True(matcher.IsLinear);
        Assert.False(matcher.TrySearch(hostile, out _));
        Assert.Equal(1, matcher.Timeouts);

        // The next of its kind does not get as far as the limit.
        Assert.False(matcher.TrySearch(hostile, out _));
        Assert.False(matcher.IsMatch(hostile));
        Assert.Equal(1, matcher.Timeouts);
    }

    [Fact]
    public void A_line_that_stalls_and_matches_in_the_end_matches()
    {
        Pattern pattern = Pattern.Compile("(?P<a>(?:x+)+)y|x+(?P<b>z)");

        Assert.True(pattern.TryMatch(new string('x', 200) + "z", out PatternMatch match));
        Assert.Equal((0, 201), (match.Index, match.Length));
        Assert.Equal("z", match["b"]);
    }

    [Fact]
    public void The_safe_engine_takes_no_more_steps_than_text_times_pattern()
    {
        // Twice the text, twice the work: were it more, this text of a million characters would not end.
        SafeProgram program = SafeProgram.Compile(PatternParser.Parse(TagExpander.Expand("(?:a|aa|a*)*b", default)))!;

        Assert.False(SafeEngine.TrySearch(program, new string('a', 1_000_000), out _));
    }

    [Fact]
    public void A_repeated_group_is_searched_for_a_limited_number_of_steps()
    {
        Pattern pattern = Pattern.Compile(@"(?P<a>.*)(?P<b>.*)(?P<c>.*)(?P=a)(?P=b)(?P=c)!$");

        Assert.False(pattern.IsLinear);
        string text = string.Concat(Enumerable.Range(0, 4_000).Select(i => (char)('a' + (i * i % 23)))) + "!";
        Assert.Throws<RegexMatchTimeoutException>(() => pattern.TryMatch(text, out _));
        Assert.Throws<RegexMatchTimeoutException>(() => pattern.IsMatch(text));
    }

    [Theory]
    [InlineData("^.* <HOST>$", true)]
    [InlineData("^(?:(?! from ).)* from <HOST>", true)]
    [InlineData(@"^(?P<q>['""])\S+(?P=q) <HOST>", false)]
    [InlineData("^(?=.*x) <HOST>", false)]
    [InlineData(@"^\S++ <HOST>", true)]
    public void What_is_linear_is_said(string pattern, bool isLinear) => Assert.Equal(isLinear, Pattern.Compile(pattern).IsLinear);

    [Fact]
    public void A_pattern_too_large_for_the_safe_engine_still_matches()
    {
        Pattern pattern = Pattern.Compile("^(?:(?:ab){100}c){150}$");

        Assert.False(pattern.IsLinear);
        Assert.True(pattern.IsMatch(string.Concat(Enumerable.Repeat(string.Concat(Enumerable.Repeat("ab", 100)) + "c", 150))));
    }

    [Fact]
    public void A_pattern_matches_the_same_before_and_after_it_is_compiled()
    {
        Pattern pattern = Pattern.Compile("^Failed password for <F-USER>.*</F-USER> from <HOST> port");
        for (int i = 0; i < Matcher.UsesToCompile + 10; i++)
        {
            Assert.True(pattern.TryMatch($"Failed password for u{i} from 192.0.2.{i % 256} port 22", out PatternMatch match));
            Assert.Equal($"u{i}", match["user"]);
            Assert.Equal($"192.0.2.{i % 256}", match["ip4"]);
        }
    }

    [Fact]
    public void A_pattern_may_be_shared_between_threads()
    {
        Pattern pattern = Pattern.Compile(@"^user (?:\S+ )*<F-USER>\S+</F-USER> from <HOST>$");

        Parallel.For(0, 20_000, i =>
        {
            Assert.True(pattern.TryMatch($"user a b u{i} from 192.0.2.1", out PatternMatch match));
            Assert.Equal($"u{i}", match["user"]);
        });
    }
}
