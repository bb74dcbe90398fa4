using PSBan.Firewalls;
using PSBan.Model;

namespace PSBan.Watch;

/// <content>Rules that the packet filter refuses, whose set is full, or whose chain is not there yet: each is tried again with a back-off of its own, and the others go on.</content>
internal sealed partial class Enforcer
{
    private static readonly TimeSpan s_shortestWait = TimeSpan.FromMilliseconds(10);

    private readonly Dictionary<string, Hold> _holds = new(StringComparer.Ordinal);

    /// <summary>The rules that could not be set up, with the reason.</summary>
    public IReadOnlyList<(FirewallRule Rule, FirewallException Trouble)> Closed
    {
        get
        {
            lock (_lock)
            {
                return [.. _holds.Where(pair => !pair.Value.IsOpen && _rules.ContainsKey(pair.Key)).Select(pair => (_rules[pair.Key], pair.Value.Trouble))];
            }
        }
    }

    /// <summary>Why bans of a rule are not in force; null where nothing is known against it.</summary>
    public string? TroubleOf(FirewallRule rule)
    {
        lock (_lock)
        {
            return _holds.TryGetValue(rule.Name, out Hold? hold) ? hold.Trouble.Message : Trouble;
        }
    }

    /// <summary>Puts rules aside until the next attempt.</summary>
    /// <param name="names">The rules.</param>
    /// <param name="trouble">Why.</param>
    /// <param name="isOpen">Whether they stand, and only their bans could not be changed.</param>
    private void PutAside(IReadOnlyCollection<string> names, FirewallException trouble, bool isOpen)
    {
        bool isNew = false;
        string? jail = null;
        DateTimeOffset now = _clock.GetUtcNow();
        lock (_lock)
        {
            foreach (string name in names)
            {
                Hold? before = _holds.GetValueOrDefault(name);
                TimeSpan pause = before is null ? s_firstRetry : before.Pause * 2;
                pause = pause < s_lastRetry ? pause : s_lastRetry;
                _holds[name] = new Hold(now + pause, pause, isOpen && before?.IsOpen != false, trouble);
                isNew |= before is null;
                jail ??= _rules.GetValueOrDefault(name)?.Jail;
            }

            SetAlarm();
        }

        if (isNew)
        {
            _events.Publish(BanEventKind.FirewallFailed, $"{trouble.Message} Bans of it wait and are tried again; the others go on.", jail);
        }
    }

    /// <summary>Whether a rule has been put aside and its time has not come. Called with the lock held.</summary>
    private bool IsAside(string rule) => _holds.TryGetValue(rule, out Hold? hold) && !(hold.IsOpen && hold.Until <= _clock.GetUtcNow());

    /// <summary>Tries to set up those rules whose time has come.</summary>
    private async Task OpenDueAsync(CancellationToken cancelToken)
    {
        FirewallRule[] due;
        lock (_lock)
        {
            DateTimeOffset now = _clock.GetUtcNow();
            foreach (string over in _holds.Where(pair => !_rules.ContainsKey(pair.Key) || (pair.Value.IsOpen && pair.Value.Until <= now && !_dirty.Any(target => target.Rule == pair.Key))).Select(pair => pair.Key).ToList())
            {
                // Nothing waits for it any more.
                _holds.Remove(over);
            }

            due = [.. _holds.Where(pair => !pair.Value.IsOpen && pair.Value.Until <= now && _rules.ContainsKey(pair.Key)).Select(pair => _rules[pair.Key])];
        }

        if (due.Length == 0)
        {
            return;
        }

        HashSet<string> closed = [];
        try
        {
            await _firewall.OpenAsync(due, cancelToken).ConfigureAwait(false);
        }
        catch (FirewallException e)
        {
            closed.UnionWith(e.Rules.Count > 0 ? e.Rules : due.Select(rule => rule.Name));
            PutAside(closed, e, isOpen: false);
        }

        TellNotes();
        Release([.. due.Select(rule => rule.Name).Where(name => !closed.Contains(name))], "is set up now");
    }

    /// <summary>Lets rules take part again, and wants all their bans.</summary>
    private void Release(IReadOnlyCollection<string> names, string what)
    {
        List<FirewallRule> released = [];
        lock (_lock)
        {
            foreach (string name in names)
            {
                if (_holds.Remove(name) && _rules.TryGetValue(name, out FirewallRule? rule))
                {
                    released.Add(rule);
                }
            }

            HashSet<string> again = [.. released.Select(rule => rule.Name)];
            if (again.Count > 0)
            {
                _dirty.UnionWith(_desired.Keys.Where(target => again.Contains(target.Rule)));
            }
        }

        foreach (FirewallRule rule in released)
        {
            _events.Publish(BanEventKind.FirewallRepaired, $"The rule '{rule.Name}' in {Name} {what}.", rule.Jail);
        }
    }

    /// <summary>Lets everything that waits be tried now. Called with the lock held.</summary>
    private void EndHolds()
    {
        foreach ((string name, Hold hold) in _holds.ToList())
        {
            _holds[name] = hold with { Until = DateTimeOffset.MinValue };
        }
    }

    // Called with the lock held. A timer may ring a little early, so it is set anew after each piece of work.
    private void SetAlarm()
    {
        if (_holds.Count > 0)
        {
            TimeSpan wait = _holds.Values.Min(hold => hold.Until) - _clock.GetUtcNow();
            _alarm?.Change(wait > s_shortestWait ? wait : s_shortestWait, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>One rule that waits.</summary>
    /// <param name="Until">Until when.</param>
    /// <param name="Pause">How long it waits this time.</param>
    /// <param name="IsOpen">Whether it stands.</param>
    /// <param name="Trouble">What went wrong.</param>
    private sealed record Hold(DateTimeOffset Until, TimeSpan Pause, bool IsOpen, FirewallException Trouble);
}
