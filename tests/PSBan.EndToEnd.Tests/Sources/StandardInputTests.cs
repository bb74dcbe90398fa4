using System.Diagnostics;
using System.Globalization;
using PSBan.EndToEnd.Firewalls;
using PSBan.EndToEnd.Support;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Sources;

/// <summary>Lines that come through standard input in place of logs.</summary>
public sealed class StandardInputTests : IDisposable
{
    private readonly WatchFolder _folder = new();

    public StandardInputTests() => _folder.Write("jail.local", $"""
        [sshd]
        enabled  = true
        logpath  = {_folder.Log}
        maxretry = 2
        bantime  = 1h
        """);

    public void Dispose() => _folder.Dispose();

    [RequiresFact("nft", "ip", "root")]
    public async Task Bans_stay_in_nft_when_the_input_ends_and_the_next_watch_takes_them_over()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        (int exitCode, string output) = await RunAsync(["ip", "netns", "exec", space.Name, .. Watch("nft")], Failures("192.0.2.7", 2));

        Assert.True(exitCode == 0, output);
        Assert.Contains("Ban 192.0.2.7", output, StringComparison.Ordinal);
        Assert.Contains("bans stay in nft", output, StringComparison.Ordinal);
        string sets = await space.RunAsync("nft", "list", "table", "inet", "psban");
        Assert.Matches(@"192\.0\.2\.7 timeout \S+ expires", sets);

        // What was counted in the pipeline before is in the state; one more failure of somebody else is not enough.
        (exitCode, output) = await RunAsync(["ip", "netns", "exec", space.Name, .. Watch("nft")], Failures("192.0.2.8", 1));
        Assert.True(exitCode == 0, output);
        Assert.Contains("Restore Ban 192.0.2.7", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Ban 192.0.2.8", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_the_input()
    {
        using Process watch = Start(Watch("dry-run"));
        await foreach (string line in Lines(watch.StandardOutput))
        {
            if (line.Contains("Watching with", StringComparison.Ordinal))
            {
                break;
            }
        }

        using Process kill = Process.Start("kill", ["-TERM", watch.Id.ToString(CultureInfo.InvariantCulture)]);
        using CancellationTokenSource patience = new(WatchProcess.Patience);
        await watch.WaitForExitAsync(patience.Token);
        Assert.Equal(0, watch.ExitCode);
    }

    [Fact]
    public async Task The_jails_have_to_be_named()
    {
        (int exitCode, string output) = await RunAsync([Repository.Psban, "watch", "--stdin", "--config", _folder.Path], []);
        Assert.Equal(2, exitCode);
        Assert.Contains("--jail", output, StringComparison.Ordinal);
    }

    private string[] Watch(string firewall) =>
        [Repository.Psban, "watch", "--stdin", "--jail", "sshd", "--config", _folder.Path, "--state", WatchProcess.StateOf(_folder.Path), "--firewall", firewall];

    private static IEnumerable<string> Failures(string address, int count) => Enumerable.Range(1, count).Select(i => string.Create(
        CultureInfo.InvariantCulture, $"{DateTimeOffset.Now:MMM dd HH:mm:ss} mail sshd[{100 + i}]: Failed password for root from {address} port {4000 + i} ssh2"));

    private static Process Start(string[] words) => Process.Start(
        new ProcessStartInfo(words[0], words[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static async Task<(int ExitCode, string Output)> RunAsync(string[] words, IEnumerable<string> lines)
    {
        using Process process = Start(words);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        foreach (string line in lines)
        {
            await process.StandardInput.WriteLineAsync(line);
        }

        process.StandardInput.Close();
        using CancellationTokenSource patience = new(WatchProcess.Patience);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await output + await error);
    }

    private static async IAsyncEnumerable<string> Lines(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            yield return line;
        }
    }
}
