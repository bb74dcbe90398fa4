using System.Threading.Tasks.Sources;

namespace PSBan.Sources;

/// <summary>Lets one loop sleep until somebody has something for it. What was told while it was awake is not lost.</summary>
internal sealed class WakeUp : IValueTaskSource
{
    private const int Awake = 0, Asleep = 1, Told = 2;

    private ManualResetValueTaskSourceCore<bool> _sleep;
    private int _state = Awake;

    /// <summary>Wakes the loop, now or when it next wants to sleep. May be called from anywhere, any number of times.</summary>
    /// <param name="isHere">Whether it works on this thread until it next waits, instead of on a thread that has to be woken as well.</param>
    public void Set(bool isHere = false)
    {
        if (Interlocked.CompareExchange(ref _state, Told, Awake) == Awake)
        {
            return;
        }

        // Only one wins, and nobody sleeps again before he was woken.
        if (Interlocked.CompareExchange(ref _state, Awake, Asleep) == Asleep)
        {
            _sleep.RunContinuationsAsynchronously = !isHere;
            _sleep.SetResult(true);
        }
    }

    /// <summary>Sleeps until <see cref="Set"/> has been called since the last time. One loop only may wait.</summary>
    public ValueTask WaitAsync()
    {
        _sleep.Reset();
        if (Interlocked.CompareExchange(ref _state, Asleep, Awake) == Awake)
        {
            return new ValueTask(this, _sleep.Version);
        }

        Volatile.Write(ref _state, Awake);
        return ValueTask.CompletedTask;
    }

    void IValueTaskSource.GetResult(short token) => _sleep.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _sleep.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _sleep.OnCompleted(continuation, state, token, flags);
}
