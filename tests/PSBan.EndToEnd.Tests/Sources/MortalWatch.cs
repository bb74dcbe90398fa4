using System.Diagnostics;
using System.Text.Json;
using PSBan.Control;
using PSBan.EndToEnd.Support;
using PSBan.Model;
using PSBan.Store;

namespace PSBan.EndToEnd.Sources;

/// <summary>A real watch that is killed again and again and started anew, until it is left alone.</summary>
internal sealed class MortalWatch(string folder, Random random) : IAsyncDisposable
{
    private static readonly string[] s_troubles = ["PatternQuarantined", "LimitReached", "FirewallFailed", "StoreFailed"];

    private readonly Lock _lock = new();
    private HashSet<(int, int)> _seen = [];
    private WatchProcess? _watch;

    /// <summary>How often it was started.</summary>
    public int Lives { get; private set; }

    /// <summary>What it complained about and should not have.</summary>
    public List<string> Troubles { get; } = [];

    /// <summary>What was read although it had been counted: the ban stood already.</summary>
    public List<string> Repeated { get; } = [];

    /// <summary>Lives until told to end, and leaves the last life running.</summary>
    public async Task LiveAsync(CancellationToken cancelToken)
    {
        for (int fruitless = 0; ;)
        {
            HashSet<(int, int)> seen = [];
            WatchProcess watch = WatchProcess.StartDry(folder, item => See(item, seen));
            watch.Unkept.UnionWith(["Found", "Banned", "DryRun"]);
            lock (_lock)
            {
                (_watch, _seen) = (watch, seen);
            }

            Lives++;
            try
            {
                // Some die while they are still beginning. On a busy machine all would: who has read nothing lives longer the next time.
                await Task.Delay(random.Next(10) == 0 ? random.Next(1000) : random.Next(1500, 8000) << Math.Min(fruitless, 4), cancelToken);
            }
            catch (OperationCanceledException)
            {
                await watch.WaitForAsync("Started");
                return;
            }

            await watch.DisposeAsync();
            lock (_lock)
            {
                fruitless = seen.Count > 0 ? 0 : fruitless + 1;
            }

            await Task.Delay(random.Next(2) * random.Next(1500), CancellationToken.None);
        }
    }

    /// <summary>Whether a number has been read in this life and is stored; false where it has not come in time, or the life is over.</summary>
    public async Task<bool> HasStoredAsync(int id, int number, TimeSpan patience)
    {
        Stopwatch watch = Stopwatch.StartNew();
        HashSet<(int, int)> seen = _seen;
        while (watch.Elapsed < patience && seen == _seen)
        {
            bool isSeen;
            lock (_lock)
            {
                isSeen = seen.Contains((id, number));
            }

            if (isSeen)
            {
                return await FlushAsync() && seen == _seen;
            }

            await Task.Delay(20);
        }

        return false;
    }

    public async ValueTask DisposeAsync()
    {
        if (_watch is not null)
        {
            await _watch.DisposeAsync();
        }
    }

    /// <summary>An answer about the past waits for a checkpoint.</summary>
    private async Task<bool> FlushAsync()
    {
        try
        {
            await using WatchClient client = await WatchProcess.ConnectAsync(folder);
            await foreach (BanHistoryEntry _ in client.GetHistoryAsync(new HistoryQuery { Jail = "none" }, CancellationToken.None))
            {
            }

            return true;
        }
        catch (Exception exception) when (exception is WatchNotRunningException or ControlException or IOException)
        {
            return false;
        }
    }

    private void See(JsonElement item, HashSet<(int, int)> seen)
    {
        string? kind = item.GetProperty("kind").GetString();
        lock (_lock)
        {
            if (kind == "Found")
            {
                string address = item.GetProperty("id").GetString()!;
                seen.Add(NumberedLog.Address(address));
                if (item.GetProperty("message").GetString()!.EndsWith("already banned", StringComparison.Ordinal))
                {
                    Repeated.Add(address);
                }
            }
            else if (s_troubles.Contains(kind) && Troubles.Count < 50)
            {
                Troubles.Add(item.GetProperty("message").GetString()!);
            }
        }
    }
}
