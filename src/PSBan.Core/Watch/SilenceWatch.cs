namespace PSBan.Watch;

/// <summary>
/// Learns how long a log is silent as a rule, and notices when it is silent far longer: the longest pause so far, ten times over, and no less than three hours,
/// so that a quiet night is no news. Used on the loop.
/// </summary>
internal sealed class SilenceWatch
{
    private const int LeastArrivals = 50;
    private const int Factor = 10;

    private static readonly TimeSpan s_least = TimeSpan.FromHours(3);

    private DateTimeOffset _last;
    private TimeSpan _longest;
    private int _arrivals;
    private bool _isTold;

    /// <summary>Takes note of lines.</summary>
    /// <returns>How long there were none, where that has been told; otherwise null.</returns>
    public TimeSpan? Arrived(DateTimeOffset now)
    {
        TimeSpan pause = _arrivals > 0 ? now - _last : TimeSpan.Zero;
        _longest = pause > _longest ? pause : _longest;
        _last = now;
        _arrivals++;
        bool wasTold = _isTold;
        _isTold = false;
        return wasTold ? pause : null;
    }

    /// <summary>Whether the silence has just become too long.</summary>
    /// <returns>How long it has lasted; null where it is as usual, or told already.</returns>
    public TimeSpan? Look(DateTimeOffset now)
    {
        if (_isTold || _arrivals < LeastArrivals)
        {
            return null;
        }

        TimeSpan limit = _longest * Factor > s_least ? _longest * Factor : s_least;
        TimeSpan pause = now - _last;
        _isTold = pause > limit;
        return _isTold ? pause : null;
    }
}
