using System.Globalization;
using PSBan.Control;
using PSBan.Firewalls;
using PSBan.Model;
using PSBan.Sources;
using PSBan.Store;

namespace PSBan.Watch;

/// <summary>
/// The watch: follows the logs of every enabled jail, counts failures, bans and unbans, and answers at the control endpoint of its state directory.
/// One object is one run.
/// </summary>
public sealed class BanWatcher
{
    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_startPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_closePatience = TimeSpan.FromSeconds(20);

    private readonly WatchOptions _options;
    private readonly EventHub _events;
    private readonly WatchLoop _loop = new();
    private string _end = "The watch has ended; its rules have been removed.";
    private readonly TaskCompletionSource<WatchReloader> _reloader = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Makes a watch; nothing is opened yet.</summary>
    /// <param name="options">What to watch with.</param>
    public BanWatcher(WatchOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _events = new EventHub(options.Clock);
    }

    /// <summary>Opens a queue of events; subscribe before <see cref="RunAsync"/> to miss nothing. Every subscription ends when the watch has ended.</summary>
    /// <param name="capacity">How many events wait before the oldest are dropped.</param>
    public EventSubscription Subscribe(int capacity = EventSubscription.DefaultCapacity) => _events.Subscribe(capacity);

    /// <summary>Reads the configuration again and puts it in force, once the watch has started. A configuration with errors is refused as a whole.</summary>
    /// <param name="cancelToken">Ends the waiting, not the work.</param>
    /// <exception cref="OperationCanceledException">The watch ends, or the token was cancelled.</exception>
    public async Task<ReloadResult> ReloadAsync(CancellationToken cancelToken)
    {
        WatchReloader reloader = await _reloader.Task.WaitAsync(cancelToken).ConfigureAwait(false);
        return await reloader.ReloadAsync(cancelToken).ConfigureAwait(false);
    }

    /// <summary>Starts, runs until cancelled (or stopped at the control endpoint), and takes down everything that is ours before it returns.</summary>
    /// <param name="cancelToken">Ends the watch.</param>
    /// <exception cref="ConfigurationException">No jail can run.</exception>
    /// <exception cref="WatchAlreadyRunningException">Another watch holds the state directory.</exception>
    /// <exception cref="StoreException">The store of the state directory cannot be used; nothing was started.</exception>
    /// <exception cref="FirewallException">The packet filter cannot be changed; nothing was started.</exception>
    /// <exception cref="IOException">The state directory cannot be used.</exception>
    /// <exception cref="UnauthorizedAccessException">The state directory may not be used.</exception>
    public async Task RunAsync(CancellationToken cancelToken)
    {
        await Task.Yield();
        try
        {
            using WatchLock claim = await WatchLock.TakeAsync(_options.StatePath, _options.Clock, cancelToken).ConfigureAwait(false);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancelToken);
            await RunClaimedAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancelToken.IsCancellationRequested)
        {
            // Stopped while it was still starting.
        }
        finally
        {
            _reloader.TrySetCanceled(CancellationToken.None);
            _events.End();
        }
    }

    private async Task RunClaimedAsync(CancellationTokenSource stop)
    {
        WatchPlan plan = WatchPlan.Load(_options);
        plan.ThrowIfNothingRuns();
        using var keeper = new StateKeeper(plan.State, _loop, _events, _options.Clock);
        await keeper.OpenAsync().ConfigureAwait(false);
        await using FirewallSet firewalls = await FirewallSet.OpenAsync(plan.Jails, _options, _events, stop.Token).ConfigureAwait(false);
        try
        {
            await RunOpenedAsync(plan, keeper, firewalls, stop).ConfigureAwait(false);
        }
        finally
        {
            await CloseAsync(firewalls).ConfigureAwait(false);
        }

        _events.Publish(BanEventKind.Stopped, _end);
    }

    private async Task RunOpenedAsync(WatchPlan plan, StateKeeper keeper, FirewallSet firewalls, CancellationTokenSource stop)
    {
        TimeProvider clock = _options.Clock;
        using var actions = new ActionSet(_options, _events, new StoredPast(keeper.ReadHistoryAsync, plan.State.MaxMatches));
        var tools = new WatchTools(_options, _loop, _events, keeper.Offenders);
        var parts = new WatchParts(new JailRoster(), keeper, firewalls, actions, new SourceSet(keeper.Positions, tools), new TaskCrew(stop.Token));
        parts.Jails.Set([.. plan.Jails.Select(jail => parts.Open(jail, tools.MakeIgnoreList(jail.Options), tools))]);
        await tools.Ignored.RefreshAsync(stop.Token).ConfigureAwait(false);
        await ResumeAsync(parts, stop.Token).ConfigureAwait(false);
        parts.Sources.Arrange(parts.Jails.Running);
        DateTimeOffset since = clock.GetLocalNow();
        using var reloader = new WatchReloader(tools, parts, plan, stop.Token);
        var control = new WatchControl(_loop, parts, () => Describe(parts, reloader.Plan, since), stop.Cancel);

        using IControlListener listener = ControlEndpoint.Listen(_options.StatePath);
        using var hangUp = new CancellationTokenSource();
        var server = new ControlServer(listener, control, new JailControl(tools, parts, reloader), () => _events.Subscribe(), keeper.ReadHistoryAsync, clock);
        Task serving = server.RunAsync(stop.Token, hangUp.Token);
        _loop.AfterEach = keeper.Look;
        Task looping = _loop.WorkAsync();
        Task keeping = keeper.RunAsync(stop.Token);
        TaskCrew crew = parts.Crew;
        crew.Start(tools.Resolver.RunAsync);
        crew.Start(tools.Ignored.RunAsync);
        using IDisposable beat = Heartbeat.Join(clock, s_tick, _ => _loop.Post(() => Tick(parts)));
        firewalls.Start(crew);
        actions.Start(crew);
        try
        {
            foreach (Problem problem in plan.Problems)
            {
                _events.Publish(BanEventKind.ConfigurationProblem, problem.ToString(), problem.Jail);
            }

            // Bans of an earlier run stand again before the watch calls itself ready.
            await firewalls.WhenSettledAsync(s_startPatience, stop.Token).ConfigureAwait(false);
            parts.Sources.Start(crew);
            _events.Publish(BanEventKind.Started, string.Create(CultureInfo.InvariantCulture, $"Watching with {plan.Jails.Count} jails ({firewalls}{actions}); state in {_options.StatePath}."));
            _reloader.TrySetResult(reloader);

            // Nothing here ends before the watch does; if something fails, the watch fails with it, loudly, and the rules are taken down.
            Task first = await Task.WhenAny([crew.Broken, keeping, serving, looping]).ConfigureAwait(false);
            if (_options.Input is not null && first == crew.Broken && first.IsCompletedSuccessfully && !stop.IsCancellationRequested)
            {
                await ApplyLastAsync(parts, stop.Token).ConfigureAwait(false);
            }

            await stop.CancelAsync().ConfigureAwait(false);
            await first.ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await reloader.CloseAsync().ConfigureAwait(false);
            await crew.WhenAllAsync().ConfigureAwait(false);
            _loop.End();
            await looping.ConfigureAwait(false);
            await keeping.ConfigureAwait(false);
            await keeper.FinishAsync().ConfigureAwait(false);
            await actions.CloseAsync().ConfigureAwait(false);
            await CloseAsync(firewalls).ConfigureAwait(false);
            await hangUp.CancelAsync().ConfigureAwait(false);
            await serving.ConfigureAwait(false);
        }
    }

    /// <summary>The input is at its end: waits until all it came to is done, and lets bans stand where they end by themselves.</summary>
    private async Task ApplyLastAsync(WatchParts parts, CancellationToken cancelToken)
    {
        try
        {
            await parts.Firewalls.WhenSettledAsync(s_closePatience, cancelToken).ConfigureAwait(false);
            long begin = _options.Clock.GetTimestamp();
            while (parts.Actions.Pending > 0 && _options.Clock.GetElapsedTime(begin) < s_closePatience)
            {
                await Task.Delay(s_pause, _options.Clock, cancelToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancelToken.IsCancellationRequested)
        {
            // Stopped in this very moment: as any other stop.
            return;
        }

        IReadOnlyList<string> kept = parts.Firewalls.LeaveTimed();
        _end = kept.Count > 0
            ? $"The input has ended; bans stay in {string.Join(" and ", kept)} until their time is up or the next watch takes them over."
            : "The input has ended, and the watch with it; its rules have been removed.";
    }

    private async Task ResumeAsync(WatchParts parts, CancellationToken cancelToken)
    {
        Dictionary<string, Duration> banTimes = parts.Jails.Running.ToDictionary(jail => jail.Name, jail => jail.Options.BanTime.Value, StringComparer.Ordinal);
        await parts.Keeper.ResumeAsync(
            parts.Jails,
            parts.Keeper.IsNew ? await parts.Firewalls.FindStandingAsync(jail => banTimes[jail], _options.Clock.GetUtcNow(), cancelToken).ConfigureAwait(false) : []).ConfigureAwait(false);
    }

    private async Task CloseAsync(FirewallSet firewalls)
    {
        using var patience = new CancellationTokenSource(s_closePatience, _options.Clock);
        await firewalls.CloseAsync(patience.Token).ConfigureAwait(false);
    }

    private static void Tick(WatchParts parts)
    {
        parts.Jails.Tick();
        parts.Sources.Tick();
        parts.Keeper.Tick();
    }

    private WatchInfo Describe(WatchParts parts, WatchPlan plan, DateTimeOffset since) => new(Environment.ProcessId, since)
    {
        ConfigPath = _options.ConfigPath,
        StatePath = Path.GetFullPath(_options.StatePath),
        Firewalls = parts.Firewalls.Names,
        Jails = parts.Jails.Running.Count,
        CurrentlyBanned = parts.Jails.Running.Sum(jail => jail.Jail.Statistics.CurrentlyBanned),
        Lines = parts.Sources.Lines,
        Pending = parts.Firewalls.Pending + parts.Actions.Pending,
        Sources = parts.Sources.Infos,
        Store = parts.Keeper.Name,
        StoreTrouble = parts.Keeper.Trouble,
        Problems = plan.Problems,
    };
}
