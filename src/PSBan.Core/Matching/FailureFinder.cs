using PSBan.Matching.Conversations;
using PSBan.Matching.Patterns;
using PSBan.Model;

namespace PSBan.Matching;

/// <summary>Matches dated lines: ignoreregex, prefregex, failregexes in order, and what a match means (jail.conf(5), filters).</summary>
/// <param name="patterns">The patterns.</param>
/// <param name="options">How it works.</param>
/// <param name="buffer">The last lines.</param>
/// <param name="watch">Hears of what should be said.</param>
internal sealed class FailureFinder(FilterPatterns patterns, LineFilterOptions options, LineBuffer buffer, LineWatch watch)
{
    /// <summary>The group of a prefregex that the failregexes are to be found in.</summary>
    public const string ContentGroup = "content";

    private static readonly string[] s_noText = [string.Empty];

    private readonly ConversationCache _conversations = new(options.Clock);

    /// <summary>The sessions of late.</summary>
    public ConversationCache Conversations => _conversations;

    /// <summary>Looks for failures in a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="failures">Receives the failures.</param>
    public LineVerdict Find(DatedLine line, List<Failure> failures)
    {
        if (buffer.IsMultiline)
        {
            buffer.Add(line);
            if (!buffer.MayMatch)
            {
                return LineVerdict.Missed;
            }
        }

        Candidate candidate = buffer.IsMultiline ? new(line, buffer.Lines, buffer.Text) : new(line, [], line.Ended);
        if (patterns.TriesIgnoreFirst && IsIgnored(candidate.Text))
        {
            return LineVerdict.Ignored;
        }

        if (watch.IsLost || !MatchesPrefix(ref candidate))
        {
            return LineVerdict.Missed;
        }

        LineVerdict verdict = LineVerdict.Missed;
        foreach (FailPattern pattern in patterns.FailRegex)
        {
            if (!pattern.TryMatch(candidate.Text, out PatternMatch match, watch))
            {
                continue;
            }

            LineVerdict? found = Judge(pattern, match, candidate, failures);
            if (found == LineVerdict.TimedOut || (found is not null && !options.CheckAllRegex))
            {
                return found.Value;
            }

            // A line with anything to ignore counts as ignored in reports, whatever else matched.
            verdict = found is null or LineVerdict.Missed || verdict is LineVerdict.Ignored ? verdict : found.Value;
            candidate = buffer.IsMultiline ? candidate with { Text = buffer.Text } : candidate;
        }

        return verdict;
    }

    /// <summary>Takes in what was found in a line ahead; with the same result as <see cref="Find"/>.</summary>
    /// <param name="line">The line.</param>
    /// <param name="prepared">What was found in it.</param>
    /// <param name="failures">Receives the failures.</param>
    public LineVerdict Take(DatedLine line, PreparedLine prepared, List<Failure> failures)
    {
        LineVerdict verdict = LineVerdict.Missed;
        string[] lines = options.OnlyCounts ? s_noText : [line.Original];
        for (PreparedLine? next = prepared; next?.Pattern is { } pattern; next = next.Next)
        {
            LineVerdict found = Conclude(pattern, next.Data, lines, line, failures) ?? LineVerdict.Missed;
            verdict = found is LineVerdict.Missed || verdict is LineVerdict.Ignored ? verdict : found;
        }

        return verdict;
    }

    private bool MatchesPrefix(ref Candidate candidate)
    {
        if (patterns.PrefRegex is not { } prefRegex)
        {
            return true;
        }

        if (!prefRegex.TryMatch(candidate.Text, out PatternMatch match, watch))
        {
            return false;
        }

        prefRegex.Hits++;
        candidate = candidate with { Prefix = match };
        if (match.TryGetGroup(ContentGroup, out int start, out int length) && length > 0)
        {
            ReadOnlySpan<char> content = candidate.Text.AsSpan(start, length);
            candidate = candidate with { Text = string.Concat(content, "\n") };
            if (buffer.IsMultiline)
            {
                buffer.Replace([new DatedLine(content.ToString(), candidate.Text, candidate.Line.Number)]);
            }
        }

        return true;
    }

    /// <summary>Decides what a match means.</summary>
    /// <returns>What the line is by it; null where the match does not count and the next failregex is to be tried.</returns>
    private LineVerdict? Judge(FailPattern pattern, in PatternMatch match, in Candidate candidate, List<Failure> failures)
    {
        (List<DatedLine> matched, List<DatedLine> unmatched) = buffer.IsMultiline ? LineBuffer.Split(match, candidate.Text, candidate.Lines) : default;
        if (patterns.IgnoreRegex.Count > 0)
        {
            bool isIgnored = IsIgnored(buffer.IsMultiline ? LineBuffer.Join(matched) : candidate.Text);
            if (isIgnored && buffer.IsMultiline)
            {
                buffer.Replace(unmatched);
            }

            if (isIgnored || watch.IsLost)
            {
                return isIgnored ? LineVerdict.Ignored : LineVerdict.TimedOut;
            }
        }

        if (candidate.Line.HasNoDate)
        {
            watch.SayDaily(LineNoticeKind.NoTimestamp, () => "A failregex matched a line without a date that could be read; set a datepattern.");
            if (candidate.Line.Time is null && options.TimeWindow)
            {
                return null;
            }
        }

        if (buffer.IsMultiline)
        {
            buffer.Replace(unmatched);
        }

        IReadOnlyList<string> lines = buffer.IsMultiline ? matched.ConvertAll(row => row.Original) : [candidate.Line.Original];
        return Conclude(pattern, Data(pattern, match, candidate), lines, candidate.Line, failures);
    }

    /// <summary>Decides what a match means that is not to be ignored.</summary>
    private LineVerdict? Conclude(FailPattern pattern, CapturedData data, IReadOnlyList<string> lines, DatedLine line, List<Failure> failures)
    {
        if (data.Find(ConversationGroups.Session) is { } session)
        {
            return Continue(_conversations.Merge(session, data, lines), pattern, line, failures);
        }

        // A jail counts a lone match whatever its marks, for there is no session that could turn it into something; a report does not.
        if (options.CheckAllRegex && data.HasText(ConversationGroups.NoFail))
        {
            pattern.Hits++;
            return LineVerdict.Ignored;
        }

        LineVerdict verdict = Report(data, lines, [], pattern, line, failures, out Presence presence);
        return presence == Presence.None ? null : verdict;
    }

    /// <summary>The groups of the prefregex, and those of the failregex in their place where both have one.</summary>
    private CapturedData Data(FailPattern pattern, in PatternMatch match, in Candidate candidate)
    {
        CapturedData data = new();
        if (candidate.Prefix is { } prefix)
        {
            patterns.PrefRegex!.AddTo(data, prefix);
        }

        pattern.AddTo(data, match);
        return data;
    }

    private LineVerdict Continue(Conversation conversation, FailPattern pattern, DatedLine line, List<Failure> failures)
    {
        if (conversation.HasMark(ConversationGroups.NoFail))
        {
            // In a report every match goes on to look for an address, and so one without leaves the session waiting for it.
            pattern.Hits++;
            conversation.IsPending |= options.CheckAllRegex && FailureIdentity.Look(conversation.Data, patterns.IdentityDns) == Presence.None;
            return LineVerdict.Ignored;
        }

        LineVerdict verdict = Report(conversation.Share(), conversation.Matches, conversation.Users, pattern, line, failures, out Presence presence);
        if (presence != Presence.None)
        {
            return verdict;
        }

        pattern.Hits++;
        conversation.IsPending = true;
        return LineVerdict.Matched;
    }

    private LineVerdict Report(
        CapturedData data, IReadOnlyList<string> matches, string[] users, FailPattern pattern, DatedLine line, List<Failure> failures, out Presence presence)
    {
        FailureIdentity identity = default;
        presence = options.OnlyCounts ? FailureIdentity.Look(data, patterns.IdentityDns) : FailureIdentity.Choose(data, patterns.IdentityDns, out identity);
        if (presence != Presence.Found)
        {
            return LineVerdict.Missed;
        }

        if (options.OnlyCounts)
        {
            pattern.Hits++;
            return LineVerdict.Matched;
        }

        DateTimeOffset now = options.Clock.GetUtcNow();
        DateTimeOffset time = line.Time is { } stamp && !(options.TimeWindow && stamp > now) ? stamp : now;
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
        foreach (GuardedPattern pattern in patterns.IgnoreRegex)
        {
            if (pattern.TryMatch(text, out _, watch))
            {
                pattern.Hits++;
                isIgnored = true;
                if (!options.CheckAllRegex)
                {
                    break;
                }
            }
        }

        return isIgnored;
    }

    /// <summary>A line as the failregexes see it.</summary>
    /// <param name="Line">The line.</param>
    /// <param name="Lines">The lines a match may span, this one last.</param>
    /// <param name="Text">The text that is searched.</param>
    private readonly record struct Candidate(DatedLine Line, IReadOnlyList<DatedLine> Lines, string Text)
    {
        /// <summary>Where the prefregex matched; null where there is none.</summary>
        public PatternMatch? Prefix { get; init; }
    }
}
