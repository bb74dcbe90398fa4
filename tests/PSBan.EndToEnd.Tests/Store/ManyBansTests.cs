using System.Diagnostics;
using System.Globalization;
using PSBan.EndToEnd.Firewalls;
using PSBan.EndToEnd.Support;
using PSBan.Model;
using PSBan.Store;
using PSBan.Tests.Support;
using Xunit.Abstractions;

namespace PSBan.EndToEnd.Store;

/// <summary>A restart with as many bans as a busy server has; <c>PSBAN_BANS</c> says how many. How long it takes is told, not judged.</summary>
public sealed class ManyBansTests(ITestOutputHelper output)
{
    private const int DefaultBans = 20_000;
    private readonly int _bans = int.TryParse(Environment.GetEnvironmentVariable("PSBAN_BANS"), NumberStyles.None, CultureInfo.InvariantCulture, out int bans) ? bans : DefaultBans;

    [RequiresTheory("nft", "ip", "root")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_ban_stands_again_when_the_watch_calls_itself_ready(bool killed)
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = MakeFolder();
        Store(folder);
        await RunAsync(space, folder, "stopped before", killed);

        // After a stop the packet filter was empty; after a kill the bans stand there already.
        await RunAsync(space, folder, killed ? "killed before" : "stopped before", false);
    }

    private async Task RunAsync(NetworkNamespace space, WatchFolder folder, string what, bool kill)
    {
        var time = Stopwatch.StartNew();
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, "nft");
        await watch.WaitForAsync("Started");
        output.WriteLine($"{_bans} bans, {what}: ready after {time.ElapsedMilliseconds} ms, of which it worked {Work(watch.Id, 11)} ms and its nft {Work(watch.Id, 13)} ms");
        string ruleset = await space.RunAsync("nft", "list", "table", "inet", "psban");
        Assert.Equal(_bans, ruleset.Split(" expires ").Length - 1);
        Assert.Contains($"Restored {_bans} bans", Assert.Single(watch.Events("Restored")).GetProperty("message").GetString(), StringComparison.Ordinal);
        if (!kill)
        {
            Assert.Equal((0, string.Empty), await watch.StopAsync());
        }
    }

    /// <summary>The processor time of a process and of its children that have ended (proc(5)); ticks are hundredths of a second.</summary>
    private static long Work(int process, int field) =>
        File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat")).Split(") ")[1].Split(' ')[field..(field + 2)].Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture)) * 10;

    private void Store(WatchFolder folder)
    {
        string state = WatchProcess.StateOf(folder.Path);
        Directory.CreateDirectory(state);
        using IBanStore store = StoreLoader.Open(new StoreOptions(StoredBans.PathOf(state)));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        string line = "Mar  1 12:00:00 mail sshd[1234]: Failed password for invalid user admin from 192.0.2.1 port 40000 ssh2";
        IEnumerable<BanChange> bans = Enumerable.Range(0, _bans).Select(i => new BanChange(
            BanChangeKind.Entered,
            new Ban("sshd", BanId.FromText($"10.{i >> 16}.{(i >> 8) & 255}.{i & 255}"), now.AddMilliseconds(-i), Duration.FromSeconds(86_400))
            {
                Failures = 5,
                Matches = [line, line, line, line, line],
                Data = new Dictionary<string, string> { ["user"] = "admin", ["ip4"] = "192.0.2.1" },
            }));
        store.Save(new Checkpoint(now) { Jails = [new JailChanges("sshd", 5 * _bans, _bans) { LongestBan = Duration.FromSeconds(86_400), Bans = [.. bans] }] });
    }

    private static WatchFolder MakeFolder()
    {
        WatchFolder folder = new();
        folder.Write("auth.log", string.Empty);
        folder.Write("jail.local", $"""
            [sshd]
            enabled = true
            logpath = {folder.Log}
            backend = auto
            bantime = 1d
            """);
        return folder;
    }
}
