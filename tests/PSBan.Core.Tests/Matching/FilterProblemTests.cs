using PSBan.Configuration;
using PSBan.Matching;
using PSBan.Model;
using PSBan.Tests.Matching.Dates;

namespace PSBan.Tests.Matching;

public sealed class FilterProblemTests
{
    [Fact]
    public void Everything_wrong_is_reported_at_once_each_with_its_place()
    {
        List<Problem> problems = [];
        FilterOptions options = new()
        {
            Name = "test",
            FailRegex = TestedFilter.Located("fail <HOST>", "fail (<HOST>", "no address", " "),
            IgnoreRegex = TestedFilter.Located("ok", "a**"),
            DatePattern = new Located<string>("%Y-%q", new SourceLocation("filter.conf", 30)),
            LogTimeZone = new Located<string>("Europe/Zurich", new SourceLocation("jail.conf", 7)),
        };

        Assert.Null(LineFilter.TryCreate(options, new LineFilterOptions { Clock = DateSupport.Clock() }, problems));

        Assert.Equal(
            ["InvalidFailRegex filter.conf:11", "InvalidFailRegex filter.conf:13", "InvalidIgnoreRegex filter.conf:11", "InvalidFailRegex filter.conf:12", "InvalidDatePattern filter.conf:30", "InvalidLogTimeZone jail.conf:7"],
            problems.Select(problem => $"{problem.Code} {problem.Location}"));
        Assert.All(problems, problem => Assert.Equal(ProblemSeverity.Error, problem.Severity));
        Assert.EndsWith("\nfail (<HOST>\n     ^", problems[0].Message, StringComparison.Ordinal);
        Assert.StartsWith("No failure-id group in 'no address'", problems[3].Message, StringComparison.Ordinal);
        Assert.EndsWith("\n  %Y-%q\n     ^", problems[4].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("^<F-MLFID>x</F-MLFID>")]
    [InlineData("^<F-ID>x</F-ID>")]
    [InlineData("^<IP4>")]
    [InlineData("^<DNS>")]
    public void Any_group_that_identifies_will_do(string pattern) => Assert.NotNull(TestedFilter.Create([pattern]));

    [Fact]
    public void The_prefregex_may_identify_for_all() =>
        Assert.NotNull(TestedFilter.Create(["failed"], options => options with { PrefRegex = TestedFilter.Located("from <HOST>")[0] }));

    [Fact]
    public void A_broken_prefregex_is_one_problem_and_not_one_for_every_failregex()
    {
        List<Problem> problems = [];
        FilterOptions options = TestedFilter.Options("failed", "refused") with { PrefRegex = TestedFilter.Located("from (<HOST>")[0] };

        Assert.Null(LineFilter.TryCreate(options, new LineFilterOptions { Clock = DateSupport.Clock() }, problems));
        Assert.Equal("InvalidFailRegex", Assert.Single(problems).Code);
    }
}
