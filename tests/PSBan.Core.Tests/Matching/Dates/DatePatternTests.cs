using PSBan.Matching.Dates;

namespace PSBan.Tests.Matching.Dates;

public sealed class DatePatternTests
{
    [Theory]
    [InlineData("%Y-%m-%d", "x 2005-01-23 y", "2005-01-23")]
    [InlineData("%Y-%m-%d", "abc2005-01-23x", null)]
    [InlineData("{UNB}%Y-%m-%d", "abc2005-01-23x", "2005-01-23")]
    [InlineData("**%Y-%m-%d**", "abc2005-01-23x", "2005-01-23")]
    [InlineData("{^LN-BEG}%Y-%m-%d %H:%M:%S", "[2005-01-23 21:59:59] x", "2005-01-23 21:59:59")]
    [InlineData("{^LN-BEG}%Y-%m-%d %H:%M:%S", "  2005-01-23 21:59:59 x", "2005-01-23 21:59:59")]
    [InlineData("{^LN-BEG}%Y-%m-%d %H:%M:%S", "   2005-01-23 21:59:59 x", null)]
    [InlineData("^%Y-%m-%d", "2005-01-23 x", "2005-01-23")]
    [InlineData("^%Y-%m-%d", " 2005-01-23 x", null)]
    [InlineData("%Y-%m-%d$", "x 2005-01-23", "2005-01-23")]
    [InlineData("%Y-%m-%d$", "x 2005-01-23 ", null)]
    [InlineData(@"^\[(%Y-%m-%d)\] ", "[2005-01-23] x", "2005-01-23")]
    [InlineData("{NONE}", "2005-01-23", "")]
    [InlineData(@"^I\(()**", "I(2005-01-23", "")]
    [InlineData("epoch", "1106513999 x", "1106513999")]
    [InlineData("^EPOCH", "x 1106513999", null)]
    [InlineData("LEPOCH", "1106513999123 x", "1106513999123")]
    [InlineData("TAI64N", "x @40000000462be1b50d2f1a54 y", "@40000000462be1b50d2f1a54")]
    [InlineData("{^LN-BEG}TAI64N", "x @40000000462be1b50d2f1a54 y", null)]
    [InlineData(@"^time={EPOCH}\b", "time=1106513999 x", "time=1106513999")]
    [InlineData(@"^(time={EPOCH}) x", "time=1106513999 x", "time=1106513999")]
    [InlineData(@"^time=({LEPOCH})", "time=1106513999123456 x", "1106513999123456")]
    [InlineData("at: {DATE}", "12:00:00 at: Jan 23 21:59:59", "at: Jan 23 21:59:59")]
    [InlineData("at: {DATE}", "Jan 23 21:59:59", null)]
    [InlineData("{^LN-BEG}", "x Jan 23 21:59:59", null)]
    [InlineData("{default}", "x Jan 23 21:59:59", "Jan 23 21:59:59")]
    [InlineData("100%% %Y", "100% 2005", "100% 2005")]
    public void Finds_what_the_pattern_says(string pattern, string line, string? cut) => Assert.Equal(cut, DateSupport.Read(line, pattern)?.Cut);

    [Fact]
    public void Several_patterns_stand_on_several_lines_and_a_repeated_one_counts_once()
    {
        IReadOnlyList<DateTemplate> templates = DatePattern.CreateAll("\n %Y-%m-%d\n\n%H:%M\n%Y-%m-%d\n", 2029);

        Assert.Equal(["Year-Month-Day", "24hour:Minute"], templates.Select(template => template.Name));
    }

    [Theory]
    [InlineData("{DEFAULT}", 31)]
    [InlineData("{^LN-BEG}", 17)]
    [InlineData("x {DATE}", 17)]
    [InlineData("{^LN-BEG}\n{DEFAULT}", 31)]
    [InlineData(" ", 31)]
    public void Keywords_stand_for_lists(string pattern, int count) => Assert.Equal(count, DatePattern.CreateAll(pattern, 2029).Count);

    [Fact]
    public void An_unknown_code_is_shown_with_a_caret()
    {
        var e = Assert.Throws<DatePatternException>(() => DatePattern.CreateAll("%Y-%-d", 2029));

        Assert.Equal("'%-' is no date code; a literal percent sign is written '%%' ('%%%%' in a configuration file).\n  %Y-%-d\n     ^", e.Message);
    }

    [Theory]
    [InlineData("%Y(", "missing ), unterminated subpattern at position 2; expected", 2)]
    [InlineData("%ExY-[", "unterminated character set at position 5; expected", 5)]
    [InlineData("%d %d", "redefinition of group name 'd' in what its codes stand for; expected", -1)]
    public void What_is_no_regex_is_shown_with_a_caret(string pattern, string message, int caret)
    {
        var e = Assert.Throws<DatePatternException>(() => DatePattern.CreateAll(pattern, 2029));

        Assert.StartsWith(message, e.Message, StringComparison.Ordinal);
        Assert.EndsWith(caret < 0 ? $"\n  {pattern}" : $"\n  {pattern}\n  {new string(' ', caret)}^", e.Message, StringComparison.Ordinal);
    }
}
