using System.CommandLine;
using System.Globalization;
using PSBan.Model;
using PSBan.Watch;

namespace PSBan.Host;

/// <summary><c>psban demo</c>: the whole watch on the log of an attack, in a temporary directory, with a packet filter that only says what it would do.</summary>
internal static class DemoCommand
{
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public static Command Create()
    {
        var command = new Command("demo", "Watch the log of an attack being written, ban and unban under a dry-run packet filter; changes nothing on this machine.");
        command.SetAction((_, cancelToken) => RunAsync(cancelToken));
        return command;
    }

    private static async Task<int> RunAsync(CancellationToken cancelToken)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("psban-");
        try
        {
            return await RunAsync(folder.FullName, cancelToken).ConfigureAwait(false);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<int> RunAsync(string folder, CancellationToken cancelToken)
    {
        string log = Path.Combine(folder, "auth.log");
        await File.WriteAllTextAsync(log, string.Empty, cancelToken).ConfigureAwait(false);
        await File.WriteAllTextAsync(Path.Combine(folder, "jail.local"), Settings(log), cancelToken).ConfigureAwait(false);
        Console.Out.WriteLine($"A jail for sshd follows {log}: 4 failures within 10 minutes ban for 5 seconds. The log of an attack is written to it now.\n");

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancelToken);
        stop.CancelAfter(s_patience);
        var watcher = new BanWatcher(new WatchOptions { ConfigPath = folder, StatePath = Path.Combine(folder, "state"), Firewall = "dry-run" });
        using EventSubscription events = watcher.Subscribe();
        Task run = watcher.RunAsync(stop.Token);
        var printer = new EventPrinter(Console.Out, json: false);
        Task? writing = null;
        int failures = 0, banned = 0, lifted = 0;
        await foreach (BanEvent item in events.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            printer.Print(item);
            failures += item.Kind == BanEventKind.Found ? 1 : 0;
            banned += item.Kind == BanEventKind.Banned ? 1 : 0;
            lifted += item.Kind == BanEventKind.Unbanned ? 1 : 0;
            if (item.Kind == BanEventKind.Started)
            {
                writing = WriteAsync(log, stop.Token);
            }

            if (writing is { IsCompleted: true } && banned > 0 && banned == lifted)
            {
                await stop.CancelAsync().ConfigureAwait(false);
            }
        }

        await run.ConfigureAwait(false);
        bool good = banned > 0 && banned == lifted;
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"\n{failures} failures found, {banned} addresses banned, {lifted} bans lifted.{(good ? string.Empty : " That is not what should have happened.")}"));
        return good ? ExitCode.Good : ExitCode.Problems;
    }

    private static string Settings(string log) => $"""
        [DEFAULT]
        ignoreself = false

        [sshd]
        enabled  = true
        backend  = polling
        logpath  = {log} head
        findtime = 10m
        maxretry = 4
        bantime  = 5s
        action   = dry-run[name=%(__name__)s]
        """;

    /// <summary>Writes the lines of the attack one by one, each with the stamp of now.</summary>
    private static async Task WriteAsync(string log, CancellationToken cancelToken)
    {
        using Stream resource = typeof(DemoCommand).Assembly.GetManifestResourceStream("demo.log")!;
        using var lines = new StreamReader(resource);
        while (await lines.ReadLineAsync(cancelToken).ConfigureAwait(false) is { } line)
        {
            string stamp = TimeProvider.System.GetLocalNow().ToString("MMM dd HH:mm:ss", CultureInfo.InvariantCulture);
            await File.AppendAllTextAsync(log, $"{stamp} {line}\n", cancelToken).ConfigureAwait(false);
            await Task.Delay(s_pace, TimeProvider.System, cancelToken).ConfigureAwait(false);
        }
    }
}
