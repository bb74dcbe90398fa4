using System.Diagnostics;
using System.Globalization;
using PSBan.Control;
using PSBan.EndToEnd.Support;
using PSBan.Model;
using PSBan.Store;
using Xunit.Abstractions;

namespace PSBan.EndToEnd.Sources;

/// <summary>
/// The same writers under a real watch that is killed at moments that nobody chooses. Every number is an address: one jail bans each at once, so that the history
/// knows it once; another only counts. In the end both must have counted what was written, but for what a rotation destroyed before it was stored.
/// </summary>
public sealed class TortureWatchTests(ITestOutputHelper output)
{
    private const int DefaultSeconds = 12;

    [Fact]
    public async Task Killed_at_any_moment_it_knows_every_number_once()
    {
        int seed = TortureSettings.Seed;
        TimeSpan time = TortureSettings.Time(DefaultSeconds);
        output.WriteLine($"{time.TotalSeconds} s, seed {seed}");
        using WatchFolder folder = new();
        IReadOnlyList<TortureScene> scenes = [.. TortureScene.All(Path.Combine(folder.Path, "logs"), seed).Where(scene => TortureSettings.IsWanted(scene))];
        Configure(folder, scenes);
        await using MortalWatch watch = new(folder.Path, new Random(seed + 2000));
        using CancellationTokenSource end = new();
        Task living = watch.LiveAsync(end.Token);
        List<string> wrong = [];
        await Task.WhenAll(scenes.Select((scene, number) => Task.Run(async () =>
        {
            (scene.LongestPause, scene.MostLines) = (TimeSpan.FromMilliseconds(1500), 8);
            Random random = new(seed + 3000 + number);
            try
            {
                await scene.RunAsync(time, log => SettleAsync(watch, living, log, random));
            }
            catch (TimeoutException exception)
            {
                lock (wrong)
                {
                    wrong.Add($"{scene.Name}: {exception.Message}");
                }
            }
        })));
        await end.CancelAsync();
        await living;
        await JudgeAsync(folder.Path, scenes, wrong);
        output.WriteLine($"{watch.Lives} lives");
        wrong.AddRange(watch.Repeated.Select(address => string.Create(CultureInfo.InvariantCulture, $"{NumberedLog.Address(address)} was read again.")));
        watch.Troubles.ForEach(output.WriteLine);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private async Task JudgeAsync(string folder, IReadOnlyList<TortureScene> scenes, List<string> wrong)
    {
        await using WatchClient client = await WatchProcess.ConnectAsync(folder);
        Dictionary<int, List<int>> known = [];
        await foreach (BanHistoryEntry ban in client.GetHistoryAsync(new HistoryQuery { Jail = "each" }, CancellationToken.None))
        {
            (int id, int number) = NumberedLog.Address(ban.Id.ToString());
            if (!known.TryGetValue(id, out List<int>? numbers))
            {
                known.Add(id, numbers = []);
            }

            numbers.Add(number);
        }

        foreach (TortureScene scene in scenes)
        {
            TortureVerdict verdict = new();
            foreach (NumberedLog log in scene.Logs)
            {
                verdict.Add(log, known.GetValueOrDefault(log.Id) ?? [], ordered: false);
            }

            output.WriteLine($"{scene.Name}: {verdict.Summary}");
            foreach (string line in verdict.Story)
            {
                output.WriteLine(line);
            }

            wrong.AddRange(verdict.Wrong.Select(text => $"{scene.Name}: {text}"));
        }

        int all = known.Values.Sum(numbers => numbers.Count);
        wrong.AddRange((await client.GetJailsAsync(CancellationToken.None))
            .Where(jail => jail.TotalFailed != all)
            .Select(jail => string.Create(CultureInfo.InvariantCulture, $"The jail {jail.Name} has counted {jail.TotalFailed} and not {all}.")));
    }

    /// <summary>Waits until everything of a log has been read and stored. A life may end on the way; then the next one has to show a line of its own.</summary>
    private static async Task SettleAsync(MortalWatch watch, Task living, NumberedLog log, Random random)
    {
        Stopwatch patience = Stopwatch.StartNew();
        while (true)
        {
            log.Write(1, random);
            int number = log.Last;
            if (await watch.HasStoredAsync(log.Id, number, TimeSpan.FromSeconds(5)))
            {
                log.Journal.Add(number, "    stored");
                log.Confirm(number);
                return;
            }

            if (living.IsFaulted)
            {
                await living;
            }

            // A guard against waiting for ever; no verdict depends on it.
            if (patience.Elapsed > 3 * WatchProcess.Patience)
            {
                throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"Waited in vain for number {number} of log {log.Id}."));
            }
        }
    }

    private static void Configure(WatchFolder folder, IReadOnlyList<TortureScene> scenes)
    {
        folder.Write("filter.d/app.conf", """
            [Definition]
            failregex = ^\s*\S+ app: login failed from <ADDR> end$
            """);
        folder.Write("jail.local", $"""
            [DEFAULT]
            filter   = app
            backend  = auto
            findtime = 1d
            bantime  = 1d
            logpath  = {string.Join("\n           ", scenes.Select(scene => scene.Glob.Contains(' ', StringComparison.Ordinal) ? scene.Glob + " head" : scene.Glob))}

            [each]
            enabled  = true
            maxretry = 1

            [count]
            enabled  = true
            maxretry = 1000000
            """);
    }
}
