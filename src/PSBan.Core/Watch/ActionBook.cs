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
    private readonly ActionQueue _queue = new();
    private readonly Dictionary<BanId, ActionStanding> _standing = [];
    private bool _isStarting;

    /// <summary>Is released when there is something new to do.</summary>
    public SemaphoreSlim Signal => _queue.Signal;

    /// <summary>How many steps wait or are being carried out.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _queue.Count;
            }
        }
    }

    /// <summary>Waits until every step so far has been carried out or has failed once; nobody waits for messages.</summary>
    public Task WhenSettledAsync(CancellationToken cancelToken)
    {
        lock (_lock)
        {
            return isLasting ? _queue.Settled.WaitAsync(cancelToken) : Task.CompletedTask;
        }
    }

    /// <summary>Whether a ban that should stand does not.</summary>
    public bool IsPending(BanId id)
    {
        lock (_lock)
        {
            return _standing.TryGetValue(id, out ActionStanding? standing) && standing.IsWanted && (_isStarting || !standing.IsInForce);
        }
    }

    /// <summary>The bans that stand, or may stand because their command was tried.</summary>
    public IReadOnlyList<(Ban Ban, bool IsInForce)> Tried()
    {
        lock (_lock)
        {
            return [.. _standing.Values.Where(standing => standing.WasTried).Select(standing => (standing.Ban, standing.IsInForce))];
        }
    }

    /// <summary>Wants the action to be started.</summary>
    public void Start(DateTimeOffset now)
    {
        lock (_lock)
        {
            _isStarting = true;
            _queue.Add(new ActionStep(ActionStepKind.Start, null), now);
        }
    }

    /// <summary>Wants a ban.</summary>
    /// <returns>False where too many messages wait already.</returns>
    public bool Add(Ban ban, DateTimeOffset now)
    {
        lock (_lock)
        {
            bool hasRoom = _queue.Count < MaxWaiting;
            if (isLasting)
            {
                AddLasting(ban, hasRoom, now);
                return true;
            }

            if (hasRoom)
            {
                _queue.Add(new ActionStep(ActionStepKind.Ban, ban), now);
            }

            return hasRoom;
        }
    }

    /// <summary>A wanted ban ends later.</summary>
    public void Prolong(Ban ban, DateTimeOffset now)
    {
        lock (_lock)
        {
            ActionStanding? standing = _standing.GetValueOrDefault(ban.Id);
            if (isLasting && standing?.IsWanted != true)
            {
                return;
            }

            standing?.Ban = Slim(ban);
            if ((standing?.BanStep ?? standing?.ProlongStep) is { IsRunning: false } waiting)
            {
                waiting.Ban = ban;
            }
            else if (canProlong && (isLasting || _queue.Count < MaxWaiting))
            {
                ActionStep step = new(ActionStepKind.Prolong, ban);
                standing?.ProlongStep = step;
                _queue.Add(step, now);
            }
        }
    }

    /// <summary>Wants bans to be lifted.</summary>
    public void Remove(IReadOnlyList<Ban> bans, DateTimeOffset now)
    {
        lock (_lock)
        {
            List<(ActionStanding Standing, Ban Ban)> lifted = [];
            foreach (Ban ban in bans)
            {
                if (_standing.TryGetValue(ban.Id, out ActionStanding? standing) && standing.IsWanted)
                {
                    standing.IsWanted = false;
                    Strike(standing);
                    if (standing.WasTried || standing.BanStep is not null)
                    {
                        lifted.Add((standing, ban));
                    }
                    else
                    {
                        ForgetIfOver(standing);
                    }
                }
            }

            if (canFlush && lifted.Count > 1 && !_standing.Values.Any(standing => standing.IsWanted))
            {
                _queue.Add(new ActionStep(ActionStepKind.Flush, null), now);
                return;
            }

            foreach ((ActionStanding standing, Ban ban) in lifted)
            {
                AddUnban(standing, ban, now);
            }
        }
    }

    /// <summary>Wants the surroundings of a ban that stands to be looked at.</summary>
    public void Check(Ban ban, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_queue.Count < MaxWaiting && _standing.TryGetValue(ban.Id, out ActionStanding? standing) && standing is { IsInForce: true, IsWanted: true })
            {
                _queue.Add(new ActionStep(ActionStepKind.Check, standing.Ban), now);
            }
        }
    }

    /// <summary>Takes the next step whose time has come; null where none has, with the time until then.</summary>
    public ActionStep? Take(DateTimeOffset now, out TimeSpan? wait)
    {
        lock (_lock)
        {
            while (_queue.Take(now, out wait) is { } step)
            {
                // Nobody prolongs what has been lifted meanwhile.
                if (!isLasting || step.Kind != ActionStepKind.Prolong || Of(step) is { IsWanted: true, IsInForce: true })
                {
                    return step;
                }

                Finish(step);
                if (Of(step) is { } standing)
                {
                    ForgetIfOver(standing);
                }
            }

            return null;
        }
    }

    /// <summary>A step was carried out.</summary>
    public void Succeeded(ActionStep step, DateTimeOffset now)
    {
        lock (_lock)
        {
            Finish(step);
            switch (step.Kind)
            {
                case ActionStepKind.Start:
                    _isStarting = false;
                    break;
                case ActionStepKind.Prolong when Of(step) is { } standing:
                    ForgetIfOver(standing);
                    break;
                case ActionStepKind.Ban or ActionStepKind.Unban when Of(step) is { } standing:
                    standing.WasTried = standing.IsInForce = step.Kind == ActionStepKind.Ban;
                    ForgetIfOver(standing);
                    break;
                case ActionStepKind.Flush:
                    foreach (ActionStanding standing in _standing.Values.Where(standing => !standing.IsWanted).ToList())
                    {
                        LetGo(standing);
                    }

                    break;
                default:
                    break;
            }

            if (step.Failures > 0)
            {
                // What failed works again.
                _queue.HurryUp(now);
            }
        }
    }

    /// <summary>A step failed and is not tried again.</summary>
    public void GaveUp(ActionStep step, DateTimeOffset now)
    {
        lock (_lock)
        {
            Finish(step);
            if (step.Kind == ActionStepKind.Flush)
            {
                foreach (ActionStanding standing in _standing.Values.Where(standing => !standing.IsWanted && standing.UnbanStep is null).ToList())
                {
                    AddUnban(standing, standing.Ban, now);
                }
            }
            else if (Of(step) is { } standing)
            {
                standing.WasTried &= step.Kind != ActionStepKind.Unban;
                standing.IsInForce &= step.Kind != ActionStepKind.Unban;
                ForgetIfOver(standing);
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
            _queue.Return(step, due);
            if (step.Kind == ActionStepKind.Ban && Of(step) is { } standing)
            {
                standing.WasTried = true;
                if (!standing.IsWanted)
                {
                    // Lifted while it was being tried: what stands behind it has perhaps nothing to undo.
                    standing.UnbanStep?.IsQuiet = true;
                    Cancel(step);
                }
            }
        }
    }

    /// <summary>What stood is gone: every ban that it concerns is wanted again.</summary>
    /// <returns>How many.</returns>
    public int Lost(Func<Ban, bool> isConcerned, BanId except, DateTimeOffset now)
    {
        lock (_lock)
        {
            int lost = 0;
            foreach (ActionStanding standing in _standing.Values.Where(standing => standing.Ban.Id != except && isConcerned(standing.Ban)))
            {
                standing.UnbanStep?.IsQuiet = true;
                if (standing is { IsInForce: true, IsWanted: true })
                {
                    standing.IsInForce = standing.WasTried = false;
                    standing.BanStep = new ActionStep(ActionStepKind.Ban, standing.Ban) { IsAgain = true };
                    _queue.Add(standing.BanStep, now);
                    lost++;
                }
            }

            return lost;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _queue.Dispose();

    /// <summary>What is kept of a ban that stands: not its lines, which are for messages.</summary>
    private static Ban Slim(Ban ban) => ban.Matches.Count == 0 ? ban : ban with { Matches = [] };

    private ActionStanding? Of(ActionStep step) => step.Ban is { } ban ? _standing.GetValueOrDefault(ban.Id) : null;

    private void AddLasting(Ban ban, bool hasRoom, DateTimeOffset now)
    {
        if (!_standing.TryGetValue(ban.Id, out ActionStanding? standing))
        {
            _standing[ban.Id] = standing = new ActionStanding { Ban = ban };
        }

        (standing.Ban, standing.IsWanted, standing.IsInForce) = (Slim(ban), true, false);
        if (standing.UnbanStep is { IsRunning: false, Failures: > 0 } failing)
        {
            // One last try, so that the new ban need not wait for hours.
            Cancel(failing);
            standing.UnbanStep = new ActionStep(ActionStepKind.Unban, failing.Ban) { IsQuiet = true };
            _queue.Add(standing.UnbanStep, now);
        }

        standing.BanStep = new ActionStep(ActionStepKind.Ban, hasRoom ? ban : standing.Ban);
        _queue.Add(standing.BanStep, now);
    }

    private void AddUnban(ActionStanding standing, Ban ban, DateTimeOffset now)
    {
        standing.UnbanStep = new ActionStep(ActionStepKind.Unban, ban) { IsQuiet = !standing.IsInForce && standing.BanStep is null };
        _queue.Add(standing.UnbanStep, now);
    }

    /// <summary>Strikes out a ban that waits for its turn.</summary>
    private void Strike(ActionStanding standing)
    {
        if (standing.BanStep is { IsRunning: false } waiting)
        {
            Cancel(waiting);
        }
    }

    private void Cancel(ActionStep step)
    {
        _queue.Cancel(step);
        Unlink(step);
    }

    private void Finish(ActionStep step)
    {
        _queue.Finish(step);
        Unlink(step);
    }

    private void Unlink(ActionStep step)
    {
        if (Of(step) is { } standing)
        {
            standing.BanStep = standing.BanStep == step ? null : standing.BanStep;
            standing.ProlongStep = standing.ProlongStep == step ? null : standing.ProlongStep;
            standing.UnbanStep = standing.UnbanStep == step ? null : standing.UnbanStep;
        }
    }

    private void LetGo(ActionStanding standing)
    {
        standing.WasTried = standing.IsInForce = false;
        ForgetIfOver(standing);
    }

    private void ForgetIfOver(ActionStanding standing)
    {
        if (standing.IsOver)
        {
            _standing.Remove(standing.Ban.Id);
        }
    }
}
