using PSBan.Control;
using PSBan.Firewalls;
using PSBan.Model;

namespace PSBan.Watch;

/// <summary>Answers the control endpoint from the loop of a running watch.</summary>
internal sealed class WatchControl(WatchLoop loop, WatchParts parts, Func<WatchInfo> describe, Action stop) : IWatchControl
{
    /// <summary>How long a ban by hand waits for the packet filter before it is answered as pending.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public Task<WatchInfo> GetWatchAsync(CancellationToken cancelToken) => loop.RunAsync(describe, cancelToken);

    public Task<IReadOnlyList<JailInfo>> GetJailsAsync(CancellationToken cancelToken) =>
        loop.RunAsync<IReadOnlyList<JailInfo>>(() => [.. parts.Jails.Running.Select(jail => jail.Info())], cancelToken);

    public Task<IReadOnlyList<Ban>> GetBansAsync(string? jail, CancellationToken cancelToken) =>
        loop.RunAsync<IReadOnlyList<Ban>>(() => [.. Pick(jail).SelectMany(run => run.Bans())], cancelToken);

    public async Task<IReadOnlyList<Ban>> BanAsync(string jail, BanId id, Duration? duration, CancellationToken cancelToken)
    {
        (JailRun run, IReadOnlyList<Ban> bans) = await loop.RunAsync(() => Pick(jail)[0] is var picked ? (picked, picked.Ban(id, duration)) : default, cancelToken).ConfigureAwait(false);
        await SettleAsync([run], cancelToken).ConfigureAwait(false);
        return await RefreshAsync(run, bans, cancelToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<Ban>> UnbanAsync(string? jail, BanId? id, CancellationToken cancelToken)
    {
        (IReadOnlyList<JailRun> runs, List<Ban> lifted) = await loop.RunAsync(
            () => Pick(jail) is var picked ? (picked, picked.SelectMany(run => run.Unban(id)).ToList()) : default, cancelToken).ConfigureAwait(false);
        await SettleAsync(runs, cancelToken).ConfigureAwait(false);
        return lifted;
    }

    public async Task<IReadOnlyList<BanCheck>> CheckAsync(string? jail, BanId? id, CancellationToken cancelToken)
    {
        List<BanSuspect> suspects = await loop.RunAsync(() => BanSuspect.Gather(Pick(jail), id), cancelToken).ConfigureAwait(false);

        // Reading takes a while; the loop goes on meanwhile.
        return await BanSuspect.CheckAsync(suspects, new CommandRunner(), cancelToken).ConfigureAwait(false);
    }

    public Task<IReadOnlyList<FirewallRepair>> SyncAsync(CancellationToken cancelToken) => parts.Firewalls.SyncAsync(cancelToken);

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

    // On the loop, where jails do not come and go.
    private IReadOnlyList<JailRun> Pick(string? name) =>
        name is null ? parts.Jails.Running
        : parts.Jails.Running.FirstOrDefault(jail => string.Equals(jail.Name, name, StringComparison.OrdinalIgnoreCase)) is { } run ? [run]
        : throw parts.NoJail(name);
}
