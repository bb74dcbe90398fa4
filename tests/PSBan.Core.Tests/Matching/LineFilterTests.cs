using PSBan.Matching;
using PSBan.Model;

namespace PSBan.Tests.Matching;

public sealed class LineFilterTests
{
    [Fact]
    public void A_failure_carries_address_time_line_number_data_and_pattern()
    {
        TestedFilter filter = TestedFilter.Create(["^ app: nothing <HOST>", "^ app: login failed for <F-USER>\\S+</F-USER> from <HOST>$"]);
        filter.Feed("Aug 14 11:59:00 app: started");

        Failure failure = filter.FeedOne("Aug 14 11:59:30 app: login failed for bob from 192.0.2.7");

        Assert.Equal("192.0.2.7", failure.Id.ToString());
        Assert.Equal(DateTimeOffset.Parse("2005-08-14T11:59:30+02:00", System.Globalization.CultureInfo.InvariantCulture), failure.Time);
        Assert.Equal(2, failure.LineNumber);
        Assert.Equal("bob", failure.User);
        Assert.Equal(1, failure.PatternIndex);
        Assert.Equal(["Aug 14 11:59:30 app: login failed for bob from 192.0.2.7"], failure.Matches);
        Assert.Equal(LineVerdict.Matched, filter.Verdict);
    }

    [Theory]
    [InlineData("Aug 14 11:59:30 x 192.0.2.7", "^ x <HOST>$")]
    [InlineData("[Aug 14 11:59:30] x 192.0.2.7", @"^\[\] x <HOST>$")]
    [InlineData("host: Aug 14 11:59:30 x 192.0.2.7", "^host:  x <HOST>$")]
    [InlineData("x 192.0.2.7", "^x <HOST>$")]
    [InlineData("x 192.0.2.7   ", @"^x <HOST>\s*$")]
    public void The_date_is_cut_out_of_what_patterns_see(string line, string pattern) => Assert.Single(TestedFilter.Create([pattern]).Feed(line));

    [Fact]
    public void The_first_failregex_that_matches_wins_and_in_reports_all_are_tried()
    {
        string[] patterns = ["from <ADDR>", "^x .* <F-ID>\\S+</F-ID>$"];

        Assert.Equal(0, TestedFilter.Create(patterns).FeedOne("x from 192.0.2.7").PatternIndex);
        TestedFilter report = TestedFilter.Create(patterns, options: options => options with { CheckAllRegex = true });
        Assert.Equal([0, 1], report.Feed("x from 192.0.2.7").Select(failure => failure.PatternIndex));
        Assert.Equal([1L, 1L], report.Filter.Patterns.Select(pattern => pattern.Hits));
    }

    [Fact]
    public void The_prefregex_must_be_found_and_its_content_is_what_the_others_see()
    {
        TestedFilter filter = TestedFilter.Create(
            ["^failed <HOST>$"], options => options with { PrefRegex = TestedFilter.Located(@"^app\[<F-PID>\d+</F-PID>\]: <F-CONTENT>.+</F-CONTENT> \(end\)$")[0] });

        Failure failure = filter.FeedOne("app[17]: failed 192.0.2.7 (end)");

        Assert.Equal("17", failure.Data["pid"]);
        Assert.DoesNotContain("content", failure.Data.Keys);
        Assert.Equal(["app[17]: failed 192.0.2.7 (end)"], failure.Matches);
        Assert.Empty(filter.Feed("failed 192.0.2.7"));
        Assert.Equal(PatternRole.PrefRegex, filter.Filter.Patterns[0].Role);
        Assert.Equal(1, filter.Filter.Patterns[0].Hits);
    }

    [Fact]
    public void Groups_of_the_failregex_replace_those_of_the_prefregex_where_they_took_part()
    {
        TestedFilter filter = TestedFilter.Create(
            ["(?:as <F-USER>\\w+</F-USER> )?from <HOST>$"], options => options with { PrefRegex = TestedFilter.Located(@"^<F-USER>\w+</F-USER>:")[0] });

        Assert.Equal("root", filter.FeedOne("bob: as root from 192.0.2.7").User);
        Assert.Equal("bob", filter.FeedOne("bob: from 192.0.2.7").User);
    }

    [Theory]
    [InlineData("for u1 from 192.0.2.7", "u1")]
    [InlineData("for u2 from 192.0.2.7", "u2")]
    [InlineData("for u3 from 192.0.2.7", "u3")]
    public void Alternatives_fill_the_name_they_stand_in_for(string line, string user)
    {
        TestedFilter filter = TestedFilter.Create(["for (?:<F-USER>u1</F-USER>|<F-ALT_USER>u2</F-ALT_USER>|<F-ALT_USER_3>\\w+</F-ALT_USER_3>) from <HOST>"]);

        Assert.Equal(user, filter.FeedOne(line).User);
    }

    [Fact]
    public void Composite_identifiers_are_written_as_tuples()
    {
        TestedFilter filter = TestedFilter.Create([@"user <F-ID>\S+</F-ID> at <F-TUPLE_ID>\S+</F-TUPLE_ID>"]);

        Assert.Equal("('bob', '192.0.2.7')", filter.FeedOne("user bob at 192.0.2.7").Id.ToString());
        Assert.Equal("(\"o'neil\", 'x')", filter.FeedOne("user o'neil at x").Id.ToString());
    }

    [Fact]
    public void A_journal_line_brings_its_time_and_shows_it()
    {
        TestedFilter filter = TestedFilter.Create(["^host app: <HOST>$"]);
        DateTimeOffset time = DateTimeOffset.FromUnixTimeMilliseconds(1124013600500);

        Failure failure = filter.FeedOne("host app: 192.0.2.7", time: time);

        Assert.Equal(time, failure.Time);
        Assert.Equal(["2005-08-14T12:00:00.500000 host app: 192.0.2.7"], failure.Matches);
    }

    [Fact]
    public void A_filter_says_where_a_line_lies_in_time_without_remembering_it()
    {
        TestedFilter filter = TestedFilter.Create(["^ ?x <HOST>"]);

        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1124013599), filter.Filter.DateOf("Aug 14 11:59:59 x"));
        Assert.Null(filter.Filter.DateOf("x 192.0.2.7"));
        Assert.Null(filter.Filter.DateOf("Feb 30 11:59:59 x"));
        Assert.All(filter.Filter.DateTemplates, template => Assert.Equal(0, template.Hits));

        filter.Feed("Aug 14 11:59:59 x");
        DateTemplateUsage used = Assert.Single(filter.Filter.DateTemplates, template => template.Hits > 0);
        Assert.Equal((@"{^LN-BEG}(?:DAY )?MON Day %k:Minute:Second(?:\.Microseconds)?(?: ExYear)?", 1L), (used.Name, used.Hits));
    }
}
