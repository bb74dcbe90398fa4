using PSBan.Configuration;
using PSBan.Model;

namespace PSBan.Jails;

/// <summary>
/// Counts the failures of one jail and holds its bans: failures and a clock in, decisions out. It does no I/O and has no thread; its owner calls it
/// from one place at a time, carries decisions out, and hands in the time.
/// </summary>
/// <remarks>
/// An identifier is banned when <c>maxretry</c> of its failures lie within <c>findtime</c>, by the stamps of the log. Lines may come in any order;
/// what comes more than <c>findtime</c> late may find its companions forgotten.
/// </remarks>
public sealed partial class Jail
{
    // A log in operation is at most a minute off the clock; the time rules of the filters see to that.
    private static readonly TimeSpan s_lateness = TimeSpan.FromSeconds(60);

    private readonly JailLimits _limits;
    private readonly FailureTable _failures = new();
    private readonly TextLog _lines;
    private readonly BanList _bans;
    private JailJournal? _journal;
    private IBanTerms? _terms;
    private IgnoreList _ignore;
    private int _maxRetry;
    private int _maxMatches;
    private long _window;
    private long _totalFailed;
    private long _totalBanned;
    private long _forgotten;
    private long _displaced;

    /// <summary>Makes a jail that has counted nothing yet.</summary>
    /// <param name="options">The jail's settings.</param>
    /// <param name="ignore">Who is never counted; null for nobody.</param>
    /// <param name="terms">Sets the length of bans; null for the jail's <c>bantime</c>, always.</param>
    /// <param name="limits">How much it may hold; null for the defaults.</param>
    public Jail(JailOptions options, IgnoreList? ignore = null, IBanTerms? terms = null, JailLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _limits = limits ?? new JailLimits();
        _terms = terms;
        _lines = new TextLog(_limits.MatchBytes, _limits.MatchLength);
        _bans = new BanList(options.Name, _limits);
        _ignore = ignore ?? IgnoreList.Empty;
        Options = options;
        Apply(options);
    }

    /// <summary>The settings in force.</summary>
    public JailOptions Options { get; private set; }

    /// <summary>The name of the jail.</summary>
    public string Name => Options.Name;

    /// <summary>The numbers of the jail's status as they are now.</summary>
    public JailStatistics Statistics => new(_failures.Count, _totalFailed, _bans.Count, _totalBanned, _forgotten, _displaced);

    /// <summary>Takes over changed settings; failures and bans stay.</summary>
    /// <param name="options">The settings, of the same name.</param>
    /// <param name="ignore">Who is never counted; null for nobody.</param>
    /// <param name="terms">Sets the length of bans; null to keep what there is.</param>
    public void Update(JailOptions options, IgnoreList? ignore, IBanTerms? terms = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _terms = terms ?? _terms;
        _ignore = ignore ?? IgnoreList.Empty;
        Options = options;
        Apply(options);
    }

    /// <summary>Says why a failure is not to be counted; null where it is.</summary>
    /// <param name="failure">The failure.</param>
    /// <remarks><c>ignorecommand</c> comes after these rules: a caller that has one asks here first, then the command, and then counts.</remarks>
    public IgnoreReason? Ignores(Failure failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return !failure.Id.IsAddress && failure.Id.ToString().Length > JailLimits.IdLength
            ? new IgnoreReason(IgnoreKind.TooLong, string.Empty)
            : _ignore.Match(failure.Address);
    }

    /// <summary>Counts a failure.</summary>
    /// <param name="failure">The failure, with an identifier (a host name has been resolved).</param>
    /// <param name="now">The time by the watch's clock; in a replay the time of the log.</param>
    /// <returns>What is to be done, never null.</returns>
    public JailDecision Count(Failure failure, DateTimeOffset now)
    {
        if (Ignores(failure) is IgnoreReason reason)
        {
            return new Ignored(failure.Id, reason);
        }

        _totalFailed++;
        ForgetStale(now, atMost: 2);
        int slot = _failures.Touch(failure.Id);
        if (_failures.Count > Math.Max(1, _limits.TrackedAddresses))
        {
            Drop(_failures.Oldest);
            _forgotten++;
        }

        ref FailureEntry entry = ref _failures[slot];
        entry.IsChanged = true;
        KeepLines(ref entry, failure.Matches);
        int needed = NeededFor(failure);
        int place = entry.Stamps.Insert(failure.Time.UtcTicks, _window);
        int last = place < 0 ? -1 : entry.Stamps.FindWindow(place, needed, _window);
        if (last < 0)
        {
            int counted = place < 0 ? 0 : entry.Stamps.CountWindow(place, _window);
            return new Counted(failure.Id, counted, needed, _bans.Find(failure.Id) ?? _bans.Find(Widen(failure.Id)));
        }

        long stamp = entry.Stamps.Stamps[last];
        int failures = entry.Stamps.CountWindow(last, _window);
        IReadOnlyList<string> matches = _lines.Read(entry.Lines, _maxMatches);
        Drop(slot);
        DateTimeOffset time = last == place ? failure.Time : new DateTimeOffset(stamp, TimeSpan.Zero).ToOffset(failure.Time.Offset);
        return Decide(failure, time, failures, matches, now);
    }

    /// <summary>Ends the bans whose time is up, and forgets failures that cannot count any more. Call it at <see cref="NextExpiry"/>, and now and then.</summary>
    /// <param name="now">The time by the watch's clock.</param>
    /// <returns>The bans that were, the one that ended first in front.</returns>
    public IReadOnlyList<Ban> Expire(DateTimeOffset now)
    {
        ForgetStale(now, int.MaxValue);
        List<Ban> ended = [];
        while (_bans.RemoveFirst(now) is Ban ban)
        {
            _journal?.Ended(ban, ban.Expires ?? now, BanEnd.Expired);
            ended.Add(ban);
        }

        while (_bans.EndingCount > _limits.Bans && _bans.RemoveFirst(null) is Ban ban)
        {
            _displaced++;
            _journal?.Ended(ban, now, BanEnd.Displaced);
            ended.Add(ban);
        }

        return ended;
    }

    /// <summary>A moment up to which no ban ends, so that looking earlier is idle; null where no ban ends by itself.</summary>
    public DateTimeOffset? NextExpiry => _bans.NextEnd;

    private JailDecision Decide(Failure failure, DateTimeOffset time, int failures, IReadOnlyList<string> matches, DateTimeOffset now)
    {
        Duration banTime = Options.BanTime.Value;
        BanId id = WhatToBan(failure.Id, out SparedPrefix? spared);
        if (_bans.Contains(id))
        {
            return Prolong(id, time, banTime);
        }

        BanTerms terms = _terms?.TermsOf(id, time, banTime) ?? new BanTerms(banTime, 1);
        JailDecision decision = Enter(
            new Ban(Name, id, time, terms.Duration)
            {
                Failures = failures,
                Count = terms.Count,
                Matches = matches,
                Data = failure.Data,
            },
            now);
        return decision is Banned banned && spared is not null ? banned with { Spared = spared } : decision;
    }

    private int NeededFor(Failure failure)
    {
        int weight = _terms?.WeightOf(failure.Id, failure.Time) ?? 1;
        if (Widen(failure.Id) is var wide && wide != failure.Id)
        {
            weight = Math.Max(weight, _terms?.WeightOf(wide, failure.Time) ?? 1);
        }

        return weight <= 1 ? _maxRetry : ((_maxRetry - 1) / weight) + 1;
    }

    private void KeepLines(ref FailureEntry entry, IReadOnlyList<string> matches)
    {
        for (int i = Math.Max(0, matches.Count - _maxMatches); i < matches.Count; i++)
        {
            entry.Lines = _lines.Append(entry.Lines, matches[i]);
        }
    }

    /// <summary>
    /// Forgets identifiers whose last failure has left the window, and leaves late lines a little time to find them. They stand nearly in order of
    /// time, so looking stops at the first that has not.
    /// </summary>
    private void ForgetStale(DateTimeOffset now, int atMost)
    {
        long horizon = now.UtcTicks - _window - Math.Min(_window, s_lateness.Ticks);
        for (int slot = _failures.Oldest; slot >= 0 && atMost > 0 && _failures[slot].Stamps.Newest < horizon; slot = _failures.Oldest)
        {
            Drop(slot);
            atMost--;
        }
    }

    private void Apply(JailOptions options)
    {
        _maxRetry = Math.Max(1, options.MaxRetry.Value);
        _maxMatches = Math.Max(0, options.MaxMatches.Value);
        _bans.MaxMatches = _maxMatches;

        // No two stamps lie further apart than the calendar is long, and twice that still fits the number.
        _window = Math.Min(options.FindTime.Value.ToTimeSpan().Ticks, DateTimeOffset.MaxValue.UtcTicks);
    }
}
