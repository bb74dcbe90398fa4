using PSBan.Matching;

namespace PSBan.Tests.Matching;

/// <summary>
/// The patterns here cannot be made safe: so many conditions leave only the engine that can blow up. Their lines take for ever, so no verdict
/// hangs on how fast the machine is.
/// </summary>
public sealed class GuardedPatternTests
{
    private const string Unsafe = "^(y)?(y)?(y)?(y)?(y)?(?(1)z)(?(2)z)(?(3)z)(?(4)z)(?(5)z)";
    private const string Slow = Unsafe + @"(?:\w+\s?)+! <HOST>$";

    [Fact]
    public void A_line_that_stalls_a_pattern_is_lost_alone()
    {
        TestedFilter filter = Create(Slow);

        Assert.Empty(filter.Feed(Hostile(60)));
        Assert.Equal(LineVerdict.TimedOut, filter.Verdict);
        Assert.Single(filter.Feed("aa a! 192.0.2.7"));
        LineNotice notice = Assert.Single(filter.Notices, notice => notice.Kind == LineNoticeKind.PatternTimedOut);
        Assert.Equal(1, notice.Pattern!.TimedOut);
        Assert.Equal("filter.conf:10", notice.Pattern.Location.ToString());
    }

    [Fact]
    public void The_other_patterns_go_on()
    {
        TestedFilter filter = Create(Slow, "b <HOST>$");

        Assert.Equal(1, filter.FeedOne(Hostile(60) + "b 192.0.2.7").PatternIndex);
        Assert.Equal(LineVerdict.Matched, filter.Verdict);
    }

    [Fact]
    public void After_three_lines_such_lines_are_kept_from_it_and_shorter_ones_are_not()
    {
        TestedFilter filter = Create(Slow);
        for (int i = 0; i < 3; i++)
        {
            filter.Feed(Hostile(80 + i));
        }

        PatternUsage usage = filter.Filter.Patterns[0];
        Assert.True(usage.IsPutAside);
        Assert.Equal(3, usage.TimedOut);
        Assert.Equal(LineNoticeKind.PatternPutAside, filter.Notices[^1].Kind);

        filter.Feed(Hostile(80));
        Assert.Equal(LineVerdict.TimedOut, filter.Verdict);
        Assert.Equal(3, filter.Filter.Patterns[0].TimedOut);
        Assert.Single(filter.Feed("aa a! 192.0.2.7"));
    }

    [Fact]
    public void Short_lines_that_stall_put_it_aside_for_good()
    {
        TestedFilter filter = Create(Slow);
        for (int i = 0; i < 3; i++)
        {
            filter.Feed(Hostile(40));
        }

        Assert.Equal(0, filter.Filter.Patterns[0].MaxLength);
        Assert.Empty(filter.Feed("aa a! 192.0.2.7"));
        Assert.Equal(LineVerdict.TimedOut, filter.Verdict);
    }

    [Fact]
    public void A_line_of_which_nobody_can_say_whether_to_ignore_it_is_lost()
    {
        TestedFilter filter = TestedFilter.Create(
            ["b <HOST>$"],
            filter => filter with { IgnoreRegex = TestedFilter.Located(Unsafe + @"(?:\w+\s?)+!") },
            options => options with { MatchTimeout = TimeSpan.FromMilliseconds(30) });

        Assert.Empty(filter.Feed(Hostile(60) + "b 192.0.2.7"));
        Assert.Equal(LineVerdict.TimedOut, filter.Verdict);
        Assert.Single(filter.Feed("b 192.0.2.7"));
    }

    [Fact]
    public void A_datepattern_that_stalls_loses_such_lines_alone()
    {
        TestedFilter filter = TestedFilter.Create(["b <HOST>$"], filter => filter with { DatePattern = TestedFilter.Located(@"^(?:\w+\s?)+!%Y-%m-%d")[0] });

        filter.Feed(Hostile(100) + "b 192.0.2.7");
        Assert.Equal(LineVerdict.TimedOut, filter.Verdict);
        Assert.Single(filter.Feed("a!2005-08-14 b 192.0.2.7"));

        filter.FeedAll(Hostile(100), Hostile(100), Hostile(100));
        Assert.Equal(3, filter.Notices.Count(notice => notice.Kind == LineNoticeKind.PatternTimedOut));
        Assert.Equal(LineNoticeKind.PatternPutAside, filter.Notices[^1].Kind);
        Assert.Null(filter.Filter.DateOf(Hostile(100)));
        Assert.Single(filter.Feed("a!2005-08-14 b 192.0.2.7"));
    }

    [Fact]
    public void Lines_that_cost_all_patterns_together_too_much_are_given_up_and_after_three_no_longer_looked_at()
    {
        // Each by itself stays within its limit.
        TestedFilter filter = TestedFilter.Create([.. Enumerable.Range(0, 8).Select(i => $"^(?:a|aa|aaa|a(?!{i})){{1,}}(?<!a)b <HOST>"), "c <HOST>$"]);
        string hostile = new string('a', 400_000) + "b 192.0.2.1";

        for (int i = 0; i < 3; i++)
        {
            Assert.Empty(filter.Feed(hostile));
            Assert.Equal(LineVerdict.TimedOut, filter.Verdict);
            Assert.Single(filter.Feed("c 192.0.2.7"));
        }

        Assert.Equal(3, filter.Notices.Count(notice => notice.Kind == LineNoticeKind.PatternTimedOut));
        LineNotice last = filter.Notices[^1];
        Assert.Equal((LineNoticeKind.PatternPutAside, null), (last.Kind, last.Pattern));
        Assert.All(filter.Filter.Patterns, pattern => Assert.False(pattern.IsPutAside));

        Assert.Empty(filter.Feed(hostile));
        Assert.Equal(LineVerdict.TimedOut, filter.Verdict);
        Assert.Same(last, filter.Notices[^1]);
        Assert.Single(filter.Feed("c 192.0.2.7"));
    }

    [Fact]
    public void A_date_is_looked_for_in_the_head_of_a_line_of_any_length()
    {
        TestedFilter filter = TestedFilter.Create(["b <HOST>$"]);
        TestedFilter atEnd = TestedFilter.Create(["^b <HOST>"], filter => filter with { DatePattern = TestedFilter.Located("%Y-%m-%d$")[0] });
        string padding = new('.', 1_000_000);

        Assert.Equal(new DateTimeOffset(2005, 8, 13, 0, 0, 0, TimeSpan.FromHours(2)), filter.FeedOne($"2005-08-13 00:00:00 {padding} b 192.0.2.7").Time);
        Assert.Equal(new DateTimeOffset(2005, 8, 13, 0, 0, 0, TimeSpan.FromHours(2)), atEnd.FeedOne($"b 192.0.2.7 {padding} 2005-08-13").Time);
    }

    private static TestedFilter Create(params string[] patterns) =>
        TestedFilter.Create(patterns, options: options => options with { MatchTimeout = TimeSpan.FromMilliseconds(30) });

    // With what the pattern cannot do without, lest it is not tried at all.
    private static string Hostile(int length) => new string('a', length) + "? ! ";
}
