namespace PSBan.Matching;

/// <summary>A line on its way through a filter.</summary>
/// <param name="Original">The whole line, as it goes into a failure's matches.</param>
/// <param name="Ended">What the patterns see: the line without its date, and <c>\n</c> behind it.</param>
/// <param name="Number">The line in the source, counted from 1; 0 where unknown.</param>
internal sealed record DatedLine(string Original, string Ended, long Number)
{
    /// <summary>The time of the line; null where it is unknown.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Whether the line itself carried no date that could be read.</summary>
    public bool HasNoDate { get; init; }

    /// <summary>The line without its date.</summary>
    public ReadOnlySpan<char> Text => Ended.AsSpan(0, Ended.Length - 1);
}
