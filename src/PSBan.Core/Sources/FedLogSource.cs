using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using PSBan.Model;

namespace PSBan.Sources;

/// <summary>
/// A log whose lines somebody hands in one by one: the pipeline of PowerShell. One thread adds, one reads; a reader that falls behind holds the other up.
/// </summary>
/// <param name="name">The name that the lines carry.</param>
public sealed class FedLogSource(string name) : ILogSource
{
    private const int BlockLength = 64 * 1024;

    /// <summary>The characters of a line that are read; the same that files have in bytes.</summary>
    private const int LineLimit = FileSourceOptions.DefaultLineLimit;

    private readonly Channel<LogBlock> _blocks = Channel.CreateBounded<LogBlock>(new BoundedChannelOptions(4) { SingleReader = true, SingleWriter = true });
    private readonly StringBuilder _text = new();
    private readonly Lock _lock = new();
    private TaskCompletionSource _idle = NewSignal();
    private long _unread;
    private long _line;
    private long _firstLine = 1;

    /// <inheritdoc/>
    public string Name => name;

    /// <summary>Adds a string: a line, or a whole text with line ends in it.</summary>
    /// <param name="text">The string; null is an empty line.</param>
    /// <param name="cancelToken">Ends the waiting.</param>
    /// <returns>Ends when the reader has room for it.</returns>
    public ValueTask AddAsync(string? text, CancellationToken cancelToken)
    {
        ReadOnlySpan<char> rest = (text ?? string.Empty).AsSpan();
        rest = rest.EndsWith("\n") ? rest[..^1] : rest;
        foreach (Range range in rest.Split('\n'))
        {
            ReadOnlySpan<char> line = rest[range].TrimEnd('\r');
            _text.Append(line[..Math.Min(line.Length, LineLimit)]).Append('\n');
            _line++;
        }

        return _text.Length >= BlockLength ? FlushAsync(cancelToken) : ValueTask.CompletedTask;
    }

    /// <summary>Hands the reader what was added so far.</summary>
    /// <param name="cancelToken">Ends the waiting.</param>
    /// <returns>Ends when the reader has room for it.</returns>
    public ValueTask FlushAsync(CancellationToken cancelToken)
    {
        if (_text.Length == 0)
        {
            return ValueTask.CompletedTask;
        }

        var block = new LogBlock { Source = Name, Text = _text.ToString().AsMemory(), FirstLine = _firstLine };
        _text.Clear();
        _firstLine = _line + 1;
        lock (_lock)
        {
            _unread++;
            _idle = _idle.Task.IsCompleted ? NewSignal() : _idle;
        }

        return _blocks.Writer.WriteAsync(block, cancelToken);
    }

    /// <summary>Says that nothing more comes.</summary>
    public void Complete() => _blocks.Writer.TryComplete();

    /// <summary>Ends when the reader is done with everything it was handed and asks for more.</summary>
    public Task WhenIdle()
    {
        lock (_lock)
        {
            return _idle.Task;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LogBlock> ReadAsync([EnumeratorCancellation] CancellationToken cancelToken)
    {
        Done(0);
        await foreach (LogBlock block in _blocks.Reader.ReadAllAsync(cancelToken).ConfigureAwait(false))
        {
            yield return block;
            Done(1);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LogBlock> FollowAsync(Func<string, LogStart> start, ISourceObserver observer, [EnumeratorCancellation] CancellationToken cancelToken)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(observer);
        observer.Found(Name);
        Done(0);
        while (await HasMoreAsync(cancelToken).ConfigureAwait(false))
        {
            while (_blocks.Reader.TryRead(out LogBlock? block))
            {
                yield return block;
                Done(1);
            }
        }
    }

    private async ValueTask<bool> HasMoreAsync(CancellationToken cancelToken)
    {
        try
        {
            return await _blocks.Reader.WaitToReadAsync(cancelToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancelToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Done(int blocks)
    {
        lock (_lock)
        {
            _unread -= blocks;
            if (_unread == 0)
            {
                _idle.TrySetResult();
            }
        }
    }
}
