using PSBan.Control;
using PSBan.Firewalls;
using PSBan.Jails;
using PSBan.Model;
using PSBan.Store;

namespace PSBan.Watch;

/// <summary>
/// Puts a changed configuration in force while the watch runs, as a whole or not at all: everything that can fail is done first and taken back if something
/// does; the change itself is one piece of work on the loop, between two blocks of lines; what is not needed any more is taken down last.
/// </summary>
/// <param name="tools">What the watch shares.</param>
/// <param name="parts">What is to change.</param>
/// <param name="plan">The configuration in force.</param>
/// <param name="end">The end of the watch.</param>
internal sealed class WatchReloader(WatchTools tools, WatchParts parts, WatchPlan plan, CancellationToken end) : IDisposable
{
    private static readonly TimeSpan s_settlePatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_levelPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_levelPause = TimeSpan.FromMilliseconds(5);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Lock _lock = new();
    private Task<ReloadResult>? _waiting;

    /// <summary>The configuration in force.</summary>
    public WatchPlan Plan { get; private set; } = plan;

    /// <summary>
    /// Reads the configuration and puts it in force. While one reading is at work, all who ask share the next one.
    /// </summary>
    /// <param name="cancelToken">Ends the waiting, not the work.</param>
    /// <exception cref="OperationCanceledException">The watch ends.</exception>
    public Task<ReloadResult> ReloadAsync(CancellationToken cancelToken)
    {
        lock (_lock)
        {
            _waiting ??= NextAsync();
            return _waiting.WaitAsync(cancelToken);
        }
    }

    /// <summary>Reads the configuration and says what it would change.</summary>
    /// <exception cref="OperationCanceledException">The watch ends, or the token was cancelled.</exception>
    public async Task<ReloadResult> CompareAsync(CancellationToken cancelToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancelToken, end);
        return await InTurnAsync(
            async () =>
            {
                try
                {
                    ReloadDraft draft = await ReadAsync().ConfigureAwait(false);
                    return draft.Result with { Refusal = draft.FindRefusal(tools.Options) };
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    return Unreadable(e);
                }
            },
            either.Token).ConfigureAwait(false);
    }

    /// <summary>Changes settings of one jail by hand, until the configuration is read again.</summary>
    /// <exception cref="ControlException">There is no such jail, or a setting cannot be used.</exception>
    /// <exception cref="OperationCanceledException">The watch ends, or the token was cancelled.</exception>
    public async Task<JailInfo> ChangeAsync(string jail, JailSettings settings, CancellationToken cancelToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancelToken, end);
        return await InTurnAsync(
            async () =>
            {
                JailRun run = parts.Jails.Running.FirstOrDefault(each => string.Equals(each.Name, jail, StringComparison.OrdinalIgnoreCase)) ?? throw parts.NoJail(jail);
                var edit = JailEdit.Of(run.Plan, settings);
                IgnoreList ignore = tools.MakeIgnoreList(edit.Plan.Options, edit.ThrowIfGiven);
                await tools.Ignored.RefreshAsync(end).ConfigureAwait(false);
                return await tools.Loop.RunAsync(
                    () =>
                    {
                        run.Change(edit.Plan, ignore, run.Targets);
                        parts.Sources.Arrange(parts.Jails.Running);
                        tools.Events.Publish(BanEventKind.JailChanged, $"Changed by hand, until the configuration is read again: {edit}.", run.Name);
                        return run.Info();
                    },
                    CancellationToken.None).ConfigureAwait(false);
            },
            either.Token).ConfigureAwait(false);
    }

    /// <summary>Waits for what is at work, and begins nothing more.</summary>
    public Task CloseAsync() => _turn.WaitAsync(CancellationToken.None);

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<ReloadResult> NextAsync()
    {
        await Task.Yield();
        return await InTurnAsync(
            () =>
            {
                lock (_lock)
                {
                    // Who asks from here on has perhaps changed what is being read.
                    _waiting = null;
                }

                return ReloadOnceAsync();
            },
            end).ConfigureAwait(false);
    }

    private async Task<T> InTurnAsync<T>(Func<Task<T>> work, CancellationToken cancelToken)
    {
        await _turn.WaitAsync(cancelToken).ConfigureAwait(false);
        try
        {
            cancelToken.ThrowIfCancellationRequested();
            return await work().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<ReloadDraft> ReadAsync()
    {
        JailPlan[] running = [.. parts.Jails.Running.Select(jail => jail.Plan)];
        WatchPlan next = await Task.Run(() => WatchPlan.Load(tools.Options, running), end).ConfigureAwait(false);
        ReloadDraft draft = ReloadDraft.Of(running, next);
        if (next.State == Plan.State)
        {
            return draft;
        }

        Problem remark = new(
            ProblemSeverity.Warning, "RestartNeeded", "dbfile, dbpurgeage or dbmaxmatches have changed; they count when the watch is started again.", SourceLocation.None);
        return draft with { Result = draft.Result with { Problems = [.. draft.Result.Problems, remark] } };
    }

    private async Task<ReloadResult> ReloadOnceAsync()
    {
        ReloadDraft draft;
        try
        {
            draft = await ReadAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Refuse(Unreadable(e));
        }

        if (draft.FindRefusal(tools.Options) is { } refusal)
        {
            return Refuse(draft.Result with { Refusal = refusal });
        }

        try
        {
            await ApplyAsync(draft).ConfigureAwait(false);
        }
        catch (FirewallException e)
        {
            Problem problem = new(ProblemSeverity.Error, "FirewallRefused", e.Message, SourceLocation.None);
            return Refuse(draft.Result with { Refusal = e.Message, Problems = [.. draft.Result.Problems, problem] });
        }

        Problem[] news = [.. draft.Result.Problems.Except(Plan.Problems)];
        Array.ForEach(news, problem => tools.Events.Publish(BanEventKind.ConfigurationProblem, problem.ToString(), problem.Jail));
        Plan = draft.Next.InPlaceOf(Plan);
        tools.Events.Publish(BanEventKind.Reloaded, $"Reloaded the configuration: {draft.Result}.");
        return draft.Result with { IsApplied = true };
    }

    private static ReloadResult Unreadable(Exception e) => new()
    {
        Refusal = e.Message,
        Problems = [new Problem(ProblemSeverity.Error, Configuration.ProblemCodes.FileUnreadable, e.Message, SourceLocation.None)],
    };

    private ReloadResult Refuse(ReloadResult result)
    {
        foreach (Problem problem in result.Problems.Where(problem => problem.Severity == ProblemSeverity.Error))
        {
            tools.Events.Publish(BanEventKind.ConfigurationProblem, problem.ToString(), problem.Jail);
        }

        tools.Events.Publish(BanEventKind.ReloadRefused, $"The configuration was read again and is refused; the one before goes on. {result.Refusal}");
        return result;
    }

    private async Task ApplyAsync(ReloadDraft draft)
    {
        Func<Task> undo = await parts.Firewalls.PrepareAsync(draft.Jails, end).ConfigureAwait(false);
        Swap swap;
        try
        {
            swap = await PrepareAsync(draft).ConfigureAwait(false);
        }
        catch
        {
            await undo().ConfigureAwait(false);
            throw;
        }

        await FinishAsync(draft, await SwapAsync(swap).ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <summary>Gathers what the change needs and what takes time.</summary>
    private async Task<Swap> PrepareAsync(ReloadDraft draft)
    {
        HashSet<string> touched = [.. draft.Result.Added, .. draft.Result.Changed];
        Dictionary<string, IgnoreList> ignored = draft.Jails
            .Where(jail => touched.Contains(jail.Options.Name))
            .ToDictionary(jail => jail.Options.Name, jail => tools.MakeIgnoreList(jail.Options), StringComparer.Ordinal);
        await tools.Ignored.RefreshAsync(end).ConfigureAwait(false);
        bool isAnyUnheard = draft.Result.Added.Any(name => parts.Jails.Find(name) is null);
        StoredState stored = isAnyUnheard ? await parts.Keeper.ReadAsync(end).ConfigureAwait(false) : new StoredState();
        return new Swap(draft, ignored, stored);
    }

    private bool AreLevel(ReloadDraft draft) => parts.Sources.AreLevel(
        draft.Jails.Select(jail => (parts.Jails.Find(jail.Options.Name), jail.Sources)).Where(pair => pair.Item1 is not null).Select(pair => (pair.Item1!, pair.Sources)));

    /// <summary>Makes the change at a moment at which each jail that is to get a log from another reader than before finds both equally far.</summary>
    private async Task<IReadOnlyList<CrewMember>> SwapAsync(Swap swap)
    {
        try
        {
            long start = tools.Clock.GetTimestamp();
            while (true)
            {
                bool isPatient = tools.Clock.GetElapsedTime(start) < s_levelPatience && !end.IsCancellationRequested;
                if (await tools.Loop.RunAsync(() => TryChange(swap, isPatient), CancellationToken.None).ConfigureAwait(false) is { } stopping)
                {
                    return stopping;
                }

                await Task.Delay(s_levelPause, tools.Clock, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Half a change must not go on in silence; nothing foreseen leads here.
            parts.Crew.Fail(e);
            throw;
        }
    }

    private IReadOnlyList<CrewMember>? TryChange(Swap swap, bool isPatient)
    {
        if (!AreLevel(swap.Draft))
        {
            if (isPatient)
            {
                return null;
            }

            tools.Events.Publish(
                BanEventKind.SourceWarning, "A jail takes a log from another reader than before, and the two are not equally far; some of its lines may be missed or counted twice.");
        }

        return Change(swap);
    }

    /// <summary>The change itself, on the loop.</summary>
    private IReadOnlyList<CrewMember> Change(Swap swap)
    {
        foreach (JailRun gone in parts.Jails.Running.Where(jail => swap.Draft.Result.Removed.Contains(jail.Name)))
        {
            gone.Park();
            parts.Actions.Drop(gone.Name);
        }

        List<JailRun> jails = [];
        ILookup<string, Ban> bans = swap.Stored.Bans.ToLookup(ban => ban.Jail, StringComparer.Ordinal);
        foreach (JailPlan jail in swap.Draft.Jails)
        {
            JailRun? run = parts.Jails.Find(jail.Options.Name);
            if (run is null)
            {
                run = parts.Open(jail, swap.Ignored[jail.Options.Name], tools);
                run.Resume(swap.Stored.Jails.GetValueOrDefault(run.Name), bans[run.Name]);
            }
            else if (swap.Ignored.TryGetValue(run.Name, out IgnoreList? ignore))
            {
                run.Change(jail, ignore, parts.TargetsOf(jail, run.Jail));
            }

            jails.Add(run);
        }

        parts.Jails.Set(jails);
        return parts.Sources.Arrange(jails);
    }

    private async Task FinishAsync(ReloadDraft draft, IReadOnlyList<CrewMember> stopping)
    {
        parts.Firewalls.Start(parts.Crew);
        parts.Actions.Start(parts.Crew);
        await Task.WhenAll(stopping.Select(member => member.StopAsync())).ConfigureAwait(false);
        parts.Sources.Start(parts.Crew);

        // The old rules go when the new ones hold the bans.
        await parts.Firewalls.WhenSettledAsync(s_settlePatience, end).ConfigureAwait(false);
        await parts.Firewalls.TidyAsync(draft.Jails, end).ConfigureAwait(false);
        await parts.Actions.TidyAsync().ConfigureAwait(false);
        parts.Actions.Start(parts.Crew);
    }

    private sealed record Swap(ReloadDraft Draft, Dictionary<string, IgnoreList> Ignored, StoredState Stored);
}
