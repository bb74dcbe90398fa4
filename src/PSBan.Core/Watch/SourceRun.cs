using PSBan.Matching;
using PSBan.Model;
using PSBan.Sources;
using PSBan.Store;

namespace PSBan.Watch;

/// <summary>What a reader is known by: jails with the same one share it.</summary>
/// <param name="Name">The name of its positions.</param>
/// <param name="AtEnd">Whether it begins at the end of a log that it has not met.</param>
internal readonly record struct SourceKey(string Name, bool AtEnd);

/// <summary>One reader: follows a source and hands each block to the jails that read it, one block at a time. The jails may change while it reads.</summary>
/// <param name="plan">What it reads.</param>
/// <param name="inherited">Where to begin in logs that its jails have read through other readers until now.</param>
/// <param name="positions">How far logs were read.</param>
/// <param name="tools">What the watch shares.</param>
internal sealed class SourceRun(SourcePlan plan, IReadOnlyDictionary<string, LogPosition> inherited, PositionBook positions, WatchTools tools) : ISourceObserver
{
    private readonly ILogSource _source = plan.Open(tools.Clock);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SourceInfo> _logs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SilenceWatch> _silences = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LogPosition> _places = new(StringComparer.Ordinal);
    private readonly HashSet<string> _followed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LogPosition> _begun = new(inherited, StringComparer.Ordinal);
    private bool _hasReported;
    private volatile IReadOnlyList<JailRun> _jails = [];
    private volatile LogStart _start = new();
    private LineFilter[] _filters = [];
    private SharedSieve _sieve = new([]);

    /// <summary>What it is known by.</summary>
    public SourceKey Key => new(plan.Key, plan.AtEnd);

    /// <summary>The jails that read it.</summary>
    public IReadOnlyList<JailRun> Jails => _jails;

    /// <summary>The logs that it follows now. Used on the loop.</summary>
    public IReadOnlyCollection<string> Followed => _followed;

    /// <summary>
    /// How far it has come in each log. While it has not told what it follows, where it is to begin: its jails may be on their way from one reader to the next but one.
    /// Used on the loop.
    /// </summary>
    public IReadOnlyDictionary<string, LogPosition> Places
    {
        get
        {
            lock (_lock)
            {
                Dictionary<string, LogPosition> places = _begun.Where(place => !_hasReported || _followed.Contains(place.Key)).ToDictionary(StringComparer.Ordinal);
                foreach ((string log, LogPosition place) in _places)
                {
                    places[log] = place;
                }

                return places;
            }
        }
    }

    /// <summary>The name of its positions.</summary>
    private string Name => plan.Key;

    /// <summary>Every log of all readers, one entry a log.</summary>
    public static IReadOnlyList<SourceInfo> Merge(IEnumerable<SourceRun> runs) =>
        [.. runs
            .SelectMany(run => run.Infos)
            .GroupBy(log => log.Name, StringComparer.Ordinal)
            .Select(group => group.Aggregate((left, right) => left with { Jails = [.. left.Jails.Union(right.Jails)], Failures = left.Failures + right.Failures }))
            .OrderBy(log => log.Name, StringComparer.Ordinal)];

    /// <summary>Hands the next block to these jails, and to no other. Called on the loop, also where a jail's filter has changed.</summary>
    public void SetJails(IReadOnlyList<JailRun> jails)
    {
        IReadOnlyList<JailRun> before = _jails;
        foreach (string log in _followed)
        {
            ForEach(before.Except(jails), jail => jail.Release(log, this));
            ForEach(jails.Except(before), jail => jail.Adopt(log, this));
        }

        lock (_lock)
        {
            _jails = jails;
            foreach (string log in _logs.Keys.ToList())
            {
                _logs[log] = _logs[log] with { Jails = [.. jails.Select(jail => jail.Name)] };
            }
        }

        LineFilter[] filters = [.. jails.Select(jail => jail.Filter)];
        if (!filters.SequenceEqual(_filters))
        {
            (_filters, _sieve) = (filters, new SharedSieve(filters));
            _start = jails.Count > 0 ? StartFor(jails) : _start;
        }
    }

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
            await foreach (LogBlock block in _source.FollowAsync(StartOf, this, cancelToken).ConfigureAwait(false))
            {
                // Waited for even at the end: the block is the reader's, who uses it again.
                await tools.Loop.RunAsync(() => Process(block), CancellationToken.None).ConfigureAwait(false);
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
        tools.Loop.Post(() =>
        {
            _hasReported = true;
            _followed.Add(source);
            ForEach(_jails, jail => jail.Adopt(source, this));
        });
        tools.Events.Publish(BanEventKind.SourceFound, $"Added {Kind(source)}: '{source}'", source: source);
    }

    public void Lost(string source, string reason)
    {
        Change(source, log => log with { Trouble = VisibleText.Of(reason) });
        tools.Loop.Post(() =>
        {
            _hasReported = true;
            _silences.Remove(source);
            _followed.Remove(source);
            ForEach(_jails, jail => jail.Release(source, this));
        });
        tools.Events.Publish(BanEventKind.SourceLost, $"Lost {Kind(source)} '{source}': {reason}", source: source);
    }

    public void Warning(string source, string message) => tools.Events.Publish(BanEventKind.SourceWarning, $"{source}: {message}", source: source);

    /// <summary>Notices logs that have fallen silent. Called on the loop now and then.</summary>
    public void Tick()
    {
        DateTimeOffset now = tools.Clock.GetUtcNow();
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

    private static void ForEach(IEnumerable<JailRun> jails, Action<JailRun> action)
    {
        foreach (JailRun jail in jails)
        {
            action(jail);
        }
    }

    private LogStart StartFor(IReadOnlyList<JailRun> jails)
    {
        TimeSpan window = jails.Max(jail => jail.Options.FindTime.Value).ToTimeSpan();
        DateTimeOffset now = tools.Clock.GetUtcNow();
        DateTimeOffset? notBefore = window < now - DateTimeOffset.UnixEpoch ? now - window : null;
        return new LogStart(AtEnd: plan.AtEnd, NotBefore: notBefore, DateOf: jails[0].DateReader());
    }

    private LogStart StartOf(string log)
    {
        PositionKey key = new(Name, log);
        LogPosition? place = inherited.GetValueOrDefault(log);
        if (place is not null)
        {
            // Also for the next start of the watch: under this name an older place may be stored.
            positions.Note(key, place);
        }
        else if ((place = positions.Find(key)) is not null)
        {
            lock (_lock)
            {
                _begun[log] = place;
            }
        }

        return _start with { Position = place, Places = positions.PlacesOf(Name) };
    }

    private bool Process(LogBlock block)
    {
        IReadOnlyList<JailRun> jails = _jails;
        if (jails.Count == 0)
        {
            // On its way out: nobody has counted these lines, so whoever reads them next begins before them.
            return false;
        }

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
            positions.Note(new PositionKey(Name, block.Source), position);
        }

        DateTimeOffset now = tools.Clock.GetLocalNow();
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

            SourceInfo log = _logs.GetValueOrDefault(name) ?? new SourceInfo(name) { Jails = [.. _jails.Select(jail => jail.Name)] };
            _logs[name] = change(log);
        }
    }
}
