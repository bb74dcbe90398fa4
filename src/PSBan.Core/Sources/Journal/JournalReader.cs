namespace PSBan.Sources.Journal;

/// <summary>Reads the entries that a journalctl prints, some at a time.</summary>
internal sealed class JournalReader(JournalProcess process, int limit)
{
    // What a pipe holds on Linux.
    private const int BufferSize = 64 * 1024;

    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly ExportParser _parser = new(limit);
    private int _start;
    private int _end;

    /// <summary>Waits for more output. To be called when <see cref="Next"/> has nothing more.</summary>
    /// <returns>False where there will be no more.</returns>
    public async Task<bool> FillAsync()
    {
        (_start, _end) = (0, await process.ReadAsync(_buffer).ConfigureAwait(false));
        return _end > 0;
    }

    /// <summary>The next entry of what was read, good until the next call; null where it is not there as a whole.</summary>
    public JournalEntry? Next()
    {
        ReadOnlySpan<byte> rest = _buffer.AsSpan(_start, _end - _start);
        JournalEntry? entry = _parser.Read(ref rest);
        _start = _end - rest.Length;
        return entry;
    }
}
