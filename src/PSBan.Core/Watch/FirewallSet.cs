using PSBan.Firewalls;
using PSBan.Model;

namespace PSBan.Watch;

/// <summary>The packet filters of a watch, opened with the rules of all jails. The rules may change while they work.</summary>
internal sealed class FirewallSet : IAsyncDisposable
{
    private readonly WatchOptions _options;
    private readonly EventHub _events;
    private readonly Dictionary<Enforcer, CrewMember> _working = [];
    private volatile IReadOnlyList<KeyValuePair<string, Enforcer>> _enforcers = [];
    private bool _leavesTimed;
    private bool _isClosed;

    private FirewallSet(WatchOptions options, EventHub events) => (_options, _events) = (options, events);

    /// <summary>The names of the packet filters.</summary>
    public IReadOnlyList<string> Names => [.. All.Select(enforcer => enforcer.Name)];

    /// <summary>How many changes wait, over all packet filters.</summary>
    public int Pending => All.Sum(enforcer => enforcer.Pending);

    private IEnumerable<Enforcer> All => _enforcers.Select(pair => pair.Value);

    /// <summary>Opens every packet filter that the jails name, with their rules.</summary>
    /// <exception cref="FirewallException">None can be used, or the right is missing; nothing is left behind. What can be used partly is, and the rest is tried again.</exception>
    public static async Task<FirewallSet> OpenAsync(IReadOnlyList<JailPlan> jails, WatchOptions options, EventHub events, CancellationToken cancelToken)
    {
        var set = new FirewallSet(options, events);
        try
        {
            await set.PrepareAsync(jails, e => e.Failure != FirewallFailure.AccessDenied, cancelToken).ConfigureAwait(false);
            set.ThrowIfNothingStands();
            return set;
        }
        catch
        {
            await set.CloseQuietlyAsync().ConfigureAwait(false);
            await set.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Opens what the jails need and does not stand yet; what they do not need any more stays until <see cref="TidyAsync"/>.</summary>
    /// <param name="jails">All jails as they are to be.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <returns>Takes back what was opened, where something else comes to nothing.</returns>
    /// <exception cref="FirewallException">One cannot be used; everything is as it was before.</exception>
    public Task<Func<Task>> PrepareAsync(IReadOnlyList<JailPlan> jails, CancellationToken cancelToken) =>
        PrepareAsync(jails, e => e.Failure == FirewallFailure.NotYet, cancelToken);

    private async Task<Func<Task>> PrepareAsync(IReadOnlyList<JailPlan> jails, Func<FirewallException, bool> mayWait, CancellationToken cancelToken)
    {
        Stack<Func<Task>> undo = new();
        try
        {
            foreach (var group in jails.SelectMany(jail => jail.Rules).GroupBy(BackEndOf))
            {
                Enforcer enforcer = Find(group.Key) ?? Add(group.Key, undo);
                Dictionary<string, FirewallRule> standing = enforcer.Rules.ToDictionary(rule => rule.Name, StringComparer.Ordinal);
                FirewallRule[] rules = [.. group.Select(binding => binding.Rule).Where(rule => !standing.TryGetValue(rule.Name, out FirewallRule? same) || SettingsText.Of(same) != SettingsText.Of(rule))];
                if (rules.Length > 0)
                {
                    FirewallRule[] before = [.. rules.Select(rule => standing.GetValueOrDefault(rule.Name)).OfType<FirewallRule>()];
                    await enforcer.OpenRulesAsync(rules, mayWait, cancelToken).ConfigureAwait(false);
                    undo.Push(() => enforcer.UndoAsync(rules, before));
                }
            }
        }
        catch
        {
            await UndoAsync(undo).ConfigureAwait(false);
            throw;
        }

        return () => UndoAsync(undo);
    }

    /// <summary>Takes down what the jails do not need any more. Does not throw for a packet filter: what it refuses is said and tried again.</summary>
    /// <param name="jails">All jails as they are.</param>
    /// <param name="cancelToken">Ends the call early; the rest goes at the end of the watch.</param>
    public async Task TidyAsync(IReadOnlyList<JailPlan> jails, CancellationToken cancelToken)
    {
        ILookup<string, string> needed = jails.SelectMany(jail => jail.Rules).ToLookup(BackEndOf, binding => binding.Rule.Name, StringComparer.Ordinal);
        foreach ((string backEnd, Enforcer enforcer) in _enforcers)
        {
            FirewallRule[] gone = [.. enforcer.Rules.ExceptBy(needed[backEnd], rule => rule.Name)];
            if (gone.Length > 0)
            {
                await enforcer.CloseRulesAsync(gone, cancelToken).ConfigureAwait(false);
            }

            if (enforcer.IsIdle)
            {
                _enforcers = [.. _enforcers.Where(pair => pair.Value != enforcer)];
                _working.Remove(enforcer, out CrewMember? member);
                await (member?.StopAsync() ?? Task.CompletedTask).ConfigureAwait(false);
                await enforcer.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>The rules of a jail.</summary>
    public IReadOnlyList<EnforcedRule> RulesOf(JailPlan jail) => [.. jail.Rules.Select(binding => new EnforcedRule(Find(BackEndOf(binding))!, binding.Rule))];

    /// <summary>What stands in the packet filters from an earlier run that left no state behind, as bans that begin now.</summary>
    /// <param name="banTime">The length of a jail's bans, where a packet filter does not know how long it is to keep one.</param>
    /// <param name="now">The time by the watch's clock.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    public async Task<IReadOnlyList<Ban>> FindStandingAsync(Func<string, Duration> banTime, DateTimeOffset now, CancellationToken cancelToken)
    {
        List<Ban> bans = [];
        foreach (Enforcer enforcer in All)
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
            await Task.WhenAll(All.Select(enforcer => enforcer.WhenSettledAsync(cancelToken))).WaitAsync(patience, cancelToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // It is tried again, and the bans are shown as pending.
        }
    }

    /// <summary>Keeps every packet filter as the jails want it: those that nobody keeps yet.</summary>
    public void Start(TaskCrew crew)
    {
        foreach (Enforcer enforcer in All.Where(enforcer => !_working.ContainsKey(enforcer)))
        {
            _working.Add(enforcer, crew.Start(enforcer.RunAsync));
        }
    }

    /// <summary>Compares every packet filter with the watch now, and repairs what differs.</summary>
    public async Task<IReadOnlyList<FirewallRepair>> SyncAsync(CancellationToken cancelToken)
    {
        IReadOnlyList<FirewallRepair>[] repairs = await Task.WhenAll(All.Select(enforcer => enforcer.SyncAsync(cancelToken))).ConfigureAwait(false);
        return [.. repairs.SelectMany(repair => repair)];
    }

    /// <summary>Leaves at the end what ends by itself.</summary>
    /// <returns>The names of the packet filters in which bans stay.</returns>
    public IReadOnlyList<string> LeaveTimed()
    {
        _leavesTimed = true;
        return [.. All.Where(HasTimes).Select(enforcer => enforcer.Name)];
    }

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
        foreach (Enforcer enforcer in All.Where(enforcer => !_leavesTimed || !HasTimes(enforcer)))
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
        foreach (Enforcer enforcer in All)
        {
            await enforcer.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>What people are shown: <c>nft, 3 rules</c>.</summary>
    public override string ToString() => _enforcers.Count == 0 ? "no packet filter" : string.Join(", ", Names);

    private static async Task UndoAsync(Stack<Func<Task>> undo)
    {
        while (undo.TryPop(out Func<Task>? step))
        {
            await step().ConfigureAwait(false);
        }
    }

    private static bool HasTimes(Enforcer enforcer) => enforcer.Name is FirewallBackEnds.Nft or FirewallBackEnds.Ipset;

    private string BackEndOf(FirewallBinding binding) => _options.Firewall ?? binding.BackEnd;

    private Enforcer? Find(string backEnd) => _enforcers.FirstOrDefault(pair => pair.Key == backEnd).Value;

    // What stands nowhere is no start: a watch that can stop nobody must not look as if it could. Waiting for docker's chain is no such trouble.
    private void ThrowIfNothingStands()
    {
        List<(FirewallRule Rule, FirewallException Trouble)> closed = [.. All.SelectMany(enforcer => enforcer.Closed)];
        if (closed.Count > 0 && closed.Count == All.Sum(enforcer => enforcer.Rules.Count) && closed.Find(pair => pair.Trouble.Failure != FirewallFailure.NotYet) is { Trouble: { } trouble })
        {
            throw trouble;
        }
    }

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

    private Enforcer Add(string backEnd, Stack<Func<Task>> undo)
    {
        // What was asked for by name is taken or refused; what a configuration names may be stood in for.
        var firewall = new LateFirewall(backEnd, token => _options.Firewall is null
            ? FirewallSelector.CreateOrSecondBestAsync(backEnd, _options.Clock, token)
            : FirewallSelector.CreateAsync(backEnd, _options.Clock, token));
        var enforcer = new Enforcer(firewall, [], _events, _options.Clock);
        _enforcers = [.. _enforcers, new(backEnd, enforcer)];
        undo.Push(async () =>
        {
            _enforcers = [.. _enforcers.Where(pair => pair.Value != enforcer)];
            await enforcer.DisposeAsync().ConfigureAwait(false);
        });
        return enforcer;
    }
}
