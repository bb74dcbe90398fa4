using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PSBan.EndToEnd.Support;

namespace PSBan.EndToEnd.Control;

/// <summary>What the clients of a <see cref="HammerProcess"/> met.</summary>
/// <param name="Answered">How many times proper requests were answered.</param>
/// <param name="Refused">How many times garbage got an error and a closed connection.</param>
/// <param name="Broken">How many requests were broken off.</param>
public sealed record HammerReport(int Answered, int Refused, int Broken)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Answered} rounds of requests answered, {Refused} refused, {Broken} broken off");
}

/// <summary>Many clients in a process of their own, which gets only what processor time the others leave.</summary>
public sealed class HammerProcess : IAsyncDisposable
{
    private const int Clients = 32;
    private const int StuckReaders = 4;

    private readonly Process _process;
    private readonly Task<string> _error;

    private HammerProcess(Process process) => (_process, _error) = (process, process.StandardError.ReadToEndAsync());

    /// <summary>Whether the clients have left.</summary>
    public bool IsOver => _process.HasExited;

    /// <summary>Starts it.</summary>
    /// <param name="folder">The folder of the watch.</param>
    /// <param name="seconds">How long it goes on.</param>
    /// <param name="seed">Where chance begins.</param>
    public static HammerProcess Start(string folder, int seconds, int seed)
    {
        string dotnet = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        string policy = Environment.GetEnvironmentVariable("PSBAN_HAMMER_POLICY") ?? "idle";
        string[] words = [$"--{policy}", "0", dotnet, "exec", typeof(HammerProcess).Assembly.Location, folder, seconds.ToString(CultureInfo.InvariantCulture), seed.ToString(CultureInfo.InvariantCulture)];
        return new HammerProcess(Process.Start(new ProcessStartInfo("chrt", words) { RedirectStandardOutput = true, RedirectStandardError = true })!);
    }

    /// <summary>What the process does: the entry point of this assembly.</summary>
    /// <param name="words">The folder of the watch, how many seconds to go on, and where chance begins.</param>
    public static async Task Main(string[] words)
    {
        ArgumentNullException.ThrowIfNull(words);
        var clients = new WatchClients(words[0]);
        int seed = int.Parse(words[2], CultureInfo.InvariantCulture);

        // Once, to be quick from the beginning.
        await WatchClients.AskEverythingAsync(words[0], CancellationToken.None);
        Console.WriteLine("started");
        using CancellationTokenSource time = new(TimeSpan.FromSeconds(int.Parse(words[1], CultureInfo.InvariantCulture)));
        await Task.WhenAll(
        [
            .. Enumerable.Range(0, Clients).Select(i => Task.Run(() => clients.HammerAsync(new Random(seed + i), time.Token))),
            .. Enumerable.Range(0, StuckReaders).Select(_ => Task.Run(() => clients.SubscribeAndSleepAsync(time.Token))),
        ]);
        Console.WriteLine(JsonSerializer.Serialize(clients.Report));
    }

    /// <summary>Waits until the clients begin.</summary>
    public async Task WhenStartedAsync()
    {
        string? line = await _process.StandardOutput.ReadLineAsync().WaitAsync(WatchProcess.Patience);
        Assert.True(line == "started", line is null ? await _error : line);
    }

    /// <summary>What the clients met; fails with what one of them saw that ought not to be.</summary>
    public async Task<HammerReport> ReportAsync()
    {
        string report = await _process.StandardOutput.ReadToEndAsync().WaitAsync(WatchProcess.Patience);
        await _process.WaitForExitAsync().WaitAsync(WatchProcess.Patience);
        Assert.Equal((0, string.Empty), (_process.ExitCode, await _error));
        return JsonSerializer.Deserialize<HammerReport>(report)!;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
