using System.Management.Automation;
using PSBan.Model;
using PSBan.Watch;

namespace PSBan.Output;

/// <summary>A watch that runs behind the session: what <c>Start-BanWatch -AsJob</c> returns. Its output is the events.</summary>
public sealed class BanWatchJob : Job
{
    /// <summary>How many events wait in the job before it leaves further ones to the queue of the watch, which drops the oldest and tells how many.</summary>
    public const int Capacity = 10_000;

    private static readonly TimeSpan s_fullPause = TimeSpan.FromMilliseconds(200);

    private readonly WatchOptions _options;
    private readonly WatchRun _run;
    private readonly Task<JobState> _pump;
    private readonly Lock _settling = new();
    private volatile bool _isStopping;
    private bool _isSettled;

    internal BanWatchJob(string command, WatchOptions options)
        : base(command)
    {
        PSJobTypeName = nameof(BanWatchJob);
        _options = options;
        SetJobState(JobState.Running);
        _run = new WatchRun(options);
        _pump = Task.Run(PumpAsync, CancellationToken.None);
        _pump.ContinueWith(_ => Settle(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <inheritdoc/>
    public override bool HasMoreData => Output.Count > 0 || Error.Count > 0;

    /// <inheritdoc/>
    public override string Location => Environment.MachineName;

    /// <inheritdoc/>
    public override string StatusMessage => _options.StatePath;

    /// <summary>Ends the watch, and returns when everything of it is down.</summary>
    public override void StopJob()
    {
        End();
        Settle();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            End();
            _run.Dispose();
        }

        base.Dispose(disposing);
    }

    private void End()
    {
        _isStopping = true;
        _run.RequestStop();
        ((IAsyncResult)_pump).AsyncWaitHandle.WaitOne();
    }

    /// <summary>
    /// Tells how the job has ended, once the work is done and not as a part of it: whoever hears of it may dispose the job there and then
    /// (<c>Receive-Job -AutoRemoveJob</c> does), and disposing waits for the work.
    /// </summary>
    private void Settle()
    {
        lock (_settling)
        {
            if (!_isSettled)
            {
                _isSettled = true;
                SetJobState(_pump.Result);
            }
        }
    }

    private async Task<JobState> PumpAsync()
    {
        try
        {
            await foreach (BanEvent item in _run.ReadEventsAsync(CancellationToken.None).ConfigureAwait(false))
            {
                Output.Add(PSObject.AsPSObject(item));
                while (Output.Count >= Capacity && !_run.Completion.IsCompleted)
                {
                    await Task.WhenAny(_run.Completion, Task.Delay(s_fullPause, _options.Clock, CancellationToken.None)).ConfigureAwait(false);
                }
            }

            await _run.Completion.ConfigureAwait(false);
            return _isStopping ? JobState.Stopped : JobState.Completed;
        }
        catch (Exception e)
        {
            foreach (Problem problem in (e as ConfigurationException)?.Problems.Where(problem => problem.Severity == ProblemSeverity.Error) ?? [])
            {
                Error.Add(Errors.Of(problem));
            }

            Error.Add(Errors.WatchEnded(e, _options));
            return JobState.Failed;
        }
    }
}
