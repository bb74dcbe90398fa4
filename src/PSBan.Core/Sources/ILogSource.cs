using PSBan.Model;

namespace PSBan.Sources;

/// <summary>
/// Something that lines come from. Reading once and following are two members of one seam. An implementation does not retry: it tells
/// troubles through <see cref="ISourceObserver"/> and goes on where it can (a missing file may appear), and throws only what the caller must end for.
/// </summary>
public interface ILogSource
{
    /// <summary>The path, glob or other name that people know it by.</summary>
    string Name { get; }

    /// <summary>Reads everything there is now and ends.</summary>
    /// <param name="cancelToken">Ends the reading.</param>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    IAsyncEnumerable<LogBlock> ReadAsync(CancellationToken cancelToken);

    /// <summary>Reads what there is and then what comes, until cancelled.</summary>
    /// <param name="start">Where each log (by <see cref="LogBlock.Source"/>) begins; asked once for each log when it is first met.</param>
    /// <param name="observer">Is told of logs that come and go.</param>
    /// <param name="cancelToken">Ends the following; the enumeration then ends without an exception.</param>
    IAsyncEnumerable<LogBlock> FollowAsync(Func<string, LogStart> start, ISourceObserver observer, CancellationToken cancelToken);
}

/// <summary>Is told what happens to the logs of a source. Called on the reader's thread; must not throw or block.</summary>
public interface ISourceObserver
{
    /// <summary>A log is being followed.</summary>
    /// <param name="source">Its path.</param>
    void Found(string source);

    /// <summary>A log is gone or cannot be read; it is looked for again. Told once until it is back.</summary>
    /// <param name="source">Its path.</param>
    /// <param name="reason">Why, as a sentence.</param>
    void Lost(string source, string reason);

    /// <summary>Something odd was met and passed over: a line cut at its limit, bytes that do not decode. Told once a log.</summary>
    /// <param name="source">Its path.</param>
    /// <param name="message">What, as a sentence.</param>
    void Warning(string source, string message);
}

/// <summary>Where the following of a log begins.</summary>
/// <param name="Position">The stored place, used where its identity still fits; null where there is none.</param>
/// <param name="AtEnd">Without a stored place: begin at the end and not at the start.</param>
/// <param name="NotBefore">Without a stored place: lines older than this need not be read. A source may begin earlier; it finds the place with <paramref name="DateOf"/>.</param>
/// <param name="DateOf">Reads the stamp of a line, null where it has none; null where no filter is at hand.</param>
public sealed record LogStart(LogPosition? Position = null, bool AtEnd = false, DateTimeOffset? NotBefore = null, Func<string, DateTimeOffset?>? DateOf = null)
{
    /// <summary>Where the reader stands in every log that it has a stored place for, whatever has become of that log: its path may have been a link that leads elsewhere now.</summary>
    public IReadOnlyDictionary<string, LogPosition> Places { get; init; } = System.Collections.Immutable.ImmutableDictionary<string, LogPosition>.Empty;
}
