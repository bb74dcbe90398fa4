namespace PSBan.Model;

/// <summary>
/// Some complete lines of one source, decoded, as they travel from <c>Sources</c> to <c>Matching</c>. The receiver is done with the
/// memory when it asks for the next block; nothing may keep a reference into it.
/// </summary>
public sealed class LogBlock
{
    /// <summary>The path, or another name that identifies the log within its source.</summary>
    public required string Source { get; init; }

    /// <summary>The lines, each ended by <c>\n</c> (a <c>\r</c> before it has been removed); the last one too.</summary>
    public required ReadOnlyMemory<char> Text { get; init; }

    /// <summary>The number of the first line in the source, counted from 1; 0 where unknown.</summary>
    public long FirstLine { get; init; }

    /// <summary>The times that came with the lines (journal), one a line; null for text logs.</summary>
    public IReadOnlyList<DateTimeOffset>? Times { get; init; }

    /// <summary>
    /// Whether these lines are being written now, as against read up from the past: true once the source has been read to its end.
    /// The time rules of filters depend on it.
    /// </summary>
    public bool InOperation { get; init; }

    /// <summary>Where the source stands behind this block, to resume from; null where it cannot be resumed.</summary>
    public LogPosition? Position { get; init; }
}
