using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using PSBan.Model;

namespace PSBan.Watch;

/// <summary>One reader's own queue of events. A slow reader loses the oldest and is told how many, by an event of kind <see cref="BanEventKind.LimitReached"/>.</summary>
public sealed class EventSubscription : IDisposable
{
    /// <summary>How many events wait for a slow reader before the oldest are dropped, unless he asks for more.</summary>
    public const int DefaultCapacity = 10_000;

    private readonly EventHub _hub;
    private readonly TimeProvider _clock;
    private readonly Channel<BanEvent> _channel;
    private long _lost;

    internal EventSubscription(EventHub hub, TimeProvider clock, int capacity)
    {
        _hub = hub;
        _clock = clock;
        _channel = Channel.CreateBounded<BanEvent>(
            new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => Interlocked.Increment(ref _lost));
    }

    /// <summary>Whether no event waits.</summary>
    public bool IsEmpty => _channel.Reader.Count == 0;

    /// <summary>Takes an event that waits.</summary>
    /// <param name="item">The event.</param>
    /// <returns>Whether there was one.</returns>
    public bool TryRead([NotNullWhen(true)] out BanEvent? item) => _channel.Reader.TryRead(out item);

    /// <summary>The events as they come, until the watch ends or the token is cancelled; both end it without an exception.</summary>
    /// <param name="cancelToken">Ends the reading.</param>
    public async IAsyncEnumerable<BanEvent> ReadAllAsync([EnumeratorCancellation] CancellationToken cancelToken)
    {
        while (await WaitAsync(cancelToken).ConfigureAwait(false))
        {
            while (_channel.Reader.TryRead(out BanEvent? item))
            {
                long lost = Interlocked.Exchange(ref _lost, 0);
                if (lost > 0)
                {
                    yield return new BanEvent(
                        BanEventKind.LimitReached,
                        _clock.GetLocalNow(),
                        string.Create(CultureInfo.InvariantCulture, $"{lost} events were dropped because they were read too slowly."));
                }

                yield return item;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _hub.Remove(this);

    internal void Add(BanEvent item) => _channel.Writer.TryWrite(item);

    internal void End() => _channel.Writer.TryComplete();

    private async Task<bool> WaitAsync(CancellationToken cancelToken)
    {
        try
        {
            return await _channel.Reader.WaitToReadAsync(cancelToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
