using System.Collections.Immutable;
using PSBan.Model;

namespace PSBan.Watch;

/// <summary>
/// What an action still has to do, and which bans stand in it. What has become pointless is struck out: a ban that ends before its turn costs no command.
/// All members may be called from any thread.
/// </summary>
/// <param name="isLasting">Whether bans stand in it until they are lifted; else it merely tells of them.</param>
/// <param name="canProlong">Whether it wants to know of prolonged bans.</param>
/// <param name="canFlush">Whether it can lift all bans at once.</param>
internal sealed class ActionBook(bool isLasting, bool canProlong, bool canFlush) : IDisposable
{
    /// <summary>How many messages may wait, and beyond how many a waiting ban goes without its lines.</summary>
    public const int MaxWaiting = 1_000;

    private readonly Lock _lock = new();
    private readonly PriorityQueue<ActionStep, (DateTimeOffset Due, long Number)> _queue = new();
    private readonly Dictionary<BanId, Standing> _standing = [];
    private readonly SemaphoreSlim _signal = new(0, 1);
    private TaskCompletionSource _settled = NewSettled(true);
    private long _number;
    private int _waiting;
    private int _fresh;
    private bool _isStarting;

    /// <summary>Is released when there is something new to do.</summary>
    public SemaphoreSlim Signal => _signal;

    /// <summary>How many steps wait or are being carried out.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting;
            }
        }
    }

    /// <summary>Waits until every step so far has been carried out or has failed once.</summary>
    public Task WhenSettledAsync(CancellationToken cancelToken)
    {
        lock (_lock)
        {
            return isLasting ? _settled.Task.WaitAsync(cancelToken) : Task.CompletedTask;
        }
    }

    /// <summary>Whether a ban that should stand does not.</summary>
    public bool IsPending(BanId id)
    {
        lock (_lock)
        {
            return _standing.TryGetValue(id, out Standing? standing) && standing.IsWanted && (_isStarting || !standing.IsInForce);
        }
    }

    /// <summary>The bans that stand, or may stand because their command was tried.</summary>
    public IReadOnlyList<Ban> Tried()
    {
        lock (_lock)
        {
            return [.. _standing.Values.Where(standing => standing.WasTried).Select(standing => standing.Ban)];
        }
    }

    /// <summary>Wants the action to be started.</summary>
    public void Start(DateTimeOffset now)
    {
        lock (_lock)
        {
            _isStarting = true;
            Enqueue(new ActionStep(ActionStepKind.Start, null), now);
        }
    }

    /// <summary>Wants a ban.</summary>
    /// <returns>False where too many messages wait already.</returns>
    public bool Add(Ban ban, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (!isLasting)
            {
                return _waiting < MaxWaiting && Enqueue(new ActionStep(ActionStepKind.Ban, ban), now);
            }

            if (!_standing.TryGetValue(ban.Id, out Standing? standing))
            {
                _standing[ban.Id] = standing = new Standing();
            }

            (standing.Ban, standing.IsWanted, standing.IsInForce) = (Slim(ban), true, false);
            if (standing.UnbanStep is { IsRunning: false, Failures: > 0 } failing)
            {
                // One last try, so that the new ban need not wait for hours.
                standing.UnbanStep = new ActionStep(ActionStepKind.Unban, failing.Ban) { IsQuiet = true };
                Cancel(failing);
                Enqueue(standing.UnbanStep, now);
            }

            standing.BanStep = new ActionStep(ActionStepKind.Ban, _waiting < MaxWaiting ? ban : standing.Ban);
            return Enqueue(standing.BanStep, now);
        }
    }

    /// <summary>A wanted ban ends later.</summary>
    public void Prolong(Ban ban, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (isLasting)
            {
                if (!_standing.TryGetValue(ban.Id, out Standing? standing) || !standing.IsWanted)
                {
                    return;
                }

                standing.Ban = Slim(ban);
                if (standing.BanStep is { IsRunning: false } waiting)
                {
                    waiting.Ban = ban;
                    return;
                }
            }

            if (canProlong && (isLasting || _waiting < MaxWaiting))
            {
                Enqueue(new ActionStep(ActionStepKind.Prolong, ban), now);
            }
        }
    }

    /// <summary>Wants bans to be lifted.</summary>
    public void Remove(IReadOnlyList<Ban> bans, DateTimeOffset now)
    {
        lock (_lock)
        {
            List<(Standing Standing, Ban Ban)> lifted = [];
            foreach (Ban ban in bans)
            {
                if (_standing.TryGetValue(ban.Id, out Standing? standing) && standing.IsWanted)
                {
                    standing.IsWanted = false;
                    Strike(standing);
                    if (standing.WasTried || standing.BanStep is not null)
                    {
                        lifted.Add((standing, ban));
                    }
                    else
                    {
                        Forget(standing, ban.Id);
                    }
                }
            }

            if (canFlush && lifted.Count > 1 && !_standing.Values.Any(standing => standing.IsWanted))
            {
                Enqueue(new ActionStep(ActionStepKind.Flush, null), now);
                return;
            }

            foreach ((Standing standing, Ban ban) in lifted)
            {
                EnqueueUnban(standing, ban, now);
            }
        }
    }

    /// <summary>Wants the surroundings of a ban that stands to be looked at.</summary>
    public void Check(Ban ban, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_standing.TryGetValue(ban.Id, out Standing? standing) && standing is { IsInForce: true, IsWanted: true })
            {
                Enqueue(new ActionStep(ActionStepKind.Check, standing.Ban), now);
            }
        }
    }

    /// <summary>Takes the next step whose time has come; null where none has, with the time until then.</summary>
    public ActionStep? Take(DateTimeOffset now, out TimeSpan? wait)
    {
        lock (_lock)
        {
            wait = null;
            while (_queue.TryPeek(out ActionStep? step, out (DateTimeOffset Due, long) place))
            {
                if (!step.IsCancelled && place.Due > now)
                {
                    wait = place.Due - now;
                    return null;
                }

                _queue.Dequeue();
                if (step.IsCancelled)
                {
                    continue;
                }

                if (step.Kind is ActionStepKind.Prolong && isLasting && !(_standing.TryGetValue(step.Ban!.Id, out Standing? standing) && standing is { IsWanted: true, IsInForce: true }))
                {
                    Leave(step);
                    continue;
                }

                step.IsRunning = true;
                return step;
            }

            return null;
        }
    }

    /// <summary>A step was carried out.</summary>
    public void Succeeded(ActionStep step, DateTimeOffset now)
    {
        lock (_lock)
        {
            Leave(step);
            switch (step.Kind)
            {
                case ActionStepKind.Start:
                    _isStarting = false;
                    break;
                case ActionStepKind.Ban or ActionStepKind.Unban when Of(step) is { } standing:
                    standing.WasTried = standing.IsInForce = step.Kind == ActionStepKind.Ban;
                    Forget(standing, step.Ban!.Id);
                    break;
                case ActionStepKind.Flush:
                    foreach ((BanId id, Standing standing) in _standing.Where(pair => !pair.Value.IsWanted).ToList())
                    {
                        standing.WasTried = standing.IsInForce = false;
                        Forget(standing, id);
                    }

                    break;
                default:
                    break;
            }

            if (step.Failures > 0)
            {
                HurryUp(now);
            }
        }
    }

    /// <summary>A step failed and is not tried again.</summary>
    public void GaveUp(ActionStep step, DateTimeOffset now)
    {
        lock (_lock)
        {
            Leave(step);
            if (step.Kind == ActionStepKind.Flush)
            {
                foreach (Standing standing in _standing.Values.Where(standing => !standing.IsWanted && standing.UnbanStep is null).ToList())
                {
                    EnqueueUnban(standing, standing.Ban, now);
                }
            }
            else if (step.Kind == ActionStepKind.Unban && Of(step) is { } standing)
            {
                standing.WasTried = standing.IsInForce = false;
                Forget(standing, step.Ban!.Id);
            }
        }
    }

    /// <summary>A step failed and is tried again.</summary>
    /// <param name="step">The step.</param>
    /// <param name="due">When.</param>
    public void FailedUntil(ActionStep step, DateTimeOffset due)
    {
        lock (_lock)
        {
            if (Of(step) is { } standing && step.Kind == ActionStepKind.Ban)
            {
                standing.WasTried = true;
            }

            step.IsRunning = false;
            if (step.Failures++ == 0)
            {
                LeaveFresh();
            }

            if (step.Kind == ActionStepKind.Ban && isLasting && Of(step)?.IsWanted != true)
            {
                // Lifted while it was being tried: what stands behind it has perhaps nothing to undo.
                if (Of(step)?.UnbanStep is { } unban)
                {
                    unban.IsQuiet = true;
                }

                Cancel(step);
                return;
            }

            _queue.Enqueue(step, (due, _number++));
        }
    }

    /// <summary>What stood is gone: every ban that it concerns is wanted again.</summary>
    /// <returns>How many.</returns>
    public int Lost(Func<Ban, bool> isConcerned, BanId except, DateTimeOffset now)
    {
        lock (_lock)
        {
            foreach (Standing standing in _standing.Values.Where(standing => standing.UnbanStep is not null && isConcerned(standing.Ban)))
            {
                standing.UnbanStep!.IsQuiet = true;
            }

            Standing[] lost = [.. _standing.Values.Where(standing => standing is { IsInForce: true, IsWanted: true } && standing.Ban.Id != except && isConcerned(standing.Ban))];
            foreach (Standing standing in lost)
            {
                standing.IsInForce = standing.WasTried = false;
                standing.BanStep = new ActionStep(ActionStepKind.Ban, standing.Ban) { IsAgain = true };
                Enqueue(standing.BanStep, now);
            }

            return lost.Length;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _signal.Dispose();

    private static TaskCompletionSource NewSettled(bool done)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (done)
        {
            source.SetResult();
        }

        return source;
    }

    /// <summary>What is kept of a ban that stands: not its lines, which are for messages.</summary>
    private static Ban Slim(Ban ban) => ban.Matches.Count == 0 ? ban : ban with { Matches = ImmutableArray<string>.Empty };

    private Standing? Of(ActionStep step) => step.Ban is { } ban ? _standing.GetValueOrDefault(ban.Id) : null;

    /// <summary>Strikes out a ban that waits for its turn.</summary>
    private void Strike(Standing standing)
    {
        if (standing.BanStep is { IsRunning: false } waiting)
        {
            Cancel(waiting);
        }
    }

    private void EnqueueUnban(Standing standing, Ban ban, DateTimeOffset now)
    {
        standing.UnbanStep = new ActionStep(ActionStepKind.Unban, ban) { IsQuiet = !standing.IsInForce && standing.BanStep is null };
        Enqueue(standing.UnbanStep, now);
    }

    private void Forget(Standing standing, BanId id)
    {
        if (!standing.IsWanted && !standing.WasTried && standing.BanStep is null && standing.UnbanStep is null)
        {
            _standing.Remove(id);
        }
    }

    private bool Enqueue(ActionStep step, DateTimeOffset now)
    {
        _queue.Enqueue(step, (now, _number++));
        _waiting++;
        if (_fresh++ == 0 && _settled.Task.IsCompleted)
        {
            _settled = NewSettled(false);
        }

        Release();
        return true;
    }

    private void Cancel(ActionStep step)
    {
        step.IsCancelled = true;
        Leave(step);
    }

    /// <summary>A step is over, one way or another.</summary>
    private void Leave(ActionStep step)
    {
        step.IsRunning = false;
        _waiting--;
        if (step.Failures == 0)
        {
            LeaveFresh();
        }

        if (Of(step) is { } standing)
        {
            standing.BanStep = standing.BanStep == step ? null : standing.BanStep;
            standing.UnbanStep = standing.UnbanStep == step ? null : standing.UnbanStep;
        }
    }

    private void LeaveFresh()
    {
        if (--_fresh == 0)
        {
            _settled.TrySetResult();
        }
    }

    /// <summary>What failed works again, so what waits for its next try need not.</summary>
    private void HurryUp(DateTimeOffset now)
    {
        ActionStep[] steps = [.. _queue.UnorderedItems.OrderBy(item => item.Priority).Select(item => item.Element).Where(step => !step.IsCancelled)];
        _queue.Clear();
        foreach (ActionStep step in steps)
        {
            _queue.Enqueue(step, (now, _number++));
        }

        Release();
    }

    private void Release()
    {
        if (_signal.CurrentCount == 0)
        {
            _signal.Release();
        }
    }

    private sealed class Standing
    {
        public Ban Ban { get; set; } = null!;

        public bool IsWanted { get; set; }

        public bool IsInForce { get; set; }

        /// <summary>Whether its command has been run, well or not, and may have left something.</summary>
        public bool WasTried { get; set; }

        public ActionStep? BanStep { get; set; }

        public ActionStep? UnbanStep { get; set; }
    }
}
