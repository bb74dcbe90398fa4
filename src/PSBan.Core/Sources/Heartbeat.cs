namespace PSBan.Sources;

/// <summary>
/// The moments at which somebody looks whether there is something to do although nothing was reported. Everybody who has the same interval looks at the same
/// moments and one after the other, on one thread: on a quiet host it is the waking of threads that costs, not the looking.
/// </summary>
internal sealed class Heartbeat
{
    private static readonly Lock s_lock = new();
    private static readonly Dictionary<(TimeProvider Time, TimeSpan Interval), Heartbeat> s_beats = [];

    private readonly (TimeProvider, TimeSpan) _key;
    private readonly ITimer _timer;
    private Member[] _members = [];

    private Heartbeat((TimeProvider Time, TimeSpan Interval) key)
    {
        _key = key;
        _timer = key.Time.CreateTimer(state => ((Heartbeat)state!).Beat(), this, key.Interval, key.Interval);
    }

    /// <summary>Joins those who look.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="interval">How long from one look to the next.</param>
    /// <param name="look">
    /// Looks, and is told whether it may take its time on this thread: not while an earlier call has not come back, as where a network file system does not answer.
    /// The others go on from the next beat then.
    /// </param>
    /// <returns>Leaves again.</returns>
    public static IDisposable Join(TimeProvider time, TimeSpan interval, Action<bool> look)
    {
        lock (s_lock)
        {
            if (!s_beats.TryGetValue((time, interval), out Heartbeat? beat))
            {
                s_beats[(time, interval)] = beat = new Heartbeat((time, interval));
            }

            Member member = new(beat, look);
            Volatile.Write(ref beat._members, [.. beat._members, member]);
            return member;
        }
    }

    private void Beat()
    {
        foreach (Member member in Volatile.Read(ref _members))
        {
            member.Look();
        }
    }

    private void Leave(Member member)
    {
        lock (s_lock)
        {
            Volatile.Write(ref _members, [.. _members.Where(other => other != member)]);
            if (_members.Length == 0 && s_beats.Remove(_key))
            {
                _timer.Dispose();
            }
        }
    }

    private sealed class Member(Heartbeat beat, Action<bool> look) : IDisposable
    {
        private int _isLooking;

        public void Look()
        {
            if (Interlocked.Exchange(ref _isLooking, 1) != 0)
            {
                look(false);
                return;
            }

            try
            {
                look(true);
            }
            finally
            {
                Volatile.Write(ref _isLooking, 0);
            }
        }

        public void Dispose() => beat.Leave(this);
    }
}
