using System.Globalization;
using PSBan.Configuration;
using PSBan.Jails;
using PSBan.Matching;
using PSBan.Model;
using PSBan.Store;

namespace PSBan.Watch;

/// <summary>
/// One jail in the watch: lines go through its filter, failures through its counters, decisions to its packet filters, and everything that happens
/// to the _events. Lives on the _loop.
/// </summary>
internal sealed class JailRun
{
    private const int MostRestoredTold = 1000;
    private static readonly TimeSpan s_internalErrorPause = TimeSpan.FromMinutes(1);

    private readonly JailPlan _plan;
    private readonly HostResolver _resolver;
    private readonly WatchLoop _loop;
    private readonly EventHub _events;
    private readonly TimeProvider _clock;
    private readonly LineFilter _filter;
    private readonly DateWatch? _dates;
    private readonly List<Failure> _failures = [];
    private readonly Dictionary<string, object> _readers = new(StringComparer.Ordinal);
    private string? _source;
    private long _storedMemory;
    private DateTimeOffset _nextInternalError;
    private bool _hasToldText;

    public JailRun(JailPlan plan, Jail jail, IReadOnlyList<IBanTarget> targets, HostResolver resolver, WatchLoop loop, EventHub events, TimeProvider clock)
    {
        (_plan, Jail, Targets, _resolver, _loop, _events, _clock) = (plan, jail, targets, resolver, loop, events, clock);
        _filter = MakeFilter(plan.Lines with { Notify = Tell });
        _dates = ExpectsDates(plan.Options.Filter) ? new DateWatch(_filter.DateOf) : null;
    }

    public string Name => Options.Name;

    public JailOptions Options => _plan.Options;

    /// <summary>What it reads.</summary>
    public IReadOnlyList<SourcePlan> SourcePlans => _plan.Sources;

    public Jail Jail { get; }

    /// <summary>Where its bans take effect, in the order of the configuration.</summary>
    public IReadOnlyList<IBanTarget> Targets { get; }

    /// <summary>The command that is asked whom to spare; null where there is none.</summary>
    public IgnoreCommand? IgnoreCommand { get; init; }

    /// <summary>What recognises its failures.</summary>
    public LineFilter Filter => _filter;

    /// <summary>Whether the bans of the other jails are what it counts: the jail of repeat offenders.</summary>
    public bool CountsBans => _plan.CountsBans;

    /// <summary>Is told of each ban that this jail makes by itself, on the loop and in the same piece of work.</summary>
    public Action<Ban>? Made { get; set; }

    /// <summary>The logs that were met so far.</summary>
    public IEnumerable<string> Sources => _readers.Keys;

    /// <summary>A reader of dates that shares nothing with the jail's filter, for finding a place in a log on another thread.</summary>
    public Func<string, DateTimeOffset?> DateReader() => MakeFilter(_plan.Lines).DateOf;

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

        int found = 0;
        _source = block.Source;
        if (_dates?.Look(block) is { } remark)
        {
            Tell(BanEventKind.SourceWarning, $"{block.Source}: {remark}", default, null, block.Source);
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

    private int ProcessLikely(LogBlock block, IReadOnlyList<LineSpan> likely)
    {
        ReadOnlySpan<char> text = block.Text.Span;
        int found = 0, behind = 0;
        for (int i = 0; i < likely.Count; i++)
        {
            LineSpan line = likely[i];
            _filter.PassOverAll(text[behind..line.Start], block.InOperation);
            found += Process(new LogLine(text.Slice(line.Start, line.Length), block.FirstLine > 0 ? block.FirstLine + line.Index : 0), block.InOperation);
            behind = Math.Min(text.Length, line.Start + line.Length + 1);
        }

        _filter.PassOverAll(text[behind..], block.InOperation);
        return found;
    }

    private int Process(in LogLine line, bool inOperation)
    {
        _failures.Clear();
        try
        {
            _filter.Process(line, inOperation, _failures);
        }
#pragma warning disable CA1031 // A line is written by strangers: whatever it brings about must not end the watch.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (_clock.GetUtcNow() >= _nextInternalError)
            {
                _nextInternalError = _clock.GetUtcNow() + s_internalErrorPause;
                Tell(BanEventKind.SourceWarning, $"A line could not be looked at ({e.GetType().Name}: {e.Message}); it is lost, the watch goes on. The line: {line.Text[..Math.Min(line.Text.Length, 500)]}", default, null, _source);
            }
        }

        foreach (Failure failure in _failures)
        {
            Take(failure, _source);
        }

        return _failures.Count;
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

    /// <summary>Whether something has changed that a checkpoint has to hold.</summary>
    public bool HasChanges => Jail.HasChanges || _filter.MemoryVersion != _storedMemory;

    /// <summary>Hands out what has changed since this was last called, or everything.</summary>
    public JailChanges TakeChanges(bool all)
    {
        JailChanges changes = all ? Jail.TakeAll() : Jail.TakeChanges();
        if (!all && _filter.MemoryVersion == _storedMemory)
        {
            return changes;
        }

        _storedMemory = _filter.MemoryVersion;
        return changes with { Memory = _filter.Remember() };
    }

    /// <summary>Begins where an earlier run ended.</summary>
    /// <param name="counters">What that run had counted; null to keep what there is.</param>
    /// <param name="bans">The bans that had not ended.</param>
    public void Resume(StoredJail? counters, IEnumerable<Ban> bans)
    {
        // From here on; what is taken over is stored already.
        Jail.KeepChanges();
        if (counters is not null)
        {
            Jail.Import(new Jails.JailState(counters.TotalFailed, counters.TotalBanned, counters.Tracked));
            if (counters.Memory is { } memory)
            {
                _filter.Recall(memory);
            }
        }

        // A shorter bantime than that run had shortens its bans too; a ban by hand was given its length by somebody.
        Duration now = Jail.LongestBan;
        Duration? longest = counters is not null && now < counters.LongestBan ? now : null;
        List<Ban> restored = [];
        foreach (Ban ban in bans)
        {
            Ban local = ban with { Time = TimeZoneInfo.ConvertTime(ban.Time, _clock.LocalTimeZone) };
            switch (Jail.Restore(local, _clock.GetUtcNow(), ban.Failures > 0 ? longest : null))
            {
                case Banned banned:
                    restored.Add(banned.Ban);
                    Enforce(banned.Ban);
                    break;
                case Jails.Ignored ignored:
                    Tell(BanEventKind.Ignored, $"Ignore {ignored.Id} by {ignored.Reason}; its ban is not restored", ignored.Id, null, null);
                    break;
            }
        }

        TellRestored(restored);
    }

    /// <summary>Counts a ban of another jail as a failure.</summary>
    public void TakeBan(Ban ban) => Count(
        new Failure(ban.Id, ban.Time, [$"[{ban.Jail}] Ban {ban.Id}"], System.Collections.Immutable.ImmutableDictionary<string, string>.Empty, 0, 0), null);

    /// <summary>Ends the bans whose time is up.</summary>
    public void Tick()
    {
        Lift(Jail.Expire(_clock.GetUtcNow()), "Unban");
    }

    /// <summary>Bans by hand.</summary>
    public IReadOnlyList<Ban> Ban(BanId id, Duration? duration)
    {
        JailDecision decision = Jail.Ban(id, _clock.GetLocalNow(), duration);
        Carry(decision, null, null);
        return decision switch
        {
            Banned banned => [banned.Ban],
            Prolonged prolonged => [prolonged.Ban],
            _ => [],
        };
    }

    /// <summary>Lifts by hand; null lifts every ban.</summary>
    public IReadOnlyList<Ban> Unban(BanId? id)
    {
        IReadOnlyList<Ban> lifted = id is { } which ? Jail.Unban(which, _clock.GetUtcNow()) : Jail.UnbanAll(_clock.GetUtcNow());
        Lift(lifted, "Unban");
        return lifted;
    }

    /// <summary>The bans with their state as it is now.</summary>
    public IEnumerable<Ban> Bans() => Jail.Bans.Select(WithState);

    /// <summary>A copy of how the jail stands.</summary>
    public JailInfo Info()
    {
        JailStatistics numbers = Jail.Statistics;
        return new JailInfo(Name)
        {
            Filter = Options.Filter.Name,
            Sources = [.. Sources.Order(StringComparer.Ordinal)],
            LogPath = [.. _plan.Sources.Select(source => source.Key)],
            MaxRetry = Options.MaxRetry.Value,
            FindTime = Options.FindTime.Value,
            BanTime = Options.BanTime.Value,
            Actions = [.. Targets.Select(target => target.ToString()!)],
            CurrentlyFailed = numbers.CurrentlyFailed,
            TotalFailed = numbers.TotalFailed,
            CurrentlyBanned = numbers.CurrentlyBanned,
            TotalBanned = numbers.TotalBanned,
        };
    }

    private static bool ExpectsDates(FilterOptions filter) =>
        filter.DatePattern is not { } pattern || (pattern.Value.Length > 0 && !pattern.Value.Contains("{NONE}", StringComparison.OrdinalIgnoreCase));

    private LineFilter MakeFilter(LineFilterOptions options) =>
        LineFilter.TryCreate(Options.Filter, options, new List<Problem>()) ?? throw new InvalidOperationException($"The filter of {Name} was usable a moment ago.");

    private void Tell(LineNotice notice) =>
        Tell(notice.Kind is LineNoticeKind.PatternPutAside ? BanEventKind.PatternQuarantined : BanEventKind.SourceWarning, notice.Message, default, null, _source);

    private Ban WithState(Ban ban)
    {
        bool pending = Targets.Any(target => target.IsPending(ban));
        return ban with { State = pending ? BanState.Pending : BanState.Active };
    }

    private void Take(Failure failure, string? source)
    {
        if (failure.HostName is { } name && !failure.Id.IsAddress && Options.Filter.UseDns is UseDns.Yes or UseDns.Warn)
        {
            Resolve(failure, name, source);
            return;
        }

        Count(failure, source);
    }

    private void Resolve(Failure failure, string name, string? source)
    {
        bool asked = _resolver.Ask(name, addresses => _loop.Post(() =>
        {
            if (addresses.Count == 0)
            {
                Tell(BanEventKind.SourceWarning, $"The host name {name} of a failure cannot be resolved; the failure is not counted.", default, failure, source);
            }

            foreach (Address address in addresses)
            {
                Count(failure with { Id = address, Address = address, HostName = null }, source);
            }
        }));
        if (!asked)
        {
            Tell(BanEventKind.LimitReached, $"Too many host names wait to be resolved; the failure of {name} is not counted.", default, failure, source);
        }
    }

    private void Count(Failure failure, string? source)
    {
        bool? isSpared = IgnoreCommand is null || Jail.Ignores(failure) is not null ? false
            : IgnoreCommand.Ask(failure, answer => _loop.Post(() => CountAnswered(failure, source, answer)));
        if (isSpared is { } known)
        {
            CountAnswered(failure, source, known);
        }
    }

    private void CountAnswered(Failure failure, string? source, bool isSpared) =>
        Carry(isSpared ? new Jails.Ignored(failure.Id, new IgnoreReason(IgnoreKind.Command, string.Empty)) : Jail.Count(failure, _clock.GetUtcNow()), failure, source);

    private void Carry(JailDecision decision, Failure? failure, string? source)
    {
        if (failure is not null && decision is not Jails.Ignored)
        {
            Tell(BanEventKind.Found, string.Create(CultureInfo.InvariantCulture, $"Found {decision.Id} - {failure.Time.ToLocalTime():yyyy-MM-dd HH:mm:ss}"), decision.Id, failure, source);
        }

        switch (decision)
        {
            case Jails.Ignored ignored:
                Tell(BanEventKind.Ignored, $"Ignore {ignored.Id} by {ignored.Reason}", ignored.Id, failure, source);
                break;
            case Banned banned:
                if (banned.Spared is { } spared)
                {
                    Tell(
                        BanEventKind.ConfigurationProblem,
                        $"{spared.Prefix} is not banned as a whole, because it holds an address that is ignored ({spared.Reason}); {banned.Id} is banned alone.",
                        banned.Id, failure, source);
                }

                Enforce(banned.Ban, $"Ban {banned.Id}", failure, source);
                if (failure is not null)
                {
                    Made?.Invoke(banned.Ban);
                }

                break;
            case Prolonged prolonged:
                Prolong(prolonged.Ban);
                TellBan(BanEventKind.Prolonged, $"Prolong {prolonged.Id} ({Length(prolonged.Ban)})", prolonged.Ban, failure, source);
                break;
            case Expired expired:
                Tell(BanEventKind.Ignored, $"Ignore {expired.Id}, expired bantime", expired.Id, failure, source);
                break;
            case AlreadyBanned already when failure is not null:
                Doubt(already.Ban);
                Tell(BanEventKind.Found, $"{decision.Id} already banned", decision.Id, failure, source);
                break;
            case Counted { InForce: { } ban }:
                Doubt(ban);
                break;
            default:
                break;
        }
    }

    private void TellRestored(List<Ban> bans)
    {
        // A line for each of a hundred thousand would drown everything else.
        if (bans.Count > MostRestoredTold)
        {
            _events.Publish(BanEventKind.Restored, string.Create(CultureInfo.InvariantCulture, $"Restored {bans.Count} bans"), Name);
            return;
        }

        foreach (Ban ban in bans)
        {
            _events.Publish(new BanEvent(BanEventKind.Restored, _clock.GetLocalNow(), VisibleText.Of($"Restore Ban {ban.Id}")) { Jail = Name, Id = ban.Id, Ban = ban });
        }
    }

    private void Doubt(Ban ban)
    {
        foreach (IBanTarget target in Targets)
        {
            target.Doubt(ban);
        }
    }

    /// <summary>Hands a new ban to every target.</summary>
    /// <returns>Whether each can hold what is banned at all.</returns>
    private bool Enforce(Ban ban)
    {
        bool isHeld = true;
        foreach (IBanTarget target in Targets)
        {
            isHeld &= target.Add(ban);
        }

        return isHeld;
    }

    private void Prolong(Ban ban)
    {
        foreach (IBanTarget target in Targets)
        {
            target.Prolong(ban);
        }
    }

    private void Enforce(Ban ban, string message, Failure? failure, string? source)
    {
        bool isHeld = Enforce(ban);
        if (!isHeld && !_hasToldText)
        {
            _hasToldText = true;
            Tell(BanEventKind.FirewallFailed, $"{ban.Id} is no address and cannot stand in a packet filter; the ban is kept, but stops no packet. Said once.", ban.Id, null, source);
        }

        TellBan(BanEventKind.Banned, message, ban, failure, source);
    }

    private void TellBan(BanEventKind kind, string message, Ban ban, Failure? failure, string? source) =>
        _events.Publish(new BanEvent(kind, _clock.GetLocalNow(), VisibleText.Of(message)) { Jail = Name, Id = ban.Id, Ban = ban, Failure = failure, Source = source });

    private void Lift(IReadOnlyList<Ban> bans, string word)
    {
        if (bans.Count == 0)
        {
            return;
        }

        foreach (IBanTarget target in Targets)
        {
            target.Remove(bans);
        }

        foreach (Ban ban in bans)
        {
            _events.Publish(new BanEvent(BanEventKind.Unbanned, _clock.GetLocalNow(), VisibleText.Of($"{word} {ban.Id}")) { Jail = Name, Id = ban.Id, Ban = ban });
        }
    }

    private void Tell(BanEventKind kind, string message, BanId id, Failure? failure, string? source) =>
        _events.Publish(new BanEvent(kind, _clock.GetLocalNow(), VisibleText.Of(message)) { Jail = Name, Id = id, Failure = failure, Source = source });

    private static string Length(Ban ban) =>
        ban.Expires is { } end ? string.Create(CultureInfo.InvariantCulture, $"{ban.Duration} -> {end.ToLocalTime():yyyy-MM-dd HH:mm:ss}") : "permanent";
}
