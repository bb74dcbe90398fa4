using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using PSBan.Control;
using PSBan.Store;
using PSBan.Watch;

namespace PSBan.Commands;

/// <summary>A cmdlet that reaches a running watch at the control endpoint of its state directory.</summary>
public abstract class WatchClientCommand : BanCommand
{
    private WatchClient? _client;
    private string? _resolvedStatePath;

    /// <summary>The state directory of the watch; that of the service when nothing is said.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string StatePath { get; set; } = DefaultPaths.State;

    /// <summary>The state directory as a path of the file system.</summary>
    protected string ResolvedStatePath => _resolvedStatePath ??= ResolvePath(StatePath);

    /// <summary>Whether a watch that does not run ends the pipeline; where it is only what was asked about, it does not.</summary>
    protected virtual bool NeedsWatch => true;

    /// <summary>The store that the last watch left in the state directory, where none runs; null where one does, or nothing was left.</summary>
    private protected string? FindStore()
    {
        try
        {
            _client ??= Wait(WatchClient.ConnectAsync(ResolvedStatePath, CancelToken));
            return null;
        }
        catch (WatchNotRunningException e)
        {
            string file = StoredBans.PathOf(ResolvedStatePath);
            return !e.AccessDenied && File.Exists(file) ? file : null;
        }
    }

    /// <summary>Whether a watch runs that this user may ask; where not, it is no error.</summary>
    private protected bool IsWatchRunning()
    {
        try
        {
            _client ??= Wait(WatchClient.ConnectAsync(ResolvedStatePath, CancelToken));
            return true;
        }
        catch (WatchNotRunningException e)
        {
            WriteVerbose(e.Message);
            return false;
        }
    }

    /// <summary>Hands out what is read of a store, and ends the pipeline where it cannot be read.</summary>
    private protected IEnumerable<T> ReadStore<T>(IEnumerable<T> read, string file)
    {
        WriteVerbose($"No watch is running; reading {file}.");
        using IEnumerator<T> items = read.GetEnumerator();
        while (!CancelToken.IsCancellationRequested && TryRead(items, file))
        {
            yield return items.Current;
        }
    }

    /// <summary>Asks the watch, and writes the error where it refuses.</summary>
    /// <typeparam name="T">The answer.</typeparam>
    /// <param name="question">The question; the token is <see cref="BanCommand.CancelToken"/>.</param>
    /// <param name="target">What the question is about: the target of the error.</param>
    /// <param name="answer">The answer.</param>
    /// <returns>Whether there is an answer.</returns>
    protected bool TryAsk<T>(Func<WatchClient, CancellationToken, Task<T>> question, object? target, [MaybeNullWhen(false)] out T answer)
    {
        ArgumentNullException.ThrowIfNull(question);
        answer = default;
        try
        {
            _client ??= Wait(WatchClient.ConnectAsync(ResolvedStatePath, CancelToken));
            answer = Wait(question(_client, CancelToken));
            return true;
        }
        catch (Exception e) when (e is WatchNotRunningException or ControlException)
        {
            Report(e, target);
            return false;
        }
    }

    /// <summary>Streams an answer of the watch, and writes the error where it refuses.</summary>
    /// <typeparam name="T">What is streamed.</typeparam>
    /// <param name="question">The question; the token is <see cref="BanCommand.CancelToken"/>.</param>
    /// <param name="target">What the question is about: the target of the error.</param>
    protected IEnumerable<T> AskStream<T>(Func<WatchClient, CancellationToken, IAsyncEnumerable<T>> question, object? target)
    {
        if (!TryAsk((client, token) => Task.FromResult(question(client, token)), target, out IAsyncEnumerable<T>? stream))
        {
            yield break;
        }

        using IEnumerator<T> items = Stream(stream).GetEnumerator();
        while (TryMoveNext(items, target))
        {
            yield return items.Current;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _client is { } client)
        {
            _client = null;
            client.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        base.Dispose(disposing);
    }

    private bool TryRead<T>(IEnumerator<T> items, string file)
    {
        try
        {
            return items.MoveNext();
        }
        catch (StoreException e)
        {
            ThrowTerminatingError(Errors.StoreUnusable(e, file));
            return false;
        }
    }

    private bool TryMoveNext<T>(IEnumerator<T> items, object? target)
    {
        try
        {
            return items.MoveNext();
        }
        catch (Exception e) when (e is WatchNotRunningException or ControlException)
        {
            Report(e, target);
            return false;
        }
    }

    private void Report(Exception e, object? target)
    {
        ErrorRecord record = e is ControlException refusal ? Errors.Refused(refusal, target) : Errors.WatchUnreachable((WatchNotRunningException)e, ResolvedStatePath);
        bool isFatal = e is ControlException { Code: ControlErrorCode.VersionMismatch } || (e is WatchNotRunningException && NeedsWatch);
        if (isFatal)
        {
            ThrowTerminatingError(record);
        }

        WriteError(record);
    }
}
