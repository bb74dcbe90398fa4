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

    private readonly long _total = Math.Max(1, paths.Sum(path => new FileInfo(path).Length));
    private long _shown = clock.GetTimestamp();

    /// <summary>The bar as it is to be drawn now; null where it was drawn only just now.</summary>
    public ProgressRecord? Next()
    {
        if (clock.GetElapsedTime(_shown) < Interval)
        {
            return null;
        }

        _shown = clock.GetTimestamp();
        long read = meter.Bytes;
        return new ProgressRecord(0, "Reading logs", VisibleText.Of(meter.Source) + " ")
        {
            PercentComplete = (int)Math.Min(100, read * 100 / _total),
            CurrentOperation = string.Create(CultureInfo.InvariantCulture, $"{read >> 20} of {_total >> 20} MiB"),
        };
    }

    /// <summary>Takes the bar away.</summary>
    public static ProgressRecord End() => new(0, "Reading logs", " ") { RecordType = ProgressRecordType.Completed };
}
