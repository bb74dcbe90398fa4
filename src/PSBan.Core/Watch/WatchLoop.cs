using System.Threading.Channels;

namespace PSBan.Watch;

/// <summary>
/// The one thread of control that owns every counter: blocks of lines, requests and ticks are worked off one after the other, in the order they came.
/// Every source has at most one block waiting, so the order is a fair round.
/// </summary>
internal sealed class WatchLoop
{
    private readonly Channel<Action> _work = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>What is done after each piece of work, on the loop. Set before <see cref="WorkAsync"/>.</summary>
    public Action? AfterEach { get; set; }

    /// <summary>Runs an action on the loop; false when the loop has ended.</summary>
    public bool Post(Action action) => _work.Writer.TryWrite(action);

    /// <summary>Runs a function on the loop and hands back its result.</summary>
    /// <exception cref="OperationCanceledException">The loop has ended, or the token was cancelled while waiting.</exception>
    public Task<T> RunAsync<T>(Func<T> function, CancellationToken cancelToken)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool taken = Post(() =>
        {
            try
            {
                done.TrySetResult(function());
            }
#pragma warning disable CA1031 // Whatever the function throws belongs to its caller, not to the loop.
            catch (Exception e)
#pragma warning restore CA1031
            {
                done.TrySetException(e);
            }
        });
        return taken ? done.Task.WaitAsync(cancelToken) : Task.FromCanceled<T>(new CancellationToken(true));
    }

    /// <summary>Works until <see cref="End"/>, and what came before it is worked off.</summary>
    public async Task WorkAsync()
    {
        await foreach (Action action in _work.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            action();
            AfterEach?.Invoke();
        }
    }

    /// <summary>Takes nothing more.</summary>
    public void End() => _work.Writer.TryComplete();
}
