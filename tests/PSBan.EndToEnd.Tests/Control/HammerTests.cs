using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PSBan.Control;
using PSBan.EndToEnd.Support;
using PSBan.Model;
using PSBan.Tests.Support;
using Xunit.Abstractions;

namespace PSBan.EndToEnd.Control;

/// <summary>
/// Hammers the endpoint of a real watch with everything that clients send and ought not to send, while failures go on: every ban has to come. How long one takes
/// in quiet and under the hammer, and the ratio of the two, is told, not judged. The clients live in a process of their own that gets only what processor time the
/// others leave (SCHED_IDLE of sched(7)): they are as many and as quick as the machine allows, but what a ban waits for is the watch, and not the next processor.
/// <c>PSBAN_HAMMER_SECONDS</c> says how long it goes on, <c>PSBAN_HAMMER_SEED</c> repeats a run's choices, <c>PSBAN_HAMMER_POLICY</c>
/// (<c>other</c>) lets the clients take processor time like anybody else.
/// </summary>
public sealed class HammerTests(ITestOutputHelper output) : IDisposable
{
    private const int DefaultSeconds = 5;
    private const int WarmUpBans = 30;
    private const long MostMemory = 600L << 20;

    private readonly WatchFolder _folder = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<long>> _awaited = new(StringComparer.Ordinal);
    private int _offender;

    public void Dispose() => _folder.Dispose();

    [RequiresFact("linux", "chrt")]
    public async Task Every_ban_comes_whatever_clients_do()
    {
        int seconds = Setting("PSBAN_HAMMER_SECONDS", DefaultSeconds);
        int seed = Setting("PSBAN_HAMMER_SEED", Random.Shared.Next());
        await using WatchProcess watch = await StartAsync();
        await using WatchClient witness = await WatchProcess.ConnectAsync(_folder.Path);
        await WatchClients.AskEverythingAsync(_folder.Path, CancellationToken.None);
        await BanAsync(WarmUpBans);
        List<double> quiet = await BanAsync(seconds * 5);
        int files = OpenFiles(watch.Id);
        long memory = Memory(watch.Id), peak = memory;
        List<double> hammered = [];
        await using (var hammer = HammerProcess.Start(_folder.Path, seconds, seed))
        {
            await hammer.WhenStartedAsync();
            while (!hammer.IsOver)
            {
                hammered.Add(await BanOneAsync());
                peak = Math.Max(peak, Memory(watch.Id));
            }

            // Every client got an answer to every proper request, and an error and the end of the connection for everything else; or this throws what one of them saw.
            HammerReport report = await hammer.ReportAsync();
            output.WriteLine($"seed {seed}; {report}; {hammered.Count} bans meanwhile");
            Assert.True(report.Answered > 0 && report.Refused > 0 && report.Broken > 0, report.ToString());
        }

        quiet.AddRange(await BanAsync(seconds * 5));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"a ban takes {Summary(quiet)} in quiet and {Summary(hammered)} under the hammer, x{Median(hammered) / Median(quiet):0.00}; {memory >> 20} MiB in quiet, {peak >> 20} MiB at most; {files} open files"));

        // Each of these would have hung or thrown before, had it not come.
        WatchInfo info = await witness.GetWatchAsync(CancellationToken.None);
        Assert.Equal(watch.Id, info.ProcessId);
        Assert.Equal(_offender, (await witness.GetJailsAsync(CancellationToken.None)).Single(jail => jail.Name == "login").TotalBanned);
        Assert.True(peak < MostMemory, $"{peak >> 20} MiB");
        await Eventually.TrueAsync(() => Task.FromResult(OpenFiles(watch.Id) <= files), "the connections are closed", () => $"{OpenFiles(watch.Id)} files are open, {files} before: {string.Join(' ', LinksOf(watch.Id))}");
        Assert.Equal((0, string.Empty), await watch.StopAsync());
    }

    [RequiresFact("linux")]
    public async Task Clients_that_never_finish_their_requests_do_not_take_all_the_room()
    {
        await using WatchProcess watch = await StartAsync();
        var clients = new WatchClients(_folder.Path);
        List<Stream> halves = [];
        try
        {
            // More than are served at once, so that whoever comes last has to wait for one of them to be shown the door.
            for (int i = 0; i < 100; i++)
            {
                halves.Add(await clients.SendHalfAsync());
            }

            await using WatchClient client = await WatchProcess.ConnectAsync(_folder.Path).WaitAsync(WatchProcess.Patience);
            Assert.Equal(watch.Id, (await client.GetWatchAsync(CancellationToken.None).WaitAsync(WatchProcess.Patience)).ProcessId);
        }
        finally
        {
            halves.ForEach(half => half.Dispose());
        }
    }

    private async Task<WatchProcess> StartAsync()
    {
        _folder.Write("auth.log", string.Empty);
        _folder.Write("filter.d/login.conf", "[Definition]\nfailregex = ^\\s*\\S+ login\\[\\d+\\]: failure from <ADDR>$\n");
        _folder.Write("jail.local", $"""
            [DEFAULT]
            backend = auto
            filter = login
            maxretry = 3
            bantime = 1h

            [login]
            enabled = true
            logpath = {_folder.Log}

            [byhand]
            enabled = true
            logpath = {_folder.Log}.none
            """);
        WatchProcess watch = WatchProcess.StartDry(_folder.Path, See);
        watch.Unkept.UnionWith(["Found", "Banned", "Unbanned", "DryRun"]);
        await watch.WaitForAsync("Started");
        return watch;
    }

    private void See(JsonElement item)
    {
        long now = Stopwatch.GetTimestamp();
        if (item.GetProperty("kind").ValueEquals("Banned") && _awaited.TryGetValue(item.GetProperty("id").GetString()!, out TaskCompletionSource<long>? waiter))
        {
            waiter.TrySetResult(now);
        }
    }

    private async Task<List<double>> BanAsync(int count)
    {
        List<double> times = [];
        while (times.Count < count)
        {
            times.Add(await BanOneAsync());
        }

        return times;
    }

    /// <summary>Lets an address fail, and waits for its ban.</summary>
    /// <returns>How many milliseconds that took.</returns>
    private async Task<double> BanOneAsync()
    {
        _offender++;
        string address = string.Create(CultureInfo.InvariantCulture, $"198.18.{_offender >> 8}.{_offender & 255}");
        TaskCompletionSource<long> banned = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _awaited[address] = banned;
        long start = Stopwatch.GetTimestamp();
        _folder.Append(Enumerable.Range(1, 3).Select(i => $"mail login[{i}]: failure from {address}"));
        double taken = Stopwatch.GetElapsedTime(start, await banned.Task.WaitAsync(WatchProcess.Patience)).TotalMilliseconds;

        // Not in step with anything that looks now and then.
        await Task.Delay(20 + (_offender * 37 % 20));
        return taken;
    }

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);

    private static string Summary(List<double> times)
    {
        List<double> sorted = [.. times.Order()];
        return string.Create(CultureInfo.InvariantCulture, $"{Median(times):0.0} ms (median; {sorted[times.Count * 95 / 100]:0.0} ms at 95 %, {sorted[^1]:0.0} ms at most)");
    }

    // What the runtime loads when it is first needed stays open, and SQLite keeps the descriptors of readers that have gone, for those that come next
    // (closing one would undo the locks of the others, see fcntl(2)).
    private int OpenFiles(int process) => LinksOf(process).Count();

    private IEnumerable<string> LinksOf(int process) =>
        Directory.GetFileSystemEntries(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/fd"))
            .Select(link => new FileInfo(link).LinkTarget ?? "?")
            .Where(link => !link.StartsWith('/') || (link.StartsWith(_folder.Path, StringComparison.Ordinal) && !link.EndsWith(".db", StringComparison.Ordinal)));

    private static long Memory(int process) =>
        long.Parse(File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/status")).First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : otherwise;
}
