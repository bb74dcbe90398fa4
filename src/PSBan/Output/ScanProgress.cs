using System.Globalization;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using PSBan.Model;
using PSBan.Sources;

namespace PSBan.Output;

/// <summary>How far the reading of some logs has come, in characters read against bytes that there are: near enough for a bar.</summary>
internal sealed class ScanProgress(IReadOnlyList<string> paths, TimeProvider clock)
{
    /// <summary>How often the bar moves at most.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly long _total = Math.Max(1, paths.Sum(path => new FileInfo(path).Length));
    private long _read;
    private long _shown = clock.GetTimestamp();
    private volatile string _current = string.Empty;

    /// <summary>Counts what is read of a log.</summary>
    public ILogSource Count(ILogSource source) => new CountingSource(this, source);

    /// <summary>The bar as it is to be drawn now; null where it was drawn only just now.</summary>
    public ProgressRecord? Next()
    {
        if (clock.GetElapsedTime(_shown) < Interval)
        {
            return null;
        }

        _shown = clock.GetTimestamp();
        long read = Volatile.Read(ref _read);
        return new ProgressRecord(0, "Reading logs", VisibleText.Of(_current) + " ")
        {
            PercentComplete = (int)Math.Min(100, read * 100 / _total),
            CurrentOperation = string.Create(CultureInfo.InvariantCulture, $"{read >> 20} of {_total >> 20} MiB"),
        };
    }

    /// <summary>Takes the bar away.</summary>
    public static ProgressRecord End() => new(0, "Reading logs", " ") { RecordType = ProgressRecordType.Completed };

    private sealed class CountingSource(ScanProgress progress, ILogSource source) : ILogSource
    {
        public string Name => source.Name;

        public async IAsyncEnumerable<LogBlock> ReadAsync([EnumeratorCancellation] CancellationToken cancelToken)
        {
            progress._current = source.Name;
            await foreach (LogBlock block in source.ReadAsync(cancelToken).ConfigureAwait(false))
            {
                yield return block;
                Interlocked.Add(ref progress._read, block.Text.Length);
            }
        }

        public IAsyncEnumerable<LogBlock> FollowAsync(Func<string, LogStart> start, ISourceObserver observer, CancellationToken cancelToken) =>
            source.FollowAsync(start, observer, cancelToken);
    }
}
