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
        Assert.True(Template(pattern).Layout!.Read(line, out FoundDate date));
        Assert.Equal((0, length), (date.CutStart, date.CutEnd));
        Assert.Null(Difference(Template(pattern), Template(pattern).Layout!, line));
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
        Assert.False(Template(pattern).Layout!.Read(line, out _));

    [Theory]
    [InlineData(Syslog, "Aug 14 11:59:59 host sshd", "Jan  1 00:00:00 2 x", "Nov 30 19:10:20 .5")]
    [InlineData(Iso, "2005-08-14 11:59:59 x", "2005-08-14T11:59:59.123456+02:00 host", "2009.12.31 23:59:59,1 UTC", "2005-08-14T11:59:59Z x")]
    public void Whatever_is_read_the_regex_reads_too(string pattern, params string[] seeds) => Compare(Template(pattern), Template(pattern).Layout!, seeds);

    // Templates without a reader of their own: bound to the start of the line, or where the lines before had their dates.
    [Theory]
    [InlineData(@"^[^\[]*\[({DATE})", "192.0.2.1 - - [28/May/2026:20:26:40 +0000] \"GET / HTTP/1.1\" 404 5", "x [28/May/2026:20:26:40 +0000] y", "2001:db8::1 - [01/Jan/2026:00:00:00 -0130] \"\"")]
    [InlineData(@"%d(?P<_sep>[-/])%m(?P=_sep)(?:%ExY|%Exy) %k:%M:%S", "[005644:00061-2E4E0DB9] 28-05-2026 20:26:40   SMTP Server", "[005644:00061-2E4E0DB9] 01-12-2026 00:00:00   x", "[005644:00061-2E4E0DB9] 31/05/2026 23:59:59 x")]
    [InlineData(@"(?:%a )?%b %d %ExY %k:%M:%S(?:\.%f)?", "[Wed Oct 11 2023 14:32:52] [error]", "[Thu Jan 01 2026 00:00:00] x", "[Fri Feb 27 2026  4:32:52] x")]
    [InlineData(@"^\[%Y-%m-%d %H:%M:%S\]", "[2026-05-28 20:26:40] failed login", "[2024-02-29 00:00:00] x", "[1999-12-31 23:59:59] y")]
    [InlineData("%b %d, %ExY %I:%M:%S %p", "Jul 27, 2012 5:52:59 PM WARNING", "Jul 27, 2012 1:02:03 AM org", "Dec 31, 2025 9:00:00 PM x")]
    public void What_is_learned_from_the_lines_before_is_read_as_the_regex_reads_it(string pattern, params string[] seeds)
    {
        DateTemplate template = DatePattern.CreateAll(pattern, 2029).First(candidate => candidate.Match(seeds[0], 0, seeds[0].Length).Success);
        DateMatch first = template.Match(seeds[0], 0, seeds[0].Length);
        Compare(template, template.IsAnchored ? template.Quick!.Leading! : new FoundLayout(template.Quick!, new DateSpan(seeds[0], first.Start, first.End)), seeds);
    }

    private static void Compare(DateTemplate template, DateLayout layout, string[] seeds)
    {
        const string Characters = "0123456789012345678901234567890 :.,-+/TZzUGaAugJnSx\t\u0663\u00A0[";
        Random random = new(1);
        int read = 0;
        for (int i = 0; i < 60_000; i++)
        {
            char[] line = seeds[random.Next(seeds.Length)].ToCharArray();
            for (int changes = random.Next(4); changes >= 0; changes--)
            {
                line[random.Next(Math.Min(line.Length, 45))] = Characters[random.Next(Characters.Length)];
            }

            string text = new(line, 0, random.Next(8) == 0 ? random.Next(line.Length) + 1 : line.Length);
            Assert.Null(Difference(template, layout, text));
            read += layout.Read(text, out _) ? 1 : 0;
        }

        Assert.True(read > 3_000, $"{read} lines were read.");
    }

    private static DateTemplate Template(string pattern) => DatePattern.CreateAll(pattern, 2029)[0];

    private static string? Difference(DateTemplate template, DateLayout layout, string line)
    {
        if (!layout.Read(line, out FoundDate date))
        {
            return null;
        }

        TimestampRules rules = new(DateSupport.Clock());
        bool isBound = layout is LeadingLayout || template.IsAnchored;
        DateMatch match = isBound ? template.Match(line, 0, line.Length) : template.Match(line, date.Start, date.End);
        if (!match.Success || match.Start != date.Start || match.End != date.End || match.Cut.Index != date.CutStart || match.Cut.Index + match.Cut.Length != date.CutEnd)
        {
            return $"'{line}': {date} by the layout, {(match.Success ? match.Cut.Value : "none")} by the regex";
        }

        bool isTime = template.TryRead(match.Match, rules, out DateTimeOffset byRegex) & rules.TryResolve(date.Stamp.ToFields(), out DateTimeOffset byLayout);
        return isTime && byRegex == byLayout ? null : $"'{line}': {byLayout:o} by the layout, {byRegex:o} by the regex";
    }
}
