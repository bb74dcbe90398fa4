using PSBan.Model;
using PSBan.Watch;

namespace PSBan.Tests.Watch;

/// <summary>A log without dates is said, once.</summary>
public sealed class DateWatchTests
{
    private readonly DateWatch _watch = new(line => line.StartsWith("dated", StringComparison.Ordinal) ? DateTimeOffset.UnixEpoch : null);

    [Fact]
    public void A_log_without_any_date_is_told_once()
    {
        Assert.Null(_watch.Look(Block("a", 49)));
        Assert.NotNull(_watch.Look(Block("a", 5)));
        Assert.Null(_watch.Look(Block("a", 500)));
        Assert.NotNull(_watch.Look(Block("b", 500)));
    }

    [Fact]
    public void One_date_is_enough_and_ends_the_search()
    {
        Assert.Null(_watch.Look(Block("a", 49)));
        Assert.Null(_watch.Look(new LogBlock { Source = "a", Text = "dated\n".AsMemory() }));
        Assert.Null(_watch.Look(Block("a", 500)));
    }

    [Fact]
    public void Lines_that_come_with_their_times_need_no_date()
    {
        DateTimeOffset[] times = [.. Enumerable.Repeat(DateTimeOffset.UnixEpoch, 100)];
        Assert.Null(_watch.Look(new LogBlock { Source = "a", Text = string.Concat(Enumerable.Repeat("x\n", 100)).AsMemory(), Times = times }));
    }

    private static LogBlock Block(string source, int lines) => new() { Source = source, Text = string.Concat(Enumerable.Repeat("undated\n\n", lines)).AsMemory() };
}
