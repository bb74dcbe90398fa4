using PSBan.Watch;

namespace PSBan.Tests.Watch;

/// <summary>When a silence is news.</summary>
public sealed class SilenceWatchTests
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 20, 6, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_busy_log_that_falls_silent_is_told_once_and_so_is_its_return()
    {
        (SilenceWatch watch, DateTimeOffset last) = After(every: TimeSpan.FromSeconds(10), arrivals: 100);

        Assert.Null(watch.Look(last.AddHours(3)));
        Assert.Equal(TimeSpan.FromHours(4), watch.Look(last.AddHours(4)));
        Assert.Null(watch.Look(last.AddHours(5)));
        Assert.Equal(TimeSpan.FromHours(6), watch.Arrived(last.AddHours(6)));
        Assert.Null(watch.Arrived(last.AddHours(6)));

        // It has learned that this happens.
        Assert.Null(watch.Look(last.AddHours(6 + 59)));
        Assert.NotNull(watch.Look(last.AddHours(6 + 61)));
    }

    [Fact]
    public void A_log_with_long_pauses_may_be_silent_for_long()
    {
        (SilenceWatch watch, DateTimeOffset last) = After(every: TimeSpan.FromHours(1), arrivals: 60);
        Assert.Null(watch.Look(last.AddHours(9)));
        Assert.NotNull(watch.Look(last.AddHours(11)));
    }

    [Fact]
    public void Of_a_log_that_has_said_little_nothing_is_known()
    {
        (SilenceWatch watch, DateTimeOffset last) = After(every: TimeSpan.FromSeconds(1), arrivals: 10);
        Assert.Null(watch.Look(last.AddDays(30)));
    }

    private static (SilenceWatch Watch, DateTimeOffset Last) After(TimeSpan every, int arrivals)
    {
        SilenceWatch watch = new();
        DateTimeOffset now = s_start;
        for (int i = 0; i < arrivals; i++)
        {
            now += every;
            watch.Arrived(now);
        }

        return (watch, now);
    }
}
