using System.Diagnostics;
using System.Globalization;
using PSBan.Control;
using PSBan.EndToEnd.Firewalls;
using PSBan.EndToEnd.Support;
using PSBan.Model;
using PSBan.Tests.Support;
using Xunit.Abstractions;
using static PSBan.EndToEnd.Watch.ReloadFolder;

namespace PSBan.EndToEnd.Watch;

/// <summary>
/// Changes the configuration again and again while logs grow and are rotated, every line a failure of an address of its own: a jail that has counted as many failures as there are
/// lines, of as many addresses, has missed none and counted none twice. <c>PSBAN_RELOADS</c> says how often.
/// </summary>
public sealed class ReloadLoadTests(ITestOutputHelper output)
{
    private const int DefaultReloads = 20;
    private const int FewLines = 10;
    private const int ManyLines = 300;
    private const int Rotation = 150;
    private const string NeverBans = "maxretry = 1000000";

    [RequiresFact("nft", "ip", "root")]
    public async Task However_often_it_is_reloaded_every_line_is_counted_once_and_nothing_is_left_over()
    {
        int reloads = int.TryParse(Environment.GetEnvironmentVariable("PSBAN_RELOADS"), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : DefaultReloads;
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using ReloadFolder folder = new();
        string[][] turns = [Odd(folder), Even(folder)];
        folder.Write(turns[0]);
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, null);
        watch.Unkept.Add("Found");
        await watch.WaitForAsync("Started");
        await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
        foreach (string jail in (string[])["steady", "changing"])
        {
            await client.AddBanAsync(jail, Address.Parse("198.51.100.1"), null, CancellationToken.None);
        }

        using CancellationTokenSource end = new();
        Task<int> writing = Task.Run(() => WriteAsync(folder, end.Token));
        await ReloadAsync(client, folder, turns, 4);
        ProcessState before = await RestingAsync(watch.Id);
        long start = Stopwatch.GetTimestamp();
        await ReloadAsync(client, folder, turns, reloads);
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        await end.CancelAsync();
        int lines = await writing;

        string[] exact = ["steady", "changing", "roaming", "joining"];
        IReadOnlyList<JailInfo> jails = [];
        await Eventually.TrueAsync(
            async () =>
            {
                jails = await client.GetJailsAsync(CancellationToken.None);
                return exact.All(name => jails.Single(jail => jail.Name == name) is var jail && jail.TotalFailed == lines && jail.CurrentlyFailed == lines);
            },
            $"each of {string.Join(", ", exact)} has counted {lines} lines once",
            () => string.Join(", ", jails.Select(jail => string.Create(CultureInfo.InvariantCulture, $"{jail.Name} {jail.TotalFailed} of {jail.CurrentlyFailed} addresses"))));
        Assert.Empty(watch.Events("SourceWarning"));

        // This one is absent every other time, and whatever it has met it has met once.
        JailInfo coming = jails.Single(jail => jail.Name == "coming");
        Assert.Equal(coming.CurrentlyFailed, coming.TotalFailed);
        Assert.InRange(coming.TotalFailed, 1, lines);
        string ruleset = await space.RunAsync("nft", "list", "ruleset");
        Assert.Equal(2, ruleset.Split("198.51.100.1 timeout").Length - 1);
        Assert.Equal(10, ruleset.Split("\tset addr").Length - 1);

        ProcessState after = await RestingAsync(watch.Id);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{reloads} reloads in {time.TotalSeconds:0.0} s, {lines} lines in each of 3 logs; coming has met {coming.TotalFailed}; before: {before}; after: {after}"));
        await Eventually.TrueAsync(
            () => Task.FromResult((after = ProcessState.Of(watch.Id)).Files.Count <= before.Files.Count && after.Threads <= before.Threads + 8),
            $"it is as before: {before}", () => $"{after}, {string.Join(", ", after.Files.Except(before.Files))}");

        // What the jails count takes room; each reload must not.
        Assert.InRange(after.Memory - before.Memory, long.MinValue, 64_000 + (lines * 5));
        Assert.Equal((0, string.Empty), await watch.StopAsync());
        Assert.Equal(string.Empty, (await space.RunAsync("nft", "list", "ruleset")).Trim());
    }

    /// <summary>Waits until the readers have opened their logs, and takes the least that is seen: tools that run just now have pipes.</summary>
    private static async Task<ProcessState> RestingAsync(int id)
    {
        ProcessState? least = null;
        for (int i = 0; i < 20; i++)
        {
            ProcessState state = null!;
            await Eventually.TrueAsync(
                () => Task.FromResult((state = ProcessState.Of(id)).Files.Count(file => file.EndsWith(".log", StringComparison.Ordinal)) == 3), "the three logs are open");
            least = least is null || state.Files.Count < least.Files.Count ? state : least;
            await Task.Delay(10);
        }

        return least!;
    }

    private static string[] Odd(ReloadFolder folder) =>
    [
        Jail("steady", NeverBans),
        Jail("changing", NeverBans, "logpath = " + folder.Log("b")),
        Jail("roaming", NeverBans, "logpath = " + folder.Log("c")),
        Jail("joining", NeverBans),
        Jail("coming", NeverBans),
    ];

    // Another filter and another port; another path to the same log; a log for oneself that was shared.
    private static string[] Even(ReloadFolder folder) =>
    [
        Jail("steady", NeverBans),
        Jail("changing", "maxretry = 900000", "logpath = " + folder.Log("b"), "failregex = ^ bad <HOST>$\n            ^ worse <HOST>$", "action = nftables[name=changing, port=\"25,465\"]"),
        Jail("roaming", NeverBans, "logpath = " + folder.Log("[c]")),
        Jail("joining", NeverBans, "logpath = " + folder.Log("[a]")),
    ];

    private static async Task ReloadAsync(WatchClient client, ReloadFolder folder, string[][] turns, int times)
    {
        // Ends with the configuration that it began with.
        for (int i = 1; i <= times + (times % 2); i++)
        {
            folder.Write(turns[i % 2]);
            ReloadResult result = await client.ReloadAsync(onlyCompares: false, CancellationToken.None);
            Assert.True(result.IsApplied, result.Refusal);
            Assert.Equal(["changing", "roaming", "joining"], result.Changed);
            Assert.Equal(["steady"], result.Unchanged);
            Assert.Equal(["coming"], i % 2 == 0 ? result.Added : result.Removed);
        }
    }

    private static async Task<int> WriteAsync(ReloadFolder folder, CancellationToken cancelToken)
    {
        int lines = 0;
        for (int i = 1; !cancelToken.IsCancellationRequested; i++)
        {
            if (i % Rotation == 0)
            {
                foreach (string log in (string[])["a", "b", "c"])
                {
                    File.Move(folder.Log(log), folder.Log(log) + ".1", overwrite: true);
                }
            }

            // Now and then more than a reader takes at once, so that readers are not always at the end.
            int count = Random.Shared.Next(20) == 0 ? ManyLines : FewLines;
            string[] addresses = [.. Enumerable.Range(lines, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"10.{i >> 16}.{(i >> 8) & 255}.{i & 255}"))];
            foreach (string log in (string[])["a", "b", "c"])
            {
                folder.Append(log, addresses);
            }

            lines += count;
            await Task.Delay(10, CancellationToken.None);
        }

        return lines;
    }

    /// <summary>What a process holds.</summary>
    /// <param name="Files">Its open files, without its own parts, which it loads when it needs them first, and without rotated logs, which stay open for a minute.</param>
    /// <param name="Threads">Its threads.</param>
    /// <param name="Memory">Its resident memory in KiB.</param>
    private sealed record ProcessState(IReadOnlyList<string> Files, int Threads, long Memory)
    {
        public static ProcessState Of(int id) => new(
            [.. new DirectoryInfo($"/proc/{id}/fd").EnumerateFileSystemInfos().Where(IsCounted).Select(file => $"{file.Name} {file.LinkTarget}")],
            (int)Number(id, "Threads"), Number(id, "VmRSS"));

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Files.Count} descriptors, {Threads} threads, {Memory / 1024} MiB");

        private static bool IsCounted(FileSystemInfo file) =>
            file.LinkTarget is { } target && !target.EndsWith(".dll", StringComparison.Ordinal) && !target.EndsWith(".1", StringComparison.Ordinal) && !target.EndsWith("(deleted)", StringComparison.Ordinal);

        private static long Number(int id, string name) => long.Parse(
            File.ReadLines($"/proc/{id}/status").First(line => line.StartsWith(name + ":", StringComparison.Ordinal)).Split((char[])['\t', ' '], StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture);
    }
}
