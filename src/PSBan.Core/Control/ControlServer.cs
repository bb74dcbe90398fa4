using System.Text.Json;
using PSBan.Model;
using PSBan.Store;
using PSBan.Watch;

namespace PSBan.Control;

/// <summary>Reads bans of the past; may throw <see cref="StoreException"/>, also while the answer is walked.</summary>
internal delegate Task<IEnumerable<BanHistoryEntry>> HistoryReader(HistoryQuery query, CancellationToken cancelToken);

/// <summary>
/// Serves the clients of a watch, each in a task of its own, so that a stuck one keeps nobody waiting; all on one thread that is not the watch's, so that the watch
/// waits for none of them. Every await keeps to it.
/// </summary>
internal sealed class ControlServer(IControlListener listener, IWatchControl watch, IJailControl jails, Func<EventSubscription> subscribe, HistoryReader history, TimeProvider clock)
{
    private const int FlushAt = 64 * 1024;

    /// <summary>Accepts clients until cancelled, and returns when the last one is gone.</summary>
    /// <param name="acceptToken">Ends the accepting; clients that are there may finish what they wait for.</param>
    /// <param name="cancelToken">Ends the connections.</param>
    public Task RunAsync(CancellationToken acceptToken, CancellationToken cancelToken) => ControlThread.RunAsync(() => AcceptAsync(acceptToken, cancelToken), clock);

    private async Task AcceptAsync(CancellationToken acceptToken, CancellationToken cancelToken)
    {
        using var room = new SemaphoreSlim(ControlProtocol.MaxClients);
        List<Task> clients = [];
        while (!acceptToken.IsCancellationRequested)
        {
            try
            {
                await room.WaitAsync(acceptToken).ConfigureAwait(true);
                Stream stream = await listener.AcceptAsync(acceptToken).ConfigureAwait(true);
                clients.RemoveAll(client => client.IsCompleted);
                clients.Add(ServeAsync(stream, room, cancelToken));
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
            {
                room.Release();
                await Task.Delay(TimeSpan.FromMilliseconds(100), clock, CancellationToken.None).ConfigureAwait(true);
            }
        }

        await Task.WhenAll(clients).ConfigureAwait(true);
    }

    private async Task ServeAsync(Stream stream, SemaphoreSlim room, CancellationToken cancelToken)
    {
        await Task.Yield();
        try
        {
            await using var channel = new LineChannel(stream, ControlProtocol.MaxRequestBytes, keepsContext: true);
            while (await ServeOneAsync(channel, cancelToken).ConfigureAwait(true))
            {
                // Who has sent many requests at once waits for his turn with each.
                await Task.Yield();
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The client has left, or was too slow for our patience; there is nobody to tell.
        }
        finally
        {
            room.Release();
        }
    }

    private async Task<bool> ServeOneAsync(LineChannel channel, CancellationToken cancelToken)
    {
        // An idle client may stay; one with a half-sent request is shown the door, and never takes more memory than one line.
        ControlReply? refusal = null;
        ControlRequest? request = null;
        try
        {
            request = await channel.ReadAsync(ControlJson.Default.ControlRequest, cancelToken, ControlProtocol.ClientPatience).ConfigureAwait(true);
        }
        catch (JsonException e)
        {
            refusal = Refuse(ControlErrorCode.BadRequest, $"The request could not be read: {e.Message}");
        }

        if (request is null && refusal is null)
        {
            return false;
        }

        if (request is not null && request.Version != ControlProtocol.Version)
        {
            refusal = Refuse(
                ControlErrorCode.VersionMismatch,
                $"The watch speaks version {ControlProtocol.Version} of the control protocol, the client version {request.Version}; use the same PSBan on both sides.");
        }

        bool goOn = refusal is null;
        if (request is not null && refusal is null)
        {
            try
            {
                await AnswerAsync(channel, request, cancelToken).ConfigureAwait(true);
                refusal = new ControlReply { End = true };
            }
            catch (ControlException e)
            {
                refusal = Refuse(e.Code, e.Message);
            }
        }

        channel.Write(refusal!, ControlJson.Default.ControlReply);
        await FlushAsync(channel, cancelToken).ConfigureAwait(true);
        return goOn;
    }

    private async Task AnswerAsync(LineChannel channel, ControlRequest request, CancellationToken cancelToken)
    {
        switch (request.Command)
        {
            case ControlCommand.Watch:
                await WriteAllAsync(channel, [new ControlReply { Watch = await watch.GetWatchAsync(cancelToken).ConfigureAwait(true) }], cancelToken).ConfigureAwait(true);
                break;
            case ControlCommand.Jails:
                IReadOnlyList<JailInfo> all = await watch.GetJailsAsync(cancelToken).ConfigureAwait(true);
                await WriteAllAsync(channel, all.Select(jail => new ControlReply { Jail = jail }), cancelToken).ConfigureAwait(true);
                break;
            case ControlCommand.Bans:
                await foreach (Ban ban in watch.GetBansAsync(request.Jail, cancelToken).ConfigureAwait(true))
                {
                    await WriteAsync(channel, new ControlReply { Ban = ban }, cancelToken).ConfigureAwait(true);
                }

                break;
            case ControlCommand.Ban when request is { Jail: { } jail, Id: { Length: > 0 } id }:
                await WriteBansAsync(channel, await ElsewhereAsync(() => watch.BanAsync(jail, BanId.FromText(id), request.Duration, cancelToken)).ConfigureAwait(true), cancelToken).ConfigureAwait(true);
                break;
            case ControlCommand.Unban:
                BanId? which = request.Id is { } text ? BanId.FromText(text) : null;
                await WriteBansAsync(channel, await ElsewhereAsync(() => watch.UnbanAsync(request.Jail, which, cancelToken)).ConfigureAwait(true), cancelToken).ConfigureAwait(true);
                break;
            case ControlCommand.History:
                await WriteHistoryAsync(channel, request, cancelToken).ConfigureAwait(true);
                break;
            case ControlCommand.Check:
                IReadOnlyList<BanCheck> checks = await watch.CheckAsync(request.Jail, request.Id is { } suspect ? BanId.FromText(suspect) : null, cancelToken).ConfigureAwait(true);
                await WriteAllAsync(channel, checks.Select(check => new ControlReply { Check = check }), cancelToken).ConfigureAwait(true);
                break;
            case ControlCommand.Sync:
                IReadOnlyList<FirewallRepair> repairs = await ElsewhereAsync(() => watch.SyncAsync(cancelToken)).ConfigureAwait(true);
                await WriteAllAsync(channel, repairs.Select(repair => new ControlReply { Repair = repair }), cancelToken).ConfigureAwait(true);
                break;
            case ControlCommand.Events:
                await StreamEventsAsync(channel, cancelToken).ConfigureAwait(true);
                break;
            case ControlCommand.Reload:
                ReloadResult result = await ElsewhereAsync(() => jails.ReloadAsync(request.OnlyCompares == true, cancelToken)).ConfigureAwait(true);
                await WriteAllAsync(channel, [new ControlReply { Reload = result }], cancelToken).ConfigureAwait(true);
                break;
            case ControlCommand.ChangeJail when request is { Jail: { } name, Settings: { } settings }:
                await WriteJailAsync(channel, () => jails.ChangeAsync(name, settings, cancelToken), cancelToken).ConfigureAwait(true);
                break;
            case ControlCommand.SuspendJail or ControlCommand.ResumeJail when request.Jail is { } name:
                await WriteJailAsync(channel, () => jails.SuspendAsync(name, request.Command == ControlCommand.SuspendJail, cancelToken), cancelToken).ConfigureAwait(true);
                break;
            case ControlCommand.Stop:
                watch.RequestStop();
                break;
            default:
                throw new ControlException(ControlErrorCode.BadRequest, $"The request '{request.Command}' lacks something, or is not known.");
        }
    }

    private async Task WriteJailAsync(LineChannel channel, Func<Task<JailInfo>> change, CancellationToken cancelToken) =>
        await WriteAllAsync(channel, [new ControlReply { Jail = await ElsewhereAsync(change).ConfigureAwait(true) }], cancelToken).ConfigureAwait(true);

    /// <summary>Does what changes the watch on threads that are as urgent as the rest of it: what is started there, processes too, stays so.</summary>
    private static Task<T> ElsewhereAsync<T>(Func<Task<T>> change) => Task.Run(change);

    private Task WriteBansAsync(LineChannel channel, IReadOnlyList<Ban> bans, CancellationToken cancelToken) =>
        WriteAllAsync(channel, bans.Select(ban => new ControlReply { Ban = ban }), cancelToken);

    private async Task WriteAllAsync(LineChannel channel, IEnumerable<ControlReply> replies, CancellationToken cancelToken)
    {
        foreach (ControlReply reply in replies)
        {
            await WriteAsync(channel, reply, cancelToken).ConfigureAwait(true);
        }
    }

    private async ValueTask WriteAsync(LineChannel channel, ControlReply reply, CancellationToken cancelToken)
    {
        channel.Write(reply, ControlJson.Default.ControlReply);
        if (channel.Unflushed > FlushAt)
        {
            await FlushAsync(channel, cancelToken).ConfigureAwait(true);
            await Task.Yield();
        }
    }

    private async Task WriteHistoryAsync(LineChannel channel, ControlRequest request, CancellationToken cancelToken)
    {
        var query = new HistoryQuery { Jail = request.Jail, Id = request.Id is { } id ? BanId.FromText(id) : null, After = request.After, Before = request.Before };
        try
        {
            IEnumerable<BanHistoryEntry> entries = await history(query, cancelToken).ConfigureAwait(true);
            await WriteAllAsync(channel, entries.Select(entry => new ControlReply { History = entry }), cancelToken).ConfigureAwait(true);
        }
        catch (StoreException e)
        {
            throw new ControlException(ControlErrorCode.Failed, e.Message);
        }
    }

    private async Task StreamEventsAsync(LineChannel channel, CancellationToken cancelToken)
    {
        using EventSubscription events = subscribe();

        // A first empty line tells the client that from here on it misses nothing.
        channel.Write(new ControlReply(), ControlJson.Default.ControlReply);
        await FlushAsync(channel, cancelToken).ConfigureAwait(true);
        await foreach (BanEvent item in events.ReadAllAsync(cancelToken).ConfigureAwait(true))
        {
            channel.Write(new ControlReply { Event = item }, ControlJson.Default.ControlReply);
            if (events.IsEmpty || channel.Unflushed > FlushAt)
            {
                await FlushAsync(channel, cancelToken).ConfigureAwait(true);
                await Task.Yield();
            }
        }
    }

    private async Task FlushAsync(LineChannel channel, CancellationToken cancelToken)
    {
        using var patience = new CancellationTokenSource(ControlProtocol.ClientPatience, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancelToken);
        await channel.FlushAsync(both.Token).ConfigureAwait(true);
    }

    private static ControlReply Refuse(ControlErrorCode code, string message) => new() { End = true, ErrorCode = code, Error = message };
}
