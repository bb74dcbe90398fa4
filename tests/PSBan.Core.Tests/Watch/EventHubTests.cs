using PSBan.Model;
using PSBan.Watch;

namespace PSBan.Tests.Watch;

public sealed class EventHubTests
{
    private readonly EventHub _hub = new(TimeProvider.System);

    [Fact]
    public async Task A_slow_reader_loses_the_oldest_and_is_told_how_many()
    {
        using EventSubscription slow = _hub.Subscribe();
        for (int i = 0; i < EventSubscription.DefaultCapacity + 3; i++)
        {
            _hub.Publish(BanEventKind.Found, $"event {i}");
        }

        _hub.End();
        List<string> read = [];
        await foreach (BanEvent item in slow.ReadAllAsync(CancellationToken.None))
        {
            read.Add(item.Message);
        }

        Assert.Equal(EventSubscription.DefaultCapacity + 1, read.Count);
        Assert.Equal(["3 events were dropped because they were read too slowly.", "event 3"], read.Take(2));
        Assert.Equal($"event {EventSubscription.DefaultCapacity + 2}", read[^1]);
    }

    [Fact]
    public async Task Every_reader_has_its_own_queue_and_one_that_left_gets_nothing()
    {
        using EventSubscription first = _hub.Subscribe();
        EventSubscription gone = _hub.Subscribe();
        gone.Dispose();
        _hub.Publish(BanEventKind.Started, "one");
        _hub.End();
        Assert.False(first.IsEmpty);
        Assert.True(gone.IsEmpty);
        using EventSubscription late = _hub.Subscribe();
        await foreach (BanEvent item in late.ReadAllAsync(CancellationToken.None))
        {
            Assert.Fail($"A reader of an ended watch got {item.Message}.");
        }
    }

    [Fact]
    public void Control_characters_of_a_log_are_made_visible()
    {
        using EventSubscription reader = _hub.Subscribe();
        Assert.Equal(@"a\x1b[31mb\x0ac\u202ed", VisibleText.Of("a\u001b[31mb\nc\u202ed"));
        Assert.Equal("Grüße 你好", VisibleText.Of("Grüße 你好"));
    }
}
