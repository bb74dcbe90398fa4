using PSBan.Matching.Patterns;

namespace PSBan.Matching;

/// <summary>How a <see cref="LineFilter"/> works, apart from what the filter's own configuration says. Immutable.</summary>
public sealed record LineFilterOptions
{
    /// <summary>The clock and the local time zone.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>
    /// Whether stamps are held against the clock: in operation a stamp more than 60 seconds off counts as now, before it a line older than
    /// <see cref="FindTime"/> is dropped, and no failure lies in the future. Tests of filters and replays do without.
    /// </summary>
    /// <value>The default is true.</value>
    public bool TimeWindow { get; init; } = true;

    /// <summary>How old a line may be that is read up from the past; null where age does not matter.</summary>
    /// <value>The default is null.</value>
    public TimeSpan? FindTime { get; init; }

    /// <summary>Whether every failregex is tried on a line, for reports; otherwise the first that matches ends the search.</summary>
    /// <value>The default is false.</value>
    public bool CheckAllRegex { get; init; }

    /// <summary>
    /// Whether a line without any of the strings that a match needs is passed over undated (<see cref="LineFilter.MayMatch"/>). The failures are
    /// the same; lines passed over count as missed, whatever an ignoreregex would say, and not in the date templates' hits.
    /// </summary>
    /// <value>The default is false: every line is dated and counted.</value>
    public bool SkipsUnlikelyLines { get; init; }

    /// <summary>Whether a host name or captured identifier is taken as plain text, as <c>usedns = raw</c> does, for tests of filters.</summary>
    /// <value>The default is false.</value>
    public bool RawHosts { get; init; }

    /// <summary>Whether to measure how long each pattern takes, which costs some 50 ns for each search.</summary>
    /// <value>The default is false.</value>
    public bool MeasuresTime { get; init; }

    /// <summary>How long one pattern may take on one line.</summary>
    /// <value>The default is 200 milliseconds.</value>
    public TimeSpan MatchTimeout { get; init; } = new PatternOptions().MatchTimeout;

    /// <summary>Whether failures are counted by pattern and not handed out.</summary>
    internal bool OnlyCounts { get; init; }

    /// <summary>Called with what should be said about lines and patterns; on the thread that calls <see cref="LineFilter.Process"/>.</summary>
    public Action<LineNotice>? Notify { get; init; }
}
