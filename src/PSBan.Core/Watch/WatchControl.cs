using PSBan.Control;
using PSBan.Firewalls;
using PSBan.Model;

namespace PSBan.Watch;

/// <summary>Answers the control endpoint from the loop of a running watch.</summary>
internal sealed class WatchControl(WatchLoop loop, IReadOnlyList<JailRun> jails, FirewallSet firewalls, Func<WatchInfo> describe, Action stop) : IWatchControl
{
    /// <summary>How long a ban by hand waits for the packet filter before it is answered as pending.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public Task<WatchInfo> GetWatchAsync(CancellationToken cancelToken) => loop.RunAsync(describe, cancelToken);

    public Task<IReadOnlyList<JailInfo>> GetJailsAsync(CancellationToken cancelToken) =>
        loop.RunAsync<IReadOnlyList<JailInfo>>(() => [.. jails.Select(jail => jail.Info())], cancelToken);

    public Task<IReadOnlyList<Ban>> GetBansAsync(string? jail, CancellationToken cancelToken) =>
        loop.RunAsync<IReadOnlyList<Ban>>(() => [.. Pick(jail).SelectMany(run => run.Bans())], cancelToken);

    public async Task<IReadOnlyList<Ban>> BanAsync(string jail, BanId id, Duration? duration, CancellationToken cancelToken)
    {
        JailRun run = Pick(jail)[0];
        IReadOnlyList<Ban> bans = await loop.RunAsync(() => run.Ban(id, duration), cancelToken).ConfigureAwait(false);
        await SettleAsync([run], cancelToken).ConfigureAwait(false);
        return await RefreshAsync(run, bans, cancelToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<Ban>> UnbanAsync(string? jail, BanId? id, CancellationToken cancelToken)
    {
        IReadOnlyList<JailRun> runs = Pick(jail);
        IReadOnlyList<Ban> lifted = await loop.RunAsync<IReadOnlyList<Ban>>(() => [.. runs.SelectMany(run => run.Unban(id))], cancelToken).ConfigureAwait(false);
        await SettleAsync(runs, cancelToken).ConfigureAwait(false);
        return lifted;
    }

    public async Task<IReadOnlyList<BanCheck>> CheckAsync(string? jail, BanId? id, CancellationToken cancelToken)
    {
        IReadOnlyList<JailRun> runs = Pick(jail);
        List<BanSuspect> suspects = await loop.RunAsync(() => BanSuspect.Gather(runs, id), cancelToken).ConfigureAwait(false);

        // Reading takes a while; the loop goes on meanwhile.
        return await BanSuspect.CheckAsync(suspects, new CommandRunner(), cancelToken).ConfigureAwait(false);
    }

    public Task<IReadOnlyList<FirewallRepair>> SyncAsync(CancellationToken cancelToken) => firewalls.SyncAsync(cancelToken);

    public void RequestStop() => stop();

    private static async Task SettleAsync(IEnumerable<JailRun> runs, CancellationToken cancelToken)
    {
        IEnumerable<Task> settled = runs.SelectMany(run => run.Targets).Select(target => target.WhenSettledAsync(cancelToken));
        try
        {
            await Task.WhenAll(settled).WaitAsync(s_patience, cancelToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The ban stands as pending, and the answer shows it.
        }
    }

    private Task<IReadOnlyList<Ban>> RefreshAsync(JailRun run, IReadOnlyList<Ban> bans, CancellationToken cancelToken) =>
        loop.RunAsync<IReadOnlyList<Ban>>(
            () =>
            {
                HashSet<BanId> ids = [.. bans.Select(ban => ban.Id)];
                return [.. run.Bans().Where(ban => ids.Contains(ban.Id))];
            },
            cancelToken);

    private IReadOnlyList<JailRun> Pick(string? name)
    {
        if (name is null)
        {
            return jails;
        }

        JailRun? run = jails.FirstOrDefault(jail => string.Equals(jail.Name, name, StringComparison.OrdinalIgnoreCase));
        return run is null
            ? throw new ControlException(ControlErrorCode.JailNotFound, $"There is no jail '{name}' in this watch; it has {string.Join(", ", jails.Select(jail => jail.Name))}.")
            : [run];
    }
}
