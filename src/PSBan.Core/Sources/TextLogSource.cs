using System.Buffers;
using System.Runtime.CompilerServices;
using PSBan.Model;

namespace PSBan.Sources;

/// <summary>Lines from memory, from a pipeline or from standard input. Such text has an end: following ends there too.</summary>
public sealed class TextLogSource : ILogSource
{
    private const int BlockLength = 64 << 10;

    private readonly Func<TextReader> _open;
    private readonly int _lineLimit;

    /// <summary>Takes a reader, which is read once and left open.</summary>
    /// <param name="name">The name that the lines carry.</param>
    /// <param name="reader">The text.</param>
    /// <param name="lineLimit">How many characters of a line are read; the rest of it is passed over.</param>
    public TextLogSource(string name, TextReader reader, int lineLimit = FileSourceOptions.DefaultLineLimit)
    {
        ArgumentNullException.ThrowIfNull(reader);
        Name = name;
        _open = () => reader;
        _lineLimit = lineLimit;
    }

    /// <summary>Takes lines, each without its end.</summary>
    /// <param name="name">The name that the lines carry.</param>
    /// <param name="lines">The lines; asked for while they are read.</param>
    /// <param name="lineLimit">How many characters of a line are read; the rest of it is passed over.</param>
    public TextLogSource(string name, IEnumerable<string> lines, int lineLimit = FileSourceOptions.DefaultLineLimit)
    {
        ArgumentNullException.ThrowIfNull(lines);
        Name = name;
        _open = () => new LinesReader(lines);
        _lineLimit = lineLimit;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LogBlock> ReadAsync([EnumeratorCancellation] CancellationToken cancelToken)
    {
        await foreach (LogBlock block in RunAsync(inOperation: false, cancelToken))
        {
            yield return block;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LogBlock> FollowAsync(Func<string, LogStart> start, ISourceObserver observer, [EnumeratorCancellation] CancellationToken cancelToken)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(observer);
        observer.Found(Name);
        bool inOperation = start(Name).AtEnd;
        IAsyncEnumerator<LogBlock> blocks = RunAsync(inOperation, cancelToken).GetAsyncEnumerator(CancellationToken.None);
        try
        {
            while (await MoveNextUnlessCancelled(blocks, cancelToken))
            {
                yield return blocks.Current;
            }
        }
        finally
        {
            await blocks.DisposeAsync();
        }
    }

    private static async ValueTask<bool> MoveNextUnlessCancelled(IAsyncEnumerator<LogBlock> blocks, CancellationToken cancelToken)
    {
        try
        {
            return await blocks.MoveNextAsync();
        }
        catch (OperationCanceledException) when (cancelToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async IAsyncEnumerable<LogBlock> RunAsync(bool inOperation, [EnumeratorCancellation] CancellationToken cancelToken)
    {
        cancelToken.ThrowIfCancellationRequested();
        TextReader reader = _open();
        char[] text = ArrayPool<char>.Shared.Rent(BlockLength);
        try
        {
            int count = 0;
            long line = 1;
            bool isSkipping = false;
            while (true)
            {
                if (count == text.Length - 1)
                {
                    char[] larger = ArrayPool<char>.Shared.Rent(text.Length * 2);
                    text.AsSpan(0, count).CopyTo(larger);
                    ArrayPool<char>.Shared.Return(text);
                    text = larger;
                }

                // One place stays free for the end of a last line that has none.
                int read = await reader.ReadAsync(text.AsMemory(count, text.Length - 1 - count), cancelToken);
                int from = count;
                count += read;
                if (isSkipping)
                {
                    int end = text.AsSpan(0, count).IndexOf('\n');
                    (isSkipping, count) = end < 0 ? (read > 0, 0) : (false, Shift(text, end + 1, count));
                    from = 0;
                }

                int length = text.AsSpan(from, count - from).LastIndexOf('\n') is int last and >= 0 ? from + last + 1 : 0;
                if (length == 0 && (count >= _lineLimit || (read == 0 && count > 0)))
                {
                    length = Math.Min(count, _lineLimit);
                    isSkipping = read > 0;
                    count = isSkipping ? length : count;
                    text[length++] = '\n';
                    count++;
                }

                if (length > 0)
                {
                    int lines = text.AsSpan(0, length).Count('\n');
                    int rest = count - length;
                    char[] tail = text.AsSpan(length, rest).ToArray();
                    int kept = LineText.RemoveCarriageReturns(text.AsSpan(0, length));
                    yield return new LogBlock { Source = Name, Text = text.AsMemory(0, kept), FirstLine = line, InOperation = inOperation };
                    line += lines;
                    tail.CopyTo(text, 0);
                    count = rest;
                }

                if (read == 0)
                {
                    yield break;
                }
            }
        }
        finally
        {
            ArrayPool<char>.Shared.Return(text);
        }
    }

    private static int Shift(char[] text, int from, int count)
    {
        text.AsSpan(from, count - from).CopyTo(text);
        return count - from;
    }

    /// <summary>Reads lines as text, ending each, as they are asked for.</summary>
    private sealed class LinesReader(IEnumerable<string> lines) : TextReader
    {
        private readonly IEnumerator<string> _lines = lines.GetEnumerator();
        private string? _line;
        private int _at;

        public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

        public override int Read(Span<char> buffer)
        {
            int written = 0;
            while (written < buffer.Length && (_line is not null || Next()))
            {
                int part = Math.Min(_line!.Length - _at, buffer.Length - written);
                _line.AsSpan(_at, part).CopyTo(buffer[written..]);
                (_at, written) = (_at + part, written + part);
                if (_at == _line.Length && written < buffer.Length)
                {
                    buffer[written++] = '\n';
                    _line = null;
                }
            }

            return written;
        }

        public override ValueTask<int> ReadAsync(Memory<char> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

        private bool Next()
        {
            if (!_lines.MoveNext())
            {
                return false;
            }

            (_line, _at) = (_lines.Current, 0);
            return true;
        }

        protected override void Dispose(bool disposing)
        {
            _lines.Dispose();
            base.Dispose(disposing);
        }
    }
}
