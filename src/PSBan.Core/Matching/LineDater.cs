using System.Globalization;
using System.Text.RegularExpressions;
using PSBan.Matching.Dates;
using PSBan.Model;

namespace PSBan.Matching;

/// <summary>Gives each line its time and cuts the date out of its text. A line without a date goes with the last one, for a minute.</summary>
/// <param name="templates">The date templates.</param>
/// <param name="rules">How fields become a time.</param>
/// <param name="options">Clock and window.</param>
/// <param name="watch">Hears of odd stamps.</param>
internal sealed class LineDater(IReadOnlyList<DateTemplate> templates, TimestampRules rules, LineFilterOptions options, LineWatch watch)
{
    private const int ToleranceSeconds = 60;

    // From here back to the tolerance it is more likely that lines come late than that an hour is missing.
    private const int LatencySeconds = 3300;

    // Where the date does not stand at its end, only so much of a line is searched for it: no program puts it further in, and a line can be of a megabyte.
    private const int LongestHead = 16 << 10;

    private readonly bool _searchesAll = templates.Any(template => template.IsAtEnd);
    private readonly DateDetector _detector = new(templates, options.Clock);
    private readonly StallGuard _guard = new();
    private readonly PassedOverLines _passedOver = new(options.Clock);
    private DateDetector? _probe;
    private DateTimeOffset? _lastTime;
    private (DateStamp Stamp, long Second, DateTimeOffset Time) _resolved;

    /// <summary>Every template with the number of dates it found, in the present order.</summary>
    public IEnumerable<(DateTemplate Template, long Hits)> Usage => _detector.Usage;

    /// <summary>The time of the last line that had one.</summary>
    public DateTimeOffset? LastTime
    {
        get => _lastTime;
        set => _lastTime = value;
    }

    /// <summary>The time a line carries in its text, without any effect on the lines to come; null where there is none.</summary>
    /// <param name="line">The line.</param>
    public DateTimeOffset? Probe(string line)
    {
        try
        {
            DateMatch match = (_probe ??= new DateDetector(templates, options.Clock)).Match(Head(line));
            return match.Success && match.Cut.Length > 0 && match.Template.TryRead(match.Match, rules, out DateTimeOffset time) ? time : null;
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }

    /// <summary>Dates a line.</summary>
    /// <param name="text">The line.</param>
    /// <param name="number">Its number.</param>
    /// <param name="known">The time that came with the line; null where it must be found in the text.</param>
    /// <param name="inOperation">Whether the line is being written now.</param>
    /// <returns>The line; null where it is too old to be looked at, or where its date took too long to find.</returns>
    public DatedLine? Date(string text, long number, DateTimeOffset? known, bool inOperation)
    {
        DatedLine? line = known is { } time ? WithTime(text, number, time) : FindInTime(text, number, inOperation);
        return options.TimeWindow && line?.Time is not null ? HoldAgainstClock(line, inOperation) : line;
    }

    /// <summary>Takes note of a line that is not looked at. Its date is read only if a line without one asks for it.</summary>
    /// <param name="text">The line.</param>
    /// <param name="inOperation">Whether it is being written now.</param>
    /// <param name="known">The time that came with the line.</param>
    public void PassOver(ReadOnlySpan<char> text, bool inOperation, DateTimeOffset? known = null)
    {
        if (known is not null)
        {
            _lastTime = known;
        }
        else
        {
            _passedOver.Add(text, inOperation);
        }
    }

    /// <summary>Takes note of lines that are not looked at.</summary>
    /// <param name="lines">The lines, each ended by <c>\n</c>.</param>
    /// <param name="inOperation">Whether they are being written now.</param>
    public void PassOverAll(ReadOnlySpan<char> lines, bool inOperation) => _passedOver.AddAll(lines, inOperation);

    /// <summary>The layout that the date of the next line is expected in; null where only a search can tell.</summary>
    public DateLayout? Expected => _detector.Expected;

    /// <summary>Takes note of lines that are not looked at and carry dates in the expected layout: as dating each of them, but for holding it against the clock.</summary>
    /// <param name="last">The last of the lines.</param>
    /// <param name="count">How many there are.</param>
    /// <returns>The time of the last.</returns>
    public DateTimeOffset PassOverDated(ReadOnlySpan<char> last, long count)
    {
        _detector.Expected!.Read(last, out FoundDate date);
        _detector.Repeat(last, date, count);
        _passedOver.Clear();
        DateTimeOffset time = Resolve(date.Stamp);
        _lastTime = time;
        return time;
    }

    private DatedLine WithTime(string text, long number, DateTimeOffset time)
    {
        _lastTime = time;
        DateTimeOffset local = TimeZoneInfo.ConvertTime(time, options.Clock.LocalTimeZone);
        string stamp = local.ToString(local.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-ddTHH:mm:ss" : "yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture);
        return new DatedLine($"{stamp} {text}", text + "\n", number) { Time = time };
    }

    private DatedLine? FindInTime(string text, long number, bool inOperation)
    {
        if (text.Length > _guard.MaxLength)
        {
            watch.IsLost = true;
            return null;
        }

        try
        {
            return Find(text, number, inOperation);
        }
        catch (RegexMatchTimeoutException)
        {
            watch.IsLost = true;
            bool isPutAside = _guard.Strike(text.Length);
            watch.Say(LineNoticeKind.PatternTimedOut, $"The datepattern exceeded its time on a line of {text.Length} characters; the line is given up.");
            if (isPutAside)
            {
                watch.Say(LineNoticeKind.PatternPutAside, $"The datepattern exceeded its time on {_guard.TimedOut} lines and is put aside for {_guard.Scope}. Write it without nested repetition.");
            }

            return null;
        }
    }

    private DatedLine Find(string text, long number, bool inOperation)
    {
        if (_detector.Expected is { } expected && expected.Read(text, out FoundDate date))
        {
            _detector.Repeat(text, date);
            _passedOver.Clear();
            _lastTime = Resolve(date.Stamp);
            return new DatedLine(text, string.Concat(text.AsSpan(0, date.CutStart), text.AsSpan(date.CutEnd), "\n"), number) { Time = _lastTime };
        }

        DateMatch match = _detector.Match(Head(text));
        if (!match.Success || match.Cut.Length == 0)
        {
            CatchUp();
        }

        if (match.Success && match.Cut.Length == 0)
        {
            return new DatedLine(text, text + "\n", number) { Time = RecentTime() ?? options.Clock.GetUtcNow() };
        }

        if (!match.Success)
        {
            return WithoutDate(text, text + "\n", number, inOperation);
        }

        int start = match.Cut.Index;
        string rest = string.Concat(text.AsSpan(0, start), text.AsSpan(start + match.Cut.Length), "\n");
        if (!match.Template.TryRead(match.Match, rules, out DateTimeOffset time))
        {
            CatchUp();
            return WithoutDate(text, rest, number, inOperation);
        }

        _passedOver.Clear();
        _lastTime = time;
        return new DatedLine(text, rest, number) { Time = time };
    }

    /// <summary>The time of a stamp. Lines of one second follow each other; what is guessed by the clock can change only as a second begins.</summary>
    private DateTimeOffset Resolve(in DateStamp stamp)
    {
        long second = options.Clock.GetUtcNow().Ticks / TimeSpan.TicksPerSecond;
        if (_resolved.Stamp != stamp || _resolved.Second != second)
        {
            rules.TryResolve(stamp.ToFields(), out DateTimeOffset time);
            _resolved = (stamp, second, time);
        }

        return _resolved.Time;
    }

    private string Head(string line) => WordCharacters.Settle(_searchesAll || line.Length <= LongestHead ? line : line[..LongestHead]);

    /// <summary>A line whose date is missing, or is none: the whole line goes with the last time; with no such time, what was cut stays cut.</summary>
    private DatedLine WithoutDate(string original, string rest, long number, bool inOperation) =>
        RecentTime() is { } last ? new DatedLine(original, original + "\n", number) { Time = last, HasNoDate = true }
        : new DatedLine(original, rest, number) { Time = options.TimeWindow && inOperation ? options.Clock.GetUtcNow() : null, HasNoDate = true };

    /// <summary>Reads the date of the last line passed over that has one, for this one has none of its own.</summary>
    private void CatchUp()
    {
        foreach ((string head, bool inOperation, DateTimeOffset at) in _passedOver.Take())
        {
            DateMatch match = _detector.Match(WordCharacters.Settle(head));
            if (match.Success && match.Cut.Length > 0 && match.Template.TryRead(match.Match, rules, out DateTimeOffset time))
            {
                _lastTime = options.TimeWindow && inOperation && IsOffClock(time - at) ? at : time;
                _passedOver.Clear();
            }
        }
    }

    private static bool IsOffClock(TimeSpan off) => Math.Abs((long)off.TotalSeconds) > ToleranceSeconds;

    private DateTimeOffset? RecentTime() =>
        _lastTime > options.Clock.GetUtcNow().AddSeconds(-ToleranceSeconds) ? _lastTime : null;

    private DatedLine? HoldAgainstClock(DatedLine line, bool inOperation)
    {
        DateTimeOffset now = options.Clock.GetUtcNow();
        TimeSpan off = line.Time!.Value - now;
        if (inOperation && IsOffClock(off))
        {
            watch.SayDaily(LineNoticeKind.StampOffClock, () => Describe(off), off);
            _lastTime = now;
            return line with { Time = now };
        }

        if (!inOperation && options.FindTime is { } window && off < -window)
        {
            watch.SayDaily(LineNoticeKind.LineTooOld, () => "Lines older than findtime are skipped; they were probably written while nobody watched.", off);
            return null;
        }

        return line;
    }

    private static string Describe(TimeSpan off)
    {
        string cause = off.TotalSeconds is < 0 and >= -LatencySeconds ? "lines come late" : "the time zone is another one (logtimezone)";
        string side = off < TimeSpan.Zero ? "behind" : "ahead of";
        return $"A line's stamp is {Duration.FromSeconds(Math.Abs((long)off.TotalSeconds))} {side} the clock, probably because {cause}; such lines count as written now.";
    }
}
