using PSBan.Matching.Dates;

namespace PSBan.Tests.Matching.Dates;

public sealed class DefaultTemplateTests
{
    // One row for each of the default layouts; the clock stands at 2005-08-14 12:00 +02:00.
    [Theory]
    [InlineData("2005-01-23T21:59:59.98Z x", "2005-01-23T21:59:59.98Z", "2005-01-23T22:59:59+01:00")]
    [InlineData("2005/01/23  8:59:59 x", "2005/01/23  8:59:59", "2005-01-23T08:59:59+01:00")]
    [InlineData("2005.01.23 21:59:59 x", "2005.01.23 21:59:59", "2005-01-23T21:59:59+01:00")]
    [InlineData("2005-01-23 21:59:59,123 +0200 x", "2005-01-23 21:59:59,123 +0200", "2005-01-23T20:59:59+01:00")]
    [InlineData("Jan 23 21:59:59 x", "Jan 23 21:59:59", "2005-01-23T21:59:59+01:00")]
    [InlineData("Sun Jan 23 21:59:59.011 2005 x", "Sun Jan 23 21:59:59.011 2005", "2005-01-23T21:59:59+01:00")]
    [InlineData("Sun Jan 23 2005 21:59:59.011 x", "Sun Jan 23 2005 21:59:59.011", "2005-01-23T21:59:59+01:00")]
    [InlineData("23/01/05 21:59:59 x", "23/01/05 21:59:59", "2005-01-23T21:59:59+01:00")]
    [InlineData("17-07-2008 17:23:25 x", "17-07-2008 17:23:25", "2008-07-17T17:23:25+02:00")]
    [InlineData("[31/Oct/2006:09:22:55 -0000] x", "31/Oct/2006:09:22:55 -0000", "2006-10-31T10:22:55+01:00")]
    [InlineData("26-Jul-2007 15:20:52.252 x", "26-Jul-2007 15:20:52.252", "2007-07-26T15:20:52+02:00")]
    [InlineData("05/20/2008:01:57:39 x", "05/20/2008:01:57:39", "2008-05-20T01:57:39+02:00")]
    [InlineData("01-27-2012 16:22:44.252 x", "01-27-2012 16:22:44.252", "2012-01-27T16:22:44+01:00")]
    [InlineData("1106513999.123 x", "1106513999.123", "2005-01-23T21:59:59.123+01:00")]
    [InlineData("[1106513999] x", "1106513999", "2005-01-23T21:59:59+01:00")]
    [InlineData("type=A msg=audit(1106513999.123:987): x", "1106513999.123", "2005-01-23T21:59:59.123+01:00")]
    [InlineData("11:59:59 x", "11:59:59", "2005-08-14T11:59:59+02:00")]
    [InlineData("<09/16/08@05:03:30> x", "<09/16/08@05:03:30>", "2008-09-16T05:03:30+02:00")]
    [InlineData("130322 11:46:11 x", "130322 11:46:11", "2013-03-22T11:46:11+01:00")]
    [InlineData("Apr 27, 2013 2:33:06 PM x", "Apr 27, 2013 2:33:06 PM", "2013-04-27T14:33:06+02:00")]
    [InlineData("Apr-27-13 02:33:06 x", "Apr-27-13 02:33:06", "2013-04-27T02:33:06+02:00")]
    [InlineData("20050123T215959 x", "20050123T215959", "2005-01-23T21:59:59+01:00")]
    [InlineData("20050123-21:59:59 x", "20050123-21:59:59", "2005-01-23T21:59:59+01:00")]
    [InlineData("PDT Apr 16 21:05:29 x", "PDT Apr 16 21:05:29", "2005-04-17T06:05:29+02:00")]
    [InlineData("+00:00 Jan 23 21:59:59.011 2005 x", "+00:00 Jan 23 21:59:59.011 2005", "2005-01-23T22:59:59+01:00")]
    [InlineData("@40000000462be1b50d2f1a54 x", "@40000000462be1b50d2f1a54", "2007-04-23T00:29:09+02:00")]
    public void Reads_every_default_layout(string line, string cut, string time) => Assert.Equal((cut, time), DateSupport.Read(line));

    [Theory]
    [InlineData("110651399\u0669.123 x", "110651399\u0669.123", "2005-01-23T21:59:59.123+01:00")]
    [InlineData("23/Jan/2005:21:59:59 +0\u06610\u0660 x", "23/Jan/2005:21:59:59 +0\u06610\u0660", "2005-01-23T21:59:59+01:00")]
    public void Reads_digits_of_any_script_as_Python_does(string line, string cut, string time) => Assert.Equal((cut, time), DateSupport.Read(line));

    [Fact]
    public void A_label_beyond_any_calendar_is_a_stamp_all_the_same() =>
        Assert.StartsWith("9999-12-31T", DateSupport.Read("@7124013599f419470be7b0fc x")?.Time, StringComparison.Ordinal);

    [Theory]
    [InlineData("no date here")]
    [InlineData("")]
    [InlineData("1998-01-23 21:59:59 too old a century")]
    [InlineData("2135-01-23 21:59:59 too new a century")]
    [InlineData("x12:13:14 no word")]
    [InlineData("at 12:13:14 the time alone counts at the start only")]
    public void Finds_no_date_where_there_is_none(string line) => Assert.Null(DateSupport.Read(line));

    [Fact]
    public void Names_are_those_of_reports()
    {
        string[] names = [.. DefaultTemplates.For(2029).All.Select(template => template.Name)];

        Assert.Equal(31, names.Length);
        Assert.Equal(31, names.Distinct().Count());
        Assert.Equal(@"{^LN-BEG}(?:DAY )?MON Day %k:Minute:Second(?:\.Microseconds)?(?: ExYear)?", names[1]);
        Assert.Equal("{^LN-BEG}Epoch", names[7]);
        Assert.Equal("{^LN-BEG}TAI64N", names[13]);
        Assert.Equal("Epoch", names[21]);
        Assert.Equal("{^LN-BEG}24hour:Minute:Second", names[22]);
        Assert.Equal("^<Month/Day/ExYear2@24hour:Minute:Second>", names[23]);
        Assert.Equal("TAI64N", names[30]);
    }

    [Fact]
    public void The_decade_after_the_present_is_known_in_time()
    {
        Assert.Null(DateSupport.Read("2030-01-23 21:59:59"));
        Assert.True(new DateDetector(DatePattern.CreateAll(null, 2030), DateSupport.Clock()).Match("2030-01-23 21:59:59").Success);
        Assert.True(new DateDetector(DatePattern.CreateAll(null, 2103), DateSupport.Clock()).Match("2101-01-23 21:59:59").Success);
    }
}
