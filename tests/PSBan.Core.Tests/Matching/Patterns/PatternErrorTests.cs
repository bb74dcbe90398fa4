using PSBan.Matching.Patterns;

namespace PSBan.Tests.Matching.Patterns;

/// <summary>Every way a pattern can be wrong, with the whole message: what, where, what was expected, and a caret under it.</summary>
public sealed class PatternErrorTests
{
    [Theory]
    [InlineData("", 0, "empty pattern", "a regular expression")]
    [InlineData("a(b", 1, "missing ), unterminated subpattern", "')' to close the group that opens here")]
    [InlineData("a)b", 1, "unbalanced parenthesis", @"an opening '(' before it, or '\)' for the character itself")]
    [InlineData("*a", 0, "nothing to repeat", @"a character, a class or a group before '*', or '\*' for the character itself")]
    [InlineData("^{2}", 1, "nothing to repeat", @"a character, a class or a group before '{2}', or '\{' for the character itself")]
    [InlineData("a**", 2, "multiple repeat", "one quantifier for each part, or '(?:…)' around the part that '*' is to repeat")]
    [InlineData("a{2}{3}", 4, "multiple repeat", "one quantifier for each part, or '(?:…)' around the part that '{3}' is to repeat")]
    [InlineData("a{3,2}", 2, "min repeat greater than max repeat", "the smaller number first")]
    [InlineData("a{4294967295}", 2, "the repetition number is too large", "a number below 4294967295")]
    [InlineData("x[a", 1, "unterminated character set", "']' to close the class that opens here")]
    [InlineData("[b-a]", 1, "bad character range b-a", @"two characters, the lower first, or '\-' for the hyphen itself")]
    [InlineData(@"[\d-x]", 1, @"bad character range \d-x", @"two characters, the lower first, or '\-' for the hyphen itself")]
    [InlineData(@"a\q", 1, @"bad escape \q", @"a known escape (\A \b \B \d \D \s \S \w \W \Z \n \r \t \f \v \a \xNN \uNNNN), or the character without the backslash")]
    [InlineData(@"a\", 2, "bad escape (end of pattern)", @"a character after the backslash, or '\\' for a backslash itself")]
    [InlineData(@"\x4", 0, @"incomplete escape \x4", "2 hexadecimal digits")]
    [InlineData(@"\400", 0, @"octal escape value \400 outside of range 0-0o377", @"at most \377")]
    [InlineData(@"(a)\2", 4, "invalid group reference 2", "a number from 1 to 1")]
    [InlineData(@"(a\1)", 3, "cannot refer to an open group", "a group whose ')' stands before the reference")]
    [InlineData("(?P=x)", 4, "unknown group name 'x'", "a group such as (?P<x>…) before it")]
    [InlineData("(?P<y>a)(?P=x)", 12, "unknown group name 'x'", "a group opened before it: y")]
    [InlineData("(?(2)a|b)(c)", 3, "invalid group reference 2", "a number from 1 to 1")]
    [InlineData("(?(0)a)", 3, "bad group number", "a number from 1")]
    [InlineData("(a)(?(1)a|b|c)", 11, "conditional backref with more than two branches", "')', or '(?:…|…)' around the branches")]
    [InlineData("(?P<1a>b)", 4, "bad character in group name '1a'", "letters, digits and '_', with no digit in front")]
    [InlineData("(?P<>b)", 4, "missing group name", "a name and '>'")]
    [InlineData("(?P<a", 4, "missing >, unterminated name", "'>' after the name")]
    [InlineData("(?P>a)", 1, "unknown extension ?P>", "(?P<name>…) or (?P=name)")]
    [InlineData("(?<a>b)", 1, "unknown extension ?<a", "(?<=…), (?<!…) or (?P<name>…)")]
    [InlineData("(?", 2, "unexpected end of pattern", "the kind of the group, such as ':' or 'P<name>'")]
    [InlineData("a(?#b", 1, "missing ), unterminated comment", "')' to close the comment that opens here")]
    [InlineData("(?<=a+)b", 0, "look-behind requires fixed-width pattern", "as many characters in every case: no *, +, ? and branches of one length")]
    [InlineData("a(?i)b", 1, "global flags not at the start of the expression", "the flags first of all, or for a part of it (?i:…)")]
    [InlineData("(?P<x>(?i)b)", 6, "global flags not at the start of the expression", "the flags first of all, or for a part of it (?i:…)")]
    [InlineData("(?iz)", 3, "unknown flag", "one of the flags a, i, m, s, u, x")]
    [InlineData("(?i-i:a)", 6, "bad inline flags: flag turned on and off", "each flag once")]
    [InlineData("<F-A-B>x</F-A-B>", 0, "bad character in group name 'a-b'", "letters, digits and '_', with no digit in front")]
    [InlineData("<HOST> and <HOST>", 11, "redefinition of group name 'ip4'", "each name once in a pattern, such as <F-ALT_IP4> for another way to it")]
    [InlineData("<F-USER>a", 0, "missing ), unterminated subpattern", "')' to close the group that opens here")]
    public void A_wrong_pattern_is_refused_in_so_many_words(string pattern, int position, string problem, string expected)
    {
        var e = Assert.Throws<PatternException>(() => Pattern.Compile(pattern));

        Assert.Equal(position, e.Position);
        Assert.Equal($"{problem} at position {position}; expected {expected}\n{pattern}\n{new string(' ', position)}^", e.Message);
    }

    [Fact]
    public void A_long_pattern_is_shown_through_a_window()
    {
        var e = Assert.Throws<PatternException>(() => Pattern.Compile(new string('a', 150) + "**" + new string('b', 150)));

        string[] lines = e.Message.Split('\n');
        Assert.Equal($"…{new string('a', 49)}**{new string('b', 49)}…", lines[1]);
        Assert.Equal('*', lines[1][lines[2].IndexOf('^', StringComparison.Ordinal)]);
    }

    [Fact]
    public void Nesting_without_end_is_refused_and_does_no_harm()
    {
        foreach (string open in (string[])["(", "(?:", "(?=", "(?P<a>x)|(?(a)(", "((?i)", "(?>"])
        {
            string deep = string.Concat(Enumerable.Repeat(open, 100_000));

            Assert.Throws<PatternException>(() => Pattern.Compile(deep));
        }
    }

    [Fact]
    public void Whatever_the_text_nothing_else_is_thrown()
    {
        var random = new Random(20);
        const string Alphabet = @"()[]{}?*+|\.^$<>=!:#-,PiLx019abdw '";
        for (int i = 0; i < 20_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            try
            {
                Pattern.Compile(text);
            }
            catch (PatternException e)
            {
                Assert.InRange(e.Position, 0, text.Length);
            }
        }
    }
}
