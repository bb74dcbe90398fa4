using PSBan.Model;

namespace PSBan.Watch;

/// <summary>
/// Keeps book of the failures of one jail that wait for an answer, so that a stored copy can be brought up to date: the position of their log has passed them, and
/// a run that is killed would have lost them. How many they are is bounded by those who are asked. Lives on the loop.
/// </summary>
internal sealed class WaitingFailures
{
    private readonly Dictionary<long, WaitingFailure> _all = [];
    private readonly HashSet<long> _fresh = [];
    private readonly List<long> _settled = [];
    private long _last;

    /// <summary>How many wait.</summary>
    public int Count => _all.Count;

    /// <summary>Whether anything has changed since changes were last taken.</summary>
    public bool HasChanges => _fresh.Count > 0 || _settled.Count > 0;

    /// <summary>A failure begins to wait.</summary>
    /// <returns>What it is known by from now on.</returns>
    public long Begin(Failure failure, string? source)
    {
        long number = ++_last;
        _all.Add(number, new WaitingFailure(number, failure, source));
        _fresh.Add(number);
        return number;
    }

    /// <summary>A failure waits no more. To be called in the same piece of work in which it is counted, so that no checkpoint can come between.</summary>
    public void Settle(long number)
    {
        if (_all.Remove(number) && !_fresh.Remove(number))
        {
            _settled.Add(number);
        }
    }

    /// <summary>Takes over what waited when an earlier run ended, under numbers of this run.</summary>
    public IReadOnlyList<WaitingFailure> TakeOver(IReadOnlyList<WaitingFailure> stored)
    {
        foreach (WaitingFailure failure in stored)
        {
            _last = Math.Max(_last, failure.Number);
            _settled.Add(failure.Number);
        }

        return [.. stored.Select(failure => _all[Begin(failure.Failure, failure.Source)])];
    }

    /// <summary>Adds what has changed since this was last called, or everything.</summary>
    public JailChanges AddTo(JailChanges changes, bool all)
    {
        changes = changes with { Waiting = [.. all ? _all.Values : _fresh.Select(number => _all[number])], Settled = [.. _settled] };
        _fresh.Clear();
        _settled.Clear();
        return changes;
    }
}
