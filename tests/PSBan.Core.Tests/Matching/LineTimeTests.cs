using PSBan.Matching;
using PSBan.Model;

namespace PSBan.Tests.Matching;

public sealed class LineTimeTests
{
    private static readonly DateTimeOffset s_noon = DateTimeOffset.FromUnixTimeSeconds(1124013600);

    [Theory]
    [InlineData("Aug 14 11:58:59", 0)]
    [InlineData("Aug 14 11:59:00", -60)]
    [InlineData("Aug 14 12:00:00", 0)]
    [InlineData("2005-08-14 12:01:00", 0)]
    [InlineData("2005-08-14 12:01:01", 0)]
    [InlineData("2004-01-01 00:00:00", 0)]
    public void In_operation_a_stamp_more_than_a_minute_off_counts_as_now_and_none_lies_in_the_future(string stamp, int offset)
    {
        Failure failure = Create().FeedOne($"{stamp} fail 192.0.2.7");

        Assert.Equal(s_noon.AddSeconds(offset), failure.Time);
    }

    [Theory]
    [InlineData("Aug 14 11:49:59", LineVerdict.Dropped)]
    [InlineData("Aug 14 11:50:00", LineVerdict.Matched)]
    public void Read_up_from_the_past_a_line_older_than_findtime_is_dropped(string stamp, LineVerdict verdict)
    {
        TestedFilter filter = Create();

        List<Failure> failures = filter.Feed($"{stamp} fail 192.0.2.7", inOperation: false);

        Assert.Equal(verdict, filter.Verdict);
        Assert.Equal(verdict == LineVerdict.Matched ? 1 : 0, failures.Count);
    }

    [Fact]
    public void A_line_without_date_goes_with_the_last_one_for_a_minute()
    {
        TestedFilter filter = Create();
        filter.Feed("Aug 14 11:59:30 something");
        Assert.Equal(s_noon.AddSeconds(-30), filter.FeedOne("fail 192.0.2.7").Time);
        Assert.Equal(["fail 192.0.2.7"], filter.FeedOne("fail 192.0.2.7").Matches);

        filter.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(s_noon.AddSeconds(30), filter.FeedOne("fail 192.0.2.7").Time);
    }

    [Fact]
    public void A_line_without_date_from_the_past_does_not_count_where_there_is_no_last_one()
    {
        TestedFilter filter = Create();

        Assert.Empty(filter.Feed("fail 192.0.2.7", inOperation: false));
        Assert.Equal(s_noon, filter.FeedOne("fail 192.0.2.7", inOperation: true).Time);
        Assert.Contains(filter.Notices, notice => notice.Kind == LineNoticeKind.NoTimestamp);
    }

    [Fact]
    public void A_date_that_does_not_exist_stays_cut_out_unless_a_last_time_serves()
    {
        TestedFilter filter = TestedFilter.Create(["^ fail <HOST>", "^Feb 30 10:00:00 fail <HOST>"], options: options => options with { TimeWindow = true });
        Assert.Equal(0, filter.FeedOne("Feb 30 10:00:00 fail 192.0.2.7").PatternIndex);

        filter.Feed("Aug 14 11:59:30 something");
        Failure failure = filter.FeedOne("Feb 30 10:00:00 fail 192.0.2.7");
        Assert.Equal((1, s_noon.AddSeconds(-30)), (failure.PatternIndex, failure.Time));
    }

    [Fact]
    public void A_pattern_that_matches_nothing_means_there_is_no_date_and_nothing_is_missing()
    {
        TestedFilter filter = TestedFilter.Create(["^Aug 14 11:00:00 fail <HOST>"], filter => filter with { DatePattern = TestedFilter.Located("{NONE}")[0] });

        Assert.Equal(s_noon, filter.FeedOne("Aug 14 11:00:00 fail 192.0.2.7", inOperation: false).Time);
        Assert.Empty(filter.Notices);
    }

    [Fact]
    public void The_fixed_zone_of_the_log_counts()
    {
        TestedFilter filter = TestedFilter.Create(["fail <HOST>"], filter => filter with { LogTimeZone = TestedFilter.Located("UTC+0530")[0] });

        Assert.Equal(s_noon.AddHours(2).AddHours(-5.5), filter.FeedOne("2005-08-14 12:00:00 fail 192.0.2.7").Time);
    }

    [Fact]
    public void Odd_stamps_are_said_once_a_day()
    {
        TestedFilter filter = Create();
        filter.Feed("Aug 14 10:00:00 x");
        filter.Feed("Aug 14 10:00:00 x");
        LineNotice notice = Assert.Single(filter.Notices);
        Assert.Equal((LineNoticeKind.StampOffClock, TimeSpan.FromHours(-2)), (notice.Kind, notice.Deviation));
        Assert.Equal("A line's stamp is 2h behind the clock, probably because the time zone is another one (logtimezone); such lines count as written now.", notice.Message);
        Assert.Equal("Aug 14 10:00:00 x", notice.Line);

        filter.Clock.Advance(TimeSpan.FromHours(25));
        filter.Feed("Aug 15 12:58:00 x");
        Assert.Equal(2, filter.Notices.Count);
        Assert.Contains("2m behind the clock, probably because lines come late", filter.Notices[1].Message, StringComparison.Ordinal);
    }

    private static TestedFilter Create() =>
        TestedFilter.Create(["fail <HOST>"], options: options => options with { TimeWindow = true, FindTime = TimeSpan.FromMinutes(10) });

    // Python takes the accent, the joiner and the emoji for no part of a word, and the fraction for one.
    [Theory]
    [InlineData("x \u03012005-08-13 11:59:59 b 192.0.2.7", true)]
    [InlineData("x\u200D2005-08-13 11:59:59 b 192.0.2.7", true)]
    [InlineData("x\u203F2005-08-13 11:59:59 b 192.0.2.7", true)]
    [InlineData("x\U0001F6002005-08-13 11:59:59 b 192.0.2.7", true)]
    [InlineData("x\u00BD2005-08-13 11:59:59 b 192.0.2.7", false)]
    [InlineData("x\u00E92005-08-13 11:59:59 b 192.0.2.7", false)]
    public void A_date_begins_where_a_word_begins_in_Python(string line, bool isFound) =>
        Assert.Equal(isFound, TestedFilter.Create(["b <HOST>$"]).FeedOne(line).Time.Day == 13);
}
