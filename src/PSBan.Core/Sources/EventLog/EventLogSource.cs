using System.Runtime.CompilerServices;
using PSBan.Model;

namespace PSBan.Sources.EventLog;

/// <summary>Reads the Windows Event Log: each event is a line (<c>Provider EventID Computer Name="value" …</c>) with its time.</summary>
/// <remarks><see cref="LogBlock.Source"/> is <see cref="Name"/>.</remarks>
public sealed class EventLogSource : ILogSource
{
    private readonly EventLogOptions _options;
    private readonly IEventLog? _log;

    /// <summary>Makes a source; nothing is opened yet.</summary>
    /// <param name="options">What is read.</param>
    public EventLogSource(EventLogOptions options)
        : this(options, OperatingSystem.IsWindows() ? new WindowsEventLog() : null)
    {
    }

    internal EventLogSource(EventLogOptions options, IEventLog? log)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _log) = (options, log);
        Name = EventQuery.NameOf(options);
    }

    /// <summary>Whether this machine has an event log.</summary>
    public static bool IsAvailable => OperatingSystem.IsWindows();

    /// <inheritdoc/>
    public string Name { get; }

    private IEventLog Log => _log ?? throw new IOException("This machine has no Windows Event Log.");

    /// <inheritdoc/>
    public async IAsyncEnumerable<LogBlock> ReadAsync([EnumeratorCancellation] CancellationToken cancelToken)
    {
        await Task.Yield();
        using IEventCursor cursor = Log.Open(new EventRequest(EventQuery.Of(_options, null), null, Follow: false, IsFile: _options.File is not null));
        var lines = new EventLines(_options.LineLimit);
        while (cursor.Next() is { Count: > 0 } events)
        {
            cancelToken.ThrowIfCancellationRequested();
            foreach (string xml in events)
            {
                lines.Add(xml);
            }

            if (lines.Take() is { } block)
            {
                yield return new LogBlock { Source = Name, Text = block.Text, Times = block.Times };
            }
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<LogBlock> FollowAsync(Func<string, LogStart> start, ISourceObserver observer, CancellationToken cancelToken)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(observer);
        return new EventLogSession(Name, _options, _log, start(Name), observer).RunAsync(cancelToken);
    }
}
