using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace PSBan.Jails;

/// <summary>
/// The times of one identifier's failures in ascending order, as ticks. Most identifiers fail once or twice, so two times lie inline and an array is
/// made only for more.
/// </summary>
internal struct StampList
{
    private const int InlineLength = 2;

    private Inline _inline;
    private long[]? _array;
    private int _count;

    /// <summary>How many times are held.</summary>
    public readonly int Count => _count;

    /// <summary>The last time; the lowest number where there is none.</summary>
    public readonly long Newest => _count == 0 ? long.MinValue : Stamps[^1];

    /// <summary>The times, oldest first.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<long> Stamps => _array is null ? ((ReadOnlySpan<long>)_inline)[.._count] : _array.AsSpan(0, _count);

    /// <summary>Puts a time in its place and drops those that no line which comes at most <paramref name="window"/> late could still make a window with.</summary>
    /// <returns>The place of the new time; -1 where it is itself so old.</returns>
    public int Insert(long stamp, long window)
    {
        Span<long> stamps = Span;
        long newest = _count == 0 ? stamp : Math.Max(stamp, stamps[^1]);
        long horizon = newest - (2 * window);
        int stale = 0;
        while (stale < stamps.Length && stamps[stale] < horizon)
        {
            stale++;
        }

        if (stale > 0)
        {
            stamps[stale..].CopyTo(stamps);
            _count -= stale;
        }

        if (stamp < horizon)
        {
            return -1;
        }

        stamps = Grow();
        int place = _count - 1;
        while (place > 0 && stamps[place - 1] > stamp)
        {
            stamps[place] = stamps[place - 1];
            place--;
        }

        stamps[place] = stamp;
        return place;
    }

    /// <summary>Looks for the latest <paramref name="needed"/> times, the one at <paramref name="place"/> among them, that lie within the window.</summary>
    /// <returns>The place of the last of them; -1 where there are none.</returns>
    public readonly int FindWindow(int place, int needed, long window)
    {
        ReadOnlySpan<long> stamps = Stamps;
        for (int last = Math.Min(stamps.Length - 1, place + needed - 1); last >= place && last >= needed - 1; last--)
        {
            if (stamps[last] - stamps[last - needed + 1] <= window)
            {
                return last;
            }
        }

        return -1;
    }

    /// <summary>How many times lie within the window that ends with the one at <paramref name="place"/>.</summary>
    public readonly int CountWindow(int place, long window)
    {
        ReadOnlySpan<long> stamps = Stamps;
        int first = place;
        while (first > 0 && stamps[place] - stamps[first - 1] <= window)
        {
            first--;
        }

        return place - first + 1;
    }

    [UnscopedRef]
    private Span<long> Span => _array is null ? ((Span<long>)_inline)[.._count] : _array.AsSpan(0, _count);

    [UnscopedRef]
    private Span<long> Grow()
    {
        int capacity = _array?.Length ?? InlineLength;
        if (_count == capacity)
        {
            long[] larger = new long[capacity * 2];
            Span.CopyTo(larger);
            _array = larger;
        }

        _count++;
        return Span;
    }

    [InlineArray(InlineLength)]
    private struct Inline
    {
        private long _first;
    }
}
