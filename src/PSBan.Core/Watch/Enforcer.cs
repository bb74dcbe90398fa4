using System.Globalization;
using PSBan.Firewalls;
using PSBan.Model;

namespace PSBan.Watch;

/// <summary>
/// Keeps one packet filter as the jails want it: gathers what changes while the last batch is being applied, retries with back-off,
/// opens anew what somebody removed, and compares both sides once a minute, or every ten where it is known that nobody has changed anything.
/// </summary>
internal sealed partial class Enforcer : IAsyncDisposable
{
    private static readonly TimeSpan s_atOnce = TimeSpan.FromTicks(1);
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_lastRetry = TimeSpan.FromSeconds(30);

    private readonly IFirewall _firewall;
    private readonly EventHub _events;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();
    private readonly Dictionary<FirewallTarget, DateTimeOffset> _desired = [];
    private readonly HashSet<FirewallTarget> _dirty = [];
    private readonly HashSet<FirewallTarget> _inFlight = [];
    private readonly SemaphoreSlim _signal = new(0, 1);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<string, FirewallRule> _rules;
    private readonly Dictionary<string, FirewallRule> _leaving = new(StringComparer.Ordinal);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private TaskCompletionSource _settled = NewSettled(true);
    private bool _isOpeningDue;
    private ITimer? _alarm;

    public Enforcer(IFirewall firewall, IReadOnlyList<FirewallRule> rules, EventHub events, TimeProvider clock)
    {
        _firewall = firewall;
        _rules = rules.ToDictionary(rule => rule.Name, StringComparer.Ordinal);
        _events = events;
        _clock = clock;
    }

    public string Name => _firewall.Name;

    /// <summary>How many changes wait for the packet filter.</summary>
    public int Pending
    {
        get
        {
            lock (_lock)
            {
                return _dirty.Count + _inFlight.Count;
            }
        }
    }

    /// <summary>The rules that are to stand.</summary>
    public IReadOnlyList<FirewallRule> Rules
    {
        get
        {
            lock (_lock)
            {
                return [.. _rules.Values];
            }
        }
    }

    /// <summary>Opens every rule.</summary>
    /// <exception cref="FirewallException">It cannot be done.</exception>
    public Task OpenAsync(CancellationToken cancelToken) => InTurnAsync(() => OpenAllAsync(cancelToken), cancelToken);

    /// <summary>What stands in the rules now.</summary>
    /// <exception cref="FirewallException">It cannot be read.</exception>
    public Task<IReadOnlyList<FirewallEntry>> ListAsync(CancellationToken cancelToken) => _firewall.ListAsync(cancelToken);

    /// <summary>Makes room for so many more wishes.</summary>
    public void Expect(int count)
    {
        lock (_lock)
        {
            _desired.EnsureCapacity(_desired.Count + count);
            _dirty.EnsureCapacity(_dirty.Count + count);
        }
    }

    /// <summary>Wants an address to stand in a rule until the given moment; <see cref="DateTimeOffset.MaxValue"/> for ever.</summary>
    public void Add(FirewallRule rule, Address address, DateTimeOffset expires) => Change(new FirewallTarget(rule.Name, address), expires);

    /// <summary>Wants an address to leave a rule.</summary>
    public void Remove(FirewallRule rule, Address address) => Change(new FirewallTarget(rule.Name, address), null);

    /// <summary>Whether a wish for this address has not been fulfilled yet.</summary>
    public bool IsPending(FirewallRule rule, Address address)
    {
        lock (_lock)
        {
            var target = new FirewallTarget(rule.Name, address);
            return _dirty.Contains(target) || _inFlight.Contains(target);
        }
    }

    /// <summary>Waits until every wish so far is fulfilled.</summary>
    public Task WhenSettledAsync(CancellationToken cancelToken)
    {
        lock (_lock)
        {
            return _settled.Task.WaitAsync(cancelToken);
        }
    }

    /// <summary>Works until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancelToken)
    {
        await using ITimer reconcile = _clock.CreateTimer(_ => WantReconcileInTime(), null, s_reconcileEvery, s_reconcileEvery);
        await using ITimer alarm = _clock.CreateTimer(_ => WakeUp(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        TimeSpan retry = TimeSpan.Zero;
        lock (_lock)
        {
            _alarm = alarm;
            SetAlarm();
        }

        // A run that was killed has left its bans standing: most of what is wanted may be there already.
        WantReconcile();
        try
        {
            while (true)
            {
                if (retry > TimeSpan.Zero)
                {
                    await WaitForRetryAsync(retry, cancelToken).ConfigureAwait(false);
                }
                else
                {
                    await _signal.WaitAsync(cancelToken).ConfigureAwait(false);
                }

                bool wasFailing = retry > TimeSpan.Zero;
                TimeSpan pause = retry;
                await InTurnAsync(async () => retry = await WorkAsync(pause, cancelToken).ConfigureAwait(false), cancelToken).ConfigureAwait(false);
                lock (_lock)
                {
                    SetAlarm();
                }

                if (wasFailing && retry == TimeSpan.Zero)
                {
                    _events.Publish(BanEventKind.FirewallRepaired, $"The packet filter {Name} works again.");
                }
            }
        }
        catch (OperationCanceledException) when (cancelToken.IsCancellationRequested)
        {
            // The end of the watch.
        }
        finally
        {
            lock (_lock)
            {
                _alarm = null;
            }
        }
    }

    /// <summary>Takes every rule down.</summary>
    /// <exception cref="FirewallException">The packet filter refused.</exception>
    public Task CloseAsync(CancellationToken cancelToken) =>
        InTurnAsync(() => _firewall.CloseAsync([.. Rules.UnionBy(_leaving.Values, rule => rule.Name)], cancelToken), cancelToken);

    public async ValueTask DisposeAsync()
    {
        await _firewall.DisposeAsync().ConfigureAwait(false);

        // Who asks at the very end has nothing to wait for.
        Answer(null);
        _signal.Dispose();
        _turn.Dispose();
    }

    /// <summary>Does what is due.</summary>
    /// <returns>How long to wait before it is tried again; zero where all has been done.</returns>
    private async Task<TimeSpan> WorkAsync(TimeSpan lastRetry, CancellationToken cancelToken)
    {
        try
        {
            if (Volatile.Read(ref _isOpeningDue))
            {
                await OpenAllAsync(cancelToken).ConfigureAwait(false);
                Volatile.Write(ref _isOpeningDue, false);
                WantAllAgain();
            }

            await OpenDueAsync(cancelToken).ConfigureAwait(false);
            if (Interlocked.Exchange(ref _isReconcileDue, false))
            {
                await CloseLeavingAsync(cancelToken).ConfigureAwait(false);
                if (Closed.Count < Rules.Count)
                {
                    await ReconcileAsync(cancelToken).ConfigureAwait(false);
                }
            }

            await ApplyDirtyAsync(cancelToken).ConfigureAwait(false);
            TellNotes();
            Answer(null);
            return TimeSpan.Zero;
        }
        catch (FirewallException e)
        {
            TimeSpan retry = await RecoverAsync(e, lastRetry, cancelToken).ConfigureAwait(false);
            if (retry > s_atOnce)
            {
                Answer(e.Message);
            }

            return retry;
        }
    }

    /// <summary>Uses the packet filter alone: its calls must not overlap.</summary>
    private async Task InTurnAsync(Func<Task> work, CancellationToken cancelToken)
    {
        await _turn.WaitAsync(cancelToken).ConfigureAwait(false);
        try
        {
            await work().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task OpenAllAsync(CancellationToken cancelToken)
    {
        IReadOnlyList<FirewallRule> rules = Rules;
        HashSet<string> closed = [];
        try
        {
            await _firewall.OpenAsync(rules, cancelToken).ConfigureAwait(false);
        }
        catch (FirewallException e) when (e.Rules.Count > 0)
        {
            closed.UnionWith(e.Rules);
            PutAside(closed, e, isOpen: false);
        }

        Release([.. rules.Select(rule => rule.Name).Where(name => !closed.Contains(name))], "is set up now");
        TellNotes();
    }

    private void TellNotes()
    {
        foreach (string note in (_firewall as IFirewallNotes)?.Notes ?? [])
        {
            if (_told.Add(note))
            {
                _events.Publish(BanEventKind.FirewallFailed, note);
            }
        }
    }

    private static TaskCompletionSource NewSettled(bool done)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (done)
        {
            source.SetResult();
        }

        return source;
    }

    private void Change(FirewallTarget target, DateTimeOffset? expires)
    {
        lock (_lock)
        {
            if (!_rules.ContainsKey(target.Rule))
            {
                return;
            }

            if (expires is { } end)
            {
                _desired[target] = end;
            }
            else
            {
                _desired.Remove(target);
            }

            _dirty.Add(target);
            if (_settled.Task.IsCompleted)
            {
                _settled = NewSettled(false);
            }

            Signal();
        }
    }

    private void Signal()
    {
        if (_signal.CurrentCount == 0)
        {
            _signal.Release();
        }
    }

    private void WakeUp()
    {
        lock (_lock)
        {
            Signal();
        }
    }

    private async Task<TimeSpan> RecoverAsync(FirewallException trouble, TimeSpan lastRetry, CancellationToken cancelToken)
    {
        if (lastRetry == TimeSpan.Zero)
        {
            _events.Publish(BanEventKind.FirewallFailed, $"The packet filter {Name} failed: {trouble.Message} Bans wait and are tried again.");
        }

        TimeSpan next = lastRetry == TimeSpan.Zero ? s_firstRetry : lastRetry * 2;
        if (trouble.Failure != FirewallFailure.Gone)
        {
            return next < s_lastRetry ? next : s_lastRetry;
        }

        try
        {
            await OpenAllAsync(cancelToken).ConfigureAwait(false);
            int count = WantAllAgain();
            _events.Publish(
                BanEventKind.FirewallRepaired,
                string.Create(CultureInfo.InvariantCulture, $"The rules in {Name} were gone and have been made anew; {count} bans are being put back."));
            return s_atOnce;
        }
        catch (FirewallException)
        {
            return next < s_lastRetry ? next : s_lastRetry;
        }
    }

    private int WantAllAgain()
    {
        lock (_lock)
        {
            _dirty.UnionWith(_desired.Keys);
            TallyAll();
            return _desired.Count;
        }
    }

    private readonly record struct FirewallTarget(string Rule, Address Address);
}
