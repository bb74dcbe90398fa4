using PSBan.Matching;

namespace PSBan.Tests.Matching;

public sealed class IgnoreRegexTests
{
    [Fact]
    public void A_match_that_is_to_be_ignored_is_no_failure()
    {
        TestedFilter filter = Create(1, @"192\.0\.2\.99$");

        Assert.Empty(filter.Feed("fail 192.0.2.99"));
        Assert.Equal(LineVerdict.Ignored, filter.Verdict);
        Assert.Single(filter.Feed("fail 192.0.2.98"));
        Assert.Equal(1, filter.Filter.Patterns[^1].Hits);
    }

    [Fact]
    public void A_line_that_only_an_ignoreregex_matches_is_missed_unless_it_is_tried_first()
    {
        TestedFilter last = Create(3, "^noise");
        last.Feed("noise");
        Assert.Equal(LineVerdict.Missed, last.Verdict);

        TestedFilter first = Create(4, "^noise");
        first.Feed("noise");
        Assert.Equal(LineVerdict.Ignored, first.Verdict);
    }

    [Fact]
    public void Tried_first_it_sees_the_whole_line_and_otherwise_the_content()
    {
        // The same ignoreregex, anchored to the start of the line or to that of the content.
        Assert.Empty(Create(4, "^app: fail", content: true).Feed("app: fail 192.0.2.7"));
        Assert.Single(Create(3, "^app: fail", content: true).Feed("app: fail 192.0.2.7"));
        Assert.Empty(Create(3, "^fail", content: true).Feed("app: fail 192.0.2.7"));
    }

    private static TestedFilter Create(int failRegexes, string ignoreRegex, bool content = false) => TestedFilter.Create(
        [.. Enumerable.Range(1, failRegexes).Select(i => i == failRegexes ? "fail <HOST>" : $"never{i} <HOST>")],
        options => options with
        {
            IgnoreRegex = TestedFilter.Located(ignoreRegex),
            PrefRegex = content ? TestedFilter.Located("^app: <F-CONTENT>.+</F-CONTENT>$")[0] : null,
        });
}
