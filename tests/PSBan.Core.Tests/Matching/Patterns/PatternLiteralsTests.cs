using PSBan.Matching.Patterns;

namespace PSBan.Tests.Matching.Patterns;

public sealed class PatternLiteralsTests
{
    [Theory]
    [InlineData("^Failed password for .* from <HOST>", "Failed password for ")]
    [InlineData("^a.*authentication.*b", "authentication")]
    [InlineData("(?:Login|Sign-in) failed", "Login failed", "Sign-in failed")]
    [InlineData("fo(?:bargain|.*bazaar)", "bargain", "bazaar")]
    [InlineData("(?:foo)?barrel", "barrel")]
    [InlineData("errors? here", "errors here", "error here")]
    [InlineData("(?:abc){2,}", "abc")]
    [InlineData("(?:abc){2}", "abcabc")]
    [InlineData("[Ff]ailed", "ailed")]
    [InlineData("x(?=yes)yes(?!no)", "xyes")]
    [InlineData(@"^\bauth\b$", "auth")]
    [InlineData("(a)?(?(1)bcd|efg)", "bcd", "efg")]
    [InlineData("(?P<q>abc).(?P=q)", "abc")]
    [InlineData("(?>abc|abd)", "abc", "abd")]
    public void The_strings_a_match_cannot_do_without_are_found(string pattern, params string[] literals)
    {
        PatternLiterals found = Pattern.Compile(pattern).Literals!;

        Assert.Equal(literals, found.Values);
        Assert.False(found.IgnoreCase);
    }

    [Theory]
    [InlineData("(?i)failed login", "failed login")]
    [InlineData(@".*(?i:Invalid) \d", "invalid ")]
    public void Case_is_ignored_where_the_pattern_does(string pattern, string literal)
    {
        PatternLiterals found = Pattern.Compile(pattern).Literals!;

        Assert.Equal([literal], found.Values);
        Assert.True(found.IgnoreCase);
        Assert.True(found.FoundIn($"xx {literal.ToUpperInvariant()} xx"));
    }

    [Theory]
    [InlineData(@"^\S+ \d+$")]
    [InlineData("(?:abc)?")]
    [InlineData("(?:abc)*")]
    [InlineData("abc|.")]
    [InlineData("<HOST>")]
    [InlineData("(?!abc)")]
    [InlineData("^$")]
    public void None_are_claimed_where_none_are_certain(string pattern) => Assert.Null(Pattern.Compile(pattern).Literals);

    [Theory]
    [InlineData(@"^\[\] sshd: failed", "] sshd: failed")]
    [InlineData("one  three", " three")]
    [InlineData(@"first\nsecond line", "second line")]
    public void No_literal_spans_a_line_end_or_what_looks_like_the_seam_of_a_cut_date(string pattern, string literal) =>
        Assert.Equal([literal], Pattern.Compile(pattern).Literals!.Values);

    [Fact]
    public void There_are_never_too_many()
    {
        PatternLiterals? found = Pattern.Compile("[a-j][a-j][a-j] tail of it").Literals;

        Assert.Equal([" tail of it"], found!.Values);
        Assert.Null(Pattern.Compile(string.Join('|', Enumerable.Range(0, 100).Select(i => $"word{i}x"))).Literals);
    }
}
