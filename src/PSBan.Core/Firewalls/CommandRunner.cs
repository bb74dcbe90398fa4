using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace PSBan.Firewalls;

/// <summary>
/// Runs the packet filter's tools: arguments as a list and never through a shell, with a time limit, bounded output and English messages.
/// The exit code is handed back; judging it is the caller's part.
/// </summary>
internal sealed class CommandRunner(TimeProvider? time = null)
{
    /// <summary>A tool that has not ended by then hangs (fail2ban's limit for an action is the same).</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);

    // A list of a million addresses as JSON is about 80 MB.
    private const int OutputLimit = 512 * 1024 * 1024;
    private const int ErrorLimit = 32 * 1024;

    private static readonly string[] s_systemFolders = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"];

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Words put in front of every command, such as <c>ip netns exec NAME</c>.</summary>
    public IReadOnlyList<string> Prefix { get; init; } = [];

    /// <summary>Folders in which a tool is looked for before the path is.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>How long a command may take.</summary>
    /// <value>The default is one minute.</value>
    public TimeSpan Timeout { get; init; } = DefaultTimeout;

    /// <summary>Looks for a tool on the path and in the folders of the system's tools, which a service's path may lack.</summary>
    /// <param name="tool">The name of the tool, or a full path.</param>
    /// <returns>The full path; null where there is none.</returns>
    public static string? Find(string tool)
    {
        if (Path.IsPathRooted(tool))
        {
            return File.Exists(tool) ? tool : null;
        }

        string[] path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        IEnumerable<string> folders = OperatingSystem.IsWindows() ? [Environment.SystemDirectory, .. path] : path.Concat(s_systemFolders);
        string file = OperatingSystem.IsWindows() ? tool + ".exe" : tool;

        // A relative folder on the path would let the working directory choose the program.
        return folders.Where(Path.IsPathRooted).Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
    }

    /// <summary>Runs a tool to its end.</summary>
    /// <param name="tool">The name of the tool.</param>
    /// <param name="arguments">Its arguments, one an entry.</param>
    /// <param name="input">What it reads; null for nothing.</param>
    /// <param name="cancelToken">Kills it.</param>
    /// <exception cref="FirewallException">The tool is missing, could not be started, hung, or printed without end.</exception>
    public async Task<CommandResult> RunAsync(string tool, IReadOnlyList<string> arguments, string? input, CancellationToken cancelToken)
    {
        cancelToken.ThrowIfCancellationRequested();
        using Process process = new() { StartInfo = Describe(tool, arguments) };
        Start(process, tool);
        using CancellationTokenSource limit = new(Timeout, _time);
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancelToken);
        try
        {
            // The runtime reads pipes by blocking a pool thread; on two cores a batch would wait a second for the pool to grow.
            Task<byte[]> output = OnThread(() => ReadOutput(process.StandardOutput.BaseStream, tool));
            Task<string> error = OnThread(() => ReadError(process.StandardError.BaseStream));
            Task<bool> written = OnThread(() => Write(process.StandardInput.BaseStream, input));
            byte[] printed = await output.WaitAsync(ending.Token).ConfigureAwait(false);
            string complaint = await error.WaitAsync(ending.Token).ConfigureAwait(false);
            await written.WaitAsync(ending.Token).ConfigureAwait(false);
            await process.WaitForExitAsync(ending.Token).ConfigureAwait(false);
            return new CommandResult(tool, process.ExitCode, printed, complaint);
        }
        catch (OperationCanceledException) when (!cancelToken.IsCancellationRequested)
        {
            string seconds = Timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            throw new FirewallException(FirewallFailure.TimedOut, $"{tool} had not ended after {seconds} s and was killed.");
        }
        finally
        {
            // Threads that still wait for its pipes end with it.
            Kill(process);
        }
    }

    private static Task<T> OnThread<T>(Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private ProcessStartInfo Describe(string tool, IReadOnlyList<string> arguments)
    {
        string[] words = [.. Prefix, FindOrThrow(tool), .. arguments];
        ProcessStartInfo start = new(Prefix.Count > 0 ? FindOrThrow(words[0]) : words[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        foreach (string word in words.Skip(1))
        {
            start.ArgumentList.Add(word);
        }

        // Messages are told apart by their English words.
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    private string FindOrThrow(string tool) =>
        Folders.Select(folder => Path.Combine(folder, tool)).FirstOrDefault(File.Exists) ?? Find(tool) ?? throw new FirewallException(FirewallFailure.Unavailable, $"{tool} was not found on the path; {CommandFailures.Remedy(tool)}");

    private static void Start(Process process, string tool)
    {
        try
        {
            process.Start();
        }
        catch (Win32Exception exception)
        {
            throw new FirewallException(FirewallFailure.Unavailable, $"{tool} could not be started: {exception.Message}.", exception);
        }
    }

    private static bool Write(Stream stream, string? input)
    {
        try
        {
            using (stream)
            {
                stream.Write(Encoding.UTF8.GetBytes(input ?? ""));
            }

            return true;
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // It ended before it had read everything; its exit code and its words say why.
            return false;
        }
    }

    private static byte[] ReadOutput(Stream stream, string tool)
    {
        // The process does not close what was read of it; the pipe would stay open until the next collection of garbage.
        using Stream pipe = stream;
        using MemoryStream all = new();
        byte[] block = new byte[64 * 1024];
        for (int read; (read = pipe.Read(block)) > 0;)
        {
            if (all.Length + read > OutputLimit)
            {
                throw new FirewallException(FirewallFailure.CommandFailed, $"{tool} printed more than {OutputLimit / (1024 * 1024)} MB and was killed.");
            }

            all.Write(block, 0, read);
        }

        return all.ToArray();
    }

    private static string ReadError(Stream stream)
    {
        // nft repeats the whole command for each error; the beginning tells enough, the rest is read so that it can end.
        using Stream pipe = stream;
        byte[] kept = new byte[ErrorLimit];
        byte[] rest = new byte[ErrorLimit];
        int length = 0;
        while (true)
        {
            int read = pipe.Read(length < kept.Length ? kept.AsSpan(length) : rest);
            if (read == 0)
            {
                return Encoding.UTF8.GetString(kept, 0, length);
            }

            length = Math.Min(kept.Length, length + read);
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended in between, or is out of reach; nothing more can be done about it.
        }
    }
}
