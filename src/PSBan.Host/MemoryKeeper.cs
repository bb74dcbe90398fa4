using System.Runtime;

namespace PSBan.Host;

/// <summary>
/// Lets a start take what memory it needs, and gives memory back to the system once a burst is over: on a quiet host the runtime would hold for days what it took
/// for an attack of minutes, or for reading the configuration. Once it is quiet and much has been taken since the last time, garbage goes first, and then, twice, what only
/// the system sees (<see cref="SystemMemory"/>). While lines come in there is nothing to give back, and nothing is done.
/// </summary>
internal sealed class MemoryKeeper : IDisposable
{
    // Taking back 100,000 bans makes this much, hardly any of it garbage: looking through it again and again would be a quarter of the start.
    private const long StartSize = 200 << 20;
    private const int StartShare = 8;

    private const long WorthGivingBack = 8 << 20;
    private const long QuietRate = 1 << 20;

    // Looks after the garbage went at which pages are let go: what is used by then is soon back, and after a minute it is known what a quiet watch does not use.
    private const int FirstLettingGo = 1, LastLettingGo = 13;

    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(5);

    private readonly SystemMemory _system = new();
    private readonly ITimer _timer;
    private long _lastAllocated;
    private long _usedAtLast;
    private int _looksSince = LastLettingGo;

    /// <summary>Begins.</summary>
    /// <param name="clock">The clock.</param>
    public MemoryKeeper(TimeProvider clock)
    {
        PutOffCollections();
        _timer = clock.CreateTimer(_ => Look(), null, s_every, s_every);
    }

    /// <summary>The start is over: from here on memory is taken care of as ever.</summary>
    public static void EndStart()
    {
        try
        {
            if (GCSettings.LatencyMode == GCLatencyMode.NoGCRegion)
            {
                GC.EndNoGCRegion();
            }
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself in this moment.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private static void PutOffCollections()
    {
        try
        {
            // It ends by itself where more than that is taken. Where the system cannot give as much, everything is as ever.
            GC.TryStartNoGCRegion(Math.Min(StartSize, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / StartShare));
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or InvalidOperationException)
        {
            // More than the runtime may ever hold.
        }
    }

    private void Look()
    {
        EndStart();
        long allocated = GC.GetTotalAllocatedBytes();
        bool isQuiet = allocated - _lastAllocated < QuietRate;
        _lastAllocated = allocated;
        if (!isQuiet)
        {
            return;
        }

        _looksSince++;
        if (_looksSince is FirstLettingGo or LastLettingGo)
        {
            _system.LetGo();
            _usedAtLast = SystemMemory.Used();
        }
        else if (SystemMemory.Used() - _usedAtLast > WorthGivingBack)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            _system.Trim();
            _looksSince = 0;
        }
    }
}
