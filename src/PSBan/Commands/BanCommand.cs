using System.Management.Automation;
using PSBan.Binding;
using PSBan.Model;
using PSBan.Output;

namespace PSBan.Commands;

/// <summary>What every cmdlet of the module stands on: one token that ends all its work, and the bridge from the engine's tasks to the pipeline's thread.</summary>
public abstract class BanCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _cancel = new();

    /// <summary>Is cancelled when the pipeline is stopped or left.</summary>
    protected CancellationToken CancelToken => _cancel.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        StopProcessing();
        Dispose(true);
        _cancel.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// Waits for what still works and lets go of what the cmdlet holds. Called when the pipeline ends, however it ends (<c>Select-Object -First</c> too);
    /// <see cref="CancelToken"/> is cancelled by then.
    /// </summary>
    /// <param name="disposing">Whether this is a deliberate call and not a finalizer's.</param>
    protected virtual void Dispose(bool disposing)
    {
    }

    /// <inheritdoc/>
    protected override void StopProcessing()
    {
        try
        {
            _cancel.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The pipeline was stopped at the very moment at which it ended.
        }
    }

    /// <summary>Waits for work of the engine on the pipeline's thread.</summary>
    /// <typeparam name="T">What the work results in.</typeparam>
    /// <param name="work">The work; it has been given <see cref="CancelToken"/>.</param>
    /// <exception cref="PipelineStoppedException">The pipeline was stopped meanwhile.</exception>
    protected T Wait<T>(Task<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        try
        {
            while (!work.IsCompleted && Task.WaitAny([work], ScanProgress.Interval) < 0)
            {
                ShowProgress();
            }

            return work.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (CancelToken.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <summary>Is called now and then while the pipeline's thread waits.</summary>
    private protected virtual void ShowProgress()
    {
    }

    /// <inheritdoc cref="Wait{T}(Task{T})"/>
    protected void Wait(Task work) => Wait(AsResult(work));

    /// <summary>Hands out what the engine streams, on the pipeline's thread; leaving the loop ends the stream.</summary>
    /// <typeparam name="T">What is streamed.</typeparam>
    /// <param name="items">The stream; it has been given <see cref="CancelToken"/>.</param>
    /// <exception cref="PipelineStoppedException">The pipeline was stopped meanwhile.</exception>
    protected IEnumerable<T> Stream<T>(IAsyncEnumerable<T> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        IAsyncEnumerator<T> stream = items.GetAsyncEnumerator(CancelToken);
        try
        {
            while (Wait(stream.MoveNextAsync().AsTask()))
            {
                yield return stream.Current;
            }
        }
        finally
        {
            stream.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>The path in the file system that a PowerShell path without wildcards stands for; the process's own directory does not matter.</summary>
    /// <param name="path">The path as it was given.</param>
    internal string ResolvePath(string path)
    {
        string resolved = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        if (!FileSystemPaths.IsFileSystem(provider))
        {
            ThrowTerminatingError(Errors.NotAFileSystemPath(path));
        }

        return resolved;
    }

    /// <summary>Writes problems: errors as errors, warnings as warnings.</summary>
    /// <param name="problems">What is wrong.</param>
    internal void WriteProblems(IEnumerable<Problem> problems)
    {
        foreach (Problem problem in problems)
        {
            if (problem.Severity == ProblemSeverity.Error)
            {
                WriteError(Errors.Of(problem));
            }
            else
            {
                WriteWarning(Views.Problem(problem));
            }
        }
    }

    private static async Task<bool> AsResult(Task work)
    {
        await work.ConfigureAwait(false);
        return true;
    }
}
