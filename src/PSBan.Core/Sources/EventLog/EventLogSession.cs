using System.Globalization;
using System.Runtime.CompilerServices;
using PSBan.Model;

namespace PSBan.Sources.EventLog;

/// <summary>One following of the event log: keeps a subscription open, and knows where reading stands.</summary>
internal sealed class EventLogSession
{
    /// <summary>What the positions of event logs are known by.</summary>
    public const string Identity = "eventlog";

    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(1);

    private readonly string _name;
    private readonly EventLogOptions _options;
    private readonly IEventLog? _log;
    private readonly ISourceObserver _observer;
    private readonly HashSet<string> _warned = [];
    private readonly DateTimeOffset? _notBefore;
    private EventBookmark _bookmark = new();
    private DateTimeOffset? _since;
    private bool _atEnd;
    private bool _isFollowing;
    private bool _isLost;
    private TimeSpan _pause = s_firstPause;

    /// <summary>Begins a session; nothing is opened yet.</summary>
    public EventLogSession(string name, EventLogOptions options, IEventLog? log, LogStart start, ISourceObserver observer)
    {
        (_name, _options, _log, _observer) = (name, options, log, observer);
        (_notBefore, _since) = (start.NotBefore, start.NotBefore);
        EventBookmark? stored = start.Position is { Identity: Identity, Cursor: { } cursor } ? EventBookmark.Parse(cursor) : null;
        if (stored is null)
        {
            _atEnd = start.AtEnd;
        }
        else if (_notBefore is not { } oldest || stored.Time >= oldest)
        {
            // What is older than anybody asks for need not be read again.
            _bookmark = stored;
        }
    }

    /// <summary>Follows until cancelled.</summary>
    public async IAsyncEnumerable<LogBlock> RunAsync([EnumeratorCancellation] CancellationToken cancelToken)
    {
        await Task.Yield();
        while (!cancelToken.IsCancellationRequested)
        {
            if (Open() is { } cursor)
            {
                using (cursor)
                {
                    bool inOperation = _atEnd;
                    _atEnd = false;
                    while (!cancelToken.IsCancellationRequested && Next(cursor) is { } events)
                    {
                        if (Make(events, inOperation) is { } block)
                        {
                            yield return block;
                        }

                        if (events.Count == 0)
                        {
                            // The log has said that there is nothing more: what comes from now on is being written.
                            inOperation = true;
                            await QuietlyAsync(cursor.WaitAsync(cancelToken)).ConfigureAwait(false);
                        }
                    }
                }
            }

            await QuietlyAsync(Task.Delay(_pause, _options.Time, cancelToken)).ConfigureAwait(false);
            _pause = _pause * 2 < s_longestPause ? _pause * 2 : s_longestPause;
        }
    }

    private static async Task QuietlyAsync(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private IEventCursor? Open()
    {
        try
        {
            IEventLog log = _log ?? throw new IOException("This machine has no Windows Event Log.");
            string? bookmark = _bookmark.IsEmpty ? null : _bookmark.ToXml();
            IEventCursor cursor = log.Open(new EventRequest(EventQuery.Of(_options, bookmark is null ? _since : null), bookmark, Follow: true, OnlyNew: _atEnd));
            if (_isLost || !_isFollowing)
            {
                (_isLost, _isFollowing) = (false, true);
                _observer.Found(_name);
            }

            return cursor;
        }
        catch (EventPlaceGoneException exception)
        {
            BeginByTime(exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Lose(exception);
        }

        return null;
    }

    private IReadOnlyList<string>? Next(IEventCursor cursor)
    {
        try
        {
            return cursor.Next();
        }
        catch (EventPlaceGoneException exception)
        {
            BeginByTime(exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Lose(exception);
        }

        return null;
    }

    private LogBlock? Make(IReadOnlyList<string> events, bool inOperation)
    {
        var lines = new EventLines(_options.LineLimit);
        foreach (string xml in events)
        {
            if (lines.Add(xml, IsWanted) is not { } line)
            {
                Warn("broken", "An event cannot be read, since its XML is malformed; it is passed over, and so are further ones.");
                continue;
            }

            if (line.WasCut)
            {
                Warn("long", string.Create(CultureInfo.InvariantCulture, $"An event is longer than {_options.LineLimit} characters; the rest of it is passed over, and so it is with further ones."));
            }

            _bookmark.Note(line);
            _pause = s_firstPause;
        }

        return lines.Take() is { } block
            ? new LogBlock { Source = _name, Text = block.Text, Times = block.Times, InOperation = inOperation, Position = new LogPosition(Identity, 0, 0, _bookmark.ToString()) }
            : null;
    }

    private bool IsWanted(EventLine line) => !(line.Time < _since) && !_bookmark.Holds(line);

    private void BeginByTime(EventPlaceGoneException exception)
    {
        _since = _bookmark.Time?.AddTicks(1) ?? _since;
        _bookmark = new EventBookmark();
        Warn("gone", $"The place that reading had reached is gone (the log was cleared, or is too small for its events); reading goes on by time. ({exception.Message})");
    }

    private void Lose(Exception exception)
    {
        if (!_isLost)
        {
            _isLost = true;
            _observer.Lost(_name, exception.Message);
        }
    }

    private void Warn(string kind, string message)
    {
        if (_warned.Add(kind))
        {
            _observer.Warning(_name, message);
        }
    }
}
