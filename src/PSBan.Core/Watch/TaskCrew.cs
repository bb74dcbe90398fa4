namespace PSBan.Watch;

/// <summary>
/// The tasks of a watch that work until it ends, or until they are told to stop. None of them may end by itself: if one does, <see cref="Broken"/> says so, and
/// the watch ends with it. All members may be called from any thread.
/// </summary>
/// <param name="end">The end of the watch.</param>
internal sealed class TaskCrew(CancellationToken end)
{
    private readonly Lock _lock = new();
    private readonly List<CrewMember> _members = [];
    private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when a task has ended that nobody has told to; carries what ended it.</summary>
    public Task Broken => _broken.Task;

    /// <summary>Starts a task.</summary>
    /// <param name="work">The work; it ends without an exception when its token is cancelled.</param>
    public CrewMember Start(Func<CancellationToken, Task> work)
    {
        CrewMember member = new(this, end);
        lock (_lock)
        {
            _members.Add(member);
        }

        member.Begin(work);
        return member;
    }

    /// <summary>Says that the watch cannot go on.</summary>
    public void Fail(Exception trouble) => _broken.TrySetException(trouble);

    /// <summary>Waits for all that are left, after the end.</summary>
    public Task WhenAllAsync()
    {
        lock (_lock)
        {
            return Task.WhenAll(_members.Select(member => member.Work));
        }
    }

    /// <summary>A task has ended.</summary>
    /// <param name="member">The task.</param>
    /// <param name="trouble">What ended it; null where nothing did.</param>
    /// <param name="wasTold">Whether it was told to.</param>
    internal void Ended(CrewMember member, Exception? trouble, bool wasTold)
    {
        if (wasTold)
        {
            lock (_lock)
            {
                _members.Remove(member);
            }
        }

        if (trouble is not null)
        {
            _broken.TrySetException(trouble);
        }
        else if (!wasTold)
        {
            _broken.TrySetResult();
        }
    }
}

/// <summary>A task of a <see cref="TaskCrew"/>.</summary>
internal sealed class CrewMember
{
    private readonly TaskCrew _crew;
    private readonly CancellationTokenSource _cancel;
    private volatile bool _isTold;

    internal CrewMember(TaskCrew crew, CancellationToken end) => (_crew, _cancel) = (crew, CancellationTokenSource.CreateLinkedTokenSource(end));

    /// <summary>Ends when the task has.</summary>
    internal Task Work { get; private set; } = Task.CompletedTask;

    /// <summary>Tells the task to stop, and waits until it has.</summary>
    public async Task StopAsync()
    {
        _isTold = true;
        await _cancel.CancelAsync().ConfigureAwait(false);
        await Work.ConfigureAwait(false);
        _cancel.Dispose();
    }

    internal void Begin(Func<CancellationToken, Task> work) => Work = RunAsync(work);

    private async Task RunAsync(Func<CancellationToken, Task> work)
    {
        await Task.Yield();
        Exception? trouble = null;
        try
        {
            await work(_cancel.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it is, it ends the watch, which throws it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            trouble = e;
        }

        _crew.Ended(this, trouble, _isTold);
    }
}
