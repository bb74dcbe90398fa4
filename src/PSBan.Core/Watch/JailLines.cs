using PSBan.Configuration;
using PSBan.Matching;
using PSBan.Model;

namespace PSBan.Watch;

/// <summary>The lines of one jail: from which reader it takes each log, and what its filter makes of them. Lives on the loop.</summary>
internal sealed class JailLines
{
    private static readonly TimeSpan s_internalErrorPause = TimeSpan.FromMinutes(1);

    private readonly JailVoice _voice;
    private readonly TimeProvider _clock;
    private readonly Action<Failure, string?> _take;
    private readonly List<Failure> _failures = [];
    private readonly Dictionary<string, object> _readers = new(StringComparer.Ordinal);
    private JailPlan _plan;
    private DateWatch? _dates;
    private string? _source;
    private long _storedMemory;
    private DateTimeOffset _nextInternalError;

    /// <summary>Makes the filter of a jail.</summary>
    /// <param name="plan">The jail.</param>
    /// <param name="voice">Tells.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="take">Takes a failure, with the log that it was found in.</param>
    public JailLines(JailPlan plan, JailVoice voice, TimeProvider clock, Action<Failure, string?> take)
    {
        (_plan, _voice, _clock, _take) = (plan, voice, clock, take);
        Filter = MakeFilter(plan, Tell);
        _dates = MakeDates();
    }

    /// <summary>What recognises failures.</summary>
    public LineFilter Filter { get; private set; }

    /// <summary>Whether lines are passed over.</summary>
    public bool IsSuspended { get; set; }

    /// <summary>The logs that are read now.</summary>
    public IEnumerable<string> Sources => _readers.Keys;

    /// <summary>Whether the filter remembers something that has not been stored.</summary>
    public bool HasChanges => Filter.MemoryVersion != _storedMemory;

    /// <summary>What the filter remembers, to be stored.</summary>
    public FilterMemory Remember()
    {
        _storedMemory = Filter.MemoryVersion;
        return Filter.Remember();
    }

    /// <summary>A reader of dates that shares nothing with the filter, for finding a place in a log on another thread.</summary>
    public Func<string, DateTimeOffset?> DateReader()
    {
        JailPlan plan = _plan;
        Lazy<LineFilter> filter = new(() => MakeFilter(plan, null));
        return line => filter.Value.DateOf(line);
    }

    /// <summary>Takes changed settings. Open conversations go on where the filter is the same.</summary>
    public void Change(JailPlan plan)
    {
        if (JailPlan.HasSameFilter(plan, _plan) && plan.Lines.FindTime == _plan.Lines.FindTime)
        {
            _plan = plan;
            return;
        }

        FilterMemory memory = Filter.Remember();
        bool isSame = JailPlan.HasSameFilter(plan, _plan);
        _plan = plan;
        Filter = MakeFilter(plan, Tell);
        Filter.Recall(isSame ? memory : new FilterMemory { LastTime = memory.LastTime });
        _storedMemory = -1;
        _dates = isSame ? _dates : MakeDates();
    }

    /// <summary>Takes the lines of a block.</summary>
    /// <param name="block">The lines.</param>
    /// <param name="reader">Who read them: where two globs of a jail name one file, only the first reader counts.</param>
    /// <param name="likely">The lines that can be failures; null where that was not looked for.</param>
    /// <returns>How many failures were found.</returns>
    public int Process(LogBlock block, object reader, IReadOnlyList<LineSpan>? likely = null)
    {
        if (!Adopt(block.Source, reader))
        {
            return 0;
        }

        _source = block.Source;
        if (IsSuspended)
        {
            Filter.PassOverAll(block.Times is null ? block.Text.Span : default, block.InOperation);
            return 0;
        }

        int found = 0;
        if (_dates?.Look(block) is { } remark)
        {
            _voice.Tell(BanEventKind.SourceWarning, $"{block.Source}: {remark}", source: block.Source);
        }

        if (likely is not null)
        {
            return ProcessLikely(block, likely);
        }

        foreach (LogLine line in new LogBlockLines(block))
        {
            found += Process(line, block.InOperation);
        }

        return found;
    }

    /// <summary>Takes a log as read by this reader; false where another one has it already.</summary>
    public bool Adopt(string source, object reader) => _readers.TryAdd(source, reader) || _readers[source] == reader;

    /// <summary>Forgets a log that is no longer read by this reader.</summary>
    public void Release(string source, object reader)
    {
        if (_readers.TryGetValue(source, out object? holder) && holder == reader)
        {
            _readers.Remove(source);
        }
    }

    private static LineFilter MakeFilter(JailPlan plan, Action<LineNotice>? notify) =>
        LineFilter.TryCreate(plan.Options.Filter, plan.Lines with { Notify = notify }, new List<Problem>())
        ?? throw new InvalidOperationException($"The filter of {plan.Options.Name} was usable a moment ago.");

    private static bool ExpectsDates(FilterOptions filter) =>
        filter.DatePattern is not { } pattern || (pattern.Value.Length > 0 && !pattern.Value.Contains("{NONE}", StringComparison.OrdinalIgnoreCase));

    private DateWatch? MakeDates() => ExpectsDates(_plan.Options.Filter) ? new DateWatch(Filter.DateOf) : null;

    private int ProcessLikely(LogBlock block, IReadOnlyList<LineSpan> likely)
    {
        ReadOnlySpan<char> text = block.Text.Span;
        int found = 0, behind = 0;
        for (int i = 0; i < likely.Count; i++)
        {
            LineSpan line = likely[i];
            Filter.PassOverAll(text[behind..line.Start], block.InOperation);
            found += Process(new LogLine(text.Slice(line.Start, line.Length), block.FirstLine > 0 ? block.FirstLine + line.Index : 0), block.InOperation);
            behind = Math.Min(text.Length, line.Start + line.Length + 1);
        }

        Filter.PassOverAll(text[behind..], block.InOperation);
        return found;
    }

    private int Process(in LogLine line, bool inOperation)
    {
        _failures.Clear();
        try
        {
            Filter.Process(line, inOperation, _failures);
        }
#pragma warning disable CA1031 // A line is written by strangers: whatever it brings about must not end the watch.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (_clock.GetUtcNow() >= _nextInternalError)
            {
                _nextInternalError = _clock.GetUtcNow() + s_internalErrorPause;
                _voice.Tell(BanEventKind.SourceWarning, $"A line could not be looked at ({e.GetType().Name}: {e.Message}); it is lost, the watch goes on. The line: {line.Text[..Math.Min(line.Text.Length, 500)]}", source: _source);
            }
        }

        foreach (Failure failure in _failures)
        {
            _take(failure, _source);
        }

        return _failures.Count;
    }

    private void Tell(LineNotice notice) =>
        _voice.Tell(notice.Kind is LineNoticeKind.PatternPutAside ? BanEventKind.PatternQuarantined : BanEventKind.SourceWarning, notice.Message, source: _source);
}
