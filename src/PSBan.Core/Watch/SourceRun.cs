using PSBan.Matching;
using PSBan.Model;
using PSBan.Sources;
using PSBan.Store;

namespace PSBan.Watch;

/// <summary>One reader: follows a source and hands each block to the jails that read it, one block at a time.</summary>
internal sealed class SourceRun(ILogSource source, IReadOnlyList<JailRun> jails, LogStart start, string name, PositionBook positions, WatchLoop loop, EventHub events, TimeProvider clock) : ISourceObserver
{
    private readonly SharedSieve _sieve = new([.. jails.Select(jail => jail.Filter)]);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SourceInfo> _logs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SilenceWatch> _silences = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LogPosition> _places = new(StringComparer.Ordinal);
    private IReadOnlyDictionary<string, LogPosition>? _others;

    /// <summary>One reader for each source, however many jails read it.</summary>
    public static List<SourceRun> Plan(IEnumerable<JailRun> jails, PositionBook positions, WatchLoop loop, EventHub events, TimeProvider clock) =>
        [.. jails
            .SelectMany(jail => jail.SourcePlans.Select(plan => (jail, plan)))
            .GroupBy(pair => (pair.plan.Key, pair.plan.AtEnd))
            .Select(group =>
            {
                JailRun[] readers = [.. group.Select(pair => pair.jail).Distinct()];
                TimeSpan window = readers.Max(jail => jail.Options.FindTime.Value).ToTimeSpan();
                DateTimeOffset now = clock.GetUtcNow();
                DateTimeOffset? notBefore = window < now - DateTimeOffset.UnixEpoch ? now - window : null;
                var start = new LogStart(AtEnd: group.Key.AtEnd, NotBefore: notBefore, DateOf: readers[0].DateReader());
                return new SourceRun(group.First().plan.Open(clock), readers, start, group.Key.Key, positions, loop, events, clock);
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
                return [.. _logs.Values.Select(WithBytesBehind)];
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
        events.Publish(BanEventKind.SourceFound, $"Added {Kind(source)}: '{source}'", source: source);
    }

    public void Lost(string source, string reason)
    {
        Change(source, log => log with { Trouble = VisibleText.Of(reason) });
        loop.Post(() =>
        {
            _silences.Remove(source);
            ForEachJail(jail => jail.Release(source, this));
        });
        events.Publish(BanEventKind.SourceLost, $"Lost {Kind(source)} '{source}': {reason}", source: source);
    }

    public void Warning(string source, string message) => events.Publish(BanEventKind.SourceWarning, $"{source}: {message}", source: source);

    /// <summary>Notices logs that have fallen silent. Called on the loop now and then.</summary>
    public void Tick()
    {
        DateTimeOffset now = clock.GetUtcNow();
        foreach ((string log, SilenceWatch silence) in _silences)
        {
            if (silence.Look(now) is { } pause)
            {
                Warning(log, $"There has been no line for {Rounded(pause)}, far longer than usual; check that its program runs and still writes there.");
            }
        }
    }

    private static string Kind(string source) => Path.IsPathRooted(source) ? "logfile" : "log";

    private static Duration Rounded(TimeSpan time) => Duration.FromSeconds(Math.Truncate(time.TotalMinutes) * 60);

    private SourceInfo WithBytesBehind(SourceInfo log)
    {
        if (!_places.TryGetValue(log.Name, out LogPosition? place) || place.Cursor is not null)
        {
            return log;
        }

        try
        {
            return new FileInfo(log.Name) is { Exists: true } file && file.Length >= place.Offset ? log with { BytesBehind = file.Length - place.Offset } : log;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return log;
        }
    }

    private void ForEachJail(Action<JailRun> action)
    {
        foreach (JailRun jail in jails)
        {
            action(jail);
        }
    }

    private LogStart StartOf(string log) => start with { Position = positions.Find(new PositionKey(name, log)), Others = _others ??= positions.FindAll(name) };

    private bool Process(LogBlock block)
    {
        int lines = block.Text.Span.Count('\n');
        int failures = 0;
        bool isSifted = block.Times is null;
        if (isSifted)
        {
            _sieve.Sift(block.Text.Span);
        }

        for (int i = 0; i < jails.Count; i++)
        {
            failures += jails[i].Process(block, this, isSifted ? _sieve.LinesFor(i) : null);
        }

        // In the same piece of work as the counting, so that no checkpoint can come between.
        if (block.Position is { } position)
        {
            positions.Note(new PositionKey(name, block.Source), position);
        }

        DateTimeOffset now = clock.GetLocalNow();
        double? behind = block.InOperation ? 0 : block.Times is { Count: > 0 } times ? Math.Max(0, Math.Round((now - times[^1]).TotalSeconds)) : null;
        Change(block.Source, log => log with { Lines = log.Lines + lines, Failures = log.Failures + failures, LastLine = now, SecondsBehind = behind }, block.Position);
        if (block.InOperation && lines > 0)
        {
            _silences.TryAdd(block.Source, new SilenceWatch());
            if (_silences[block.Source].Arrived(now) is { } pause)
            {
                Warning(block.Source, $"Lines come again, after {Rounded(pause)} of silence.");
            }
        }

        return true;
    }

    private void Change(string name, Func<SourceInfo, SourceInfo> change, LogPosition? place = null)
    {
        lock (_lock)
        {
            if (place is not null)
            {
                _places[name] = place;
            }

            SourceInfo log = _logs.GetValueOrDefault(name) ?? new SourceInfo(name) { Jails = [.. jails.Select(jail => jail.Name)] };
            _logs[name] = change(log);
        }
    }
}
