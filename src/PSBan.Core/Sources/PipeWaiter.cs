using Microsoft.Win32.SafeHandles;

namespace PSBan.Sources;

/// <summary>
/// Waits for the bytes of a named pipe in a thread of its own, since nothing but poll(2) tells of them reliably: a writer that hands over more than the pipe
/// holds is told of by inotify only when all of it has been taken. It tells once, and again when it has been armed again.
/// </summary>
internal sealed class PipeWaiter : IDisposable
{
    private readonly SafeFileHandle _signal;
    private readonly Action<bool> _ready;
    private readonly Thread _thread;
    private SafeFileHandle? _armed;
    private volatile bool _isEnded;

    /// <summary>Begins, not armed.</summary>
    /// <param name="ready">Is told, in the waiter's thread, that there is something to read; true where there is not, but the last writer has gone.</param>
    /// <exception cref="IOException">The system has no descriptors left.</exception>
    public PipeWaiter(Action<bool> ready)
    {
        _ready = ready;
        _signal = PipeCalls.MakeSignal();
        _thread = new Thread(Run, 256 * 1024) { IsBackground = true, Name = "named pipe" };
        _thread.Start();
    }

    /// <summary>Has it tell of this pipe, once.</summary>
    public void Arm(SafeFileHandle pipe)
    {
        Volatile.Write(ref _armed, pipe);
        PipeCalls.Signal(_signal);
    }

    /// <summary>Ends the waiting; nothing is told afterwards.</summary>
    public void Dispose()
    {
        _isEnded = true;
        PipeCalls.Signal(_signal);
        _thread.Join();
        _signal.Dispose();
    }

    private void Run()
    {
        while (!_isEnded)
        {
            SafeFileHandle? pipe = Volatile.Read(ref _armed);
            PipeCalls.Events events;
            try
            {
                events = PipeCalls.Wait(_signal, pipe);
            }
            catch (ObjectDisposedException)
            {
                // Another one has been armed meanwhile.
                continue;
            }

            if (!_isEnded && pipe is not null && events != 0)
            {
                Interlocked.CompareExchange(ref _armed, null, pipe);
                _ready((events & PipeCalls.Events.Readable) == 0);
            }
        }
    }
}
