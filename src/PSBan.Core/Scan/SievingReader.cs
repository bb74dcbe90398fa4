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

    private static readonly int s_threads = Math.Clamp(Environment.ProcessorCount, 1, MostThreads);

    private readonly IEnumerator<FileReader> _files = source.OpenAll().GetEnumerator();
    private readonly SemaphoreSlim _room = new(s_threads * BlocksPerThread);
    private readonly Lock _reading = new();
    private readonly Lock _taking = new();
    private readonly Dictionary<long, SievedText> _waiting = [];
    private readonly Stack<SievedText> _free = [];
    private FileReader? _file;
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
        var workers = new Task[s_threads];
        for (int i = 0; i < workers.Length; i++)
        {
            workers[i] = Task.Run(() => Work(failure), CancellationToken.None);
        }

        await Task.WhenAll(workers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _error?.Throw();
        cancelToken.ThrowIfCancellationRequested();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file?.Dispose();
        _files.Dispose();
        _room.Dispose();
    }

    private void Work(CancellationTokenSource failure)
    {
        try
        {
            while (ReadOne(failure.Token) is { } text)
            {
                text.Sift(_layout);
                Take(text);
            }
        }
#pragma warning disable CA1031 // It is thrown again, once all have ended.
        catch (Exception e)
#pragma warning restore CA1031
        {
            // The first is the cause; the others were cancelled.
            Interlocked.CompareExchange(ref _error, ExceptionDispatchInfo.Capture(e), null);
            failure.Cancel();
        }
    }

    private SievedText? ReadOne(CancellationToken cancelToken)
    {
        _room.Wait(cancelToken);
        SievedText text = Rent();
        lock (_reading)
        {
            cancelToken.ThrowIfCancellationRequested();
            while (_file is not null || _files.MoveNext())
            {
                _file ??= _files.Current;
                if (text.Load(_file))
                {
                    text.Number = _blocksRead++;
                    meter.Add(text.ByteCount);
                    return text;
                }

                _file.Dispose();
                _file = null;
            }
        }

        _room.Release();
        return null;
    }

    private SievedText Rent()
    {
        lock (_taking)
        {
            return _free.TryPop(out SievedText? text) ? text : new SievedText(sieve);
        }
    }

    /// <summary>Counts this block and those behind it that are ready; where an earlier one is missing, whoever brings it does.</summary>
    private void Take(SievedText? text)
    {
        lock (_taking)
        {
            _waiting.Add(text!.Number, text);
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

            _room.Release();
        }
    }
}
