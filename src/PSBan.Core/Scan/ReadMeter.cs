namespace PSBan.Scan;

/// <summary>How far the reading of logs has come; any thread may look at it at any time.</summary>
public sealed class ReadMeter
{
    private long _bytes;
    private volatile string _source = string.Empty;

    /// <summary>The log being read; empty before the first.</summary>
    public string Source => _source;

    /// <summary>How much has been read of all logs, unpacked where they are packed: bytes, or characters where somebody else made characters of them.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Begins the first log.</summary>
    internal void Reset()
    {
        Interlocked.Exchange(ref _bytes, 0);
        _source = string.Empty;
    }

    /// <summary>Begins a log.</summary>
    /// <param name="source">The log.</param>
    internal void Begin(string source) => _source = source;

    /// <summary>Takes note of what was read.</summary>
    /// <param name="bytes">How much.</param>
    internal void Add(long bytes) => Interlocked.Add(ref _bytes, bytes);
}
