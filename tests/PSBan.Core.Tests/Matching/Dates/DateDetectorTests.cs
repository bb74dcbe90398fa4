using PSBan.Matching.Dates;
using PSBan.Tests.Support;

namespace PSBan.Tests.Matching.Dates;

public sealed class DateDetectorTests
{
    private const string DayFirst = "%d/%m/%Y %H:%M:%S";
    private const string MonthFirst = "%m/%d/%Y %H:%M:%S";

    [Fact]
    public void The_last_winner_reads_what_another_template_would_read_otherwise()
    {
        DateDetector detector = DateSupport.Detector($"{DayFirst}\n{MonthFirst}");

        Assert.Equal("Day/Month/Year 24hour:Minute:Second", detector.Match("03/04/2005 10:00:00 x").Template.Name);
        Assert.Equal("Month/Day/Year 24hour:Minute:Second", detector.Match("03/14/2005 10:00:00 x").Template.Name);
        Assert.Equal("Month/Day/Year 24hour:Minute:Second", detector.Match("03/04/2005 10:00:00 x").Template.Name);
    }

    [Fact]
    public void Only_the_part_of_the_line_is_searched_where_the_last_date_stood()
    {
        DateDetector detector = DateSupport.Detector("%H:%M:%S(?: %Y)?\n%d %b");
        detector.Match("[10:00:00 2005] x");

        // The year behind the place of the last date is not taken, for the bracket stands where it stood.
        Assert.Equal("10:00:01 2005", detector.Match("[10:00:01 2005] 2006").Cut.Value);
        Assert.Equal("10:00:02", detector.Match("[10:00:02] 2006").Cut.Value);
    }

    [Fact]
    public void A_date_further_in_is_taken_only_where_there_is_no_better_one()
    {
        DateDetector detector = DateSupport.Detector();
        Assert.Equal("2005-01-23 21:59:59", detector.Match("x 2005-01-23 21:59:59 y").Cut.Value);
        Assert.Equal("Jan 23 21:59:59", detector.Match("x Jan 23 21:59:59 y 2005-01-23 21:59:59").Cut.Value);
        Assert.Equal("2005-01-23 21:59:59", detector.Match("a long way on: 2005-01-23 21:59:59").Cut.Value);
    }

    [Fact]
    public void What_finds_dates_moves_up_and_what_is_long_unused_makes_room()
    {
        ManualTimeProvider clock = DateSupport.Clock();
        DateDetector detector = DateSupport.Detector($"%H:%M:%S\n{DayFirst}\nEPOCH", clock);

        detector.Match("1106513999 x");
        Assert.Equal("Epoch", detector.Usage.First().Template.Name);
        detector.Match("23/01/2005 21:59:59");
        Assert.Equal("Epoch", detector.Usage.First().Template.Name);

        clock.Advance(TimeSpan.FromSeconds(301));
        detector.Match("1106513999 x");
        clock.Advance(TimeSpan.FromSeconds(301));
        detector.Match("23/01/2005 21:59:59");
        Assert.Equal("Day/Month/Year 24hour:Minute:Second", detector.Usage.First().Template.Name);
        Assert.Equal(4, detector.Usage.Sum(use => use.Hits));
    }

    [Fact]
    public void Lines_of_any_length_and_none_are_no_trouble()
    {
        DateDetector detector = DateSupport.Detector("%H:%M:%S");
        detector.Match("a rather long line with its date at the end: 10:00:00");

        Assert.False(detector.Match("").Success);
        Assert.False(detector.Match("x").Success);
        Assert.Equal("10:00:00", detector.Match("10:00:00").Cut.Value);
        Assert.True(DateSupport.Detector("{NONE}").Match("").Success);
    }
}
