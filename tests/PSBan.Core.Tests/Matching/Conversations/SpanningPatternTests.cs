using PSBan.Model;

namespace PSBan.Tests.Matching.Conversations;

public sealed class SpanningPatternTests
{
    [Fact]
    public void A_pattern_spans_lines_and_what_it_skips_stays()
    {
        TestedFilter filter = Create(5, "^begin <F-USER>\\w+</F-USER>$<SKIPLINES>^end <HOST>$");

        Assert.Equal(["", "", "", "192.0.2.1/2", "192.0.2.2/2"], filter.FeedAll("begin a", "begin b", "noise", "end 192.0.2.1", "end 192.0.2.2"));
    }

    [Fact]
    public void The_matched_lines_are_those_of_the_failure_with_their_dates()
    {
        TestedFilter filter = Create(5, "^ begin$<SKIPLINES>^ end <HOST>$");
        filter.FeedAll("Aug 14 11:59:00 begin", "Aug 14 11:59:01 noise");

        Failure failure = filter.FeedOne("Aug 14 11:59:02 end 192.0.2.1");

        Assert.Equal(["Aug 14 11:59:00 begin", "Aug 14 11:59:02 end 192.0.2.1"], failure.Matches);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1124013542), failure.Time);
    }

    [Fact]
    public void No_line_matches_twice()
    {
        TestedFilter filter = Create(3, "^begin\n^end <HOST>$");

        Assert.Equal(["", "192.0.2.1/2", ""], filter.FeedAll("begin", "end 192.0.2.1", "end 192.0.2.1"));
    }

    [Fact]
    public void No_more_than_the_last_lines_are_seen()
    {
        string[] lines = ["begin", "1", "2", "end 192.0.2.1"];

        Assert.Equal(["", "", "", ""], Create(3, "^begin$<SKIPLINES>^end <HOST>$").FeedAll(lines));
        Assert.Equal(["", "", "", "192.0.2.1/2"], Create(4, "^begin$<SKIPLINES>^end <HOST>$").FeedAll(lines));
    }

    [Fact]
    public void Earlier_lines_of_a_match_are_named_for_reports()
    {
        TestedFilter filter = Create(5, "^begin$<SKIPLINES>^end <HOST>$");
        filter.FeedAll("x", "begin", "noise");
        Assert.Empty(filter.Filter.AbsorbedLines);

        filter.Feed("end 192.0.2.1");
        Assert.Equal(["begin"], filter.Filter.AbsorbedLines);
        filter.Feed("y");
        Assert.Empty(filter.Filter.AbsorbedLines);
    }

    [Fact]
    public void An_ignoreregex_sees_the_matched_lines_and_uses_them_up()
    {
        TestedFilter filter = TestedFilter.Create(
            ["^begin( \\w+)?$<SKIPLINES>^end <HOST>$"], options => options with { MaxLines = 5, IgnoreRegex = TestedFilter.Located("begin friend") });

        Assert.Equal(["", "", "", "192.0.2.2/2"], filter.FeedAll("begin friend", "end 192.0.2.1", "begin", "end 192.0.2.2"));
    }

    private static TestedFilter Create(int maxLines, string pattern) => TestedFilter.Create([pattern], options => options with { MaxLines = maxLines });
}
