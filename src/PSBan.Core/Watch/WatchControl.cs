using System.Runtime.CompilerServices;
using PSBan.Control;
using PSBan.Firewalls;
using PSBan.Model;

namespace PSBan.Watch;

/// <summary>Answers the control endpoint from the loop of a running watch.</summary>
internal sealed class WatchControl(WatchLoop loop, WatchParts parts, Func<WatchInfo> describe, Action stop) : IWatchControl
{
    private const int PageSize = 250;

    /// <summary>How long a ban by hand waits for the packet filter before it is answered as pending.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public Task<WatchInfo> GetWatchAsync(CancellationToken cancelToken) => loop.RunAsync(describe, cancelToken);

    public Task<IReadOnlyList<JailInfo>> GetJailsAsync(CancellationToken cancelToken) =>
        loop.RunAsync<IReadOnlyList<JailInfo>>(() => [.. parts.Jails.Running.Select(jail => jail.Info())], cancelToken);

    public async IAsyncEnumerable<Ban> GetBansAsync(string? jail, [EnumeratorCancellation] CancellationToken cancelToken)
    {
        await foreach ((_, IReadOnlyList<Ban> page) in WalkAsync(jail, _ => true, cancelToken).ConfigureAwait(true))
        {
            foreach (Ban ban in page)
            {
                yield return ban;
            }
        }
    }

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
        List<BanSuspect> suspects = [];
        await foreach ((JailRun run, IReadOnlyList<Ban> page) in WalkAsync(jail, ban => id is not { } wanted || BanSuspect.Concerns(ban, wanted), cancelToken).ConfigureAwait(true))
        {
            suspects.AddRange(BanSuspect.Gather(run, page));
        }

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
        loop.RunAsync(() => run.Find(bans.Select(ban => ban.Id)), cancelToken);

    /// <summary>The bans of each jail, the one that ends first in front, a page at a time: a hundred thousand of them in one piece would keep the loop from its work.</summary>
    private async IAsyncEnumerable<(JailRun Run, IReadOnlyList<Ban> Page)> WalkAsync(string? jail, Func<BanId, bool> isWanted, [EnumeratorCancellation] CancellationToken cancelToken)
    {
        List<(JailRun Run, (BanId Id, long End)[] Ends)> jails = await loop.RunAsync(() => Pick(jail).Select(run => (run, run.Jail.Ends)).ToList(), cancelToken).ConfigureAwait(true);
        foreach ((JailRun run, (BanId Id, long End)[] ends) in jails)
        {
            Array.Sort(ends, static (left, right) => left.End != right.End ? left.End.CompareTo(right.End) : left.Id.CompareTo(right.Id));
            foreach (BanId[] ids in ends.Select(ban => ban.Id).Where(isWanted).Chunk(PageSize))
            {
                yield return (run, await loop.RunAsync(() => run.Find(ids), cancelToken).ConfigureAwait(true));
            }
        }
    }

    // On the loop, where jails do not come and go.
    private IReadOnlyList<JailRun> Pick(string? name) =>
        name is null ? parts.Jails.Running
        : parts.Jails.Running.FirstOrDefault(jail => string.Equals(jail.Name, name, StringComparison.OrdinalIgnoreCase)) is { } run ? [run]
        : throw parts.NoJail(name);
}
