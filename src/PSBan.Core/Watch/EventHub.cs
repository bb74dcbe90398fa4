using PSBan.Model;

namespace PSBan.Watch;

/// <summary>Hands every event to every subscriber, and waits for none of them.</summary>
internal sealed class EventHub(TimeProvider clock)
{
    private readonly Lock _lock = new();
    private EventSubscription[] _subscriptions = [];
    private bool _ended;

    public void Publish(BanEvent item)
    {
        foreach (EventSubscription subscription in Volatile.Read(ref _subscriptions))
        {
            subscription.Add(item);
        }
    }

    public void Publish(BanEventKind kind, string message, string? jail = null, BanId id = default, string? source = null) =>
        Publish(new BanEvent(kind, clock.GetLocalNow(), VisibleText.Of(message)) { Jail = jail, Id = id, Source = source });

    public EventSubscription Subscribe(int capacity = EventSubscription.DefaultCapacity)
    {
        var subscription = new EventSubscription(this, clock, capacity);
        lock (_lock)
        {
            _subscriptions = [.. _subscriptions, subscription];
            if (_ended)
            {
                subscription.End();
            }
        }

        return subscription;
    }

    public void End()
    {
        lock (_lock)
        {
            _ended = true;
            Array.ForEach(_subscriptions, subscription => subscription.End());
        }
    }

    internal void Remove(EventSubscription subscription)
    {
        lock (_lock)
        {
            _subscriptions = [.. _subscriptions.Where(other => other != subscription)];
        }
    }
}
