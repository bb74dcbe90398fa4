using PSBan.Matching;

namespace PSBan.Tests.Matching;

public sealed class LineLikelihoodTests
{
    [Fact]
    public void A_line_without_the_strings_of_any_failregex_is_ruled_out()
    {
        TestedFilter filter = TestedFilter.Create(["^ app: login failed from <HOST>$", "^ app: refused <HOST>$"]);

        Assert.True(filter.Filter.MayMatch("Aug 14 11:59:30 app: login failed from 192.0.2.7"));
        Assert.True(filter.Filter.MayMatch("Aug 14 11:59:30 app: refused 192.0.2.7"));
        Assert.False(filter.Filter.MayMatch("Aug 14 11:59:30 app: started"));
        Assert.NotNull(filter.Filter.RequiredLiterals);
    }

    [Fact]
    public void The_prefregex_has_its_say_too()
    {
        TestedFilter filter = TestedFilter.Create(
            ["^login failed from <HOST>$"], options => options with { PrefRegex = TestedFilter.Located("^ mailserver: <F-CONTENT>.+</F-CONTENT>$")[0] });

        Assert.True(filter.Filter.MayMatch(" mailserver: login failed from 192.0.2.7"));
        Assert.False(filter.Filter.MayMatch(" webserver: login failed from 192.0.2.7"));
    }

    [Fact]
    public void Nothing_is_ruled_out_where_nothing_is_certain()
    {
        Assert.True(TestedFilter.Create([@"^\w+ <HOST>$", "^ app: refused <HOST>$"]).Filter.MayMatch(""));
        Assert.Null(TestedFilter.Create([@"^\w+ <HOST>$"]).Filter.RequiredLiterals);

        TestedFilter spanning = TestedFilter.Create(["^begin$<SKIPLINES>^failed <HOST>$"], options => options with { MaxLines = 3 });
        Assert.True(spanning.Filter.MayMatch("anything"));
        Assert.Null(spanning.Filter.RequiredLiterals);
    }

    [Fact]
    public void A_failing_line_without_date_goes_with_a_line_passed_over()
    {
        TestedFilter filter = TestedFilter.Create(["^login failed from <HOST>$"], options: options => options with { TimeWindow = true, SkipsUnlikelyLines = true });
        filter.Feed("Aug 14 11:59:30 something else");
        Assert.Equal(LineVerdict.Missed, filter.Verdict);
        Assert.All(filter.Filter.DateTemplates, template => Assert.Equal(0, template.Hits));
        filter.FeedAll("  a line without a date", "  another one of 17 words");

        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1124013570), filter.FeedOne("login failed from 192.0.2.7").Time);
    }

    [Fact]
    public void A_reader_that_leaves_lines_out_names_the_last_one()
    {
        TestedFilter filter = TestedFilter.Create(["^login failed from <HOST>$"], options: options => options with { TimeWindow = true });

        filter.Filter.PassOver("Aug 14 11:59:20 something else", inOperation: true);

        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1124013560), filter.FeedOne("login failed from 192.0.2.7").Time);
    }
}
