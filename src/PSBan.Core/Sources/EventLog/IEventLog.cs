namespace PSBan.Sources.EventLog;

/// <summary>The event log of Windows, as far as reading goes: the one place where its interface is touched.</summary>
internal interface IEventLog
{
    /// <summary>Asks for events.</summary>
    /// <param name="request">Which.</param>
    /// <exception cref="IOException">There is no such channel or file, the query is malformed, or the place to resume from is gone
    /// (<see cref="EventPlaceGoneException"/>).</exception>
    /// <exception cref="UnauthorizedAccessException">The channel may not be read.</exception>
    IEventCursor Open(EventRequest request);
}

/// <summary>Events that were asked for, in their order.</summary>
internal interface IEventCursor : IDisposable
{
    /// <summary>Takes some of the events that are there, as XML; none where there are no more at the moment. Does not wait.</summary>
    /// <exception cref="IOException">They cannot be read.</exception>
    IReadOnlyList<string> Next();

    /// <summary>Waits until there may be more events; of a request that does not follow, not at all.</summary>
    Task WaitAsync(CancellationToken cancelToken);
}

/// <summary>What is asked of the event log.</summary>
/// <param name="Query">A structured query.</param>
/// <param name="Bookmark">Begin behind this bookmark; null to begin with the oldest event.</param>
/// <param name="Follow">Whether events to come are wanted too.</param>
/// <param name="OnlyNew">Whether those that are there are not wanted.</param>
/// <param name="IsFile">Whether the query is against a file and not a channel.</param>
internal sealed record EventRequest(string Query, string? Bookmark, bool Follow, bool OnlyNew = false, bool IsFile = false);

/// <summary>The event that a bookmark names is no longer in the log.</summary>
internal sealed class EventPlaceGoneException(string message) : IOException(message);
