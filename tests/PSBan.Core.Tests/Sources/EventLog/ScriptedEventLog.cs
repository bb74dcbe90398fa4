using PSBan.Sources.EventLog;

namespace PSBan.Tests.Sources.EventLog;

/// <summary>An event log of given events: it keeps what it is asked, and can refuse.</summary>
internal sealed class ScriptedEventLog : IEventLog
{
    private readonly List<(ulong Record, string Xml)> _events = [];
    private readonly Queue<Exception> _refusals = [];
    private readonly List<EventRequest> _requests = [];
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public EventRequest[] Requests
    {
        get
        {
            lock (_events)
            {
                return [.. _requests];
            }
        }
    }

    public void Add(ulong record, DateTimeOffset time, string text)
    {
        lock (_events)
        {
            _events.Add((record, Events.Make("Test", 1, "Application", record, time, ("text", text))));
            _more.TrySetResult();
        }
    }

    public void Clear()
    {
        lock (_events)
        {
            _events.Clear();
        }
    }

    public void Refuse(Exception exception) => _refusals.Enqueue(exception);

    public IEventCursor Open(EventRequest request)
    {
        lock (_events)
        {
            _requests.Add(request);
            if (_refusals.TryDequeue(out Exception? refusal))
            {
                throw refusal;
            }

            ulong after = request.Bookmark is { } bookmark ? ulong.Parse(bookmark.Split("RecordId='")[1].Split('\'')[0], System.Globalization.CultureInfo.InvariantCulture) : 0;
            return new Cursor(this, after);
        }
    }

    private sealed class Cursor(ScriptedEventLog log, ulong after) : IEventCursor
    {
        private ulong _after = after;

        public IReadOnlyList<string> Next()
        {
            lock (log._events)
            {
                log._more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                (ulong Record, string Xml)[] found = [.. log._events.Where(item => item.Record > _after).Take(3)];
                _after = found.Length > 0 ? found[^1].Record : _after;
                return [.. found.Select(item => item.Xml)];
            }
        }

        public Task WaitAsync(CancellationToken cancelToken)
        {
            lock (log._events)
            {
                return log._events.Any(item => item.Record > _after) ? Task.CompletedTask : log._more.Task.WaitAsync(cancelToken);
            }
        }

        public void Dispose()
        {
        }
    }
}
