using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using PSBan.Model;
using PSBan.Sources;

namespace PSBan.Binding;

/// <summary>The log that arrives through the pipeline. One thread adds, one scan reads; a scan that falls behind holds the pipeline up.</summary>
internal sealed class PipelineLogSource : ILogSource
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
    public string Name => "pipeline";

    /// <summary>Adds a string of the pipeline: a line, or a whole text with line ends in it.</summary>
    /// <returns>Ends when the scan has room for it.</returns>
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

    /// <summary>Hands the scan what was added so far.</summary>
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

    /// <summary>Ends when the scan is done with everything it was handed and asks for more.</summary>
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
    public IAsyncEnumerable<LogBlock> FollowAsync(Func<string, LogStart> start, ISourceObserver observer, CancellationToken cancelToken) =>
        throw new NotSupportedException("The pipeline can be read once and not followed.");

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
