namespace PSBan.Host;

/// <summary>
/// Gives memory back to the system once a burst is over: on a quiet host the runtime would hold for days what it took for an attack of minutes, or for reading the
/// configuration. While lines come in there is nothing to give back, and nothing is done.
/// </summary>
internal sealed class MemoryKeeper : IDisposable
{
    private const long WorthGivingBack = 4 << 20;
    private const long QuietRate = 1 << 20;

    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(5);

    private readonly ITimer _timer;
    private long _lastAllocated;
    private long _allocatedAtLast;

    /// <summary>Begins.</summary>
    /// <param name="clock">The clock.</param>
    public MemoryKeeper(TimeProvider clock) => _timer = clock.CreateTimer(_ => Look(), null, s_every, s_every);

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        long allocated = GC.GetTotalAllocatedBytes();
        bool isQuiet = allocated - _lastAllocated < QuietRate;
        _lastAllocated = allocated;
        if (isQuiet && allocated - _allocatedAtLast > WorthGivingBack)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            _allocatedAtLast = GC.GetTotalAllocatedBytes();
        }
    }
}
