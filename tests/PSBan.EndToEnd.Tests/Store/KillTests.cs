using System.Globalization;
using System.Text.Json;
using PSBan.Control;
using PSBan.EndToEnd.Firewalls;
using PSBan.EndToEnd.Support;
using PSBan.Model;
using PSBan.Store;
using PSBan.Tests.Support;
using Xunit.Abstractions;

namespace PSBan.EndToEnd.Store;

/// <summary>
/// Kills a real watch again and again, at moments that nobody chooses, while logs grow and are rotated. In the end it must have counted every line once, and
/// know the same bans as a watch that nobody disturbed. <c>PSBAN_KILLS</c> says how often, <c>PSBAN_KILL_SEED</c> repeats a run's choices.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int DefaultKills = 10;
    private static readonly string[] s_troubles = ["SourceWarning", "SourceLost", "PatternQuarantined", "LimitReached", "FirewallFailed", "StoreFailed"];

    [RequiresFact("nft", "ip", "root")]
    public async Task Killed_at_any_moment_it_counts_every_line_once()
    {
        int kills = Setting("PSBAN_KILLS", DefaultKills);
        int seed = Setting("PSBAN_KILL_SEED", Random.Shared.Next());
        output.WriteLine($"{kills} kills, seed {seed}");
        Random random = new(seed);
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = MakeFolder();
        using RotatingLog first = new(folder.Log, new Random(seed + 1), inSessions: false);
        using RotatingLog second = new(folder.Log + "2", new Random(seed + 2), inSessions: true);
        using CancellationTokenSource end = new();
        // What was rotated away before a watch has stored anything, no watch knows of.
        using SemaphoreSlim mayRotate = new(0);
        Task writing = WriteAsync(first, second, mayRotate, new Random(seed + 3), end.Token);

        for (int i = 0; i < kills; i++)
        {
            await using WatchProcess watch = WatchProcess.Start(space, folder.Path, "nft");
            if (random.Next(3) > 0)
            {
                await watch.WaitForAsync("Started");

                if (mayRotate.CurrentCount == 0 && await HasStoredAsync(folder, first.FailuresAtRotation))
                {
                    mayRotate.Release();
                }
            }

            await Task.Delay(random.Next(600));
            foreach (JsonElement trouble in s_troubles.SelectMany(watch.Events))
            {
                output.WriteLine($"{i}: {trouble.GetProperty("message").GetString()}");
            }
        }

        await end.CancelAsync();
        await writing;
        second.Finish();
        Outcome killed = await RunToEndAsync(space, folder, first.Failures, second.Failures);

        using WatchFolder quiet = MakeFolder();
        await File.WriteAllLinesAsync(quiet.Log, first.Lines);
        await File.WriteAllLinesAsync(quiet.Log + "2", second.Lines);
        Outcome undisturbed = await RunToEndAsync(space, quiet, first.Failures, second.Failures);

        output.WriteLine($"{first.Lines.Count} + {second.Lines.Count} lines, {undisturbed.History.Count} bans");
        Assert.Equal(undisturbed.Counters, killed.Counters);
        Assert.Equal(undisturbed.History, killed.History);
        Assert.NotEmpty(undisturbed.History);
        Assert.Contains(undisturbed.History, ban => ban.StartsWith("recidive", StringComparison.Ordinal));
    }

    private static async Task WriteAsync(RotatingLog first, RotatingLog second, SemaphoreSlim mayRotate, Random random, CancellationToken cancelToken)
    {
        while (!cancelToken.IsCancellationRequested)
        {
            first.Append();
            second.Append();
            if (random.Next(60) == 0 && mayRotate.Wait(0, CancellationToken.None))
            {
                first.Rotate();
            }

            await Task.Delay(random.Next(20), CancellationToken.None);
        }
    }

    /// <summary>Whether the watch is done with the file that was rotated last. It reads on in one older file, and logrotate does not come twice while a watch is down.</summary>
    private static async Task<bool> HasStoredAsync(WatchFolder folder, int failures)
    {
        await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
        IReadOnlyList<JailInfo> jails = await client.GetJailsAsync(CancellationToken.None);

        // An answer about the past waits for a checkpoint.
        await foreach (BanHistoryEntry _ in client.GetHistoryAsync(new HistoryQuery { Jail = "none" }, CancellationToken.None))
        {
        }

        return jails.Single(jail => jail.Name == "sshd").TotalFailed >= failures;
    }

    /// <summary>Lets a watch run until it has counted everything, and asks it for all it knows.</summary>
    private static async Task<Outcome> RunToEndAsync(NetworkNamespace space, WatchFolder folder, int first, int second)
    {
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, "nft");
        await watch.WaitForAsync("Started");
        try
        {
            return await AskAtEndAsync(watch, folder, first, second);
        }
        catch (WatchNotRunningException e)
        {
            (int exitCode, string error) = await watch.WhenEndedAsync();
            throw new InvalidOperationException($"The watch ended by itself with {exitCode}: {error}", e);
        }
    }

    private static async Task<Outcome> AskAtEndAsync(WatchProcess watch, WatchFolder folder, int first, int second)
    {
        await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
        IReadOnlyList<JailInfo> jails = [];
        await Eventually.TrueAsync(
            async () =>
            {
                jails = await client.GetJailsAsync(CancellationToken.None);
                return Total("sshd") >= first && Total("app") >= second;
            },
            $"{first} + {second} failures are counted",
            () => string.Join(", ", jails.Select(jail => $"{jail.Name} {jail.TotalFailed}")));
        List<string> history = [];
        await foreach (BanHistoryEntry ban in client.GetHistoryAsync(new HistoryQuery(), CancellationToken.None))
        {
            // In which of two logs a line was read first is nobody's business.
            string matches = ban.Jail == "recidive" ? string.Empty : string.Join('\n', ban.Matches);
            history.Add(string.Create(CultureInfo.InvariantCulture, $"{ban.Jail} {ban.Id} {ban.Time:O} {ban.Duration.TotalSeconds} #{ban.Count} {ban.Failures} {ban.End} {matches}"));
        }

        Assert.Equal((0, string.Empty), await watch.StopAsync());
        return new Outcome(
            [.. jails.Select(jail => string.Create(CultureInfo.InvariantCulture, $"{jail.Name}: {jail.TotalFailed} {jail.CurrentlyFailed} {jail.TotalBanned} {jail.CurrentlyBanned}"))],
            [.. history.Order(StringComparer.Ordinal)]);

        long Total(string jail) => jails.Single(info => info.Name == jail).TotalFailed;
    }

    private static WatchFolder MakeFolder()
    {
        WatchFolder folder = new();
        folder.Write("auth.log", string.Empty);
        folder.Write("auth.log2", string.Empty);
        folder.Write("filter.d/app.conf", """
            [Definition]
            failregex = ^\s*\S+ app\[<F-MLFID>\d+</F-MLFID>\]: <F-NOFAIL>connect</F-NOFAIL> from <ADDR>$
                        ^\s*\S+ app\[<F-MLFID>\d+</F-MLFID>\]: bad password for <F-USER>\S+</F-USER>$
            """);
        folder.Write("jail.local", $"""
            [DEFAULT]
            backend  = auto
            maxretry = 4
            findtime = 1h
            bantime  = 2h
            bantime.increment = true

            [sshd]
            enabled = true
            logpath = {folder.Log}

            [app]
            enabled = true
            logpath = {folder.Log}2

            [recidive]
            enabled  = true
            logpath  =
            maxretry = 2
            """);
        return folder;
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : otherwise;

    private sealed record Outcome(IReadOnlyList<string> Counters, IReadOnlyList<string> History);
}
