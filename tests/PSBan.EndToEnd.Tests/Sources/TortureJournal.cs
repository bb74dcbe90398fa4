using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace PSBan.EndToEnd.Sources;

/// <summary>What writer and reader of a log did, in the order in which it happened: what somebody wants to see of the moments around a number that went wrong.</summary>
internal sealed class TortureJournal
{
    private const int Around = 60;
    private const int Most = 500_000;

    private readonly ConcurrentQueue<(int Number, string Text)> _entries = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    /// <summary>Writes something down.</summary>
    /// <param name="number">The number that was reached.</param>
    /// <param name="text">What was done.</param>
    public void Add(int number, string text)
    {
        if (_entries.Count < Most)
        {
            _entries.Enqueue((number, string.Create(CultureInfo.InvariantCulture, $"{_watch.Elapsed.TotalMilliseconds,10:0.0} {text}")));
        }
    }

    /// <summary>What happened around the writing of a number.</summary>
    public IEnumerable<string> About(int number)
    {
        (int Number, string Text)[] entries = [.. _entries];
        int at = Array.FindIndex(entries, entry => entry.Number >= number);
        return at < 0 ? [] : entries[Math.Max(0, at - Around)..Math.Min(entries.Length, at + Around)].Select(entry => entry.Text);
    }
}
