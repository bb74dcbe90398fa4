using PSBan.Matching.Dates;

namespace PSBan.Tests.Matching.Dates;

/// <summary>What is read by hand is read as the template's regex would read it; and it is read by hand where most lines are concerned.</summary>
public sealed class DateLayoutTests
{
    private const string Syslog = DateKeywords.LineBegin + DefaultTemplates.MonthDayTime;
    private const string Iso = DateKeywords.LineBegin + DefaultTemplates.YearMonthDayTime;

    [Theory]
    [InlineData(Syslog, "Aug 14 11:59:59 host sshd[1]: x", 15)]
    [InlineData(Syslog, "Aug  4 11:59:59 host", 15)]
    [InlineData(Syslog, "Aug 04 00:00:00 host", 15)]
    [InlineData(Syslog, "Dec 31 23:59:59 1host", 15)]
    [InlineData(Iso, "2005-08-14 11:59:59 x", 19)]
    [InlineData(Iso, "2005-08-14T11:59:59.123456+02:00 host", 32)]
    [InlineData(Iso, "2005-08-14T11:59:59Z host", 20)]
    [InlineData(Iso, "2005/08/14 11:59:59,123 [x]", 23)]
    [InlineData(Iso, "2024-02-29T11:59:59-0330 x", 24)]
    public void The_lines_of_every_day_are_read(string pattern, string line, int length)
    {
        Assert.Equal(length, Template(pattern).Layout!.Read(line, out _));
        Assert.Null(Difference(Template(pattern), line));
    }

    // Whatever could be read in another way, or turn out to be no date, is for the regex.
    [Theory]
    [InlineData(Syslog, "Aug 14 11:59:59 2005 host")]
    [InlineData(Syslog, "Aug 14 11:59:59.5 host")]
    [InlineData(Syslog, "Aug 14 11:59:59")]
    [InlineData(Syslog, "Aug 14 11:59:5 host")]
    [InlineData(Syslog, "Sun Aug 14 11:59:59 host")]
    [InlineData(Syslog, "Feb 29 11:59:59 host")]
    [InlineData(Syslog, "Apr 31 11:59:59 host")]
    [InlineData(Syslog, "Aug 14 24:00:00 host")]
    [InlineData(Syslog, " Aug 14 11:59:59 host")]
    [InlineData(Iso, "2005-08-14 11:59:59 +0200 x")]
    [InlineData(Iso, "2005-08-14 11:59:59  x")]
    [InlineData(Iso, "2005-08-14 11:59:59.1234567 x")]
    [InlineData(Iso, "2005-08/14 11:59:59 x")]
    [InlineData(Iso, "2005-02-29 11:59:59 x")]
    [InlineData(Iso, "2030-02-01 11:59:59 x")]
    [InlineData(Iso, "2005-08-14 11:59:59")]
    [InlineData(Iso, "2005-08-14 11:59:59+2x00 x")]
    public void What_could_mean_something_else_is_left_to_the_regex(string pattern, string line) =>
        Assert.Equal(0, Template(pattern).Layout!.Read(line, out _));

    [Theory]
    [InlineData(Syslog, "Aug 14 11:59:59 host sshd", "Jan  1 00:00:00 2 x", "Nov 30 19:10:20 .5")]
    [InlineData(Iso, "2005-08-14 11:59:59 x", "2005-08-14T11:59:59.123456+02:00 host", "2009.12.31 23:59:59,1 UTC", "2005-08-14T11:59:59Z x")]
    public void Whatever_is_read_the_regex_reads_too(string pattern, params string[] seeds)
    {
        const string Characters = "0123456789012345678901234567890 :.,-+/TZzUGaAugJnSx\t\u0663\u00A0[";
        DateTemplate template = Template(pattern);
        Random random = new(1);
        int read = 0;
        for (int i = 0; i < 60_000; i++)
        {
            char[] line = seeds[random.Next(seeds.Length)].ToCharArray();
            for (int changes = random.Next(4); changes >= 0; changes--)
            {
                line[random.Next(Math.Min(line.Length, 35))] = Characters[random.Next(Characters.Length)];
            }

            string text = new(line, 0, random.Next(8) == 0 ? random.Next(line.Length) + 1 : line.Length);
            Assert.Null(Difference(template, text));
            read += template.Layout!.Read(text, out _) > 0 ? 1 : 0;
        }

        Assert.True(read > 3_000, $"{read} lines were read.");
    }

    private static DateTemplate Template(string pattern) => DatePattern.CreateAll(pattern, 2029)[0];

    private static string? Difference(DateTemplate template, string line)
    {
        int length = template.Layout!.Read(line, out DateStamp stamp);
        if (length == 0)
        {
            return null;
        }

        TimestampRules rules = new(DateSupport.Clock());
        DateMatch match = template.Match(line, 0, line.Length);
        if (!match.Success || match.Start != 0 || match.End != length || match.Cut.Index != 0 || match.Cut.Length != length)
        {
            return $"'{line}': {length} characters by hand, {(match.Success ? match.Cut.Value : "none")} by the regex";
        }

        bool isTime = template.TryRead(match.Match, rules, out DateTimeOffset byRegex) & rules.TryResolve(stamp.ToFields(), out DateTimeOffset byHand);
        return isTime && byRegex == byHand ? null : $"'{line}': {byHand:o} by hand, {byRegex:o} by the regex";
    }
}
