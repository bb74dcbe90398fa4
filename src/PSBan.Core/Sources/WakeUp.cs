namespace PSBan.Sources;

/// <summary>Lets one loop sleep until somebody has something for it. What was told while it was awake is not lost.</summary>
internal sealed class WakeUp : IDisposable
{
    private readonly SemaphoreSlim _gate = new(0);
    private int _isSet;

    /// <summary>Wakes the loop, now or when it next wants to sleep. May be called from anywhere, any number of times.</summary>
    public void Set()
    {
        if (Interlocked.Exchange(ref _isSet, 1) == 0)
        {
            try
            {
                _gate.Release();
            }
            catch (ObjectDisposedException)
            {
                // A last call from a watcher that is just being closed.
            }
        }
    }

    /// <summary>Sleeps until <see cref="Set"/> has been called since the last time.</summary>
    public async Task WaitAsync()
    {
        await _gate.WaitAsync();
        Volatile.Write(ref _isSet, 0);
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();
}
