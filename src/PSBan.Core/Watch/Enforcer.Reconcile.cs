using System.Globalization;
using PSBan.Firewalls;
using PSBan.Model;

namespace PSBan.Watch;

/// <content>The comparison of what stands with what is wanted.</content>
internal sealed partial class Enforcer
{
    // A hundred thousand bans take half a second to list: no more than a hundredth of the time goes into comparing.
    private const int RestAfterReconcile = 100;

    private static readonly TimeSpan s_reconcileEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_longestRest = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_tolerance = TimeSpan.FromSeconds(2);

    private bool _isReconcileDue;
    private DateTimeOffset _notBefore;

    // Where nobody has changed the packet filter since both sides were compared, they are compared again only after this moment (ticks of the universal time).
    private long _compareAnyway;
    private long? _changesSeen;

    /// <summary>Something says that a ban may not stand: both sides are compared the next time, whatever is known.</summary>
    public void Doubt() => Volatile.Write(ref _compareAnyway, 0);

    /// <summary>Wants both sides to be compared now, whatever is known.</summary>
    private void WantReconcile()
    {
        Volatile.Write(ref _compareAnyway, 0);
        Volatile.Write(ref _isReconcileDue, true);
        WakeUp();
    }

    private void WantReconcileInTime()
    {
        if (_clock.GetUtcNow() >= _notBefore)
        {
            Volatile.Write(ref _isReconcileDue, true);
            WakeUp();
        }
    }

    private async Task ReconcileAsync(CancellationToken cancelToken)
    {
        // Asked before the listing: what is changed meanwhile counts as not seen.
        long? changes = _firewall.CountForeignChanges();
        if (changes is not null && changes == _changesSeen && _clock.GetUtcNow().UtcTicks < Volatile.Read(ref _compareAnyway))
        {
            return;
        }

        _changesSeen = null;
        Volatile.Write(ref _compareAnyway, (_clock.GetUtcNow() + s_longestRest).UtcTicks);
        long start = _clock.GetTimestamp();
        IReadOnlyList<FirewallEntry> entries = await _firewall.ListAsync(cancelToken).ConfigureAwait(false);
        _changesSeen = changes;
        TimeSpan rest = _clock.GetElapsedTime(start) * RestAfterReconcile;
        _notBefore = _clock.GetUtcNow() + (rest < s_longestRest ? rest : s_longestRest);
        var notes = _firewall as IFirewallNotes;
        Dictionary<FirewallTarget, Duration?> standing = new(entries.Count);
        foreach (FirewallEntry entry in entries)
        {
            standing[new FirewallTarget(entry.Rule.Name, entry.Address)] = entry.Remaining;
        }

        DateTimeOffset now = _clock.GetUtcNow();
        int missing = 0, extra = 0;
        BeginTally();
        lock (_lock)
        {
            foreach ((FirewallTarget target, DateTimeOffset end) in _desired)
            {
                if (standing.TryGetValue(target, out Duration? remaining))
                {
                    if (IsAsWanted(remaining, end, now))
                    {
                        _dirty.Remove(target);
                    }
                }
                else if (end > now + s_tolerance && !IsAside(target.Rule) && notes?.Covers(target.Address) != false && _dirty.Add(target))
                {
                    Tally(target.Rule, 1, 0);
                    missing++;
                }
            }

            foreach (FirewallTarget target in standing.Keys)
            {
                if (_rules.ContainsKey(target.Rule) && !_desired.ContainsKey(target) && _dirty.Add(target))
                {
                    Tally(target.Rule, 0, 1);
                    extra++;
                }
            }

            if (_dirty.Count + _inFlight.Count == 0)
            {
                _settled.TrySetResult();
            }
        }

        if (missing + extra > 0)
        {
            _events.Publish(
                BanEventKind.FirewallRepaired,
                string.Create(CultureInfo.InvariantCulture, $"The packet filter {Name} differed from the watch: {missing} bans were missing and are put back, {extra} that nobody wants are removed."));
        }
    }

    // A packet filter without times holds an address until it is taken out.
    private static bool IsAsWanted(Duration? remaining, DateTimeOffset end, DateTimeOffset now) =>
        remaining is not { } left || (end == DateTimeOffset.MaxValue ? left.IsPermanent : Math.Abs(left.TotalSeconds - (end - now).TotalSeconds) <= s_tolerance.TotalSeconds);
}
