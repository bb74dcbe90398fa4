using PSBan.Matching.Patterns;

namespace PSBan.Tests.Matching.Patterns;

/// <summary>The dialect, a line a rule: what matches and what the groups take.</summary>
public sealed class PatternDialectTests
{
    [Theory]
    [InlineData(@"a{,2}b", "aaab", "aab")]
    [InlineData("a{b", "a{b", "a{b")]
    [InlineData("a{}", "a{}", "a{}")]
    [InlineData("a{1,b}", "a{1,b}", "a{1,b}")]
    [InlineData("[]a]+", "x]a", "]a")]
    [InlineData("[^]a]+", "]xa", "x")]
    [InlineData("[[a]+", "[a]", "[a")]
    [InlineData("[a-z-[b]]", "b]", "b]")]
    [InlineData("[a-]+", "b-a", "-a")]
    [InlineData("[+--]+", "x,-+", ",-+")]
    [InlineData(@"[\b]", "a\bc", "\b")]
    [InlineData(@"\x41\u0042\103\t", "ABC\t", "ABC\t")]
    [InlineData(@"\07", "\u0007", "\u0007")]
    [InlineData(@"(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)\10", "abcdefghijj", "abcdefghijj")]
    [InlineData("(a)(?#no more)\\1", "aa", "aa")]
    [InlineData("(?x) a  b # c\n [ ]", "ab ", "ab ")]
    [InlineData("(?x:a b)c d", "abc d", "abc d")]
    [InlineData("(?i)ABC", "xaBc", "aBc")]
    [InlineData("(?i:a)b", "Abab", "Ab")]
    [InlineData("(?i)a(?-i:B)", "abAB", "AB")]
    [InlineData("((?i)abc)d", "xABCd", "ABCd")]
    [InlineData("(?:(?i)abc)d", "xABCd", "ABCd")]
    [InlineData("(?i)a|b", "B", "B")]
    [InlineData("(?s)a.b", "a\nb", "a\nb")]
    [InlineData("(?m)^b$", "a\nb\nc", "b")]
    [InlineData("b$", "ab\n", "b")]
    [InlineData("a++b", "aaab", "aaab")]
    [InlineData("a?+b", "aab", "ab")]
    [InlineData("(?>a|ab)c|abd", "abd", "abd")]
    [InlineData("(a)?(?(1)b|c)", "ab", "ab")]
    [InlineData("(a)?(?(1)b|c)", "xc", "c")]
    [InlineData(@"\w+", "-\u00E9\u00B2_", "\u00E9\u00B2_")]
    [InlineData(@"\w+", "a\u0301b", "a")]
    [InlineData(@"\w+\b", "a\u203Fb", "a")]
    [InlineData(@"(?a:\w+)", "\u00E9a", "a")]
    [InlineData(@"\s+", "a\u001C\u001Fb", "\u001C\u001F")]
    [InlineData(@"\d+", "a\u0661b", "\u0661")]
    [InlineData("^.$", "\U0001F600", "\U0001F600")]
    [InlineData("[\U0001F600-\U0001F610]x", "\U0001F601x", "\U0001F601x")]
    [InlineData(@"(?<=\U0001F600)a", "\U0001F600a", "a")]
    [InlineData("(?i)\u03C3", "\u03C2", "\u03C2")]
    [InlineData("[^a-z]+\\b", "A.", "A")]
    [InlineData(@"\D+\B", "Ak", "A")]
    [InlineData(@"(?:(?>\D|))*-", "-", "-")]
    [InlineData("(?:(?:a|)+?)+", "", "")]
    public void A_match_is_what_Python_finds(string pattern, string text, string match)
    {
        Assert.True(Pattern.Compile(pattern).TryMatch(text, out PatternMatch found));
        Assert.Equal(match, found.Value);
    }

    [Theory]
    [InlineData(@"a\Z", "a\n")]
    [InlineData("a.b", "a\nb")]
    [InlineData("^b", "a\nb")]
    [InlineData("a++a", "aaa")]
    [InlineData("(?>a|ab)d", "abd")]
    [InlineData("(?:(?>a+)){2}", "aa")]
    [InlineData("[a-z-[b]]", "b")]
    [InlineData(@"\B", "")]
    [InlineData("(?!)", "a")]
    [InlineData("(?i)s", "\u017F")]
    public void There_is_no_match_where_Python_finds_none(string pattern, string text) => Assert.False(Pattern.Compile(pattern).TryMatch(text, out _));

    [Fact]
    public void Multiline_ties_to_lines()
    {
        Pattern pattern = Pattern.Compile("^b$", new PatternOptions { Multiline = true });

        Assert.True(pattern.TryMatch("a\nb\n", out PatternMatch match));
        Assert.Equal(2, match.Index);
    }

    [Fact]
    public void Groups_are_told_by_name_and_those_that_took_no_part_are_missing()
    {
        Pattern pattern = Pattern.Compile(@"^(?:user <F-USER>\S*</F-USER> )?(x)?from <HOST>");

        Assert.True(pattern.TryMatch("user  from 192.0.2.7 port", out PatternMatch match));
        Assert.Equal(["user", "ip4", "ip6", "dns"], pattern.GroupNames);
        Assert.Equal("", match["user"]);
        Assert.Equal("192.0.2.7", match["ip4"]);
        Assert.Null(match["ip6"]);
        Assert.Null(match["nobody"]);
        Assert.False(match.TryGetGroup("dns", out _, out _));
        Assert.True(match.TryGetGroup("ip4", out int index, out int length));
        Assert.Equal((11, 9), (index, length));
        Assert.Equal([KeyValuePair.Create("user", ""), KeyValuePair.Create("ip4", "192.0.2.7")], match.Groups);
    }

    [Theory]
    [InlineData("192.0.2.1", "ip4", "192.0.2.1")]
    [InlineData("::ffff:192.0.2.1", "ip4", "192.0.2.1")]
    [InlineData("[192.0.2.1]", "ip4", "192.0.2.1")]
    [InlineData("2001:db8::1", "ip6", "2001:db8::1")]
    [InlineData("[2001:db8::1]", "ip6", "2001:db8::1")]
    [InlineData("::1", "ip6", "::1")]
    [InlineData("2001:db8::", "ip6", "2001:db8::")]
    [InlineData("host.example.org", "dns", "host.example.org")]
    [InlineData("999.1.1.1", "ip4", "999.1.1.1")]
    public void A_host_is_taken_whole(string host, string group, string value)
    {
        Assert.True(Pattern.Compile("^from <HOST>$").TryMatch($"from {host}", out PatternMatch match));
        Assert.Equal([KeyValuePair.Create(group, value)], match.Groups);
    }
}
