using PSBan.Configuration;
using PSBan.Matching.Conversations;
using PSBan.Matching.Dates;
using PSBan.Matching.Patterns;
using PSBan.Model;

namespace PSBan.Matching;

/// <summary>
/// Recognises failures in the lines of a log, exactly as fail2ban's filters do. It holds what a filter remembers from line to line (the last
/// date, open sessions, the last lines), so there is one for each jail, and one thread at a time uses it.
/// </summary>
public sealed class LineFilter
{
    private readonly LineFilterOptions _options;
    private readonly LineClock _clock;
    private readonly FilterPatterns _patterns;
    private readonly LineLikelihood _likelihood;
    private readonly LineDater _dater;
    private readonly LineBuffer _buffer;
    private readonly LineWatch _watch;
    private readonly StallGuard _guard = new();
    private readonly FailureFinder _finder;

    private LineFilter(FilterPatterns patterns, LineFilterOptions options, LineClock clock)
    {
        _options = options;
        _clock = clock;
        _patterns = patterns;
        _likelihood = new LineLikelihood(patterns, options.CheckAllRegex);
        _watch = new LineWatch(options.Clock, options.Notify) { MeasuresTime = options.MeasuresTime };
        _dater = new LineDater(patterns.Dates, patterns.TimeRules, options, _watch);
        _buffer = new LineBuffer(patterns.MaxLines, _likelihood.RequiredWithin);
        _finder = new FailureFinder(patterns, options, _buffer, _watch);
    }

    /// <summary>
    /// Earlier lines that the last match turned out to span, where patterns span lines. They were missed when they came; reports count them
    /// as matched.
    /// </summary>
    public IReadOnlyList<string> AbsorbedLines { get; private set; } = [];

    /// <summary>The patterns and how often each has matched: the prefregex, then failregexes and ignoreregexes in order.</summary>
    public IReadOnlyList<PatternUsage> Patterns => [.. _patterns.All.Select(pattern => pattern.Usage)];

    /// <summary>The date templates and how often each found a date, in their present order.</summary>
    public IReadOnlyList<DateTemplateUsage> DateTemplates =>
        [.. _dater.Usage.Select(use => new DateTemplateUsage(use.Template.Name, use.Template.Pattern, use.Template.RegexText, use.Hits))];

    /// <summary>
    /// Strings of which a line must contain at least one to be a failure, for one search on behalf of many filters; null where a line may do
    /// without, as where patterns span lines. A line that has one may still be ruled out by <see cref="MayMatch"/>.
    /// </summary>
    public PatternLiterals? RequiredLiterals => _likelihood.Required;

    /// <summary>Few strings of which every line contains one that <see cref="MayMatch"/>, for a search through many lines; null where there are none.</summary>
    internal PatternLiterals? CoarseLiterals => _likelihood.Coarse;

    /// <summary>Sieves lines ahead of this filter; null where every line has to be processed.</summary>
    internal LineSieve? Sieve => _likelihood.Precise is { } ? new LineSieve(_likelihood, LinePreparer.TryCreate(_patterns, _options)) : null;

    /// <summary>The layout that the date of the next line is expected in; null where only a search can tell.</summary>
    internal DateLayout? ExpectedLayout => _dater.Expected;

    /// <summary>Tells whether what the filter remembers has changed: it has where this number has. Only the last time may change without it.</summary>
    public long MemoryVersion => _finder.Conversations.Version + (_buffer.IsMultiline ? _buffer.Version : 0);

    /// <summary>Copies what the filter remembers from line to line.</summary>
    public FilterMemory Remember()
    {
        _clock.Set();
        return new FilterMemory
        {
            LastTime = _dater.LastTime,
            Sessions = _finder.Conversations.Remember(),
            Lines = _buffer.IsMultiline ? [.. _buffer.Lines.Select(line => new RememberedLine(line.Original, line.Ended, line.Number, line.Time, line.HasNoDate))] : [],
        };
    }

    /// <summary>Begins from what an earlier filter remembered.</summary>
    /// <param name="memory">What <see cref="Remember"/> gave.</param>
    public void Recall(FilterMemory memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        _clock.Set();
        _dater.LastTime = memory.LastTime;
        _finder.Conversations.Recall(memory.Sessions);
        if (_buffer.IsMultiline)
        {
            _buffer.Replace([.. memory.Lines.Select(line => new DatedLine(line.Original, line.Ended, line.Number) { Time = line.Time, HasNoDate = line.HasNoDate })]);
        }
    }

    /// <summary>Makes a filter of its settings.</summary>
    /// <param name="filter">The settings.</param>
    /// <param name="options">How it is to work.</param>
    /// <param name="problems">Receives everything that is wrong with the patterns, each with its place.</param>
    /// <returns>The filter; null where something is wrong.</returns>
    public static LineFilter? TryCreate(FilterOptions filter, LineFilterOptions options, ICollection<Problem> problems)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(problems);
        LineClock clock = new(options.Clock);
        options = options with { Clock = clock };
        return FilterPatterns.TryCreate(filter, options, problems) is { } patterns ? new LineFilter(patterns, options, clock) : null;
    }

    /// <summary>The time a line carries in its text, with no effect on the lines to come; null where there is none that can be read.</summary>
    /// <param name="line">The line.</param>
    public DateTimeOffset? DateOf(string line)
    {
        _clock.Set();
        return _dater.Probe(line);
    }

    /// <summary>Whether a line can be a failure at all, by a quick search for the strings that a match needs.</summary>
    /// <param name="line">The line.</param>
    /// <returns>False only where no failregex can match.</returns>
    public bool MayMatch(ReadOnlySpan<char> line) => _likelihood.Allows(line);

    /// <summary>
    /// Takes note of a line that is not processed because it cannot be a failure. A line without a date goes with the one before it, so
    /// whoever leaves lines out by <see cref="MayMatch"/> or <see cref="RequiredLiterals"/> names the last one left out.
    /// </summary>
    /// <param name="line">The line.</param>
    /// <param name="inOperation">Whether it is being written now.</param>
    public void PassOver(ReadOnlySpan<char> line, bool inOperation)
    {
        _clock.Set();
        _dater.PassOver(line, inOperation);
    }

    /// <summary>Takes note of lines that are not processed because they cannot be failures.</summary>
    /// <param name="lines">The lines, each ended by <c>\n</c>.</param>
    /// <param name="inOperation">Whether they are being written now.</param>
    public void PassOverAll(ReadOnlySpan<char> lines, bool inOperation)
    {
        if (!lines.IsEmpty)
        {
            _clock.Set();
            _dater.PassOverAll(lines, inOperation);
        }
    }

    /// <summary>Takes note of lines that the sieve passed over: they cannot match, and their dates are in the expected layout.</summary>
    /// <param name="last">The last of them.</param>
    /// <param name="count">How many there are.</param>
    internal void PassOverDated(ReadOnlySpan<char> last, long count) => _dater.PassOverDated(last, count);

    /// <summary>Begins a block of lines that were sieved.</summary>
    internal void BeginBlock() => _clock.Set();

    /// <summary>Takes in what was found in a line ahead whose date is in the expected layout.</summary>
    /// <param name="line">The line.</param>
    /// <param name="prepared">What was found in it.</param>
    /// <param name="failures">Receives the failures.</param>
    internal LineVerdict Take(in LogLine line, PreparedLine prepared, List<Failure> failures)
    {
        if (_watch.HasPutAside)
        {
            return Process(line, inOperation: true, failures);
        }

        DateTimeOffset time = _dater.PassOverDated(line.Text, 1);
        if (prepared.Pattern is null)
        {
            return LineVerdict.Missed;
        }

        AbsorbedLines = [];
        string original = _options.OnlyCounts ? string.Empty : line.Text.ToString();
        _watch.Begin(original);
        return _finder.Take(new DatedLine(original, "\n", line.Number) { Time = time }, prepared, failures);
    }

    /// <summary>Takes note of a line that cannot match, and finds its date.</summary>
    /// <param name="line">The line.</param>
    internal LineVerdict DateOnly(in LogLine line)
    {
        _clock.Set();
        AbsorbedLines = [];
        string text = line.Text.ToString();
        _watch.Begin(text);
        _dater.Date(text, line.Number, line.Time, inOperation: true);
        return _watch.IsLost ? LineVerdict.TimedOut : LineVerdict.Missed;
    }

    /// <summary>Looks for failures in a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="inOperation">Whether it is being written now, as against read up from the past.</param>
    /// <param name="failures">
    /// Receives the failures: one at most, unless every failregex is tried. Where a host name is to be resolved, the failure's
    /// <see cref="Failure.Id"/> is empty and <see cref="Failure.HostName"/> carries the name.
    /// </param>
    public LineVerdict Process(in LogLine line, bool inOperation, List<Failure> failures)
    {
        ArgumentNullException.ThrowIfNull(failures);
        _clock.Set();
        AbsorbedLines = [];
        if (_options.SkipsUnlikelyLines && !_likelihood.Allows(line.Text))
        {
            _dater.PassOver(line.Text, inOperation, line.Time);
            return LineVerdict.Missed;
        }

        string text = line.Text.ToString();
        _watch.Begin(text);
        if (text.Length > _guard.MaxLength)
        {
            return LineVerdict.TimedOut;
        }

        if (_dater.Date(text, line.Number, line.Time, inOperation) is not { } dated)
        {
            return _watch.IsLost ? LineVerdict.TimedOut : LineVerdict.Dropped;
        }

        IReadOnlyList<DatedLine> earlier = _buffer.Lines;
        LineVerdict verdict = _finder.Find(dated, failures);
        if (_watch.Budget.IsSpent)
        {
            Strike(text.Length);
        }

        if (_buffer.IsMultiline && _buffer.Lines.Count <= _buffer.Earlier(earlier.Count))
        {
            AbsorbedLines = [.. earlier.Skip(earlier.Count - _buffer.Earlier(earlier.Count)).Where(row => !_buffer.Lines.Any(kept => kept.Original == row.Original)).Select(row => row.Original)];
        }

        return verdict == LineVerdict.Missed && _watch.IsLost ? LineVerdict.TimedOut : verdict;
    }

    /// <summary>Takes note of a line on which all patterns together took more work than a line may cause.</summary>
    private void Strike(int length)
    {
        bool isPutAside = _guard.Strike(length);
        _watch.Say(LineNoticeKind.PatternTimedOut, $"The patterns together exceeded the work that a line may cause, on a line of {length} characters; the line is given up.");
        if (isPutAside)
        {
            _watch.Say(LineNoticeKind.PatternPutAside, $"The patterns together exceeded the work that a line may cause on {_guard.TimedOut} lines and are put aside for {_guard.Scope}.");
        }
    }
}
