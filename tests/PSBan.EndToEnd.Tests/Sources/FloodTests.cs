using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using PSBan.Control;
using PSBan.EndToEnd.Support;
using PSBan.Model;
using PSBan.Tests.Support;
using Xunit.Abstractions;

namespace PSBan.EndToEnd.Sources;

/// <summary>
/// One log is flooded as fast as the disk takes it while another one gets a failure now and then: nobody may drown another's log, and with it an attack.
/// <c>PSBAN_FLOOD_MB</c> says how much is written. The delays are told and not judged.
/// </summary>
public sealed class FloodTests(ITestOutputHelper output) : IDisposable
{
    private const int DefaultMegabytes = 50;
    private const int QuietBans = 50;
    private const int ChunkLines = 10_000;
    private const int FailureEvery = 200;
    private const long MostGrowth = 150L << 10;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    private readonly WatchFolder _folder = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<long>> _banned = new(StringComparer.Ordinal);

    /// <summary>The pipes of a watch take a thread of the pool each, and where there are few the next one comes only after a second.</summary>
    static FloodTests()
    {
        ThreadPool.GetMinThreads(out int workers, out int ports);
        ThreadPool.SetMinThreads(Math.Max(workers, 16), ports);
    }

    public void Dispose() => _folder.Dispose();

    [RequiresTheory("sh", "cat", "/proc/self/status")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_flooded_log_holds_up_no_other_and_is_counted_to_its_last_line(bool inOneGlob)
    {
        string flood = Path.Combine(_folder.Path, "a-flood.log");
        string calm = Path.Combine(_folder.Path, "b-calm.log");
        File.WriteAllText(flood, string.Empty);
        File.WriteAllText(calm, string.Empty);
        _folder.Write("filter.d/flood.conf", "[Definition]\nfailregex = ^ flooding <HOST>$\n");
        _folder.Write("filter.d/calm.conf", "[Definition]\nfailregex = ^ bad <HOST>$\n");
        _folder.Write("jail.local", $"""
            [DEFAULT]
            ignoreself = false
            findtime = 1h
            bantime = 1h
            [flood]
            enabled = true
            logpath = {(inOneGlob ? Path.Combine(_folder.Path, "*.log") : flood)}
            maxretry = 100000000
            maxmatches = 1
            [calm]
            enabled = true
            logpath = {(inOneGlob ? Path.Combine(_folder.Path, "*.log") : calm)}
            maxretry = 1
            """);
        await using WatchProcess watch = WatchProcess.StartDry(_folder.Path, See);
        watch.Unkept.Add("Found");
        watch.Unkept.Add("Banned");
        await watch.WaitForAsync("SourceFound", item => item.GetProperty("source").GetString() == flood);
        await watch.WaitForAsync("SourceFound", item => item.GetProperty("source").GetString() == calm);
        await using WatchClient client = await WatchProcess.ConnectAsync(_folder.Path);

        List<TimeSpan> quiet = [];
        for (int i = 0; i < QuietBans; i++)
        {
            quiet.Add(await BanAsync(calm, i));
        }

        long before = Memory(watch.Id, "VmRSS");
        (string chunk, long size) = WriteChunk();
        int chunks = (int)Math.Max(1, (Megabytes << 20) / size);
        long start = Stopwatch.GetTimestamp();
        using Process writer = Process.Start("sh", ["-c", $"i=0; while [ $i -lt {chunks} ]; do cat '{chunk}'; i=$((i+1)); done >> '{flood}'"]);
        List<TimeSpan> flooded = [];
        SourceInfo log;
        do
        {
            for (int i = 0; i < 5; i++)
            {
                flooded.Add(await BanAsync(calm, QuietBans + flooded.Count));
            }

            log = (await client.GetWatchAsync(CancellationToken.None)).Sources.Single(source => source.Name == flood);
        }
        while (log.Lines < (long)chunks * ChunkLines && Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(60 + Megabytes));

        TimeSpan time = Stopwatch.GetElapsedTime(start);
        await writer.WaitForExitAsync();
        long most = Memory(watch.Id, "VmHWM");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{chunks * size >> 20} MiB, {log.Lines} lines in {time.TotalSeconds:0.0} s; quiet: {Delays(quiet)}; flooded: {Delays(flooded)}; memory {before >> 10} MiB, then at most {most >> 10} MiB"));

        // Each line once: both counters, of the reader and of the jail.
        Assert.Equal((long)chunks * ChunkLines, log.Lines);
        IReadOnlyList<JailInfo> jails = await client.GetJailsAsync(CancellationToken.None);
        Assert.Equal((long)chunks * (ChunkLines / FailureEvery), jails.Single(jail => jail.Name == "flood").TotalFailed);
        Assert.Equal(quiet.Count + flooded.Count, jails.Single(jail => jail.Name == "calm").CurrentlyBanned);
        Assert.InRange(most, 0, before + MostGrowth);
        Assert.Empty(watch.Events("SourceWarning"));
        Assert.Equal((0, string.Empty), await watch.StopAsync());
    }

    private static long Megabytes =>
        int.TryParse(Environment.GetEnvironmentVariable("PSBAN_FLOOD_MB"), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : DefaultMegabytes;

    private static string Delays(List<TimeSpan> delays)
    {
        delays.Sort();
        return string.Create(CultureInfo.InvariantCulture, $"{delays.Count} bans after {delays[delays.Count / 2].TotalMilliseconds:0.0} ms (median), {delays[^1].TotalMilliseconds:0.0} ms (worst)");
    }

    private static long Memory(int id, string name) => long.Parse(
        File.ReadLines($"/proc/{id}/status").First(line => line.StartsWith(name + ":", StringComparison.Ordinal)).Split((char[])['\t', ' '], StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    private static string Stamp => DateTimeOffset.Now.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>Lets an address fail, and waits for its ban, which is a guard and no verdict.</summary>
    /// <returns>How long that took.</returns>
    private async Task<TimeSpan> BanAsync(string log, int number)
    {
        await Task.Delay(s_pause);
        string address = string.Create(CultureInfo.InvariantCulture, $"10.{number >> 16}.{(number >> 8) & 255}.{number & 255}");
        Task<long> banned = _banned.GetOrAdd(address, _ => new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        long start = Stopwatch.GetTimestamp();
        File.AppendAllText(log, $"{Stamp} bad {address}\n");
        return Stopwatch.GetElapsedTime(start, await banned.WaitAsync(WatchProcess.Patience));
    }

    private void See(System.Text.Json.JsonElement item)
    {
        if (item.GetProperty("kind").GetString() == "Banned")
        {
            _banned.GetOrAdd(item.GetProperty("id").GetString()!, _ => new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult(Stopwatch.GetTimestamp());
        }
    }

    /// <summary>Writes some lines that are then written again and again.</summary>
    private (string Path, long Size) WriteChunk()
    {
        StringBuilder text = new();
        string stamp = Stamp;
        for (int i = 0; i < ChunkLines; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{stamp} ");
            _ = i % FailureEvery == 0
                ? text.Append(CultureInfo.InvariantCulture, $"flooding 192.0.2.{i / FailureEvery}\n")
                : text.Append(CultureInfo.InvariantCulture, $"mail postfix/smtpd[{i}]: connect from host-{i}.example.net[198.51.100.{i & 255}], nothing to be seen here\n");
        }

        string path = Path.Combine(_folder.Path, "chunk");
        File.WriteAllText(path, text.ToString());
        return (path, text.Length);
    }
}
