using System.Globalization;
using PSBan.Configuration;
using PSBan.Jails;
using PSBan.Matching;
using PSBan.Model;
using PSBan.Store;

namespace PSBan.Watch;

/// <summary>
/// One jail in the watch: lines go through its filter, failures through its counters, decisions to its targets, and everything that happens to the events.
/// It stays the same object while its settings change, so that its counters and bans go on. Lives on the loop.
/// </summary>
internal sealed class JailRun
{
    private readonly WatchTools _tools;
    private readonly JailVoice _voice;
    private readonly JailLines _lines;
    private readonly JailTargets _targets;
    private readonly WaitingFailures _waiting = new();
    private volatile JailPlan _plan;
    private IgnoreCommand? _ignoreCommand;
    private bool _hasToldText;

    public JailRun(JailPlan plan, Jail jail, IReadOnlyList<IBanTarget> targets, WatchTools tools)
    {
        (_plan, Jail, _targets, _tools) = (plan, jail, new JailTargets(targets), tools);
        _voice = new JailVoice(plan.Options.Name, tools.Events, tools.Clock);
        _lines = new JailLines(plan, _voice, tools.Clock, Take);
        _ignoreCommand = tools.Ignored.CommandOf(plan, jail);
    }

    public string Name => Options.Name;

    /// <summary>Its settings, made ready.</summary>
    public JailPlan Plan => _plan;

    public JailOptions Options => _plan.Options;

    /// <summary>What it reads.</summary>
    public IReadOnlyList<SourcePlan> SourcePlans => _plan.Sources;

    public Jail Jail { get; }

    /// <summary>Where its bans take effect, in the order of the configuration.</summary>
    public IReadOnlyList<IBanTarget> Targets => _targets.All;

    /// <summary>What recognises its failures.</summary>
    public LineFilter Filter => _lines.Filter;

    /// <summary>Whether the bans of the other jails are what it counts: the jail of repeat offenders.</summary>
    public bool CountsBans => _plan.CountsBans;

    /// <summary>Whether it was suspended by hand: it counts nothing, and its bans stay.</summary>
    public bool IsSuspended => _lines.IsSuspended;

    /// <summary>Whether the configuration has it no more. What it counted and banned is kept, in case it comes back.</summary>
    public bool IsParked { get; private set; }

    /// <summary>Is told of each ban that this jail makes by itself, on the loop and in the same piece of work.</summary>
    public Action<JailRun, Ban>? Made { get; set; }

    /// <summary>The logs that were met so far.</summary>
    public IEnumerable<string> Sources => _lines.Sources;

    /// <inheritdoc cref="JailLines.DateReader"/>
    public Func<string, DateTimeOffset?> DateReader() => _lines.DateReader();

    /// <inheritdoc cref="JailLines.Process(LogBlock, object, IReadOnlyList{LineSpan})"/>
    public int Process(LogBlock block, object reader, IReadOnlyList<LineSpan>? likely = null) => _lines.Process(block, reader, likely);

    /// <inheritdoc cref="JailLines.Adopt"/>
    public bool Adopt(string source, object reader) => _lines.Adopt(source, reader);

    /// <inheritdoc cref="JailLines.Release"/>
    public void Release(string source, object reader) => _lines.Release(source, reader);

    /// <summary>Whether something has changed that a checkpoint has to hold.</summary>
    public bool HasChanges => Jail.HasChanges || _lines.HasChanges || _waiting.HasChanges;

    /// <summary>Hands out what has changed since this was last called, or everything.</summary>
    public JailChanges TakeChanges(bool all)
    {
        JailChanges changes = _waiting.AddTo(all ? Jail.TakeAll() : Jail.TakeChanges(), all);
        return all || _lines.HasChanges ? changes with { Memory = _lines.Remember() } : changes;
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
                Filter.Recall(memory);
            }

            TakeOver(counters.Waiting);
        }

        // A shorter bantime than that run had shortens its bans too; a ban by hand was given its length by somebody.
        Duration now = Jail.LongestBan;
        Duration? longest = counters is not null && now < counters.LongestBan ? now : null;
        List<Ban> restored = [];
        if (bans.TryGetNonEnumeratedCount(out int count))
        {
            Jail.Expect(count);
            _targets.Expect(count);
        }

        foreach (Ban ban in bans)
        {
            Ban local = ban with { Time = TimeZoneInfo.ConvertTime(ban.Time, _tools.Clock.LocalTimeZone) };
            switch (Jail.Restore(local, _tools.Clock.GetUtcNow(), ban.Failures > 0 ? longest : null))
            {
                case Banned banned:
                    restored.Add(banned.Ban);
                    _targets.Add(banned.Ban);
                    break;
                case Jails.Ignored ignored:
                    _voice.Tell(BanEventKind.Ignored, $"Ignore {ignored.Id} by {ignored.Reason}; its ban is not restored", ignored.Id);
                    break;
            }
        }

        _voice.TellRestored(restored);
    }

    /// <summary>The failures that waited for an answer when an earlier run ended wait for one of this run, if there is still somebody to ask.</summary>
    public void TakeOver(IReadOnlyList<WaitingFailure> failures)
    {
        if (_waiting.TakeOver(failures) is { Count: > 0 } ours)
        {
            _tools.Loop.Post(() => AskAgain(ours));
        }
    }

    /// <summary>Takes changed settings; counters, bans, open conversations and whether it is suspended stay.</summary>
    /// <param name="plan">The settings, of the same name.</param>
    /// <param name="ignore">Who is never counted.</param>
    /// <param name="targets">Where its bans take effect from now on.</param>
    public void Change(JailPlan plan, IgnoreList ignore, IReadOnlyList<IBanTarget> targets)
    {
        // A ban whose time is up is not to be carried over.
        Tick();
        _plan = plan;
        Jail.Update(plan.Options, ignore, _tools.MakeTerms(plan));
        _lines.Change(plan);
        _ignoreCommand = _tools.Ignored.CommandOf(plan, Jail);
        _targets.Replace(targets, Jail.Bans);
        if (IsParked)
        {
            IsParked = false;
            _voice.TellRestored(Jail.Bans);
        }
    }

    /// <summary>The configuration has it no more: its bans take effect nowhere. They are remembered until their time is up.</summary>
    public void Park()
    {
        Tick();
        IsParked = true;
        _lines.IsSuspended = false;
        _targets.Replace([], []);
        _voice.TellEnded(Jail.Bans);
    }

    /// <summary>Ceases to count, or begins again.</summary>
    /// <returns>Whether it was otherwise before.</returns>
    public bool Suspend(bool isSuspended)
    {
        if (_lines.IsSuspended == isSuspended)
        {
            return false;
        }

        _lines.IsSuspended = isSuspended;
        _voice.Tell(
            isSuspended ? BanEventKind.JailSuspended : BanEventKind.JailResumed,
            isSuspended ? $"The jail {Name} is suspended: it counts nothing, and its bans end when their time is up" : $"The jail {Name} counts again");
        return true;
    }

    /// <summary>Counts a ban of another jail as a failure.</summary>
    public void TakeBan(Ban ban) => Count(
        new Failure(ban.Id, ban.Time, [$"[{ban.Jail}] Ban {ban.Id}"], System.Collections.Immutable.ImmutableDictionary<string, string>.Empty, 0, 0), null);

    /// <summary>Ends the bans whose time is up.</summary>
    public void Tick() => Lift(Jail.Expire(_tools.Clock.GetUtcNow()));

    /// <summary>Bans by hand.</summary>
    public IReadOnlyList<Ban> Ban(BanId id, Duration? duration)
    {
        JailDecision decision = Jail.Ban(id, _tools.Clock.GetLocalNow(), duration);
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
        IReadOnlyList<Ban> lifted = id is { } which ? Jail.Unban(which, _tools.Clock.GetUtcNow()) : Jail.UnbanAll(_tools.Clock.GetUtcNow());
        Lift(lifted);
        return lifted;
    }

    /// <summary>The bans of these identifiers with their state as it is now, those left out that have ended.</summary>
    public IReadOnlyList<Ban> Find(IEnumerable<BanId> ids) => [.. ids.Select(Jail.Find).OfType<Ban>().Select(_targets.WithState)];

    /// <summary>A copy of how the jail stands.</summary>
    public JailInfo Info()
    {
        JailStatistics numbers = Jail.Statistics;
        return new JailInfo(Name)
        {
            State = IsSuspended ? Model.JailState.Suspended : Model.JailState.Running,
            Filter = Options.Filter.Name,
            Sources = [.. Sources.Order(StringComparer.Ordinal)],
            LogPath = [.. _plan.Sources.Select(source => source.Key)],
            MaxRetry = Options.MaxRetry.Value,
            FindTime = Options.FindTime.Value,
            BanTime = Options.BanTime.Value,
            IgnoreIp = [.. Options.IgnoreIp.Select(entry => entry.Value)],
            Actions = [.. Targets.Select(target => target.ToString()!)],
            CurrentlyFailed = numbers.CurrentlyFailed,
            TotalFailed = numbers.TotalFailed,
            CurrentlyBanned = numbers.CurrentlyBanned,
            TotalBanned = numbers.TotalBanned,
        };
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

    private void AskAgain(IReadOnlyList<WaitingFailure> failures)
    {
        foreach (WaitingFailure waiting in failures)
        {
            _waiting.Settle(waiting.Number);
            Take(waiting.Failure, waiting.Source);
        }
    }

    private void Resolve(Failure failure, string name, string? source)
    {
        long number = _waiting.Begin(failure, source);
        bool asked = _tools.Resolver.Ask(name, addresses => _tools.Loop.Post(() =>
        {
            _waiting.Settle(number);
            if (addresses.Count == 0)
            {
                _voice.Tell(BanEventKind.SourceWarning, $"The host name {name} of a failure cannot be resolved; the failure is not counted.", default, failure, source);
            }

            foreach (Address address in addresses)
            {
                Count(failure with { Id = address, Address = address, HostName = null }, source);
            }
        }));
        if (!asked)
        {
            _waiting.Settle(number);
            _voice.Tell(BanEventKind.LimitReached, $"Too many host names wait to be resolved; the failure of {name} is not counted.", default, failure, source);
        }
    }

    private void Count(Failure failure, string? source)
    {
        if (_ignoreCommand is null || Jail.Ignores(failure) is not null)
        {
            CountAnswered(failure, source, isSpared: false);
            return;
        }

        long number = _waiting.Begin(failure, source);
        bool? isSpared = _ignoreCommand.Ask(failure, answer => _tools.Loop.Post(() =>
        {
            _waiting.Settle(number);
            CountAnswered(failure, source, answer);
        }));
        if (isSpared is { } known)
        {
            _waiting.Settle(number);
            CountAnswered(failure, source, known);
        }
    }

    private void CountAnswered(Failure failure, string? source, bool isSpared)
    {
        // A host name may be resolved, or the command answer, when the jail has been suspended or has gone.
        if (!IsSuspended && !IsParked)
        {
            Carry(isSpared ? new Jails.Ignored(failure.Id, new IgnoreReason(IgnoreKind.Command, string.Empty)) : Jail.Count(failure, _tools.Clock.GetUtcNow()), failure, source);
        }
    }

    private void Carry(JailDecision decision, Failure? failure, string? source)
    {
        if (failure is not null && decision is not Jails.Ignored)
        {
            _voice.Tell(BanEventKind.Found, string.Create(CultureInfo.InvariantCulture, $"Found {decision.Id} - {failure.Time.ToLocalTime():yyyy-MM-dd HH:mm:ss}"), decision.Id, failure, source);
        }

        switch (decision)
        {
            case Jails.Ignored ignored:
                _voice.Tell(BanEventKind.Ignored, $"Ignore {ignored.Id} by {ignored.Reason}", ignored.Id, failure, source);
                break;
            case Banned banned:
                Enforce(banned, failure, source);
                if (failure is not null)
                {
                    Made?.Invoke(this, banned.Ban);
                }

                break;
            case Prolonged prolonged:
                _targets.Prolong(prolonged.Ban);
                _voice.TellBan(BanEventKind.Prolonged, $"Prolong {prolonged.Id} ({Length(prolonged.Ban)})", prolonged.Ban, failure, source);
                break;
            case Expired expired:
                _voice.Tell(BanEventKind.Ignored, $"Ignore {expired.Id}, expired bantime", expired.Id, failure, source);
                break;
            case AlreadyBanned already when failure is not null:
                _targets.Doubt(already.Ban);
                _voice.Tell(BanEventKind.Found, $"{decision.Id} already banned", decision.Id, failure, source);
                break;
            case Counted { InForce: { } ban }:
                _targets.Doubt(ban);
                break;
            default:
                break;
        }
    }

    private void Enforce(Banned banned, Failure? failure, string? source)
    {
        if (banned.Spared is { } spared)
        {
            _voice.Tell(
                BanEventKind.ConfigurationProblem,
                $"{spared.Prefix} is not banned as a whole, because it holds an address that is ignored ({spared.Reason}); {banned.Id} is banned alone.",
                banned.Id, failure, source);
        }

        bool isHeld = _targets.Add(banned.Ban);
        if (!isHeld && !_hasToldText)
        {
            _hasToldText = true;
            _voice.Tell(BanEventKind.FirewallFailed, $"{banned.Id} is no address and cannot stand in a packet filter; the ban is kept, but stops no packet. Said once.", banned.Id, null, source);
        }

        _voice.TellBan(BanEventKind.Banned, $"Ban {banned.Id}", banned.Ban, failure, source);
    }

    private void Lift(IReadOnlyList<Ban> bans)
    {
        // What a jail that has gone still remembers was told of when it went.
        if (bans.Count > 0 && !IsParked)
        {
            _targets.Remove(bans);
            _voice.TellEnded(bans);
        }
    }

    private static string Length(Ban ban) =>
        ban.Expires is { } end ? string.Create(CultureInfo.InvariantCulture, $"{ban.Duration} -> {end.ToLocalTime():yyyy-MM-dd HH:mm:ss}") : "permanent";
}
