using System.Globalization;
using System.Management.Automation;
using PSBan.Model;
using PSBan.Scan;

namespace PSBan.Output;

/// <summary>How far the reading of some logs has come, in bytes read against bytes that there are: near enough for a bar.</summary>
internal sealed class ScanProgress(IReadOnlyList<string> paths, ReadMeter meter, TimeProvider clock)
{
    /// <summary>How often the bar moves at most.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private const double Mebi = 1 << 20;

    // Where a log is packed, or is no file, nobody knows how much there is to read.
    private readonly long? _total = paths.All(path => File.Exists(path) && !path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
        ? Math.Max(1, paths.Sum(path => new FileInfo(path).Length))
        : null;

    private readonly long _start = clock.GetTimestamp();
    private long _shown = clock.GetTimestamp();

    /// <summary>The bar as it is to be drawn now; null where it was drawn only just now.</summary>
    public ProgressRecord? Next()
    {
        if (clock.GetElapsedTime(_shown) < Interval)
        {
            return null;
        }

        _shown = clock.GetTimestamp();
        return Record(meter.Source, meter.Bytes, _total, clock.GetElapsedTime(_start));
    }

    /// <summary>The bar for what has been read.</summary>
    /// <param name="source">The log being read.</param>
    /// <param name="read">The bytes read.</param>
    /// <param name="total">All bytes; null where that is not known.</param>
    /// <param name="elapsed">The time it took.</param>
    internal static ProgressRecord Record(string source, long read, long? total, TimeSpan elapsed)
    {
        double rate = read / Math.Max(elapsed.TotalSeconds, 0.001);
        return new ProgressRecord(0, "Reading logs", VisibleText.Of(source) + " ")
        {
            PercentComplete = total is { } all ? (int)Math.Min(100, read * 100.0 / all) : -1,
            SecondsRemaining = total is { } end && read > 0 ? (int)Math.Min(int.MaxValue, Math.Ceiling(Math.Max(0, end - read) / rate)) : -1,
            CurrentOperation = total is { } whole
                ? string.Create(CultureInfo.InvariantCulture, $"{read / Mebi:0} of {whole / Mebi:0} MiB, {rate / Mebi:0} MiB/s")
                : string.Create(CultureInfo.InvariantCulture, $"{read / Mebi:0} MiB, {rate / Mebi:0} MiB/s"),
        };
    }

    /// <summary>Takes the bar away.</summary>
    public static ProgressRecord End() => new(0, "Reading logs", " ") { RecordType = ProgressRecordType.Completed };
}
