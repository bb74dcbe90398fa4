using PSBan.Matching.Dates;

namespace PSBan.Tests.Matching.Dates;

public sealed class TimestampTests
{
    [Theory]
    [InlineData("Aug 15 11:59:59", "2005-08-15T11:59:59+02:00")]
    [InlineData("Aug 15 12:00:01", "2004-08-15T12:00:01+02:00")]
    [InlineData("Dec 31 23:59:59", "2004-12-31T23:59:59+01:00")]
    [InlineData("Feb 29 10:00:00", null)]
    [InlineData("Feb 30 10:00:00", null)]
    [InlineData("Jan 23 24:00:00", null)]
    [InlineData("Jan 23 21:59:60", null)]
    public void A_missing_year_is_this_one_or_the_last(string line, string? time) => Assert.Equal(time, DateSupport.Read(line)?.Time);

    [Fact]
    public void A_leap_day_of_last_year_is_found_in_the_year_it_existed() =>
        Assert.Equal("2004-02-29T10:00:00+01:00", DateSupport.Read("Feb 29 10:00:00", now: "2004-12-01T00:00:00Z")?.Time);

    [Theory]
    [InlineData("12:00:00", "2005-08-14T12:00:00+02:00")]
    [InlineData("12:00:01", "2005-08-13T12:00:01+02:00")]
    public void A_missing_day_is_today_or_yesterday(string line, string time) => Assert.Equal(time, DateSupport.Read(line)?.Time);

    [Theory]
    [InlineData("2005-01-15 12:00:00", null, "2005-01-15T12:00:00+01:00")]
    [InlineData("2005-07-15 12:00:00", null, "2005-07-15T12:00:00+02:00")]
    [InlineData("2005-03-27 03:30:00", null, "2005-03-27T03:30:00+02:00")]
    [InlineData("2005-07-15 12:00:00", "UTC+0530", "2005-07-15T08:30:00+02:00")]
    [InlineData("2005-07-15 12:00:00 +01:00", "UTC+0530", "2005-07-15T13:00:00+02:00")]
    [InlineData("2005-07-15 12:00:00Z", "-0400", "2005-07-15T14:00:00+02:00")]
    public void The_zone_is_that_of_the_stamp_then_logtimezone_then_the_local_one(string line, string? zone, string time) =>
        Assert.Equal(time, DateSupport.Read(line, zone: zone)?.Time);

    [Theory]
    [InlineData("12:00:00 AM", "2005-08-14T00:00:00+02:00")]
    [InlineData("12:00:00 PM", "2005-08-14T12:00:00+02:00")]
    [InlineData("1:00:00 AM", "2005-08-14T01:00:00+02:00")]
    [InlineData("1:00:00 pm", "2005-08-13T13:00:00+02:00")]
    public void Twelve_hours_are_told_apart(string line, string time) => Assert.Equal(time, DateSupport.Read(line, "%I:%M:%S %p")?.Time);

    [Theory]
    [InlineData("%j %Y", "060 2004", "2004-02-29T00:00:00+01:00")]
    [InlineData("%j %Y", "060 2005", "2005-03-01T00:00:00+01:00")]
    [InlineData("%W %a %Y", "01 Mon 2005", "2005-01-03T00:00:00+01:00")]
    [InlineData("%U %a %Y", "01 Sun 2005", "2005-01-02T00:00:00+01:00")]
    [InlineData("%U %w %Y", "00 6 2005", "2005-01-01T00:00:00+01:00")]
    [InlineData("%y", "05", "2005-08-14T00:00:00+02:00")]
    [InlineData("%d %B %Y", "3 September 2004", "2004-09-03T00:00:00+02:00")]
    [InlineData("%d", "3", null)]
    public void Days_are_known_by_month_year_or_week(string pattern, string line, string? time) => Assert.Equal(time, DateSupport.Read(line, pattern)?.Time);

    [Theory]
    [InlineData("LEPOCH", "1106513999", "2005-01-23T21:59:59+01:00")]
    [InlineData("LEPOCH", "1106513999123", "2005-01-23T21:59:59.123+01:00")]
    [InlineData("LEPOCH", "1106513999123456", "2005-01-23T21:59:59.123456+01:00")]
    [InlineData("LEPOCH", "1106513999123.5", "2005-01-23T21:59:59.1235+01:00")]
    [InlineData("EPOCH", "1106513999.25", "2005-01-23T21:59:59+01:00")]
    [InlineData("EPOCH", "1106513999.250", "2005-01-23T21:59:59.25+01:00")]
    public void Unix_time_keeps_its_fraction(string pattern, string line, string time) => Assert.Equal(time, DateSupport.Read(line, pattern)?.Time);

    [Theory]
    [InlineData("CET", 60)]
    [InlineData("CET+0100", 120)]
    [InlineData("-0400", -240)]
    [InlineData("+05", 300)]
    [InlineData("UTC-05:30", -330)]
    [InlineData("NPT", 345)]
    [InlineData("MART", -570)]
    [InlineData("Z", 0)]
    public void Fixed_zones_are_read(string text, int minutes)
    {
        Assert.True(ZoneOffset.TryParse(text, out int read));
        Assert.Equal(minutes, read);
    }

    [Theory]
    [InlineData("cet")]
    [InlineData("QQQ")]
    [InlineData("Europe/Zurich")]
    [InlineData("+5")]
    [InlineData("+2500")]
    [InlineData("UT")]
    public void Other_zones_are_not(string text) => Assert.False(ZoneOffset.TryParse(text, out _));
}
