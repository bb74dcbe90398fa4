using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using PSBan.Model;
using PSBan.Store;
using PSBan.Watch;

namespace PSBan.Control;

/// <summary>
/// A connection to the watch of a state directory. One request at a time; the answer of a streaming member must be read to its end, or the client disposed.
/// Every member may throw <see cref="ControlException"/> (the watch refused), <see cref="WatchNotRunningException"/> (the watch has gone) and <see cref="OperationCanceledException"/>.
/// </summary>
public sealed class WatchClient : IAsyncDisposable
{
    private static readonly TimeSpan s_lockPause = TimeSpan.FromMilliseconds(5);

    private readonly LineChannel _channel;
    private readonly string _statePath;

    private WatchClient(Stream stream, string statePath)
    {
        _channel = new LineChannel(stream, ControlProtocol.MaxReplyBytes);
        _statePath = statePath;
    }

    /// <summary>Connects to the watch of a state directory.</summary>
    /// <param name="statePath">The state directory of the watch.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="WatchNotRunningException">Nobody answers there, or this user may not ask.</exception>
    public static async Task<WatchClient> ConnectAsync(string statePath, CancellationToken cancelToken)
    {
        try
        {
            return new WatchClient(await ControlEndpoint.ConnectAsync(statePath, cancelToken).ConfigureAwait(false), statePath);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or SocketException { SocketErrorCode: SocketError.AccessDenied })
        {
            throw new WatchNotRunningException($"The watch of {statePath} admits root and administrators alone; run this as one of them.", accessDenied: true, e);
        }
        catch (Exception e) when (e is SocketException or IOException or TimeoutException)
        {
            throw new WatchNotRunningException($"No watch is running for the state directory {statePath}; start one with Start-BanWatch or 'psban watch', or name its directory with -StatePath.", false, e);
        }
    }

    /// <summary>The watch as a whole.</summary>
    /// <param name="cancelToken">Ends the call early.</param>
    public async Task<WatchInfo> GetWatchAsync(CancellationToken cancelToken)
    {
        List<WatchInfo> answer = await ListAsync(new ControlRequest { Command = ControlCommand.Watch }, reply => reply.Watch, cancelToken).ConfigureAwait(false);
        return answer[0];
    }

    /// <summary>Every jail.</summary>
    /// <param name="cancelToken">Ends the call early.</param>
    public async Task<IReadOnlyList<JailInfo>> GetJailsAsync(CancellationToken cancelToken) =>
        await ListAsync(new ControlRequest { Command = ControlCommand.Jails }, reply => reply.Jail, cancelToken).ConfigureAwait(false);

    /// <summary>The running bans, as they arrive.</summary>
    /// <param name="jail">The jail; null for all.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    public IAsyncEnumerable<Ban> GetBansAsync(string? jail, CancellationToken cancelToken) =>
        StreamAsync(new ControlRequest { Command = ControlCommand.Bans, Jail = jail }, reply => reply.Ban, cancelToken);

    /// <summary>Bans an address, prefix or other identifier by hand.</summary>
    /// <param name="jail">The jail that holds the ban.</param>
    /// <param name="id">What to ban.</param>
    /// <param name="duration">The length; null for the jail's own.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <returns>The bans made; empty where the identifier was banned already.</returns>
    public async Task<IReadOnlyList<Ban>> AddBanAsync(string jail, BanId id, Duration? duration, CancellationToken cancelToken) =>
        await ListAsync(new ControlRequest { Command = ControlCommand.Ban, Jail = jail, Id = id.ToString(), Duration = duration }, reply => reply.Ban, cancelToken).ConfigureAwait(false);

    /// <summary>Lifts bans by hand.</summary>
    /// <param name="jail">The jail; null for all.</param>
    /// <param name="id">What to lift, a prefix with all inside it; null for every ban.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <returns>The bans lifted.</returns>
    public async Task<IReadOnlyList<Ban>> RemoveBanAsync(string? jail, BanId? id, CancellationToken cancelToken) =>
        await ListAsync(new ControlRequest { Command = ControlCommand.Unban, Jail = jail, Id = id?.ToString() }, reply => reply.Ban, cancelToken).ConfigureAwait(false);

    /// <summary>Lets the watch read its configuration again and put it in force. One with errors is refused as a whole; the answer says so.</summary>
    /// <param name="onlyCompares">Whether nothing is to be changed, and one only asks what would be.</param>
    /// <param name="cancelToken">Ends the call early; the work goes on.</param>
    public async Task<ReloadResult> ReloadAsync(bool onlyCompares, CancellationToken cancelToken)
    {
        var request = new ControlRequest { Command = ControlCommand.Reload, OnlyCompares = onlyCompares };
        return (await ListAsync(request, reply => reply.Reload, cancelToken).ConfigureAwait(false))[0];
    }

    /// <summary>Changes settings of a jail, until the configuration is read again or the watch ends.</summary>
    /// <param name="jail">The jail.</param>
    /// <param name="settings">What is to change.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    public Task<JailInfo> ChangeJailAsync(string jail, JailSettings settings, CancellationToken cancelToken) =>
        AskJailAsync(new ControlRequest { Command = ControlCommand.ChangeJail, Jail = jail, Settings = settings }, cancelToken);

    /// <summary>Lets a jail cease to count; its bans stay until their time is up.</summary>
    /// <param name="jail">The jail.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    public Task<JailInfo> SuspendJailAsync(string jail, CancellationToken cancelToken) => AskJailAsync(new ControlRequest { Command = ControlCommand.SuspendJail, Jail = jail }, cancelToken);

    /// <summary>Lets a suspended jail count again.</summary>
    /// <param name="jail">The jail.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    public Task<JailInfo> ResumeJailAsync(string jail, CancellationToken cancelToken) => AskJailAsync(new ControlRequest { Command = ControlCommand.ResumeJail, Jail = jail }, cancelToken);

    /// <summary>Whether running bans stop packets, read from the packet filters, as the answers arrive.</summary>
    /// <param name="jail">The jail; null for all.</param>
    /// <param name="id">The ban, a prefix around it, or a prefix with all inside it; null for every ban.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    public IAsyncEnumerable<BanCheck> CheckBansAsync(string? jail, BanId? id, CancellationToken cancelToken) =>
        StreamAsync(new ControlRequest { Command = ControlCommand.Check, Jail = jail, Id = id?.ToString() }, reply => reply.Check, cancelToken);

    /// <summary>Has the watch compare the packet filters with its bans now, and repair what differs.</summary>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <returns>What was repaired, for each packet filter and jail.</returns>
    public async Task<IReadOnlyList<FirewallRepair>> SyncFirewallAsync(CancellationToken cancelToken) =>
        await ListAsync(new ControlRequest { Command = ControlCommand.Sync }, reply => reply.Repair, cancelToken).ConfigureAwait(false);

    /// <summary>Bans of the past and those in force, the latest first, as they arrive.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    public IAsyncEnumerable<BanHistoryEntry> GetHistoryAsync(HistoryQuery query, CancellationToken cancelToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var request = new ControlRequest { Command = ControlCommand.History, Jail = query.Jail, Id = query.Id?.ToString(), After = query.After, Before = query.Before };
        return StreamAsync(request, reply => reply.History, cancelToken);
    }

    /// <summary>The events from now on, until cancelled or the watch ends. A slow reader loses the oldest and is told how many.</summary>
    /// <param name="cancelToken">Ends the stream.</param>
    public IAsyncEnumerable<BanEvent> WatchEventsAsync(CancellationToken cancelToken) =>
        StreamAsync(new ControlRequest { Command = ControlCommand.Events }, reply => reply.Event, cancelToken);

    /// <summary>Asks the watch to end, and waits until it has gone: jails closed, rules removed.</summary>
    /// <param name="cancelToken">Stops waiting.</param>
    public async Task StopAsync(CancellationToken cancelToken)
    {
        await ListAsync<object>(new ControlRequest { Command = ControlCommand.Stop }, _ => null, cancelToken).ConfigureAwait(false);
        try
        {
            await _channel.ReadAsync(ControlJson.Default.ControlReply, cancelToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The connection ends with the watch: that is what was waited for.
        }

        // The watch hangs up a moment before it lets go of its directory; whoever starts the next one now must not be refused.
        while (WatchLock.IsHeld(_statePath))
        {
            await Task.Delay(s_lockPause, TimeProvider.System, cancelToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _channel.DisposeAsync();

    private async Task<JailInfo> AskJailAsync(ControlRequest request, CancellationToken cancelToken) => (await ListAsync(request, reply => reply.Jail, cancelToken).ConfigureAwait(false))[0];

    private async Task<List<T>> ListAsync<T>(ControlRequest request, Func<ControlReply, T?> pick, CancellationToken cancelToken)
        where T : class
    {
        List<T> list = [];
        await foreach (T item in StreamAsync(request, pick, cancelToken).ConfigureAwait(false))
        {
            list.Add(item);
        }

        return list;
    }

    private async IAsyncEnumerable<T> StreamAsync<T>(ControlRequest request, Func<ControlReply, T?> pick, [EnumeratorCancellation] CancellationToken cancelToken)
        where T : class
    {
        await SendAsync(request with { Version = ControlProtocol.Version }, cancelToken).ConfigureAwait(false);
        while (true)
        {
            ControlReply reply = await ReceiveAsync(cancelToken).ConfigureAwait(false);
            if (reply.Error is { } error)
            {
                throw new ControlException(reply.ErrorCode ?? ControlErrorCode.Failed, error);
            }

            if (reply.End)
            {
                yield break;
            }

            if (pick(reply) is { } item)
            {
                yield return item;
            }
        }
    }

    private async Task SendAsync(ControlRequest request, CancellationToken cancelToken)
    {
        try
        {
            _channel.Write(request, ControlJson.Default.ControlRequest);
            await _channel.FlushAsync(cancelToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw Gone(e);
        }
    }

    private async Task<ControlReply> ReceiveAsync(CancellationToken cancelToken)
    {
        try
        {
            return await _channel.ReadAsync(ControlJson.Default.ControlReply, cancelToken).ConfigureAwait(false) ?? throw Gone(null);
        }
        catch (IOException e)
        {
            throw Gone(e);
        }
        catch (JsonException e)
        {
            throw new ControlException(ControlErrorCode.VersionMismatch, $"The watch gave an answer that this PSBan cannot read ({e.Message}); use the same PSBan on both sides.");
        }
    }

    private WatchNotRunningException Gone(Exception? inner) => new($"The watch of {_statePath} has ended.", false, inner);
}
