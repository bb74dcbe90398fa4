using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
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
    private static readonly string[] s_logs = ["auth.log", "auth.log2", "auth.log3"];
    private static readonly string[] s_jails = ["sshd", "app", "web"];
    private static readonly Regex s_element = new(@"198\.18\.\d+\.\d+", RegexOptions.CultureInvariant);
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
        using RotatingLog first = new(folder.Log, Rotation.Numbered, new Random(seed + 1), inSessions: false);
        using RotatingLog second = new(folder.Log + "2", Rotation.Dated, new Random(seed + 2), inSessions: true);
        using RotatingLog third = new(folder.Log + "3", Rotation.Switched, new Random(seed + 4), inSessions: false);
        RotatingLog[] logs = [first, second, third];
        using CancellationTokenSource end = new();
        Task writing = WriteAsync(logs, new Random(seed + 3), end.Token);

        for (int i = 0; i < kills; i++)
        {
            await using WatchProcess watch = WatchProcess.Start(space, folder.Path, "nft");
            if (random.Next(3) > 0)
            {
                await watch.WaitForAsync("Started");
                await AllowAsync(folder, logs);
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
        Outcome killed = await RunToEndAsync(space, folder, logs);

        using WatchFolder quiet = MakeFolder();
        foreach (RotatingLog log in logs)
        {
            await File.WriteAllLinesAsync(Path.Combine(quiet.Path, Path.GetFileName(log.Path)), log.Lines);
        }

        Outcome undisturbed = await RunToEndAsync(space, quiet, logs);

        output.WriteLine($"{string.Join(" + ", logs.Select(log => log.Lines.Count))} lines, {string.Join(" + ", logs.Select(log => log.Rotations))} rotations, {undisturbed.History.Count} bans");
        Assert.Equal(undisturbed.Counters, killed.Counters);
        Assert.Equal(undisturbed.History, killed.History);
        Assert.Equal(undisturbed.Bans, killed.Bans);
        Assert.Equal(undisturbed.Elements, killed.Elements);
        Assert.Equal(undisturbed.Stored, killed.Stored);
        Assert.NotEmpty(undisturbed.History);
        Assert.Contains(undisturbed.History, ban => ban.StartsWith("recidive", StringComparison.Ordinal));
    }

    private static async Task WriteAsync(RotatingLog[] logs, Random random, CancellationToken cancelToken)
    {
        while (!cancelToken.IsCancellationRequested)
        {
            foreach (RotatingLog log in logs)
            {
                log.Append();
                if (random.Next(60) == 0)
                {
                    log.RotateIfAllowed();
                }
            }

            await Task.Delay(random.Next(20), CancellationToken.None);
        }
    }

    /// <summary>
    /// Allows each log another rotation once the watch has stored a place behind the last one. It finds what was rotated away while it was down, but not what
    /// was compressed before it came to it, nor where a link led to before.
    /// </summary>
    private static async Task AllowAsync(WatchFolder folder, RotatingLog[] logs)
    {
        int[] written = [.. logs.Select(log => log.FailuresAtRotation)];
        await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
        IReadOnlyList<JailInfo> jails = await client.GetJailsAsync(CancellationToken.None);

        // An answer about the past waits for a checkpoint.
        await foreach (BanHistoryEntry _ in client.GetHistoryAsync(new HistoryQuery { Jail = "none" }, CancellationToken.None))
        {
        }

        for (int i = 0; i < logs.Length; i++)
        {
            if (jails.Single(jail => jail.Name == s_jails[i]).TotalFailed >= written[i])
            {
                logs[i].Settle(written[i]);
            }
        }
    }

    /// <summary>Lets a watch run until it has counted everything, and asks it for all it knows.</summary>
    private static async Task<Outcome> RunToEndAsync(NetworkNamespace space, WatchFolder folder, RotatingLog[] logs)
    {
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, "nft");
        await watch.WaitForAsync("Started");
        try
        {
            return await AskAtEndAsync(space, watch, folder, [.. logs.Select(log => log.Failures)]);
        }
        catch (WatchNotRunningException e)
        {
            (int exitCode, string error) = await watch.WhenEndedAsync();
            throw new InvalidOperationException($"The watch ended by itself with {exitCode}: {error}", e);
        }
    }

    private static async Task<Outcome> AskAtEndAsync(NetworkNamespace space, WatchProcess watch, WatchFolder folder, int[] failures)
    {
        await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
        IReadOnlyList<JailInfo> jails = [];
        await Eventually.TrueAsync(
            async () =>
            {
                jails = await client.GetJailsAsync(CancellationToken.None);
                return failures.Select((count, i) => jails.Single(info => info.Name == s_jails[i]).TotalFailed >= count).All(isCounted => isCounted);
            },
            $"{string.Join(" + ", failures)} failures are counted",
            () => string.Join(", ", jails.Select(jail => $"{jail.Name} {jail.TotalFailed}")));
        List<string> history = [];
        await foreach (BanHistoryEntry ban in client.GetHistoryAsync(new HistoryQuery(), CancellationToken.None))
        {
            history.Add(string.Create(CultureInfo.InvariantCulture, $"{ban.Jail} {ban.Id} {ban.Time:O} {ban.Duration.TotalSeconds} #{ban.Count} {ban.Failures} {ban.End} {Matches(ban.Jail, ban.Matches)}"));
        }

        List<string> bans = [];
        await foreach (Ban ban in client.GetBansAsync(null, CancellationToken.None))
        {
            bans.Add(Text(ban));
        }

        await Eventually.TrueAsync(async () => (await client.GetWatchAsync(CancellationToken.None)).Pending == 0, "every ban stands");
        string[] elements = [.. s_element.Matches(await space.RunAsync("nft", "list", "table", "inet", "psban")).Select(match => match.Value).Order(StringComparer.Ordinal)];
        Assert.Equal((0, string.Empty), await watch.StopAsync());
        return new Outcome(
            [.. jails.Select(jail => string.Create(CultureInfo.InvariantCulture, $"{jail.Name}: {jail.TotalFailed} {jail.CurrentlyFailed} {jail.TotalBanned} {jail.CurrentlyBanned}"))],
            [.. history.Order(StringComparer.Ordinal)],
            [.. bans.Order(StringComparer.Ordinal)],
            elements,
            ReadStored(folder));
    }

    /// <summary>What the next watch would begin with: every log read to its end, the same counters, the same bans.</summary>
    private static IReadOnlyList<string> ReadStored(WatchFolder folder)
    {
        using IBanStore store = StoreLoader.Open(new StoreOptions(StoredBans.PathOf(WatchProcess.StateOf(folder.Path))) { ReadOnly = true });
        StoredState state = store.Load();
        foreach (string log in s_logs.Select(name => Path.Combine(folder.Path, name)))
        {
            string source = File.ResolveLinkTarget(log, returnFinalTarget: true)?.FullName ?? log;
            Assert.Contains(state.Positions, pair => pair.Key == new PositionKey(pair.Key.Reader, source) && pair.Value.Offset == new FileInfo(source).Length);
        }

        return
        [
            .. state.Jails.SelectMany(jail => jail.Value.Tracked.Select(failed => string.Create(
                CultureInfo.InvariantCulture,
                $"{jail.Key} {failed.Id} {string.Join(' ', failed.Times.Select(time => time.UtcTicks))} {Matches(jail.Key, failed.Matches)}"))).Order(StringComparer.Ordinal),
            .. state.Bans.Select(Text).Order(StringComparer.Ordinal),
            .. state.Offenders.Select(offender => offender.ToString()).Order(StringComparer.Ordinal),
        ];
    }

    private static string Text(Ban ban) =>
        string.Create(CultureInfo.InvariantCulture, $"{ban.Jail} {ban.Id} {ban.Time.UtcTicks} {ban.Duration.TotalSeconds} #{ban.Count} {ban.Failures} {Matches(ban.Jail, ban.Matches)}");

    // In which of several logs a line was read first is nobody's business.
    private static string Matches(string jail, IEnumerable<string> matches) => jail == "recidive" ? string.Empty : string.Join('\n', matches);

    private static WatchFolder MakeFolder()
    {
        WatchFolder folder = new();
        folder.Write("filter.d/app.conf", """
            [Definition]
            failregex = ^\s*\S+ app\[<F-MLFID>\d+</F-MLFID>\]: <F-NOFAIL>connect</F-NOFAIL> from <ADDR>$
                        ^\s*\S+ app\[<F-MLFID>\d+</F-MLFID>\]: bad password for <F-USER>\S+</F-USER>$
            """);

        // As many as there are other jails: with less, it would matter in which log the watch read first.
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

            [web]
            enabled = true
            filter  = sshd
            logpath = {folder.Log}3

            [recidive]
            enabled  = true
            logpath  =
            maxretry = 3
            """);
        return folder;
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : otherwise;

    private sealed record Outcome(IReadOnlyList<string> Counters, IReadOnlyList<string> History, IReadOnlyList<string> Bans, IReadOnlyList<string> Elements, IReadOnlyList<string> Stored);
}
