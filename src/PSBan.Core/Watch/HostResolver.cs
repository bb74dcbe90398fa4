using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using PSBan.Model;

namespace PSBan.Watch;

/// <summary>
/// Resolves the host names that logs and ignore lists hold, away from the matching path. The queue and the cache are bounded: who writes names into
/// a log cannot make the watch wait or grow.
/// </summary>
internal sealed class HostResolver(TimeProvider clock)
{
    private const int MaxQueue = 1_000;
    private const int MaxCache = 1_000;
    private const int Workers = 4;
    private static readonly TimeSpan s_keep = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly Channel<(string Name, Action<IReadOnlyList<Address>> Done)> _queue =
        Channel.CreateBounded<(string, Action<IReadOnlyList<Address>>)>(new BoundedChannelOptions(MaxQueue) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (IReadOnlyList<Address> Addresses, DateTimeOffset Until)> _cache = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Asks for the addresses of a name; an unknown name has none.</summary>
    /// <param name="name">The host name.</param>
    /// <param name="done">Is called once, on any thread, soon or later; never when the queue is full.</param>
    /// <returns>Whether the question was taken.</returns>
    public bool Ask(string name, Action<IReadOnlyList<Address>> done)
    {
        if (Cached(name) is { } known)
        {
            done(known);
            return true;
        }

        return _queue.Reader.Count < MaxQueue && _queue.Writer.TryWrite((name, done));
    }

    /// <summary>Answers questions until cancelled.</summary>
    public Task RunAsync(CancellationToken cancelToken) => Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => WorkAsync(cancelToken)));

    private async Task WorkAsync(CancellationToken cancelToken)
    {
        try
        {
            await foreach ((string name, Action<IReadOnlyList<Address>> done) in _queue.Reader.ReadAllAsync(cancelToken).ConfigureAwait(false))
            {
                IReadOnlyList<Address> addresses = Cached(name) ?? await LookUpAsync(name, cancelToken).ConfigureAwait(false);
                Keep(name, addresses);
                done(addresses);
            }
        }
        catch (OperationCanceledException) when (cancelToken.IsCancellationRequested)
        {
            // The end of the watch.
        }
    }

    private async Task<IReadOnlyList<Address>> LookUpAsync(string name, CancellationToken cancelToken)
    {
        try
        {
            using var patience = new CancellationTokenSource(s_patience, clock);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancelToken);
            IPAddress[] found = await Dns.GetHostAddressesAsync(name, both.Token).ConfigureAwait(false);
            return [.. found.Select(Address.From).Distinct()];
        }
        catch (Exception e) when (e is SocketException or ArgumentException || (e is OperationCanceledException && !cancelToken.IsCancellationRequested))
        {
            return [];
        }
    }

    private IReadOnlyList<Address>? Cached(string name)
    {
        lock (_lock)
        {
            return _cache.TryGetValue(name, out var entry) && entry.Until > clock.GetUtcNow() ? entry.Addresses : null;
        }
    }

    private void Keep(string name, IReadOnlyList<Address> addresses)
    {
        DateTimeOffset now = clock.GetUtcNow();
        lock (_lock)
        {
            if (_cache.Count >= MaxCache)
            {
                foreach (string old in _cache.Where(entry => entry.Value.Until <= now).Select(entry => entry.Key).ToArray())
                {
                    _cache.Remove(old);
                }

                if (_cache.Count >= MaxCache)
                {
                    _cache.Clear();
                }
            }

            _cache[name] = (addresses, now + s_keep);
        }
    }
}
