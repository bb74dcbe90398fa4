using System.Globalization;
using PSBan.Firewalls;
using PSBan.Firewalls.Command;
using PSBan.Jails;
using PSBan.Model;

namespace PSBan.Watch;

/// <summary>
/// One action of one jail made of commands: a queue and a worker of its own, so that a slow or broken one hinders neither the watch nor the others.
/// A ban that is to stand is tried until it does, more and more rarely; a message is not repeated, for it may have been sent half.
/// </summary>
internal sealed partial class ActionRun : IBanTarget, IDisposable
{
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_lastRetry = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_tellEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_checkEvery = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(10);
    private const int MaxUnbanTries = 8;

    private readonly CommandAction _action;
    private readonly ActionBook _book;
    private readonly Func<JailStatistics> _statistics;
    private readonly EventHub _events;
    private readonly TimeProvider _clock;
    private readonly Dictionary<ActionStepKind, RareWords> _failures = Enum.GetValues<ActionStepKind>().ToDictionary(kind => kind, _ => new RareWords(s_tellEvery));
    private readonly RareWords _overflow = new(s_tellEvery);
    private volatile StrongBox _numbers = new(default);
    private DateTimeOffset _nextCheck;
    private bool _isFailing;
    private Task? _working;

    public ActionRun(CommandPlan plan, IShell shell, Func<JailStatistics> statistics, EventHub events, TimeProvider clock)
    {
        CommandDefinition definition = plan.Definition;
        Text = plan.Text;
        _action = new CommandAction(definition, shell, () => _numbers.Value, clock);
        _book = new ActionBook(definition.HasUnban, definition.Has("actionprolong"), definition.Has("actionflush"));
        (_statistics, _events, _clock) = (statistics, events, clock);
        if (!definition.StartsOnDemand && definition.Has("actionstart"))
        {
            _book.Start(clock.GetUtcNow());
        }
    }

    /// <summary>Its settings as text: an action with the same is the same action.</summary>
    public string Text { get; }

    /// <summary>How many commands wait.</summary>
    public int Pending => _book.Waiting;

    private CommandDefinition Definition => _action.Definition;

    /// <inheritdoc/>
    public override string ToString() => Definition.ToString();

    /// <inheritdoc/>
    public bool Add(Ban ban)
    {
        Note();
        if ((!ban.Restored || !Definition.SkipsRestored) && !_book.Add(ban, _clock.GetUtcNow()))
        {
            string? more = _overflow.Next(_clock.GetUtcNow());
            if (more is not null)
            {
                Tell(BanEventKind.LimitReached, string.Create(CultureInfo.InvariantCulture, $"The action '{Definition.Name}' is not done with {ActionBook.MaxWaiting} bans yet; it is not told of {ban.Id}{more}."), ban.Id);
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public void Prolong(Ban ban)
    {
        Note();
        if (!ban.Restored || !Definition.SkipsRestored)
        {
            _book.Prolong(ban, _clock.GetUtcNow());
        }
    }

    /// <inheritdoc/>
    public void Remove(IReadOnlyList<Ban> bans)
    {
        Note();
        _book.Remove(bans, _clock.GetUtcNow());
    }

    /// <inheritdoc/>
    public void Doubt(Ban ban)
    {
        DateTimeOffset now = _clock.GetUtcNow();
        if (now >= _nextCheck && now - ban.Time > s_checkEvery && Definition.Has("actioncheck"))
        {
            _nextCheck = now + s_checkEvery;
            _book.Check(ban, now);
        }
    }

    /// <inheritdoc/>
    public bool IsPending(Ban ban) => _book.IsPending(ban.Id);

    /// <inheritdoc/>
    public Task WhenSettledAsync(CancellationToken cancelToken) => _book.WhenSettledAsync(cancelToken);

    /// <summary>Works until cancelled; a command that is running then gets a little time to end.</summary>
    public Task RunAsync(CancellationToken cancelToken) => _working = WorkAsync(cancelToken);

    /// <inheritdoc/>
    public void Dispose() => _book.Dispose();

    private async Task WorkAsync(CancellationToken cancelToken)
    {
        await Task.Yield();
        using CancellationTokenSource kill = new();
        await using CancellationTokenRegistration grace = cancelToken.Register(() => kill.CancelAfter(s_grace));
        try
        {
            while (!cancelToken.IsCancellationRequested)
            {
                if (_book.Take(_clock.GetUtcNow(), out TimeSpan? wait) is { } step)
                {
                    await CarryOutAsync(step, kill.Token).ConfigureAwait(false);
                }
                else
                {
                    await WaitAsync(wait ?? Timeout.InfiniteTimeSpan, cancelToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (cancelToken.IsCancellationRequested)
        {
            // The end of the watch.
        }
    }

    private async Task WaitAsync(TimeSpan wait, CancellationToken cancelToken)
    {
        // Longer waits than a timer takes are cut; the loop looks again.
        TimeSpan limit = wait > TimeSpan.FromDays(1) ? TimeSpan.FromDays(1) : wait;
        await _book.Signal.WaitAsync(limit, cancelToken).ConfigureAwait(false);
    }

    private async Task CarryOutAsync(ActionStep step, CancellationToken kill)
    {
        string family = step.Ban is { } ban ? CommandTicket.FamilyOf(ban.Id) : "";
        int epoch = _action.Epoch(family);
        try
        {
            await RunAsync(step, family, kill).ConfigureAwait(false);
            _book.Succeeded(step, _clock.GetUtcNow());
            Repaired(step, family, epoch);
        }
        catch (FirewallException exception)
        {
            Failed(step, exception);
        }
        catch (OperationCanceledException)
        {
            // Killed at the end of the watch; closing undoes what it may have done.
            _book.FailedUntil(step, DateTimeOffset.MaxValue);
        }
    }

    private async Task RunAsync(ActionStep step, string family, CancellationToken kill)
    {
        switch (step.Kind)
        {
            case ActionStepKind.Start:
                await _action.StartAsync(kill).ConfigureAwait(false);
                break;
            case ActionStepKind.Ban:
                if (Definition.HasUnban && (step.Failures > 0 || step.Ban!.Restored))
                {
                    // What failed may have done half its work, and a watch that was killed leaves its bans standing; doing it twice would leave half of it for ever.
                    await _action.CleanAsync(step.Ban!, kill).ConfigureAwait(false);
                }

                await _action.BanAsync(step.Ban!, step.IsAgain, kill).ConfigureAwait(false);
                break;
            case ActionStepKind.Prolong:
                await _action.ProlongAsync(step.Ban!, kill).ConfigureAwait(false);
                break;
            case ActionStepKind.Unban:
                await _action.UnbanAsync(step.Ban!, kill).ConfigureAwait(false);
                break;
            case ActionStepKind.Flush:
                await _action.FlushAsync(kill).ConfigureAwait(false);
                break;
            default:
                await _action.VerifyAsync(family, kill).ConfigureAwait(false);
                break;
        }
    }

    private void Repaired(ActionStep step, string family, int epoch)
    {
        if (_action.Epoch(family) != epoch)
        {
            BanId except = step.Kind == ActionStepKind.Ban ? step.Ban!.Id : default;
            int count = _book.Lost(other => _action.Shares(family, CommandTicket.FamilyOf(other.Id)), except, _clock.GetUtcNow());
            Tell(BanEventKind.FirewallRepaired, string.Create(CultureInfo.InvariantCulture, $"What the action '{Definition.Name}' had set up was gone and has been made anew; {count} more bans are being put back."));
        }

        if (_isFailing && step.Failures > 0)
        {
            _isFailing = false;
            Tell(BanEventKind.FirewallRepaired, $"The action '{Definition.Name}' works again.");
        }
    }

    private void Failed(ActionStep step, FirewallException exception)
    {
        DateTimeOffset now = _clock.GetUtcNow();
        bool isRepeated = !step.IsQuiet && exception.Failure != FirewallFailure.Gone
            && (step.Kind == ActionStepKind.Start
                || (step.Kind == ActionStepKind.Ban && Definition.HasUnban)
                || (step.Kind == ActionStepKind.Unban && step.Failures < MaxUnbanTries));
        TimeSpan pause = TimeSpan.FromTicks(Math.Min(s_lastRetry.Ticks, s_firstRetry.Ticks << Math.Min(step.Failures, 12)));
        if (!step.IsQuiet && (step.Failures == 0 || !isRepeated) && _failures[step.Kind].Next(now) is { } more)
        {
            _isFailing |= isRepeated;
            string next = isRepeated ? $" It is tried again{(step.Kind == ActionStepKind.Ban ? ", and the ban is pending until then" : "")}."
                : step.Kind == ActionStepKind.Ban ? " The ban stands all the same; the command is not repeated."
                : "";
            Tell(BanEventKind.FirewallFailed, exception.Message + next + more, step.Ban?.Id ?? default);
        }

        if (isRepeated)
        {
            _book.FailedUntil(step, now + pause);
        }
        else
        {
            _book.GaveUp(step, now);
        }
    }

    private void Note()
    {
        JailStatistics now = _statistics();
        _numbers = new StrongBox(new JailNumbers(now.CurrentlyBanned, now.TotalBanned, now.CurrentlyFailed, now.TotalFailed));
    }

    private void Tell(BanEventKind kind, string message, BanId id = default) => _events.Publish(kind, message, Definition.Jail, id);

    private sealed record StrongBox(JailNumbers Value);
}
