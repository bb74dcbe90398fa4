using System.Runtime.InteropServices;

namespace PSBan.Control;

/// <summary>
/// The one thread that serves all clients, of lower priority than the rest of the watch and with a budget of time: it may work for a second on end, and in the long
/// run for a share of the time. Whoever asks more than that waits for his turn, which comes round by round; bans never wait for requests.
/// </summary>
/// <remarks>An asynchronous method stays on the thread where its awaits keep their context.</remarks>
internal sealed partial class ControlThread : SynchronizationContext
{
    /// <summary>How much of the time the thread may work in the long run.</summary>
    public const double Share = 0.25;

    // Of nice(2): a third of what the watch's other threads get where all want the processor.
    private const int Niceness = 5;

    private static readonly TimeSpan s_mostSaved = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_mostOwed = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(5);

    private readonly object _lock = new();
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _work = [];
    private readonly TimeProvider _clock;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _saved = s_mostSaved;
    private long _lastLook;
    private bool _isOver;

    private ControlThread(TimeProvider clock) => _clock = clock;

    /// <summary>Runs a method on a thread of its own; the thread ends with it.</summary>
    /// <param name="body">The method.</param>
    /// <param name="clock">The clock.</param>
    public static Task RunAsync(Func<Task> body, TimeProvider clock)
    {
        ControlThread thread = new(clock);
        new Thread(() => thread.Work(body)) { IsBackground = true, Name = "psban control", Priority = ThreadPriority.BelowNormal }.Start();
        return thread._ended.Task;
    }

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_lock)
        {
            if (!_isOver)
            {
                _work.Enqueue((d, state));
                Monitor.Pulse(_lock);
                return;
            }
        }

        base.Post(d, state);
    }

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;

    private void Work(Func<Task> body)
    {
        // There a priority of .NET's changes nothing, and a thread has a niceness of its own (setpriority(2), NOTES).
        if (OperatingSystem.IsLinux())
        {
            _ = SetPriority(0, 0, Niceness);
        }

        SetSynchronizationContext(this);
        _lastLook = _clock.GetTimestamp();
        Task task = BeginAsync(body);
        _ = task.ContinueWith((_, thread) => ((ControlThread)thread!).End(), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        while (Next() is { } work)
        {
            long begin = _clock.GetTimestamp();
            work.Callback(work.State);
            Rest(begin);
        }

        SetSynchronizationContext(null);
        _ended.SetFromTask(task);
    }

    private static async Task BeginAsync(Func<Task> body) => await body().ConfigureAwait(true);

    private (SendOrPostCallback Callback, object? State)? Next()
    {
        lock (_lock)
        {
            (SendOrPostCallback, object?) work;
            while (!_work.TryDequeue(out work))
            {
                if (_isOver)
                {
                    return null;
                }

                Monitor.Wait(_lock);
            }

            return work;
        }
    }

    private void End()
    {
        lock (_lock)
        {
            _isOver = true;
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>Counts what a piece of work took, and waits where more time was spent than saved.</summary>
    private void Rest(long begin)
    {
        long now = _clock.GetTimestamp();
        _saved += (_clock.GetElapsedTime(_lastLook, now) * Share) - _clock.GetElapsedTime(begin, now);

        // One answer that takes long is no reason to keep everybody else waiting for long.
        _saved = _saved > s_mostSaved ? s_mostSaved : _saved < -s_mostOwed ? -s_mostOwed : _saved;
        _lastLook = now;
        if (_saved >= TimeSpan.Zero)
        {
            return;
        }

        lock (_lock)
        {
            // Work that comes wakes it up, and is no reason to go on; the end is.
            TimeSpan pause = (s_rest - _saved) / Share;
            while (!_isOver && pause - _clock.GetElapsedTime(now) is { Ticks: > 0 } left)
            {
                Monitor.Wait(_lock, left + TimeSpan.FromMilliseconds(1));
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int SetPriority(int which, int who, int niceness);
}
