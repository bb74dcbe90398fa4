using System.Globalization;
using System.Text.Json;
using PSBan.Control;
using PSBan.EndToEnd.Firewalls;
using PSBan.EndToEnd.Support;
using PSBan.Model;
using PSBan.Store;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Store;

/// <summary>What a watch knows outlives it: real processes, a real packet filter, a real disk that is full or damaged.</summary>
public sealed class RestartTests
{
    private const string Offender = "203.0.113.31";

    [RequiresFact("nft", "ip", "root")]
    public async Task Bans_leave_the_packet_filter_with_the_watch_and_come_back_with_the_time_they_have_left()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = MakeFolder();
        Ban before;
        await using (WatchProcess watch = await StartAsync(space, folder))
        {
            Fail(folder, Offender, 4);
            await watch.WaitForAsync("Banned");
            Fail(folder, "198.51.100.7", 3);
            await Eventually.TrueAsync(async () => (await JailAsync(folder)).TotalFailed == 7, "seven failures are counted");
            await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
            before = Assert.Single(await BansAsync(client));
            Assert.Equal((0, string.Empty), await watch.StopAsync());
        }

        Assert.DoesNotContain(Offender, await space.RunAsync("nft", "list", "ruleset"), StringComparison.Ordinal);
        Assert.Equal(Offender, Assert.Single(StoredBans.ReadBans(StoredBans.PathOf(WatchProcess.StateOf(folder.Path)), TimeProvider.System)).Id.ToString());

        await using WatchProcess again = await StartAsync(space, folder);
        JsonElement restored = Assert.Single(again.Events("Restored"));
        Assert.Equal(Offender, restored.GetProperty("id").GetString());
        Assert.Contains(Offender, await space.RunAsync("nft", "list", "ruleset"), StringComparison.Ordinal);
        await using WatchClient asker = await WatchProcess.ConnectAsync(folder.Path);
        Ban after = Assert.Single(await BansAsync(asker));
        Assert.Equal((before.Time, before.Duration, before.Failures, true), (after.Time, after.Duration, after.Failures, after.Restored));
        Assert.Equal(before.Matches, after.Matches);

        // Three failures were counted before, and the fourth decides.
        Fail(folder, "198.51.100.7", 1);
        await again.WaitForAsync("Banned", item => item.GetProperty("id").GetString() == "198.51.100.7");
        Assert.Equal(8, (await JailAsync(folder)).TotalFailed);
    }

    [RequiresFact("nft", "ip", "root")]
    public async Task After_a_damaged_store_what_the_packet_filter_holds_is_taken_over()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = MakeFolder();
        await using (WatchProcess watch = await StartAsync(space, folder))
        {
            Fail(folder, Offender, 4);
            await watch.WaitForAsync("Banned");
            await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
            await Eventually.TrueAsync(async () => (await BansAsync(client)).TrueForAll(ban => ban.State == BanState.Active), "the ban stands");
        }

        // Killed: the rules stand. Then somebody's disk eats the store, and the log is gone too.
        string store = StoredBans.PathOf(WatchProcess.StateOf(folder.Path));
        await File.WriteAllTextAsync(store, new string('x', 20_000));
        await File.WriteAllTextAsync(store + "-wal", new string('x', 20_000));
        await File.WriteAllTextAsync(folder.Log, string.Empty);
        await using WatchProcess again = await StartAsync(space, folder);
        JsonElement trouble = Assert.Single(again.Events("StoreFailed"));
        Assert.Contains(".damaged-", trouble.GetProperty("message").GetString(), StringComparison.Ordinal);
        string aside = Assert.Single(Directory.GetFiles(Path.GetDirectoryName(store)!, "*.damaged-*"), file => !file.EndsWith("-wal", StringComparison.Ordinal) && !file.EndsWith("-shm", StringComparison.Ordinal));
        Assert.Equal(new string('x', 20_000), await File.ReadAllTextAsync(aside));
        await using WatchClient asker = await WatchProcess.ConnectAsync(folder.Path);
        Ban ban = Assert.Single(await BansAsync(asker));
        Assert.Equal((Offender, true), (ban.Id.ToString(), ban.Restored));
        Assert.InRange(ban.Duration.TotalSeconds, 3000, 3600);
        Assert.Contains(Offender, await space.RunAsync("nft", "list", "ruleset"), StringComparison.Ordinal);
    }

    [RequiresFact("nft", "ip", "root", "unshare", "mount")]
    public async Task While_the_disk_is_full_bans_go_on_and_the_store_catches_up_later()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = MakeFolder();
        string state = WatchProcess.StateOf(folder.Path);
        Directory.CreateDirectory(state);

        // A disk of one megabyte that nobody else sees, and that goes with the process.
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, "nft", "unshare", "--mount", "sh", "-c", $"mount -t tmpfs -o size=1m,mode=700 tmpfs {state} && exec \"$0\" \"$@\"");
        await watch.WaitForAsync("Started");
        string inside = string.Create(CultureInfo.InvariantCulture, $"/proc/{watch.Id}/root{state}");
        await using WatchClient client = await WatchClient.ConnectAsync(inside, CancellationToken.None);
        Fill(Path.Combine(inside, "filler"));

        string[] offenders = [.. Enumerable.Range(1, 60).Select(i => $"203.0.113.{i}")];
        foreach (string offender in offenders)
        {
            Fail(folder, offender, 4);
        }

        await watch.WaitForAsync("StoreFailed");
        await watch.WaitForAsync("Banned", item => item.GetProperty("id").GetString() == offenders[^1]);
        string ruleset = string.Empty;
        await Eventually.TrueAsync(
            async () =>
            {
                ruleset = await space.RunAsync("nft", "list", "ruleset");
                return offenders.All(offender => ruleset.Contains(offender, StringComparison.Ordinal));
            },
            "all stand in the packet filter");
        Assert.Contains("no room", (await client.GetWatchAsync(CancellationToken.None)).StoreTrouble, StringComparison.Ordinal);
        Assert.Empty(watch.Events("StoreRepaired"));

        File.Delete(Path.Combine(inside, "filler"));
        await watch.WaitForAsync("StoreRepaired");
        Assert.Single(watch.Events("StoreFailed"));
        Assert.Null((await client.GetWatchAsync(CancellationToken.None)).StoreTrouble);
        string copy = Path.Combine(folder.Path, "copy.db");
        File.Copy(StoredBans.PathOf(inside), copy);
        File.Copy(StoredBans.PathOf(inside) + "-wal", copy + "-wal");
        Assert.Equal(offenders.Order(StringComparer.Ordinal), StoredBans.ReadBans(copy, TimeProvider.System).Select(ban => ban.Id.ToString()).Order(StringComparer.Ordinal));
    }

    [RequiresFact("nft", "ip", "root")]
    public async Task Store_of_another_watch_is_refused_before_anything_is_touched()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = MakeFolder(), other = MakeFolder();
        other.Write("psban.local", $"[Definition]\ndbfile = {StoredBans.PathOf(WatchProcess.StateOf(folder.Path))}\n");
        await using WatchProcess watch = await StartAsync(space, folder);
        await using NetworkNamespace elsewhere = await NetworkNamespace.CreateAsync();
        await using WatchProcess second = WatchProcess.Start(elsewhere, other.Path, "nft");
        (int exitCode, string error) = await second.WhenEndedAsync();
        Assert.Equal(1, exitCode);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"is in use by another watch (process {watch.Id}, since "), error, StringComparison.Ordinal);
        Assert.Equal(string.Empty, (await elsewhere.RunAsync("nft", "list", "ruleset")).Trim());
    }

    [RequiresFact("nft", "ip", "root")]
    public async Task Store_that_is_damaged_or_gone_while_the_watch_runs_is_made_anew_from_what_the_watch_knows()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = MakeFolder();
        await using WatchProcess watch = await StartAsync(space, folder);
        Fail(folder, Offender, 4);
        await watch.WaitForAsync("Banned");
        await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
        await HistoryAsync(client);

        string store = StoredBans.PathOf(WatchProcess.StateOf(folder.Path));
        File.Delete(store);
        Fail(folder, "198.51.100.7", 4);
        await watch.WaitForAsync("StoreRepaired");
        Assert.Equal(["198.51.100.7", Offender], (await HistoryAsync(client)).Select(entry => entry.Id.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(8, (await JailAsync(folder)).TotalFailed);
    }

    private static async Task<WatchProcess> StartAsync(NetworkNamespace space, WatchFolder folder)
    {
        WatchProcess watch = WatchProcess.Start(space, folder.Path, "nft");
        await watch.WaitForAsync("Started");
        return watch;
    }

    private static void Fail(WatchFolder folder, string address, int times) =>
        folder.Append(Enumerable.Range(0, times).Select(i => $"mail sshd[{Random.Shared.Next(1000, 100000)}]: Failed password for root from {address} port 5{i}000 ssh2"));

    private static async Task<JailInfo> JailAsync(WatchFolder folder)
    {
        await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
        return Assert.Single(await client.GetJailsAsync(CancellationToken.None));
    }

    private static async Task<List<Ban>> BansAsync(WatchClient client)
    {
        List<Ban> bans = [];
        await foreach (Ban ban in client.GetBansAsync(null, CancellationToken.None))
        {
            bans.Add(ban);
        }

        return bans;
    }

    private static async Task<List<BanHistoryEntry>> HistoryAsync(WatchClient client)
    {
        List<BanHistoryEntry> entries = [];
        await foreach (BanHistoryEntry entry in client.GetHistoryAsync(new HistoryQuery(), CancellationToken.None))
        {
            entries.Add(entry);
        }

        return entries;
    }

    private static void Fill(string path)
    {
        using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            for (byte[] piece = new byte[4096]; ;)
            {
                file.Write(piece);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private static WatchFolder MakeFolder()
    {
        WatchFolder folder = new();
        folder.Write("auth.log", string.Empty);
        folder.Write("jail.local", $"""
            [sshd]
            enabled  = true
            logpath  = {folder.Log}
            backend  = auto
            maxretry = 4
            findtime = 10m
            bantime  = 1h
            """);
        return folder;
    }
}
