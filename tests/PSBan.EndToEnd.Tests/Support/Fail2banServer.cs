using System.Diagnostics;
using System.Globalization;
using PSBan.EndToEnd.Firewalls;
using PSBan.Firewalls;

namespace PSBan.EndToEnd.Support;

/// <summary>A real fail2ban server in a namespace, with a copy of its configuration as the package brings it and further files on top.</summary>
public sealed class Fail2banServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly CommandRunner _runner;
    private readonly string _folder;
    private readonly Task<string> _output;

    private Fail2banServer(Process process, CommandRunner runner, string folder)
    {
        (_process, _runner, _folder) = (process, runner, folder);
        _output = process.StandardOutput.ReadToEndAsync();
    }

    /// <summary>Starts one and waits until it answers.</summary>
    /// <param name="space">Where.</param>
    /// <param name="folder">A folder of its own, which is made.</param>
    /// <param name="files">The files that are put on top, by their path below the configuration.</param>
    public static async Task<Fail2banServer> StartAsync(NetworkNamespace space, string folder, params (string Path, string Text)[] files)
    {
        Configure(folder, files);
        string[] words = ["netns", "exec", space.Name, "fail2ban-server", "-f", "--logtarget", Path.Combine(folder, "server.log"), .. Places(folder), "start"];
        Process process = Process.Start(new ProcessStartInfo("ip", words) { RedirectStandardOutput = true })!;
        Fail2banServer server = new(process, space.Runner, folder);
        await Eventually.TrueAsync(async () => process.HasExited || (await server.TryAskAsync("ping")).Succeeded, "fail2ban answers");
        Assert.False(process.HasExited, process.HasExited ? await server._output : null);
        return server;
    }

    /// <summary>What <c>fail2ban-client -d</c> makes of a configuration.</summary>
    public static async Task<string> DumpAsync(string folder, params (string Path, string Text)[] files)
    {
        Configure(folder, files);
        CommandResult result = await new CommandRunner().RunAsync("fail2ban-client", [.. Places(folder), "-d"], null, CancellationToken.None);
        return result.Text + result.Error;
    }

    /// <summary>Asks it by <c>fail2ban-client</c>.</summary>
    public async Task<string> AskAsync(params string[] words)
    {
        CommandResult result = await TryAskAsync(words);
        Assert.True(result.Succeeded, $"fail2ban-client {string.Join(' ', words)}: {result.Text}{result.Error}");
        return result.Text;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        try
        {
            await _process.WaitForExitAsync().WaitAsync(WatchProcess.Patience);
        }
        finally
        {
            if (!_process.HasExited)
            {
                _process.Kill(entireProcessTree: true);
            }

            _process.Dispose();
        }
    }

    private static string[] Places(string folder) => ["-c", Path.Combine(folder, "config"), "-s", Path.Combine(folder, "sock"), "-p", Path.Combine(folder, "pid")];

    private static void Configure(string folder, (string Path, string Text)[] files)
    {
        string target = Path.Combine(folder, "config");
        foreach (string file in Directory.EnumerateFiles("/etc/fail2ban", "*", SearchOption.AllDirectories))
        {
            // The package enables a jail of its own in jail.d.
            string name = Path.GetRelativePath("/etc/fail2ban", file);
            if (!name.StartsWith("jail.d/", StringComparison.Ordinal))
            {
                Write(name, File.ReadAllText(file));
            }
        }

        foreach ((string path, string text) in files)
        {
            Write(path, text);
        }

        Write("fail2ban.d/of-the-test.local", "[Definition]\ndbfile = :memory:\n");

        void Write(string name, string text)
        {
            string path = Path.Combine(target, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
    }

    private Task<CommandResult> TryAskAsync(params string[] words) => _runner.RunAsync("fail2ban-client", [.. Places(_folder), .. words], null, CancellationToken.None);
}
