using System.Diagnostics;
using System.Text.Json;
using PSBan.EndToEnd.Support;

namespace PSBan.EndToEnd.Windows;

/// <summary>A program inside Windows that does what it is told, one command at a time.</summary>
public sealed class WindowsProbe : IAsyncDisposable
{
    private readonly Process _process;

    public WindowsProbe(ProcessStartInfo start)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput) = (true, true);
        _process = Process.Start(start)!;
    }

    /// <summary>Has a command carried out.</summary>
    /// <returns>What came of it; an exception where it failed.</returns>
    public async Task<JsonElement> AskAsync(params IEnumerable<string> words)
    {
        using CancellationTokenSource patience = new(WatchProcess.Patience);
        await _process.StandardInput.WriteLineAsync(string.Join('\t', words).AsMemory(), patience.Token);
        await _process.StandardInput.FlushAsync(patience.Token);
        string line = await _process.StandardOutput.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException("The probe has ended.");
        JsonElement answer = JsonDocument.Parse(line).RootElement;
        return answer.TryGetProperty("ok", out JsonElement value) ? value : throw new InvalidOperationException(answer.GetProperty("error").GetString());
    }

    /// <summary>The rules in the registry, sorted by name.</summary>
    public async Task<IReadOnlyList<string>> RulesAsync() =>
        [.. (await AskAsync("rules")).EnumerateArray().Select(rule => rule.GetString()!).OrderBy(rule => rule[rule.IndexOf("|Name=", StringComparison.Ordinal)..], StringComparer.Ordinal)];

    /// <summary>The addresses in the registry, sorted as text.</summary>
    public async Task<IReadOnlyList<string>> BlockedAsync() =>
        [.. (await RulesAsync()).SelectMany(rule => rule.Split('|')).Where(field => field.StartsWith("RA", StringComparison.Ordinal)).Select(field => field[4..]).Order(StringComparer.Ordinal)];

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using CancellationTokenSource patience = new(WatchProcess.Patience);
        await _process.WaitForExitAsync(patience.Token);
        _process.Dispose();
    }
}
