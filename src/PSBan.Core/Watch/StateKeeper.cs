using System.Globalization;
using PSBan.Jails.Increments;
using PSBan.Model;
using PSBan.Store;

namespace PSBan.Watch;

/// <summary>
/// Keeps the store of a watch up to date: takes a checkpoint at each tick before which something has changed, and at once when a ban has, and writes it beside the
/// loop. What cannot be written waits, and is made up for when it can.
/// </summary>
internal sealed class StateKeeper(StateSettings settings, WatchLoop loop, EventHub events, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan s_lastRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_purgeEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_flushPatience = TimeSpan.FromSeconds(5);

    private readonly PendingCheckpoint _pending = new();
    private readonly SemaphoreSlim _signal = new(0, 1);
    private readonly Lock _lock = new();
    private TaskCompletionSource _flushed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DateTimeOffset _nextTry;
    private long _nextPurge;
    private readonly Queue<TaskCompletionSource<StoredState>> _readers = new();
    private JailRoster _jails = new();
    private StoredState _state = new();
    private Task _offenders = Task.CompletedTask;
    private IBanStore? _store;
    private bool _wantsAll;

    /// <summary>How far logs were read.</summary>
    public PositionBook Positions { get; } = new();

    /// <summary>Who has been banned before.</summary>
    public Offenders Offenders { get; } = new();

    /// <summary>Whether there was no state to begin from.</summary>
    public bool IsNew { get; private set; } = true;

    /// <summary>What people know the store by.</summary>
    public string Name => settings.Path ?? "memory";

    /// <summary>Why the store is behind; null where it is not.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Opens the store, before anything else is.</summary>
    /// <exception cref="StoreException">It is held by another watch, belongs to another program, or cannot be used.</exception>
    public async Task OpenAsync()
    {
        Volatile.Write(ref _nextPurge, (clock.GetUtcNow() + TimeSpan.FromMinutes(1)).UtcTicks);
        OpenedStore opened;
        try
        {
            opened = await Task.Run(Open).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Failure == StoreFailure.Full)
        {
            // Better a watch that remembers nothing of yesterday than none; what the store holds comes back when it can be opened.
            Fail(e);
            return;
        }

        _store = opened.Store;
        TellDamage(opened);
        (_state, IsNew) = (opened.State, opened.State.IsNew);

        // Nobody asks for them before the watch goes on, and there may be very many.
        _offenders = Task.Run(() => Offenders.Load(opened.State.Offenders));
    }

    /// <summary>Lets the jails and the book of positions begin from what the store holds. Called once, before the loop works.</summary>
    /// <param name="jails">The jails, which may change later.</param>
    /// <param name="standing">The bans that stand in the packet filters, where there was no state to begin from.</param>
    public async Task ResumeAsync(JailRoster jails, IEnumerable<Ban> standing)
    {
        _jails = jails;
        _wantsAll = IsNew;
        Positions.Load(_state.Positions);
        ILookup<string, Ban> bans = _state.Bans.Concat(standing).ToLookup(ban => ban.Jail, StringComparer.Ordinal);
        foreach (JailRun jail in jails.All)
        {
            jail.Resume(_state.Jails.GetValueOrDefault(jail.Name), bans[jail.Name]);
        }

        await _offenders.ConfigureAwait(false);

        // It can be large, and is not needed again.
        _state = new StoredState();
    }

    /// <summary>Looks whether something has happened that ought not to wait. Called on the loop after each piece of work.</summary>
    public void Look()
    {
        foreach (JailRun jail in _jails.All)
        {
            if (jail.Jail.HasBanChanges)
            {
                Hurry();
                return;
            }
        }
    }

    /// <summary>Looks whether there is anything to store, to try again or to purge. Called on the loop every second, so that a quiet watch does nothing at all.</summary>
    public void Tick()
    {
        if (_wantsAll || Trouble is not null || Positions.HasChanges || _jails.All.Any(jail => jail.HasChanges) || clock.GetUtcNow().UtcTicks >= Volatile.Read(ref _nextPurge))
        {
            Hurry();
        }
    }

    /// <summary>Works until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancelToken)
    {
        try
        {
            while (true)
            {
                await _signal.WaitAsync(cancelToken).ConfigureAwait(false);
                TaskCompletionSource flushed = NextFlush();

                // Waited for even at the end: what has been taken is to be stored, or it is lost.
                Checkpoint checkpoint = await loop.RunAsync(Take, CancellationToken.None).ConfigureAwait(false);
                await SaveAsync(checkpoint).ConfigureAwait(false);
                flushed.SetResult();
                await AnswerReadersAsync().ConfigureAwait(false);
                await PurgeAsync(cancelToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancelToken.IsCancellationRequested)
        {
            // The end of the watch.
        }
    }

    /// <summary>Reads all that is stored, for a jail that begins while the watch runs. Where the store is in trouble, there is nothing.</summary>
    public async Task<StoredState> ReadAsync(CancellationToken cancelToken)
    {
        TaskCompletionSource<StoredState> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _readers.Enqueue(answer);
        }

        Hurry();
        return await answer.Task.WaitAsync(cancelToken).ConfigureAwait(false);
    }

    /// <summary>Stores what is left, when neither the loop nor <see cref="RunAsync"/> runs any more.</summary>
    public async Task FinishAsync()
    {
        _nextTry = default;
        await SaveAsync(Take()).ConfigureAwait(false);
        for (int i = 0; i < 3 && Trouble is not null; i++)
        {
            await Task.Delay(s_lastRetry, clock, CancellationToken.None).ConfigureAwait(false);
            _nextTry = default;
            await SaveAsync(new Checkpoint(clock.GetUtcNow())).ConfigureAwait(false);
        }
    }

    /// <summary>Bans of the past and those in force, the latest first, what has happened this very moment included.</summary>
    public async Task<IEnumerable<BanHistoryEntry>> ReadHistoryAsync(HistoryQuery query, CancellationToken cancelToken)
    {
        Task flushed;
        lock (_lock)
        {
            flushed = _flushed.Task;
        }

        Hurry();
        try
        {
            await flushed.WaitAsync(s_flushPatience, cancelToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The disk is slow: the last second is missing.
        }

        return _store?.ReadHistory(query) ?? throw new StoreException(StoreFailure.Unavailable, Trouble ?? "The store is being opened.");
    }

    public void Dispose()
    {
        _store?.Dispose();
        _signal.Dispose();
    }

    private void Hurry()
    {
        lock (_lock)
        {
            if (_signal.CurrentCount == 0)
            {
                _signal.Release();
            }
        }
    }

    /// <summary>Whoever waits from here on waits for the next checkpoint.</summary>
    private TaskCompletionSource NextFlush()
    {
        lock (_lock)
        {
            TaskCompletionSource flushed = _flushed;
            _flushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return flushed;
        }
    }

    private async Task AnswerReadersAsync()
    {
        TaskCompletionSource<StoredState>[] readers;
        lock (_lock)
        {
            readers = [.. _readers];
            _readers.Clear();
        }

        if (readers.Length == 0)
        {
            return;
        }

        StoredState state = new();
        try
        {
            state = Trouble is null && _store is { } store ? await Task.Run(store.Load).ConfigureAwait(false) : state;
        }
        catch (StoreException e)
        {
            Fail(e);
        }

        Array.ForEach(readers, reader => reader.SetResult(state));
    }

    private OpenedStore Open() => settings.Path is { } path
        ? OpenedStore.Open(new StoreOptions(path) { MaxMatches = settings.MaxMatches, Clock = clock })
        : new OpenedStore(new MemoryStore(settings.MaxMatches), new StoredState(), null);

    private Checkpoint Take()
    {
        bool all = _wantsAll;
        _wantsAll = false;
        return new Checkpoint(clock.GetUtcNow())
        {
            Positions = all ? Positions.TakeAll() : Positions.TakeChanges(),
            Jails = [.. _jails.All.Where(jail => all || jail.HasChanges).Select(jail => jail.TakeChanges(all))],
        };
    }

    private async Task SaveAsync(Checkpoint checkpoint)
    {
        if (!_pending.IsEmpty || Trouble is not null)
        {
            _pending.Add(checkpoint);
            if (clock.GetUtcNow() < _nextTry)
            {
                return;
            }

            checkpoint = _pending.Whole();
        }

        try
        {
            if (_store is null)
            {
                checkpoint = await AttachAsync().ConfigureAwait(false);
            }

            if (!checkpoint.IsEmpty || Trouble is not null)
            {
                await Task.Run(() => _store!.Save(checkpoint)).ConfigureAwait(false);
            }

            Recover();
        }
        catch (StoreException e)
        {
            if (_pending.IsEmpty)
            {
                _pending.Add(checkpoint);
            }

            Fail(e);
            if (e.Failure == StoreFailure.Corrupt)
            {
                // It is opened anew, which sets it aside, and everything is stored again.
                _store?.Dispose();
                _store = null;
                _nextTry = default;
            }
        }
    }

    /// <summary>Opens the store late, or again: takes over the bans that this run does not know, and stores all there is.</summary>
    private async Task<Checkpoint> AttachAsync()
    {
        OpenedStore opened = await Task.Run(Open).ConfigureAwait(false);
        _store = opened.Store;
        TellDamage(opened);
        ILookup<string, Ban> bans = opened.State.Bans.ToLookup(ban => ban.Jail, StringComparer.Ordinal);
        Checkpoint all = await loop.RunAsync(
            () =>
            {
                Offenders.Load(opened.State.Offenders.Where(offender => Offenders.Find(offender.Jail, offender.Id) is null));
                foreach (JailRun jail in _jails.All)
                {
                    jail.Resume(null, bans[jail.Name]);
                    jail.TakeOver(opened.State.Jails.GetValueOrDefault(jail.Name)?.Waiting ?? []);
                }

                _wantsAll = true;
                return Take();
            },
            CancellationToken.None).ConfigureAwait(false);
        _pending.Add(all);
        return _pending.Whole();
    }

    private async Task PurgeAsync(CancellationToken cancelToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        if (now.UtcTicks < Volatile.Read(ref _nextPurge) || Trouble is not null || _store is not { } store)
        {
            return;
        }

        var limits = new PurgeLimits(now, settings.PurgeAge, [.. _jails.All.Select(jail => jail.Name)]);
        try
        {
            if (await Task.Run(() => store.Purge(limits), cancelToken).ConfigureAwait(false))
            {
                return;
            }
        }
        catch (StoreException e) when (e.Failure != StoreFailure.Corrupt)
        {
            // What matters, a checkpoint, would meet the same trouble and tell of it.
        }
        catch (StoreException e)
        {
            Fail(e);
            store.Dispose();
            _store = null;
            _nextTry = default;
        }

        Volatile.Write(ref _nextPurge, (now + s_purgeEvery).UtcTicks);
        await loop.RunAsync(
            () =>
            {
                Offenders.Purge(limits.Before);
                return true;
            },
            cancelToken).ConfigureAwait(false);
    }

    private void TellDamage(OpenedStore opened)
    {
        if (opened.Damage is { } damage)
        {
            events.Publish(BanEventKind.StoreFailed, $"{damage} What the watch and the packet filter still hold goes into it; the history begins afresh.");
        }
    }

    private void Fail(StoreException e)
    {
        _nextTry = clock.GetUtcNow() + s_retry;
        if (Trouble is null)
        {
            events.Publish(BanEventKind.StoreFailed, $"The state cannot be stored: {e.Message} Bans go on; the state is behind and is made up for as soon as possible.");
        }

        Trouble = e.Message;
    }

    private void Recover()
    {
        if (Trouble is null)
        {
            return;
        }

        long dropped = _pending.Dropped;
        string missing = dropped > 0 ? string.Create(CultureInfo.InvariantCulture, $" {dropped} bans that had ended meanwhile are missing from the history.") : string.Empty;
        _pending.Clear();
        Trouble = null;
        events.Publish(BanEventKind.StoreRepaired, $"The state is stored again and up to date: {Name}.{missing}");
    }
}
