namespace PSBan.Matching;

/// <summary>A line on its way through a filter.</summary>
/// <param name="Original">The whole line, as it goes into a failure's matches.</param>
/// <param name="Text">What the patterns see: the line without its date.</param>
/// <param name="Number">The line in the source, counted from 1; 0 where unknown.</param>
internal sealed record DatedLine(string Original, string Text, long Number)
{
    /// <summary>The time of the line; null where it is unknown.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Whether the line itself carried no date that could be read.</summary>
    public bool HasNoDate { get; init; }
}
