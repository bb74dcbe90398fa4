using System.Diagnostics;
using PSBan.EndToEnd.Support;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Windows;

/// <summary>
/// Windows as Wine knows it: the executable published for it, a fresh prefix, and the recording netsh where Windows has its own. What is tested is PSBan's Windows
/// code on .NET for Windows; the packet filter behind netsh is not there.
/// </summary>
public sealed class WineMachine : IAsyncLifetime
{
    /// <summary>The name of the collection whose tests share it, one after another.</summary>
    public const string Collection = "Wine";

    private const int MostStarts = 3;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(8);
    // That of the tests, so that the engine is not compiled a second time.
    private static readonly string s_configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
    private static readonly string s_programs = Path.Combine(Repository.Root, "out", "win-x64");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("psban-wine-");

    /// <summary>What the commands given to netsh are written to.</summary>
    public string Journal => Path.Combine(_folder.FullName, "journal");

    private static string Wine => File.Exists("/usr/lib/wine/wine64") ? "/usr/lib/wine/wine64" : "wine64";

    /// <summary>The path of a file as Windows programs see it.</summary>
    public static string ToWindows(string path) => "Z:" + path.Replace('/', '\\');

    public async Task InitializeAsync()
    {
        if (Requirements.Missing("wine64") is not null)
        {
            return;
        }

        await PublishAsync("src/PSBan.Host", "psban");
        await PublishAsync("tests/PSBan.WindowsProbe", "psban");

        // One file, because it has to lie among those of the system; and one that unpacks itself, because Wine cannot map a part of a file.
        await PublishAsync("tests/PSBan.RecordingNetsh", "netsh", "-p:PublishSingleFile=true", "-p:IncludeAllContentForSelfExtract=true");
        await RunAsync(Describe(["wineboot", "-i"]));
        File.Copy(Path.Combine(s_programs, "netsh", "netsh.exe"), Path.Combine(_folder.FullName, "prefix", "drive_c", "windows", "system32", "netsh.exe"), overwrite: true);
    }

    public async Task DisposeAsync()
    {
        string server = Path.Combine(Path.GetDirectoryName(Wine) ?? "", "wineserver64");
        if (File.Exists(server))
        {
            // Ends what runs in this prefix, and nothing else.
            ProcessStartInfo end = new(server, ["-k"]);
            end.Environment["WINEPREFIX"] = Path.Combine(_folder.FullName, "prefix");
            using Process process = Process.Start(end)!;
            await process.WaitForExitAsync();
        }

        _folder.Delete(recursive: true);
    }

    /// <summary>Describes <c>psban</c> with its words.</summary>
    public ProcessStartInfo Psban(params IEnumerable<string> words) => Describe([Path.Combine(s_programs, "psban", "psban.exe"), .. words]);

    /// <summary>Starts a watch on a folder's configuration.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="refused">An address that netsh is to refuse; null for none.</param>
    /// <param name="debug">What Wine is to tell on standard error; null for nothing.</param>
    public WatchProcess Watch(string folder, string? refused = null, string? debug = null)
    {
        ProcessStartInfo start = Psban("watch", "--json", "--config", ToWindows(folder), "--state", ToWindows(WatchProcess.StateOf(folder)));
        start.Environment["WINEDEBUG"] += debug is null ? "" : "," + debug;
        if (refused is not null)
        {
            start.Environment["PSBAN_NETSH_REFUSES"] = refused;
        }

        return WatchProcess.Start(start);
    }

    /// <summary>Runs <c>psban</c> to its end.</summary>
    public async Task<(int ExitCode, string Output, string Error)> RunPsbanAsync(params IEnumerable<string> words)
    {
        ProcessStartInfo start = Psban(words);
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }

    /// <summary>Starts the probe, with no rule in the registry.</summary>
    /// <remarks>A program that ends as it starts is started again.</remarks>
    public async Task<WindowsProbe> ProbeAsync()
    {
        File.Delete(Journal);
        for (int start = 1; ; start++)
        {
            WindowsProbe probe = new(Describe([Path.Combine(s_programs, "psban", "psban-probe.exe")]));
            try
            {
                await probe.AskAsync("forget-rules");
                return probe;
            }
            catch (IOException) when (start < MostStarts)
            {
                // Wine's server was on its way out with the program before, and took this one along.
            }
        }
    }

    private static async Task PublishAsync(string project, string folder, params string[] more) =>
        await RunAsync(new ProcessStartInfo("dotnet", ["publish", project, "-c", s_configuration, "-r", "win-x64", "--self-contained", "-m:1", "-nologo", "-o", Path.Combine(s_programs, folder), .. more])
        {
            WorkingDirectory = Repository.Root,
        });

    private ProcessStartInfo Describe(string[] words)
    {
        ProcessStartInfo start = new(Wine, words);
        start.Environment["WINEPREFIX"] = Path.Combine(_folder.FullName, "prefix");
        start.Environment["WINEDEBUG"] = "-all";

        // Of netsh the one that lies there, not Wine's own; and no offer to install a browser.
        start.Environment["WINEDLLOVERRIDES"] = "netsh.exe=n;mshtml=d";

        // .NET maps machine code twice, once to write and once to run; Wine's bookkeeping does not survive that for long.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        start.Environment["PSBAN_NETSH_JOURNAL"] = ToWindows(Journal);
        return start;
    }

    private static async Task RunAsync(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);

        // What the test run sets for itself is not meant for a build.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(name);
        }

        using Process process = Process.Start(start)!;
        using CancellationTokenSource patience = new(s_patience);
        Task<string> error = process.StandardError.ReadToEndAsync(patience.Token);
        string output = await process.StandardOutput.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        Assert.True(process.ExitCode == 0, $"{start.FileName} {string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}.\n{output}\n{await error}");
    }
}

[CollectionDefinition(WineMachine.Collection)]
public sealed class WineGroup : ICollectionFixture<WineMachine>;
