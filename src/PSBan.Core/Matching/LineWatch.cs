using PSBan.Matching.Patterns.Engine;

namespace PSBan.Matching;

/// <summary>What is to be said about the line in hand, and whether a pattern had to give it up.</summary>
/// <param name="clock">The clock that spaces what is said once a day.</param>
/// <param name="notify">Who hears of it.</param>
internal sealed class LineWatch(TimeProvider clock, Action<LineNotice>? notify)
{
    private readonly Dictionary<LineNoticeKind, DateTimeOffset> _quietUntil = [];
    private string _line = string.Empty;

    /// <summary>Whether patterns measure how long they take.</summary>
    public bool MeasuresTime { get; init; }

    /// <summary>What work the line may still cause.</summary>
    public WorkBudget Budget { get; } = new();

    /// <summary>Whether a pattern could not be tried to the end.</summary>
    public bool IsLost { get; set; }

    /// <summary>Whether some lines are kept from a pattern.</summary>
    public bool HasPutAside { get; set; }

    /// <summary>Begins a line.</summary>
    /// <param name="line">The line as it came.</param>
    public void Begin(string line)
    {
        (_line, IsLost) = (line, false);
        Budget.Begin();
    }

    /// <summary>Says something about a pattern.</summary>
    /// <param name="kind">What it is about.</param>
    /// <param name="message">A full sentence.</param>
    /// <param name="pattern">The pattern; null for the datepattern and for all together.</param>
    public void Say(LineNoticeKind kind, string message, PatternUsage? pattern = null) =>
        notify?.Invoke(new LineNotice(kind, message, _line) { Pattern = pattern });

    /// <summary>Says something about the line, unless it was said within a day.</summary>
    /// <param name="kind">What it is about.</param>
    /// <param name="message">Makes the full sentence.</param>
    /// <param name="deviation">How far the stamp is off the clock.</param>
    public void SayDaily(LineNoticeKind kind, Func<string> message, TimeSpan deviation = default)
    {
        DateTimeOffset now = clock.GetUtcNow();
        if (notify is null || (_quietUntil.TryGetValue(kind, out DateTimeOffset until) && now < until))
        {
            return;
        }

        _quietUntil[kind] = now.AddDays(1);
        notify(new LineNotice(kind, message(), _line) { Deviation = deviation });
    }
}
