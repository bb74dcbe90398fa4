using System.Text.RegularExpressions;
using PSBan.Configuration;
using PSBan.Matching.Conversations;
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
    private readonly FilterPatterns _patterns;
    private readonly LineLikelihood _likelihood;
    private readonly LineDater _dater;
    private readonly LineBuffer _buffer;
    private readonly LineWatch _watch;
    private readonly ConversationCache _conversations;

    private LineFilter(FilterPatterns patterns, LineFilterOptions options)
    {
        _options = options;
        _patterns = patterns;
        _likelihood = new LineLikelihood(patterns);
        _watch = new LineWatch(options.Clock, options.Notify);
        _dater = new LineDater(patterns.Dates, patterns.TimeRules, options, _watch);
        _buffer = new LineBuffer(patterns.MaxLines);
        _conversations = new ConversationCache(options.Clock);
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
        return FilterPatterns.TryCreate(filter, options, problems) is { } patterns ? new LineFilter(patterns, options) : null;
    }

    /// <summary>The time a line carries in its text, with no effect on the lines to come; null where there is none that can be read.</summary>
    /// <param name="line">The line.</param>
    public DateTimeOffset? DateOf(string line) => _dater.Probe(line);

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
    public void PassOver(ReadOnlySpan<char> line, bool inOperation) => _dater.PassOver(line, inOperation);

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
        if (_options.SkipsUnlikelyLines && !_likelihood.Allows(line.Text))
        {
            _dater.PassOver(line.Text, inOperation, line.Time);
            return LineVerdict.Missed;
        }

        string text = line.Text.ToString();
        _watch.Begin(text);
        DatedLine? dated;
        try
        {
            dated = _dater.Date(text, line.Number, line.Time, inOperation);
        }
        catch (RegexMatchTimeoutException)
        {
            return LineVerdict.TimedOut;
        }

        if (dated is null)
        {
            return LineVerdict.Dropped;
        }

        IReadOnlyList<DatedLine> earlier = _buffer.Lines;
        _buffer.Add(dated);
        LineVerdict verdict = Find(dated, failures);
        AbsorbedLines = _buffer.IsMultiline
            ? [.. earlier.Skip(earlier.Count - _buffer.Earlier(earlier.Count)).Except(_buffer.Lines).Select(gone => gone.Original)]
            : [];
        return verdict == LineVerdict.Missed && _watch.IsLost ? LineVerdict.TimedOut : verdict;
    }

    private LineVerdict Find(DatedLine line, List<Failure> failures)
    {
        IReadOnlyList<DatedLine> lines = _buffer.Lines;
        string text = _buffer.Text;
        if (_patterns.TriesIgnoreFirst && IsIgnored(text))
        {
            return LineVerdict.Ignored;
        }

        Dictionary<string, string> prefix = new(StringComparer.Ordinal);
        if (_watch.IsLost || !MatchesPrefix(line, prefix, ref text))
        {
            return LineVerdict.Missed;
        }

        LineVerdict verdict = LineVerdict.Missed;
        foreach (FailPattern pattern in _patterns.FailRegex)
        {
            if (!pattern.TryMatch(text, out PatternMatch match, _watch))
            {
                continue;
            }

            LineVerdict? found = Judge(pattern, match, text, line, lines, prefix, failures);
            if (found == LineVerdict.TimedOut || (found is not null && !_options.CheckAllRegex))
            {
                return found.Value;
            }

            // A line with anything to ignore counts as ignored in reports, whatever else matched.
            verdict = found is null or LineVerdict.Missed || verdict is LineVerdict.Ignored ? verdict : found.Value;

            if (_buffer.IsMultiline)
            {
                text = _buffer.Text;
            }
        }

        return verdict;
    }

    private bool MatchesPrefix(DatedLine line, Dictionary<string, string> data, ref string text)
    {
        if (_patterns.PrefRegex is not { } prefRegex)
        {
            return true;
        }

        if (!prefRegex.TryMatch(text, out PatternMatch match, _watch))
        {
            return false;
        }

        prefRegex.Hits++;
        prefRegex.AddTo(data, match);
        if (data.Remove("content", out string? content) && content.Length > 0)
        {
            _buffer.Replace([new DatedLine(content, content, line.Number)]);
            text = content + "\n";
        }

        return true;
    }

    /// <summary>Decides what a match means.</summary>
    /// <returns>What the line is by it; null where the match does not count and the next failregex is to be tried.</returns>
    private LineVerdict? Judge(
        FailPattern pattern, in PatternMatch match, string text, DatedLine line, IReadOnlyList<DatedLine> lines, Dictionary<string, string> prefix, List<Failure> failures)
    {
        (List<DatedLine> matched, List<DatedLine> unmatched) = LineBuffer.Split(match, text, lines);
        bool leaves = !_options.CheckAllRegex || _buffer.IsMultiline;
        if (_patterns.IgnoreRegex.Count > 0)
        {
            bool isIgnored = IsIgnored(_buffer.IsMultiline ? LineBuffer.Join(matched) : text);
            if (isIgnored && leaves)
            {
                _buffer.Replace(unmatched);
            }

            if (isIgnored || _watch.IsLost)
            {
                return isIgnored ? LineVerdict.Ignored : LineVerdict.TimedOut;
            }
        }

        if (line.HasNoDate)
        {
            _watch.SayDaily(LineNoticeKind.NoTimestamp, () => "A failregex matched a line without a date that could be read; set a datepattern.");
            if (line.Time is null && _options.TimeWindow)
            {
                return null;
            }
        }

        if (leaves)
        {
            _buffer.Replace(unmatched);
        }

        Dictionary<string, string> data = new(prefix, StringComparer.Ordinal);
        pattern.AddTo(data, match);
        List<string> matches = matched.ConvertAll(row => row.Original);
        if (data.TryGetValue(ConversationGroups.Session, out string? session))
        {
            return Continue(_conversations.Merge(session, data, matches), pattern, line, failures);
        }

        // A jail counts a lone match whatever its marks, for there is no session that could turn it into something; a report does not.
        if (_options.CheckAllRegex && data.GetValueOrDefault(ConversationGroups.NoFail) is { Length: > 0 })
        {
            pattern.Hits++;
            return LineVerdict.Ignored;
        }

        LineVerdict verdict = Report(data, matches, [], pattern, line, failures, out Presence presence);
        return presence == Presence.None ? null : verdict;
    }

    private LineVerdict Continue(Conversation conversation, FailPattern pattern, DatedLine line, List<Failure> failures)
    {
        bool isNoFail = conversation.HasMark(ConversationGroups.NoFail);
        if (isNoFail)
        {
            // In a report every match goes on to look for an address, and so one without leaves the session waiting for it.
            pattern.Hits++;
            conversation.IsPending |= _options.CheckAllRegex && FailureIdentity.Choose(conversation.Data, _patterns.IdentityDns, out _) == Presence.None;
            return LineVerdict.Ignored;
        }

        Dictionary<string, string> data = new(conversation.Data, StringComparer.Ordinal);
        string[] users = conversation.Users is { } known ? [.. known] : [];
        LineVerdict verdict = Report(data, conversation.Matches, users, pattern, line, failures, out Presence presence);
        if (presence != Presence.None)
        {
            return verdict;
        }

        pattern.Hits++;
        conversation.IsPending = true;
        return LineVerdict.Matched;
    }

    private LineVerdict Report(
        Dictionary<string, string> data, IReadOnlyList<string> matches, IReadOnlyList<string> users, FailPattern pattern, DatedLine line, List<Failure> failures, out Presence presence)
    {
        presence = FailureIdentity.Choose(data, _patterns.IdentityDns, out FailureIdentity identity);
        if (presence != Presence.Found)
        {
            return LineVerdict.Missed;
        }

        DateTimeOffset now = _options.Clock.GetUtcNow();
        DateTimeOffset time = line.Time is { } stamp && !(_options.TimeWindow && stamp > now) ? stamp : now;
        pattern.Hits++;
        failures.Add(new Failure(identity.Id, time, matches, data, pattern.Index, line.Number)
        {
            Address = identity.Address,
            HostName = identity.HostName,
            Users = users,
        });
        return LineVerdict.Matched;
    }

    private bool IsIgnored(string text)
    {
        bool isIgnored = false;
        foreach (GuardedPattern pattern in _patterns.IgnoreRegex)
        {
            if (pattern.TryMatch(text, out _, _watch))
            {
                pattern.Hits++;
                isIgnored = true;
                if (!_options.CheckAllRegex)
                {
                    break;
                }
            }
        }

        return isIgnored;
    }
}
