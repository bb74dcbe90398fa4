namespace PSBan.Matching;

/// <summary>What a notice is about.</summary>
public enum LineNoticeKind
{
    /// <summary>A line being written now carries a stamp more than 60 seconds off the clock; it counts as now. Said once a day.</summary>
    StampOffClock,

    /// <summary>A line from the past is older than the window and is not looked at. Said once a day.</summary>
    LineTooOld,

    /// <summary>A failregex matched a line without a date that could be read. Said once a day.</summary>
    NoTimestamp,

    /// <summary>A pattern exceeded its time on a line.</summary>
    PatternTimedOut,

    /// <summary>A pattern exceeded its time repeatedly; lines of that length are kept from it from now on.</summary>
    PatternPutAside,
}

/// <summary>Something that should be said about a line or a pattern.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Message">A full sentence.</param>
/// <param name="Line">The line that gave rise to it, as it came.</param>
public sealed record LineNotice(LineNoticeKind Kind, string Message, string Line)
{
    /// <summary>How far the stamp is off the clock, where it is about that; negative for the past.</summary>
    public TimeSpan Deviation { get; init; }

    /// <summary>The pattern, where it is about one; null where it is the datepattern, or all patterns together.</summary>
    public PatternUsage? Pattern { get; init; }
}
