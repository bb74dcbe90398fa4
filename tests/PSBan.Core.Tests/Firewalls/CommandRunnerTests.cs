using PSBan.Firewalls;
using PSBan.Tests.Support;

namespace PSBan.Tests.Firewalls;

public sealed class CommandRunnerTests
{
    [RequiresFact("sh")]
    public async Task Input_output_error_and_exit_code_come_through()
    {
        CommandResult result = await RunAsync(new CommandRunner(), "cat; echo complaint >&2; exit 3", "grüße\n");
        Assert.Equal(("grüße\n", "complaint\n", 3, false), (result.Text, result.Error, result.ExitCode, result.Succeeded));
        Assert.Equal("complaint.", CommandFailures.Words(result));
    }

    [RequiresFact("sh")]
    public async Task Arguments_are_no_shell_words_and_messages_are_english()
    {
        CommandResult result = await new CommandRunner().RunAsync("sh", ["-c", "echo \"$LC_ALL:$1\"", "sh", "a b; $(id) 'c'"], null, CancellationToken.None);
        Assert.Equal("C:a b; $(id) 'c'\n", result.Text);
    }

    [RequiresFact("sh")]
    public async Task A_prefix_stands_in_front()
    {
        CommandRunner runner = new() { Prefix = ["sh", "-c", "echo before; exec \"$@\"", "sh"] };
        Assert.Equal("before\nafter\n", (await RunAsync(runner, "echo after")).Text);
    }

    [RequiresFact("sh")]
    public async Task More_input_than_is_read_does_no_harm() =>
        Assert.Equal(7, (await RunAsync(new CommandRunner(), "exit 7", new string('x', 10_000_000))).ExitCode);

    [RequiresFact("sh", "head", "tr")]
    public async Task Much_output_is_taken_and_much_complaint_is_cut()
    {
        CommandResult result = await RunAsync(new CommandRunner(), "head -c 3000000 /dev/zero | tr '\\0' a; head -c 3000000 /dev/zero | tr '\\0' b >&2");
        Assert.Equal((3_000_000, 32 * 1024), (result.Output.Length, result.Error.Length));
    }

    [RequiresFact("sh", "sleep")]
    public async Task A_tool_that_hangs_is_killed_with_its_children()
    {
        CommandRunner runner = new() { Timeout = TimeSpan.FromMilliseconds(200) };
        string mark = "97" + Random.Shared.Next(100_000, 999_999);
        FirewallException failure = await Assert.ThrowsAsync<FirewallException>(() => RunAsync(runner, $"sleep {mark} & sleep {mark}"));
        Assert.Equal((FirewallFailure.TimedOut, "sh had not ended after 0.2 s and was killed."), (failure.Failure, failure.Message));
        await WaitUntilGoneAsync(mark);
    }

    [RequiresFact("sh", "sleep")]
    public async Task A_cancelled_tool_is_killed_with_its_children()
    {
        using CancellationTokenSource ending = new();
        string mark = "98" + Random.Shared.Next(100_000, 999_999);
        Task<CommandResult> running = new CommandRunner().RunAsync("sh", ["-c", $"sleep {mark} & sleep {mark}"], null, ending.Token);
        while (CountOf(mark) < 3)
        {
            await Task.Delay(10);
        }

        await ending.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await WaitUntilGoneAsync(mark);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new CommandRunner().RunAsync("sh", [], null, ending.Token));
    }

    [Fact]
    public async Task A_missing_tool_is_named_with_its_package()
    {
        FirewallException failure = await Assert.ThrowsAsync<FirewallException>(() => new CommandRunner().RunAsync("no-such-tool", [], null, CancellationToken.None));
        Assert.Equal((FirewallFailure.Unavailable, "no-such-tool was not found on the path; install it."), (failure.Failure, failure.Message));
        Assert.Contains("install the package nftables", CommandFailures.Remedy("nft"), StringComparison.Ordinal);
        Assert.Contains("install the package iptables", CommandFailures.Remedy("ip6tables-restore"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("netlink: Error: cache initialization failed: Operation not permitted", FirewallFailure.AccessDenied)]
    [InlineData("iptables v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)", FirewallFailure.AccessDenied)]
    [InlineData("netlink: Error: cache initialization failed: Protocol not supported", FirewallFailure.Unavailable)]
    [InlineData("can't initialize iptables table `filter': Table does not exist (do you need to insmod?)", FirewallFailure.Unavailable)]
    [InlineData("/dev/stdin:1:1-9: Error: syntax error, unexpected newline", FirewallFailure.CommandFailed)]
    [InlineData("", FirewallFailure.CommandFailed)]
    public void A_refusal_is_told_by_its_words(string error, FirewallFailure expected)
    {
        FirewallException exception = CommandFailures.ToException(new CommandResult("nft", 1, default, error), "list its table");
        Assert.Equal(expected, exception.Failure);
        Assert.Contains(error.Length > 0 ? error : "exit code 1", exception.Message, StringComparison.Ordinal);
    }

    private static Task<CommandResult> RunAsync(CommandRunner runner, string script, string? input = null) =>
        runner.RunAsync("sh", ["-c", script], input, CancellationToken.None);

    // A killed process may stay for a moment until it is reaped.
    private static async Task WaitUntilGoneAsync(string mark)
    {
        for (int i = 0; i < 1000 && CountOf(mark) > 0; i++)
        {
            await Task.Delay(10);
        }

        Assert.Equal(0, CountOf(mark));
    }

    private static int CountOf(string mark)
    {
        int count = 0;
        foreach (string folder in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            try
            {
                count += File.ReadAllText(Path.Combine(folder, "cmdline")).Contains(mark, StringComparison.Ordinal) ? 1 : 0;
            }
            catch (IOException)
            {
                // It has just ended.
            }
        }

        return count;
    }
}
