using System.Runtime.ExceptionServices;
using PSBan.Matching;
using PSBan.Matching.Dates;
using PSBan.Sources;

namespace PSBan.Scan;

/// <summary>
/// Reads a log on all processors. What needs no memory of earlier lines (decoding, and the search for lines that could matter) is done for several blocks
/// at a time; what does is done in order, by whichever thread comes with the next block.
/// </summary>
/// <param name="source">The log.</param>
/// <param name="filter">The filter.</param>
/// <param name="sieve">Its sieve.</param>
/// <param name="tally">Counts.</param>
/// <param name="meter">Is told what was read.</param>
internal sealed class SievingReader(FileSource source, LineFilter filter, LineSieve sieve, LineTally tally, ReadMeter meter) : IDisposable
{
    private const int MostThreads = 8;

    // How far the reading may run ahead of the counting.
    private const int BlocksPerThread = 3;

    private readonly int _threads = Math.Clamp(Environment.ProcessorCount, 1, MostThreads);
    private readonly SemaphoreSlim _reading = new(1);
    private readonly Lock _taking = new();
    private readonly Dictionary<long, SievedText> _waiting = [];
    private readonly Stack<SievedText> _free = [];
    private SemaphoreSlim? _room;
    private long _blocksRead;
    private long _blocksTaken;
    private bool _isTaking;
    private ExceptionDispatchInfo? _error;
    private volatile DateLayout? _layout;

    /// <summary>Reads to the end.</summary>
    /// <param name="cancelToken">Ends the reading.</param>
    /// <exception cref="IOException">The log is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The log may not be read.</exception>
    public async Task ReadAsync(CancellationToken cancelToken)
    {
        using CancellationTokenSource failure = CancellationTokenSource.CreateLinkedTokenSource(cancelToken);
        _room = new SemaphoreSlim(_threads * BlocksPerThread);
        await using IAsyncEnumerator<RawBlock> blocks = source.ReadRawAsync(cancelToken).GetAsyncEnumerator(cancelToken);
        Task[] workers = [.. Enumerable.Range(0, _threads).Select(_ => Task.Run(() => WorkAsync(blocks, failure), CancellationToken.None))];
        await Task.WhenAll(workers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _error?.Throw();
        cancelToken.ThrowIfCancellationRequested();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reading.Dispose();
        _room?.Dispose();
    }

    private async Task WorkAsync(IAsyncEnumerator<RawBlock> blocks, CancellationTokenSource failure)
    {
        try
        {
            while (await ReadOneAsync(blocks, failure.Token).ConfigureAwait(false) is { } next)
            {
                next.Text.Sift(_layout);
                Take(next.Number, next.Text);
            }
        }
#pragma warning disable CA1031 // It is thrown again, once all have ended.
        catch (Exception e)
#pragma warning restore CA1031
        {
            // The first is the cause; the others were cancelled.
            Interlocked.CompareExchange(ref _error, ExceptionDispatchInfo.Capture(e), null);
            await failure.CancelAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<(long Number, SievedText Text)?> ReadOneAsync(IAsyncEnumerator<RawBlock> blocks, CancellationToken cancelToken)
    {
        await _room!.WaitAsync(cancelToken).ConfigureAwait(false);
        SievedText text = Rent();
        await _reading.WaitAsync(cancelToken).ConfigureAwait(false);
        try
        {
            if (!await blocks.MoveNextAsync().ConfigureAwait(false))
            {
                _room.Release();
                return null;
            }

            text.Load(blocks.Current);
            meter.Add(blocks.Current.Bytes.Length);
            return (_blocksRead++, text);
        }
        finally
        {
            _reading.Release();
        }
    }

    private SievedText Rent()
    {
        lock (_taking)
        {
            return _free.TryPop(out SievedText? text) ? text : new SievedText(sieve);
        }
    }

    /// <summary>Counts this block and those behind it that are ready; where an earlier one is missing, whoever brings it does.</summary>
    private void Take(long number, SievedText? text)
    {
        lock (_taking)
        {
            _waiting.Add(number, text!);
            if (_isTaking)
            {
                return;
            }

            _isTaking = true;
        }

        while (true)
        {
            lock (_taking)
            {
                if (!_waiting.Remove(_blocksTaken, out text))
                {
                    _isTaking = false;
                    return;
                }
            }

            tally.Take(text, filter);
            _layout = filter.ExpectedLayout;
            lock (_taking)
            {
                _blocksTaken++;
                _free.Push(text);
            }

            _room!.Release();
        }
    }
}
