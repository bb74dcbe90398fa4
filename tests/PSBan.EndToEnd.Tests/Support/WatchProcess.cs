using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PSBan.Control;
using PSBan.EndToEnd.Firewalls;

namespace PSBan.EndToEnd.Support;

/// <summary>A real <c>psban watch</c> in a namespace, with a folder of its own for configuration, state and logs.</summary>
public sealed class WatchProcess : IAsyncDisposable
{
    /// <summary>How long a test waits for what must come; only a hang guard.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly List<JsonElement> _events = [];
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly Task<string> _error;

    private readonly Action<JsonElement>? _see;

    private WatchProcess(Process process, Action<JsonElement>? see = null)
    {
        (_process, _see) = (process, see);
        _error = process.StandardError.ReadToEndAsync();
        _ = CollectAsync();
    }

    public static WatchProcess Start(NetworkNamespace space, string folder, string? firewall, params string[] runAs)
    {
        ProcessStartInfo start = new("ip") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string word in (string[])["netns", "exec", space.Name, .. runAs, Repository.Psban, "watch", "--json", "--config", folder, "--state", StateOf(folder), .. firewall is null ? Array.Empty<string>() : ["--firewall", firewall]])
        {
            start.ArgumentList.Add(word);
        }

        return new WatchProcess(Process.Start(start)!);
    }

    /// <summary>Starts a watch that changes no packet filter, and so needs neither a namespace nor rights.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="see">Is handed each event as it comes.</param>
    public static WatchProcess StartDry(string folder, Action<JsonElement>? see = null)
    {
        string[] words = ["watch", "--json", "--config", folder, "--state", StateOf(folder), "--firewall", "dry-run"];
        return new WatchProcess(Process.Start(new ProcessStartInfo(Repository.Psban, words) { RedirectStandardOutput = true, RedirectStandardError = true })!, see);
    }

    /// <summary>The kinds of event that are not kept, where there would be very many.</summary>
    public HashSet<string> Unkept { get; } = [];

    /// <summary>Starts a watch that is described otherwise.</summary>
    public static WatchProcess Start(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        return new WatchProcess(Process.Start(start)!);
    }

    /// <summary>The process; every word in front of the watch's own replaces itself by what follows.</summary>
    public int Id => _process.Id;

    public static string StateOf(string folder) => Path.Combine(folder, "state");

    /// <summary>Waits for an event.</summary>
    public async Task<JsonElement> WaitForAsync(string kind, Func<JsonElement, bool>? also = null)
    {
        using CancellationTokenSource patience = new(Patience);
        int seen = 0;
        while (true)
        {
            lock (_events)
            {
                for (; seen < _events.Count; seen++)
                {
                    if (_events[seen].GetProperty("kind").GetString() == kind && (also is null || also(_events[seen])))
                    {
                        return _events[seen];
                    }
                }
            }

            try
            {
                await _arrived.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                string all = string.Join('\n', Snapshot().TakeLast(30));
                throw new TimeoutException($"No event {kind} came. Exited: {_process.HasExited}. Standard error: {(_process.HasExited ? await _error : "(running)")} Events:\n{all}");
            }
        }
    }

    public IReadOnlyList<JsonElement> Events(string kind) => [.. Snapshot().Where(item => item.GetProperty("kind").GetString() == kind)];

    public static Task<WatchClient> ConnectAsync(string folder) => WatchClient.ConnectAsync(StateOf(folder), CancellationToken.None);

    public async Task<(int ExitCode, string Error)> StopAsync(string signal = "TERM")
    {
        Signal(signal);
        return await WhenEndedAsync();
    }

    /// <summary>Sends it a signal.</summary>
    public void Signal(string name)
    {
        using Process kill = Process.Start("kill", ["-" + name, _process.Id.ToString(CultureInfo.InvariantCulture)]);
    }

    public async Task<(int ExitCode, string Error)> WhenEndedAsync()
    {
        using CancellationTokenSource patience = new(Patience);
        await _process.WaitForExitAsync(patience.Token);

        // Wine may complain of itself when a process ends: a thread of it talks to the server that has hung up already.
        string[] lines = (await _error).Split('\n');
        return (_process.ExitCode, string.Join('\n', lines.Where(line => !line.StartsWith("wine client error:", StringComparison.Ordinal))));
    }

    /// <summary>Kills it at once, whatever it is doing.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();

        _process.Dispose();
    }

    private List<JsonElement> Snapshot()
    {
        lock (_events)
        {
            return [.. _events];
        }
    }

    private async Task CollectAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            JsonElement item = JsonDocument.Parse(line).RootElement;
            _see?.Invoke(item);
            if (Unkept.Contains(item.GetProperty("kind").GetString()!))
            {
                continue;
            }

            lock (_events)
            {
                _events.Add(item);
            }

            _arrived.Release();
        }
    }
}
