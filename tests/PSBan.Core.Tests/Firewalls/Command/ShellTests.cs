using System.Globalization;
using PSBan.Firewalls.Command;
using PSBan.Tests.Support;

namespace PSBan.Tests.Firewalls.Command;

/// <summary>The real /bin/sh: how scripts end, and what is left of them.</summary>
public sealed class ShellTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [RequiresTheory("sh", "linux")]
    [InlineData("exit 0", 0, "")]
    [InlineData("echo why >&2; echo more >&2; exit 3", 3, "exit code 3: why; more")]
    [InlineData("echo said; exit 1", 1, "exit code 1: said")]
    [InlineData("exit 4", 4, "exit code 4, without a word")]
    [InlineData("false\ntrue", 0, "")]
    [InlineData("psban-no-such-program", 127, "a program of it was not found on the path (exit code 127): sh: 1: psban-no-such-program: not found")]
    [InlineData("/", 126, "a program of it may not be run (exit code 126): sh: 1: /: Permission denied")]
    public async Task The_last_command_decides_and_its_words_are_kept(string script, int exitCode, string complaint)
    {
        ShellResult result = await RunAsync(script, s_limit);
        Assert.Equal(exitCode, result.ExitCode);
        if (exitCode != 0)
        {
            Assert.Equal(complaint, result.Complaint);
        }
    }

    [RequiresFact("sh", "ps", "setsid", "linux")]
    public async Task It_reads_nothing_and_has_a_session_of_its_own()
    {
        ShellResult result = await RunAsync("cat; test \"$(ps -o sid= -p $$ | tr -d ' ')\" = $$ && echo own", s_limit);
        Assert.Equal("own\n", result.Output);
    }

    [RequiresFact("sh", "linux")]
    public async Task What_takes_too_long_is_killed_with_all_it_started()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("psban-");
        try
        {
            string script = $"cd {folder.FullName}; trap '' TERM; (trap 'touch asked; exit' TERM; echo $$ > first; sleep 600 & echo $! > second; wait) & echo begun >&2; sleep 600; sleep 600";
            ShellResult result = await RunAsync(script, TimeSpan.FromSeconds(5));
            Assert.Null(result.ExitCode);
            Assert.StartsWith("it had not ended after 5 s and was killed:", result.Complaint.Replace(";", "", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.Contains("begun", result.Complaint, StringComparison.Ordinal);
            int child = int.Parse(await File.ReadAllTextAsync(Path.Combine(folder.FullName, "second")), CultureInfo.InvariantCulture);
            Assert.False(IsAlive(child));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [RequiresFact("sh", "linux")]
    public async Task A_program_left_in_the_background_does_not_hold_it_up()
    {
        ShellResult result = await RunAsync("sleep 600 & echo $!", s_limit);
        Assert.True(result.Succeeded);
        using var left = System.Diagnostics.Process.GetProcessById(int.Parse(result.Output, CultureInfo.InvariantCulture));
        left.Kill();
    }

    [RequiresFact("sh", "linux")]
    public async Task Endless_output_is_kept_from_its_end()
    {
        ShellResult result = await RunAsync("i=0; while [ $i -lt 200000 ]; do echo \"line $i\"; i=$((i+1)); done; echo last words >&2; exit 1", s_limit);
        Assert.EndsWith("line 199999\n", result.Output, StringComparison.Ordinal);
        Assert.InRange(result.Output.Length, 1000, 8192);
        Assert.Equal("exit code 1: last words", result.Complaint);
    }

    [RequiresFact("sh", "linux")]
    public async Task Cancelling_kills_it()
    {
        using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new Shell(TimeProvider.System).RunAsync(new ShellScript("sleep 600", []), s_limit, cancel.Token));
    }

    [RequiresFact("sh", "linux")]
    public async Task A_script_that_the_system_does_not_take_is_an_answer()
    {
        ShellResult result = await RunAsync(": " + new string('a', 3_000_000), s_limit);
        Assert.Null(result.ExitCode);
        Assert.StartsWith("/bin/sh could not be started: ", result.Complaint, StringComparison.Ordinal);
    }

    private static Task<ShellResult> RunAsync(string script, TimeSpan timeout) => new Shell(TimeProvider.System).RunAsync(new ShellScript(script, []), timeout, CancellationToken.None);

    // A killed process whose parent has gone stays as a zombie where nobody collects it.
    private static bool IsAlive(int process) =>
        File.Exists($"/proc/{process}/stat") && !File.ReadAllText($"/proc/{process}/stat").Split(')')[^1].TrimStart().StartsWith('Z');
}
