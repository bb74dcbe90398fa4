using System.Globalization;

namespace PSBan.EndToEnd.Sources;

/// <summary>What became of the numbers that were written.</summary>
internal sealed class TortureVerdict(string about = "")
{
    private const int MostTold = 5;

    private readonly List<string> _wrong = [];
    private readonly List<string> _story = [];
    private long _written;
    private long _missing;
    private long _mayMiss;

    /// <summary>What is wrong, as sentences.</summary>
    public IReadOnlyList<string> Wrong => _wrong;

    /// <summary>What happened around the first thing that went wrong.</summary>
    public IReadOnlyList<string> Story => _story;

    /// <summary>Some figures.</summary>
    public string Summary => string.Create(CultureInfo.InvariantCulture, $"{about}{_written} written, {_missing} missing of {_mayMiss} that were destroyed unread");

    /// <summary>Judges a log.</summary>
    /// <param name="log">What was written.</param>
    /// <param name="arrived">The numbers that arrived, in that order.</param>
    /// <param name="ordered">Whether the order is known.</param>
    public void Add(NumberedLog log, IReadOnlyList<int> arrived, bool ordered = true)
    {
        HashSet<int> seen = [];
        int before = 0, told = 0;
        int? first = null;
        foreach (int number in arrived)
        {
            if (!seen.Add(number) && told++ < MostTold)
            {
                first ??= number;
                _wrong.Add(string.Create(CultureInfo.InvariantCulture, $"log {log.Id}: {number} came again, after {before}"));
            }
            else if (ordered && number < before && told++ < MostTold)
            {
                first ??= number;
                _wrong.Add(string.Create(CultureInfo.InvariantCulture, $"log {log.Id}: {number} came after {before}"));
            }

            before = number;
        }

        List<int> missing = [.. Enumerable.Range(1, log.Last).Where(number => !seen.Contains(number))];
        List<int> lost = [.. missing.Where(number => !log.MayMiss.Contains(number))];
        if (lost.Count > 0)
        {
            _wrong.Add(string.Create(CultureInfo.InvariantCulture, $"log {log.Id}: {lost.Count} of {log.Last} never came: {string.Join(", ", lost.Take(20))}"));
        }

        if ((first ?? (lost.Count > 0 ? lost[0] : null)) is int trouble)
        {
            _story.AddRange(log.Journal.About(trouble));
        }

        _written += log.Last;
        _missing += missing.Count;
        _mayMiss += log.MayMiss.Count;
    }
}
