using System.Globalization;
using PSBan.Scan;

namespace PSBan.Host;

/// <summary>A line on the terminal that shows how far the reading of a log has come. Where standard error is no terminal, there is none.</summary>
internal sealed class ReadProgress : IAsyncDisposable
{
    private const int Width = 78;
    private const double Mebi = 1 << 20;
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _end = new();
    private readonly Task _work = Task.CompletedTask;

    private ReadProgress(ReadMeter? meter, long total)
    {
        if (meter is not null)
        {
            _work = DrawAsync(meter, total, TimeProvider.System);
        }
    }

    /// <summary>Begins to show.</summary>
    /// <param name="meter">What has been read.</param>
    /// <param name="paths">The logs; where one is no file, or is packed, there is no end to tell.</param>
    public static ReadProgress Start(ReadMeter meter, IReadOnlyList<string> paths)
    {
        bool isKnown = paths.All(path => File.Exists(path) && !path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase));
        return new ReadProgress(Console.IsErrorRedirected ? null : meter, isKnown ? paths.Sum(path => new FileInfo(path).Length) : 0);
    }

    /// <summary>Takes the line away.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _work.ConfigureAwait(false);
        _end.Dispose();
    }

    /// <summary>The line in words.</summary>
    /// <param name="read">The bytes read.</param>
    /// <param name="total">All bytes; 0 where that is not known.</param>
    /// <param name="elapsed">The time it took.</param>
    public static string Text(long read, long total, TimeSpan elapsed)
    {
        double rate = read / Math.Max(elapsed.TotalSeconds, 0.001);
        string speed = string.Create(CultureInfo.InvariantCulture, $"{rate / Mebi:0} MiB/s");
        if (total <= 0 || read <= 0)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{read / Mebi:0} MiB, {speed}");
        }

        TimeSpan left = TimeSpan.FromSeconds(Math.Ceiling(Math.Max(0, total - read) / Math.Max(rate, 1)));
        return string.Create(CultureInfo.InvariantCulture, $"{Math.Min(100, 100.0 * read / total):0} %, {read / Mebi:0} of {total / Mebi:0} MiB, {speed}, {left:c} left");
    }

    private async Task DrawAsync(ReadMeter meter, long total, TimeProvider clock)
    {
        long start = clock.GetTimestamp();
        bool isDrawn = false;
        using PeriodicTimer timer = new(s_interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token).ConfigureAwait(false))
            {
                Console.Error.Write("\r" + Text(meter.Bytes, total, clock.GetElapsedTime(start)).PadRight(Width));
                isDrawn = true;
            }
        }
        catch (OperationCanceledException)
        {
            if (isDrawn)
            {
                Console.Error.Write("\r" + new string(' ', Width) + "\r");
            }
        }
    }
}
