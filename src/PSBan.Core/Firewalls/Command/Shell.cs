using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace PSBan.Firewalls.Command;

/// <summary>
/// Runs scripts by <c>/bin/sh -c</c> in a session of their own: a script that takes too long gets SIGTERM with all it has started, and SIGKILL a moment
/// later. What it prints is kept up to a limit, from the end.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed partial class Shell(TimeProvider time) : IShell
{
    private const int Terminate = 15;
    private const int Kill = 9;
    private static readonly TimeSpan s_mercy = TimeSpan.FromMilliseconds(200);

    // A program left in the background may hold the pipes open for ever; its output is nobody's concern.
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(1);

    /// <summary>Words put in front of the command, such as <c>ip netns exec NAME</c>.</summary>
    public IReadOnlyList<string> Prefix { get; init; } = [];

    /// <inheritdoc/>
    public async Task<ShellResult> RunAsync(ShellScript script, TimeSpan timeout, CancellationToken cancelToken)
    {
        cancelToken.ThrowIfCancellationRequested();
        using Process process = new() { StartInfo = Describe(script) };
        try
        {
            process.Start();
        }
        catch (Win32Exception exception)
        {
            return new ShellResult(null, "", $"/bin/sh could not be started: {exception.Message}");
        }

        TailReader output = TailReader.Start(process.StandardOutput.BaseStream), error = TailReader.Start(process.StandardError.BaseStream);
        process.StandardInput.Close();
        bool isOver = await EndAsync(process, timeout, cancelToken).ConfigureAwait(false);
        await Task.WhenAny(Task.WhenAll(output.Done, error.Done), Task.Delay(s_lastWords, time, CancellationToken.None)).ConfigureAwait(false);
        cancelToken.ThrowIfCancellationRequested();
        if (!isOver)
        {
            string seconds = timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            return new ShellResult(null, output.Text, $"it had not ended after {seconds} s and was killed{(error.Text.Length > 0 ? ":\n" : "")}{error.Text}");
        }

        return new ShellResult(process.ExitCode, output.Text, error.Text);
    }

    private ProcessStartInfo Describe(ShellScript script)
    {
        string? session = CommandRunner.Find("setsid");
        string[] words = [.. Prefix, .. session is null ? Array.Empty<string>() : [session], "/bin/sh", "-c", script.Text, "sh", .. script.Arguments];
        ProcessStartInfo start = new(CommandRunner.Find(words[0]) ?? words[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string word in words.Skip(1))
        {
            start.ArgumentList.Add(word);
        }

        return start;
    }

    /// <summary>Waits for the end; false where the time was up and it was killed.</summary>
    private async Task<bool> EndAsync(Process process, TimeSpan timeout, CancellationToken cancelToken)
    {
        using CancellationTokenSource limit = new(timeout, time);
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancelToken);
        try
        {
            await process.WaitForExitAsync(ending.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            Signal(process, Terminate);
            await Task.WhenAny(process.WaitForExitAsync(CancellationToken.None), Task.Delay(s_mercy, time, CancellationToken.None)).ConfigureAwait(false);
            Signal(process, Kill);
            await Task.WhenAny(process.WaitForExitAsync(CancellationToken.None), Task.Delay(s_lastWords, time, CancellationToken.None)).ConfigureAwait(false);
            return false;
        }
    }

    private static void Signal(Process process, int signal)
    {
        // The group has the number of its first process, and stays when that has ended and others have not.
        if (SendSignal(-process.Id, signal) == 0 || signal != Kill)
        {
            return;
        }

        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended in between.
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int SendSignal(int process, int signal);
}
