using PSBan.Firewalls;
using PSBan.Model;

namespace PSBan.Watch;

/// <content>Rules that come, change and go while the watch runs.</content>
internal sealed partial class Enforcer
{
    /// <summary>Whether no rule stands, nor is left to be taken down.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_lock)
            {
                return _rules.Count + _leaving.Count == 0;
            }
        }
    }

    /// <summary>Opens rules, new ones and those that have changed; bans that stand in these stay.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="mayWait">Whether, after a failure, the rules that it concerns are put aside and tried again, and not refused.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="FirewallException">The packet filter refused. What it was to have is as it was, or will be made so.</exception>
    public Task OpenRulesAsync(IReadOnlyList<FirewallRule> rules, Func<FirewallException, bool> mayWait, CancellationToken cancelToken) => InTurnAsync(
        async () =>
        {
            FirewallException? trouble = null;
            try
            {
                await _firewall.OpenAsync(rules, cancelToken).ConfigureAwait(false);
            }
            catch (FirewallException e) when (mayWait(e))
            {
                trouble = e;
            }
            catch
            {
                // A packet filter without transactions may have done half of it.
                await RevertAsync(rules).ConfigureAwait(false);
                throw;
            }

            lock (_lock)
            {
                foreach (FirewallRule rule in rules)
                {
                    _rules[rule.Name] = rule;
                    _leaving.Remove(rule.Name);
                    _holds.Remove(rule.Name);
                }
            }

            if (trouble is not null)
            {
                PutAside(trouble.Rules.Count > 0 ? trouble.Rules : [.. rules.Select(rule => rule.Name)], trouble, isOpen: false);
            }

            TellNotes();
        },
        cancelToken);

    /// <summary>Takes back what <see cref="OpenRulesAsync"/> did. Does not throw: what cannot be done now is tried again.</summary>
    /// <param name="rules">The rules that were opened.</param>
    /// <param name="before">Those of them that stood before, as they were.</param>
    public Task UndoAsync(IReadOnlyList<FirewallRule> rules, IReadOnlyList<FirewallRule> before) => InTurnAsync(
        async () =>
        {
            lock (_lock)
            {
                foreach (FirewallRule rule in rules.ExceptBy(before.Select(rule => rule.Name), rule => rule.Name))
                {
                    Forget(rule);
                }

                foreach (FirewallRule rule in before)
                {
                    _rules[rule.Name] = rule;
                }
            }

            await RevertAsync(rules).ConfigureAwait(false);
        },
        CancellationToken.None);

    /// <summary>Takes rules down, with all that stands in them. Does not throw for the packet filter: what it refuses is said and tried again.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="cancelToken">Ends the call early; what is left is taken down at the end of the watch.</param>
    public Task CloseRulesAsync(IReadOnlyList<FirewallRule> rules, CancellationToken cancelToken) => InTurnAsync(
        async () =>
        {
            lock (_lock)
            {
                foreach (FirewallRule rule in rules)
                {
                    Forget(rule);
                    _leaving[rule.Name] = rule;
                }

                if (_dirty.Count + _inFlight.Count == 0)
                {
                    _settled.TrySetResult();
                }
            }

            try
            {
                await CloseLeavingAsync(cancelToken).ConfigureAwait(false);
            }
            catch (FirewallException e)
            {
                _events.Publish(
                    BanEventKind.FirewallFailed,
                    $"The rules {string.Join(", ", rules.Select(rule => rule.Name))} in {Name} are not needed any more, but cannot be removed: {e.Message} It is tried again every minute.");
            }
        },
        cancelToken);

    /// <summary>Forgets a rule and all that was to stand in it. Called with the lock held.</summary>
    private void Forget(FirewallRule rule)
    {
        _rules.Remove(rule.Name);
        _holds.Remove(rule.Name);
        _dirty.RemoveWhere(target => target.Rule == rule.Name);
        foreach (FirewallTarget target in _desired.Keys.Where(target => target.Rule == rule.Name).ToList())
        {
            _desired.Remove(target);
        }
    }

    /// <summary>Makes some rules what they are to be by <see cref="_rules"/>: those that are not in it go, the others are opened.</summary>
    private async Task RevertAsync(IReadOnlyList<FirewallRule> rules)
    {
        IReadOnlyList<FirewallRule> wanted = Rules;
        try
        {
            FirewallRule[] gone = [.. rules.ExceptBy(wanted.Select(rule => rule.Name), rule => rule.Name)];
            if (gone.Length > 0)
            {
                await _firewall.CloseAsync(gone, CancellationToken.None).ConfigureAwait(false);
            }

            FirewallRule[] kept = [.. wanted.IntersectBy(rules.Select(rule => rule.Name), rule => rule.Name)];
            if (kept.Length > 0)
            {
                await _firewall.OpenAsync(kept, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (FirewallException e)
        {
            _events.Publish(BanEventKind.FirewallFailed, $"The rules in {Name} could not be put back as they were: {e.Message} It is tried again.");
            Volatile.Write(ref _isOpeningDue, true);
            lock (_lock)
            {
                Signal();
            }
        }
    }

    private async Task CloseLeavingAsync(CancellationToken cancelToken)
    {
        FirewallRule[] leaving;
        lock (_lock)
        {
            leaving = [.. _leaving.Values];
        }

        if (leaving.Length > 0)
        {
            await _firewall.CloseAsync(leaving, cancelToken).ConfigureAwait(false);
            lock (_lock)
            {
                _leaving.Clear();
            }
        }
    }
}
