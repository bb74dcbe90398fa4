using PSBan.Model;

namespace PSBan.Control;

/// <summary>
/// What the endpoint asks of the watch behind it. Every answer is a copy. A member may throw <see cref="ControlException"/>, which reaches the client;
/// calls may overlap and come on any thread.
/// </summary>
internal interface IWatchControl
{
    /// <summary>The watch as a whole.</summary>
    Task<WatchInfo> GetWatchAsync(CancellationToken cancelToken);

    /// <summary>Every jail.</summary>
    Task<IReadOnlyList<JailInfo>> GetJailsAsync(CancellationToken cancelToken);

    /// <summary>The running bans of one jail, or of all, jail by jail and the one that ends first in front. What begins or ends meanwhile may be among them or not.</summary>
    IAsyncEnumerable<Ban> GetBansAsync(string? jail, CancellationToken cancelToken);

    /// <summary>Bans an identifier by hand (with a jail and an id), for a time of its own or the jail's.</summary>
    Task<IReadOnlyList<Ban>> BanAsync(string jail, BanId id, Duration? duration, CancellationToken cancelToken);

    /// <summary>Lifts bans by hand; of one jail or all, of one identifier (a prefix means all inside it) or all.</summary>
    Task<IReadOnlyList<Ban>> UnbanAsync(string? jail, BanId? id, CancellationToken cancelToken);

    /// <summary>Whether the running bans stop packets; of one jail or all, of one identifier (with a prefix around it, or all inside it) or all.</summary>
    Task<IReadOnlyList<BanCheck>> CheckAsync(string? jail, BanId? id, CancellationToken cancelToken);

    /// <summary>Compares the packet filters with the watch and repairs them.</summary>
    Task<IReadOnlyList<FirewallRepair>> SyncAsync(CancellationToken cancelToken);

    /// <summary>Begins to end the watch.</summary>
    void RequestStop();
}
