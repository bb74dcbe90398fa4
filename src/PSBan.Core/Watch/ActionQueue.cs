namespace PSBan.Watch;

/// <summary>The steps of an action in the order of their time. Belongs to an <see cref="ActionBook"/>, which has the lock; only the signal may be waited for without it.</summary>
internal sealed class ActionQueue : IDisposable
{
    private readonly PriorityQueue<ActionStep, (DateTimeOffset Due, long Number)> _steps = new();
    private readonly SemaphoreSlim _signal = new(0, 1);
    private TaskCompletionSource _settled = NewSettled();
    private long _number;
    private int _fresh;

    public ActionQueue() => _settled.SetResult();

    /// <summary>Is released when there is something new to do.</summary>
    public SemaphoreSlim Signal => _signal;

    /// <summary>How many steps wait or are being carried out.</summary>
    public int Count { get; private set; }

    /// <summary>Is done when every step so far has been carried out or has failed once.</summary>
    public Task Settled => _settled.Task;

    /// <summary>Adds a step.</summary>
    public void Add(ActionStep step, DateTimeOffset due)
    {
        _steps.Enqueue(step, (due, _number++));
        Count++;
        if (_fresh++ == 0)
        {
            _settled = NewSettled();
        }

        Release();
    }

    /// <summary>Takes the next step whose time has come; null where none has, with the time until then.</summary>
    public ActionStep? Take(DateTimeOffset now, out TimeSpan? wait)
    {
        wait = null;
        while (_steps.TryPeek(out ActionStep? step, out (DateTimeOffset Due, long) place))
        {
            if (!step.IsCancelled && place.Due > now)
            {
                wait = place.Due - now;
                return null;
            }

            _steps.Dequeue();
            if (!step.IsCancelled)
            {
                step.IsRunning = true;
                return step;
            }
        }

        return null;
    }

    /// <summary>A step is over, one way or another.</summary>
    public void Finish(ActionStep step)
    {
        step.IsRunning = false;
        Count--;
        if (step.Failures == 0)
        {
            LeaveFresh();
        }
    }

    /// <summary>A step is not wanted any more.</summary>
    public void Cancel(ActionStep step)
    {
        step.IsCancelled = true;
        Finish(step);
    }

    /// <summary>A step that was taken has failed and comes again.</summary>
    public void Return(ActionStep step, DateTimeOffset due)
    {
        step.IsRunning = false;
        if (step.Failures++ == 0)
        {
            LeaveFresh();
        }

        _steps.Enqueue(step, (due, _number++));
    }

    /// <summary>What waits for its next try need not.</summary>
    public void HurryUp(DateTimeOffset now)
    {
        ActionStep[] steps = [.. _steps.UnorderedItems.OrderBy(item => item.Priority).Select(item => item.Element).Where(step => !step.IsCancelled)];
        _steps.Clear();
        foreach (ActionStep step in steps)
        {
            _steps.Enqueue(step, (now, _number++));
        }

        Release();
    }

    /// <inheritdoc/>
    public void Dispose() => _signal.Dispose();

    private static TaskCompletionSource NewSettled() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void LeaveFresh()
    {
        if (--_fresh == 0)
        {
            _settled.TrySetResult();
        }
    }

    private void Release()
    {
        if (_signal.CurrentCount == 0)
        {
            _signal.Release();
        }
    }
}
