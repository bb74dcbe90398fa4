using PSBan.Firewalls;
using PSBan.Model;

namespace PSBan.Watch;

/// <summary>The packet filters of a watch, opened with the rules of all jails.</summary>
internal sealed class FirewallSet : IAsyncDisposable
{
    private readonly List<Enforcer> _enforcers = [];
    private readonly Dictionary<FirewallRule, EnforcedRule> _rules = new(ReferenceEqualityComparer.Instance);
    private bool _isClosed;

    private FirewallSet()
    {
    }

    /// <summary>The names of the packet filters.</summary>
    public IReadOnlyList<string> Names => [.. _enforcers.Select(enforcer => enforcer.Name)];

    /// <summary>How many changes wait, over all packet filters.</summary>
    public int Pending => _enforcers.Sum(enforcer => enforcer.Pending);

    /// <summary>Opens every packet filter that the jails name, with their rules.</summary>
    /// <exception cref="FirewallException">One cannot be used; the others have been closed again.</exception>
    public static async Task<FirewallSet> OpenAsync(IReadOnlyList<JailPlan> jails, WatchOptions options, EventHub events, CancellationToken cancelToken)
    {
        var set = new FirewallSet();
        try
        {
            foreach (var group in jails.SelectMany(jail => jail.Rules).GroupBy(rule => options.Firewall ?? rule.BackEnd))
            {
                FirewallChoice choice = await FirewallSelector.CreateAsync(group.Key, options.Clock, cancelToken).ConfigureAwait(false);
                var enforcer = new Enforcer(choice.Firewall, [.. group.Select(rule => rule.Rule)], events, options.Clock);
                set._enforcers.Add(enforcer);
                foreach (FirewallBinding rule in group)
                {
                    set._rules[rule.Rule] = new EnforcedRule(enforcer, rule.Rule);
                }

                await enforcer.OpenAsync(cancelToken).ConfigureAwait(false);
            }

            return set;
        }
        catch
        {
            await set.CloseQuietlyAsync().ConfigureAwait(false);
            await set.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The rules of a jail.</summary>
    public IReadOnlyList<EnforcedRule> RulesOf(JailPlan jail) => [.. jail.Rules.Select(rule => _rules[rule.Rule])];

    /// <summary>What stands in the packet filters from an earlier run that left no state behind, as bans that begin now.</summary>
    /// <param name="banTime">The length of a jail's bans, where a packet filter does not know how long it is to keep one.</param>
    /// <param name="now">The time by the watch's clock.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    public async Task<IReadOnlyList<Ban>> FindStandingAsync(Func<string, Duration> banTime, DateTimeOffset now, CancellationToken cancelToken)
    {
        List<Ban> bans = [];
        foreach (Enforcer enforcer in _enforcers)
        {
            try
            {
                IReadOnlyList<FirewallEntry> entries = await enforcer.ListAsync(cancelToken).ConfigureAwait(false);
                bans.AddRange(entries.Select(entry => new Ban(entry.Rule.Jail, entry.Address, now, entry.Remaining ?? banTime(entry.Rule.Jail))));
            }
            catch (FirewallException)
            {
                // What cannot be read now is found different, and said, when both sides are compared.
            }
        }

        return [.. bans.DistinctBy(ban => (ban.Jail, ban.Id))];
    }

    /// <summary>Waits until every packet filter holds what the jails want, or patience is at its end.</summary>
    public async Task WhenSettledAsync(TimeSpan patience, CancellationToken cancelToken)
    {
        try
        {
            await Task.WhenAll(_enforcers.Select(enforcer => enforcer.WhenSettledAsync(cancelToken))).WaitAsync(patience, cancelToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // It is tried again, and the bans are shown as pending.
        }
    }

    /// <summary>Compares every packet filter with the watch now, and repairs what differs.</summary>
    public async Task<IReadOnlyList<FirewallRepair>> SyncAsync(CancellationToken cancelToken)
    {
        IReadOnlyList<FirewallRepair>[] repairs = await Task.WhenAll(_enforcers.Select(enforcer => enforcer.SyncAsync(cancelToken))).ConfigureAwait(false);
        return [.. repairs.SelectMany(repair => repair)];
    }

    /// <summary>Keeps every packet filter as the jails want it, until cancelled.</summary>
    public Task RunAsync(CancellationToken cancelToken) =>
        _enforcers.Count == 0
            ? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancelToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default)
            : Task.WhenAll(_enforcers.Select(enforcer => enforcer.RunAsync(cancelToken)));

    /// <summary>Takes all rules down; a second call does nothing.</summary>
    /// <exception cref="FirewallException">A packet filter refused; the others have been closed all the same.</exception>
    public async Task CloseAsync(CancellationToken cancelToken)
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        FirewallException? trouble = null;
        foreach (Enforcer enforcer in _enforcers)
        {
            try
            {
                await enforcer.CloseAsync(cancelToken).ConfigureAwait(false);
            }
            catch (FirewallException e)
            {
                trouble ??= e;
            }
        }

        if (trouble is not null)
        {
            throw trouble;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Enforcer enforcer in _enforcers)
        {
            await enforcer.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>What people are shown: <c>nft, 3 rules</c>.</summary>
    public override string ToString() => _enforcers.Count == 0 ? "no packet filter" : string.Join(", ", Names);

    private async Task CloseQuietlyAsync()
    {
        try
        {
            await CloseAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (FirewallException)
        {
            // What opening threw says more.
        }
    }
}
