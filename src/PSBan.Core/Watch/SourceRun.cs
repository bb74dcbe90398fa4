using PSBan.Model;
using PSBan.Sources;
using PSBan.Store;

namespace PSBan.Watch;

/// <summary>One reader: follows a source and hands each block to the jails that read it, one block at a time.</summary>
internal sealed class SourceRun(ILogSource source, IReadOnlyList<JailRun> jails, LogStart start, string name, PositionBook positions, WatchLoop loop, EventHub events, TimeProvider clock) : ISourceObserver
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SourceInfo> _logs = new(StringComparer.Ordinal);

    /// <summary>One reader for each glob and encoding, however many jails read it.</summary>
    public static List<SourceRun> Plan(IEnumerable<JailRun> jails, PositionBook positions, WatchLoop loop, EventHub events, TimeProvider clock) =>
        [.. jails
            .SelectMany(jail => jail.Options.LogPaths.Select(path => (jail, path)))
            .GroupBy(pair => (pair.path.Glob, pair.path.Tail, Encoding: pair.jail.Options.LogEncoding.Value))
            .Select(group =>
            {
                JailRun[] readers = [.. group.Select(pair => pair.jail).Distinct()];
                TimeSpan window = readers.Max(jail => jail.Options.FindTime.Value).ToTimeSpan();
                DateTimeOffset now = clock.GetUtcNow();
                DateTimeOffset? notBefore = window < now - DateTimeOffset.UnixEpoch ? now - window : null;
                var start = new LogStart(AtEnd: group.Key.Tail, NotBefore: notBefore, DateOf: readers[0].DateReader());
                string name = group.Key.Encoding == "auto" ? group.Key.Glob : $"{group.Key.Glob} ({group.Key.Encoding})";
                return new SourceRun(LogSources.Follow(group.Key.Glob, group.Key.Encoding, clock), readers, start, name, positions, loop, events, clock);
            })];

    /// <summary>Every log of all readers, one entry a log.</summary>
    public static IReadOnlyList<SourceInfo> Merge(IEnumerable<SourceRun> runs) =>
        [.. runs
            .SelectMany(run => run.Infos)
            .GroupBy(log => log.Name, StringComparer.Ordinal)
            .Select(group => group.Aggregate((left, right) => left with { Jails = [.. left.Jails.Union(right.Jails)], Failures = left.Failures + right.Failures }))
            .OrderBy(log => log.Name, StringComparer.Ordinal)];

    /// <summary>Every log of this source as it stands now.</summary>
    public IReadOnlyList<SourceInfo> Infos
    {
        get
        {
            lock (_lock)
            {
                return [.. _logs.Values];
            }
        }
    }

    /// <summary>Follows until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancelToken)
    {
        try
        {
            await foreach (LogBlock block in source.FollowAsync(StartOf, this, cancelToken).ConfigureAwait(false))
            {
                // Waited for even at the end: the block is the reader's, who uses it again.
                await loop.RunAsync(() => Process(block), CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancelToken.IsCancellationRequested)
        {
            // The end of the watch.
        }
    }

    public void Found(string source)
    {
        Change(source, log => log with { Trouble = null });
        loop.Post(() => ForEachJail(jail => jail.Adopt(source, this)));
        events.Publish(BanEventKind.SourceFound, $"Added logfile: '{source}'", source: source);
    }

    public void Lost(string source, string reason)
    {
        Change(source, log => log with { Trouble = VisibleText.Of(reason) });
        loop.Post(() => ForEachJail(jail => jail.Release(source, this)));
        events.Publish(BanEventKind.SourceLost, $"Lost logfile '{source}': {reason}", source: source);
    }

    public void Warning(string source, string message) => events.Publish(BanEventKind.SourceWarning, $"{source}: {message}", source: source);

    private void ForEachJail(Action<JailRun> action)
    {
        foreach (JailRun jail in jails)
        {
            action(jail);
        }
    }

    private LogStart StartOf(string log) => start with { Position = positions.Find(new PositionKey(name, log)) };

    private bool Process(LogBlock block)
    {
        int lines = block.Text.Span.Count('\n');
        int failures = 0;
        foreach (JailRun jail in jails)
        {
            failures += jail.Process(block, this);
        }

        // In the same piece of work as the counting, so that no checkpoint can come between.
        if (block.Position is { } position)
        {
            positions.Note(new PositionKey(name, block.Source), position);
        }

        Change(block.Source, log => log with { Lines = log.Lines + lines, Failures = log.Failures + failures, LastLine = clock.GetLocalNow() });
        return true;
    }

    private void Change(string name, Func<SourceInfo, SourceInfo> change)
    {
        lock (_lock)
        {
            SourceInfo log = _logs.GetValueOrDefault(name) ?? new SourceInfo(name) { Jails = [.. jails.Select(jail => jail.Name)] };
            _logs[name] = change(log);
        }
    }
}
