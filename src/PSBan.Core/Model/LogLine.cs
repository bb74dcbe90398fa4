namespace PSBan.Model;

/// <summary>One line of a log on its way to a filter; it lives only as long as the block it lies in.</summary>
/// <param name="text">The text without its line end.</param>
/// <param name="number">The line in the source, counted from 1; 0 where unknown.</param>
/// <param name="time">The time that came with the line and not in its text (journal); null for text logs.</param>
public readonly ref struct LogLine(ReadOnlySpan<char> text, long number = 0, DateTimeOffset? time = null)
{
    /// <summary>The text without its line end.</summary>
    public ReadOnlySpan<char> Text { get; } = text;

    /// <summary>The line in the source, counted from 1; 0 where unknown.</summary>
    public long Number { get; } = number;

    /// <summary>The time that came with the line and not in its text (journal); null for text logs.</summary>
    public DateTimeOffset? Time { get; } = time;
}
