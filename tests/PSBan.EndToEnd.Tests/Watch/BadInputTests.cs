using System.Diagnostics;
using System.Text.Json;
using PSBan.EndToEnd.Support;

namespace PSBan.EndToEnd.Watch;

/// <summary>What is wrong is said with file and line, and the other jails run.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly WatchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Check_names_every_problem_with_file_and_line_and_ends_with_one()
    {
        _folder.Write("auth.log", string.Empty);
        _folder.Write("filter.d/broken.conf", "[Definition]\nfailregex = ^fine <ADDR>$\n            ^bad (unclosed <ADDR>$\n");
        _folder.Write("jail.local", $"""
            [DEFAULT]
            logpath = {_folder.Log}

            [sshd]
            enabled = true

            [time]
            enabled = true
            filter = sshd
            bantime = 1w # a week

            [nosuch]
            enabled = true
            filter = nosuchfilter

            [broken]
            enabled = true

            [twice]
            enabled = true
            filter = sshd
            maxretry = 3
            maxretry = 4

            [address]
            enabled = true
            filter = sshd
            ignoreip = 127.0.0.1/8 10.0.0.999/8

            [port]
            enabled = true
            filter = sshd
            port = 70000
            """);
        (int exitCode, string output) = await RunAsync("check", "--config", _folder.Path, "--json");
        Assert.Equal(1, exitCode);
        string[] problems = [.. JsonDocument.Parse(output).RootElement.EnumerateArray().Select(Describe)];
        string jail = Path.Combine(_folder.Path, "jail.local");
        Assert.Contains(problems, problem => problem.StartsWith($"{jail}:10 [time] ", StringComparison.Ordinal) && problem.Contains(" ;", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.StartsWith($"{jail}:14 [nosuch] ", StringComparison.Ordinal) && problem.Contains("nosuchfilter", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.StartsWith($"{Path.Combine(_folder.Path, "filter.d", "broken.conf")}:3 [broken] ", StringComparison.Ordinal) && problem.Contains('\n') && problem.TrimEnd().EndsWith('^'));
        Assert.Contains(problems, problem => problem.StartsWith($"{jail}:23 [twice] ", StringComparison.Ordinal) && problem.Contains("maxretry", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.StartsWith($"{jail}:28 [address] ", StringComparison.Ordinal) && problem.Contains("10.0.0.999/8", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("[port] ", StringComparison.Ordinal) && problem.Contains("70000", StringComparison.Ordinal));

        (_, string text) = await RunAsync("check", "--config", _folder.Path);
        Assert.Contains("[sshd]", await JailsOfAsync(), StringComparison.Ordinal);
        Assert.Contains($"{jail}:14: error: [nosuch] ", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "watch", "--nosuch")]
    [InlineData(2, "watch", "--firewall", "pf")]
    [InlineData(2, "test", "--log", "x")]
    [InlineData(2, "check", "--config", "/nosuch/folder")]
    [InlineData(1, "test", "--log", "/nosuch.log", "--filter", "sshd")]
    [InlineData(1, "test", "--log", "/nosuch.log", "--filter", "nosuchfilter")]
    [InlineData(1, "test", "--log", "/nosuch.log", "--filter", "^(unclosed <ADDR>")]
    public async Task The_exit_code_tells_usage_from_problems(int expected, params string[] arguments)
    {
        (int exitCode, _) = await RunAsync(arguments);
        Assert.Equal(expected, exitCode);
    }

    private static string Describe(JsonElement problem)
    {
        JsonElement place = problem.GetProperty("location");
        string file = place.TryGetProperty("file", out JsonElement name) ? name.GetString()! : "";
        string jail = problem.TryGetProperty("jail", out JsonElement of) ? of.GetString()! : "";
        return $"{file}:{place.GetProperty("line").GetInt32()} [{jail}] {problem.GetProperty("message").GetString()}";
    }

    /// <summary>The jails that a watch starts with, as its first event names them.</summary>
    private async Task<string> JailsOfAsync()
    {
        StartedJails started = await StartedJails.OfAsync(_folder.Path);
        return string.Join(' ', started.Names.Select(name => $"[{name}]"));
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(Repository.Psban, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await error;
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }
}
