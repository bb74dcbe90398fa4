using System.Text;

namespace PSBan.Host;

/// <summary>Standard input as text, UTF-8 unless a byte order mark says otherwise. Its own reading cannot be cancelled; here whoever waits for it can leave.</summary>
internal sealed class StandardInput : TextReader
{
    private const int BlockLength = 64 << 10;

    private readonly StreamReader _reader = new(Console.OpenStandardInput(), new UTF8Encoding(false), detectEncodingFromByteOrderMarks: true, BlockLength);
    private readonly char[] _block = new char[BlockLength];
    private Task<int>? _reading;
    private int _start;
    private int _count;

    public override async ValueTask<int> ReadAsync(Memory<char> buffer, CancellationToken cancellationToken = default)
    {
        if (_count == 0)
        {
            _reading ??= Task.Run(() => _reader.Read(_block, 0, _block.Length), CancellationToken.None);
            (_start, _count) = (0, await _reading.WaitAsync(cancellationToken).ConfigureAwait(false));
            _reading = null;
        }

        int count = Math.Min(_count, buffer.Length);
        _block.AsMemory(_start, count).CopyTo(buffer);
        (_start, _count) = (_start + count, _count - count);
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _reader.Dispose();
        }

        base.Dispose(disposing);
    }
}
