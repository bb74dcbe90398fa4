using PSBan.Control;
using PSBan.EndToEnd.Support;
using PSBan.Model;
using PSBan.Watch;

namespace PSBan.EndToEnd.Watch;

/// <summary>Starts a watch under the dry run, asks for its jails, and stops it.</summary>
internal sealed record StartedJails(IReadOnlyList<string> Names)
{
    public static async Task<StartedJails> OfAsync(string folder)
    {
        using CancellationTokenSource stop = new(WatchProcess.Patience);
        string state = WatchProcess.StateOf(folder);
        BanWatcher watcher = new(new WatchOptions { ConfigPath = folder, StockConfigPath = DefaultPathsForTests.Stock, StatePath = state, Firewall = "dry-run" });
        using EventSubscription events = watcher.Subscribe();
        Task run = watcher.RunAsync(stop.Token);
        await foreach (BanEvent item in events.ReadAllAsync(stop.Token))
        {
            if (item.Kind == BanEventKind.Started)
            {
                break;
            }
        }

        await using WatchClient client = await WatchClient.ConnectAsync(state, stop.Token);
        IReadOnlyList<JailInfo> jails = await client.GetJailsAsync(stop.Token);
        await stop.CancelAsync();
        await run;
        return new StartedJails([.. jails.Select(jail => jail.Name)]);
    }
}
