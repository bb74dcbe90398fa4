using PSBan.Firewalls;
using PSBan.Model;

namespace PSBan.Watch;

/// <content>Wishes become batches: what comes while one is being applied goes into the next.</content>
internal sealed partial class Enforcer
{
    private async Task ApplyDirtyAsync(CancellationToken cancelToken)
    {
        while (TakeBatch(out List<FirewallTarget> taken, out List<FirewallChange> changes))
        {
            HashSet<string> refused = [];
            try
            {
                await _firewall.ApplyAsync(changes, cancelToken).ConfigureAwait(false);
            }
            catch (FirewallException e) when (e.Rules.Count > 0)
            {
                refused.UnionWith(e.Rules);
                PutBack([.. taken.Where(target => refused.Contains(target.Rule))]);
                PutAside(refused, e, isOpen: true);
            }
            catch
            {
                PutBack(taken);
                throw;
            }

            lock (_lock)
            {
                _inFlight.Clear();
                if (_dirty.Count == 0)
                {
                    _settled.TrySetResult();
                }
            }

            if (_holds.Count > 0)
            {
                Release([.. taken.Select(target => target.Rule).Distinct().Where(rule => !refused.Contains(rule))], "takes bans again");
            }
        }

        // What is left waits for a rule that was put aside, and may do so for long.
        lock (_lock)
        {
            _settled.TrySetResult();
        }
    }

    private bool TakeBatch(out List<FirewallTarget> taken, out List<FirewallChange> changes)
    {
        DateTimeOffset now = _clock.GetUtcNow();
        lock (_lock)
        {
            taken = [.. (_holds.Count == 0 ? _dirty : _dirty.Where(target => !IsAside(target.Rule))).Take(_firewall.MostChanges)];
            changes = new List<FirewallChange>(taken.Count);
            foreach (FirewallTarget target in taken)
            {
                _dirty.Remove(target);
                _inFlight.Add(target);
                changes.Add(ToChange(target, now));
            }

            return taken.Count > 0;
        }
    }

    private FirewallChange ToChange(FirewallTarget target, DateTimeOffset now)
    {
        FirewallRule rule = _rules[target.Rule];
        if (!_desired.TryGetValue(target, out DateTimeOffset end) || end <= now)
        {
            return new FirewallChange(rule, target.Address, false, Duration.Zero);
        }

        return new FirewallChange(rule, target.Address, true, end == DateTimeOffset.MaxValue ? Duration.Permanent : Duration.From(end - now));
    }

    private void PutBack(List<FirewallTarget> taken)
    {
        lock (_lock)
        {
            _dirty.UnionWith(taken);
            _inFlight.Clear();
        }
    }
}
