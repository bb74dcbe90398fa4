using System.Runtime.InteropServices;
using PSBan.Model;
using PSBan.Watch;

namespace PSBan.Output;

/// <summary>One run of the watch inside this process, from start to the moment at which everything of it is down; the end of the process ends it too.</summary>
internal sealed class WatchRun : IDisposable
{
    /// <summary>How long the end of the process waits for the packet filter to be cleaned up.</summary>
    private static readonly TimeSpan s_exitPatience = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _cancel = new();
    private readonly EventSubscription _events;
    private readonly PosixSignalRegistration[] _signals;

    /// <summary>Starts the watch.</summary>
    public WatchRun(WatchOptions options)
    {
        var watcher = new BanWatcher(options);
        _events = watcher.Subscribe();
        CancellationToken token = _cancel.Token;
        Completion = Task.Run(() => watcher.RunAsync(token), CancellationToken.None);

        // The stop of a unit or container, the closing of a terminal, and the exit of the shell: without these the rules would stay behind.
        // A handler that returns leaves the signal to do what it does, which is to end the process.
        _signals = [PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Finish()), PosixSignalRegistration.Create(PosixSignal.SIGHUP, _ => Finish())];
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    /// <summary>Ends when everything is down; carries the error that ended the watch.</summary>
    public Task Completion { get; }

    /// <summary>The events until the watch has ended. Read by one reader.</summary>
    public IAsyncEnumerable<BanEvent> ReadEventsAsync(CancellationToken cancelToken) => _events.ReadAllAsync(cancelToken);

    /// <summary>Takes an event that waits; null where none does.</summary>
    public BanEvent? TakeEvent() => _events.TryRead(out BanEvent? item) ? item : null;

    /// <summary>Asks the watch to end; <see cref="Completion"/> tells when it has.</summary>
    public void RequestStop()
    {
        try
        {
            _cancel.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }

    /// <summary>Ends the watch and waits until everything is down; the error that ended it stays in <see cref="Completion"/>.</summary>
    public void Dispose()
    {
        RequestStop();
        ((IAsyncResult)Completion).AsyncWaitHandle.WaitOne();
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        Array.ForEach(_signals, signal => signal.Dispose());
        _events.Dispose();
        _cancel.Dispose();
    }

    private void OnProcessExit(object? sender, EventArgs e) => Finish();

    private void Finish()
    {
        RequestStop();
        ((IAsyncResult)Completion).AsyncWaitHandle.WaitOne(s_exitPatience);
    }
}
