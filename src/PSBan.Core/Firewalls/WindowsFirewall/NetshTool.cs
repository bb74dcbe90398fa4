using System.Runtime.InteropServices;
using System.Text;

namespace PSBan.Firewalls.WindowsFirewall;

/// <summary>Runs <c>netsh</c>: one process for many commands. How the single commands of a script ended is not to be had from it; the policy shows it.</summary>
/// <param name="runner">Runs the tool.</param>
/// <param name="path">Its name, or where it lies.</param>
internal sealed partial class NetshTool(CommandRunner runner, string path = "netsh")
{
    // A program without a console prints in the code page that the system has for consoles.
    private static readonly Lazy<Encoding> s_codePage = new(() => (OperatingSystem.IsWindows() ? CodePagesEncodingProvider.Instance.GetEncoding((int)GetOEMCP()) : null) ?? Encoding.UTF8);

    /// <summary>Runs commands as one script; a command that fails does not keep the others from running.</summary>
    /// <param name="lines">The commands.</param>
    /// <param name="cancelToken">Kills it.</param>
    public async Task<CommandResult> RunScriptAsync(IReadOnlyCollection<string> lines, CancellationToken cancelToken)
    {
        // netsh reads a script in the code page of the system, without heeding a byte order mark: what is written here is ASCII.
        string script = Path.Combine(Path.GetTempPath(), "psban-" + Path.GetRandomFileName() + ".netsh");

        try
        {
            // Nobody but its owner may change the file, and one that lies there already is not taken.
            FileStream stream = new(script, FileMode.CreateNew, FileAccess.Write);
            await using (stream.ConfigureAwait(false))
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Concat(lines.Select(line => line + "\r\n"))), cancelToken).ConfigureAwait(false);
            }

            return await runner.RunAsync(path, ["-f", script], null, cancelToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FirewallException(FirewallFailure.CommandFailed, $"The script for netsh could not be written: {exception.Message}", exception);
        }
        finally
        {
            Delete(script);
        }
    }

    /// <summary>Runs one command, whose end the exit code tells.</summary>
    /// <param name="line">The command.</param>
    /// <param name="cancelToken">Kills it.</param>
    public Task<CommandResult> RunAsync(string line, CancellationToken cancelToken) => runner.RunAsync(path, line.Split(' '), null, cancelToken);

    /// <summary>What netsh says of a failure, in the language of the system; it says it on its output.</summary>
    /// <param name="result">How it ended.</param>
    public static string Words(CommandResult result) =>
        CommandFailures.Words(result.Error.Length > 0 ? result : result with { Error = s_codePage.Value.GetString(result.Output.Span) });

    private static void Delete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is left in the folder for temporary files.
        }
    }

    [LibraryImport("kernel32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial uint GetOEMCP();
}
