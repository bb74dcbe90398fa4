using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace PSBan.Sources.Journal;

/// <summary>
/// A running journalctl whose output is read as it is asked for and no further, so that it waits in its pipe while the consumer is busy. Reading a pipe blocks a
/// thread; it has one of its own, since the pool's are few.
/// </summary>
internal sealed class JournalProcess : IDisposable
{
    private const int ComplaintLimit = 4096;

    private static readonly string[] s_systemFolders = ["/usr/bin", "/bin"];

    private readonly Process _process;
    private readonly SemaphoreSlim _wanted = new(0);
    private readonly byte[] _complaint = new byte[ComplaintLimit];
    private readonly TaskCompletionSource _silent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Memory<byte> _room;
    private TaskCompletionSource<int>? _answer;
    private int _complaintLength;
    private volatile bool _isDisposed;

    private JournalProcess(Process process)
    {
        _process = process;
        Run("journal", Pump);
        Run("journal errors", Listen);
    }

    /// <summary>Starts the program.</summary>
    /// <param name="program">A name on the path, or a full path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <exception cref="IOException">It is missing or cannot be started.</exception>
    public static JournalProcess Start(string program, IReadOnlyList<string> arguments)
    {
        string file = Find(program) ?? throw new IOException($"The program {program} was not found, so the journal cannot be read; it comes with systemd.");
        ProcessStartInfo start = new(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        start.Environment["LC_ALL"] = "C";
        Process process = new() { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception exception)
        {
            process.Dispose();
            throw new IOException($"{file} could not be started: {exception.Message}.", exception);
        }

        process.StandardInput.Close();
        return new JournalProcess(process);
    }

    /// <summary>The number of the process.</summary>
    public int Id => _process.Id;

    /// <summary>Reads some of the output. Until the task has ended the memory belongs to it.</summary>
    /// <returns>How many bytes there were; 0 where the program has ended.</returns>
    public Task<int> ReadAsync(Memory<byte> room)
    {
        _room = room;
        _answer = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        _wanted.Release();
        return _answer.Task;
    }

    /// <summary>Waits for the end of a program whose output has ended.</summary>
    /// <returns>Its exit code and the beginning of what it said about errors.</returns>
    public async Task<(int Code, string Complaint)> EndAsync()
    {
        await _silent.Task.ConfigureAwait(false);
        await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        return (_process.ExitCode, Encoding.UTF8.GetString(_complaint, 0, _complaintLength).Trim());
    }

    /// <summary>Ends the program; a read that waits ends with 0.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception)
        {
            // It has ended by itself.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        _isDisposed = true;
        _wanted.Release();
    }

    private static void Run(string name, ThreadStart work) => new Thread(work, 256 * 1024) { IsBackground = true, Name = name }.Start();

    private static string? Find(string program)
    {
        if (Path.IsPathRooted(program))
        {
            return File.Exists(program) ? program : null;
        }

        // A relative folder on the path would let the working directory choose the program.
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(s_systemFolders)
            .Where(Path.IsPathRooted)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
    }

    private void Pump()
    {
        Stream output = _process.StandardOutput.BaseStream;
        while (true)
        {
            _wanted.Wait();
            if (_isDisposed)
            {
                _answer?.TrySetResult(0);
                output.Dispose();
                _process.Dispose();
                _wanted.Dispose();
                return;
            }

            int count;
            try
            {
                count = output.Read(_room.Span);
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
                count = 0;
            }

            _answer!.TrySetResult(count);
        }
    }

    private void Listen()
    {
        byte[] rest = new byte[ComplaintLimit];
        try
        {
            using Stream errors = _process.StandardError.BaseStream;
            while (true)
            {
                // The beginning tells enough; the rest is read so that the program is not held up.
                int read = errors.Read(_complaintLength < ComplaintLimit ? _complaint.AsSpan(_complaintLength) : rest);
                if (read == 0)
                {
                    break;
                }

                _complaintLength = Math.Min(ComplaintLimit, _complaintLength + read);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It was ended from this side.
        }

        _silent.TrySetResult();
    }
}
