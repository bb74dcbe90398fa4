using System.Text;

namespace PSBan.Firewalls.Command;

/// <summary>Reads a pipe to its end, whoever holds it, and keeps the last of it.</summary>
internal sealed class TailReader
{
    private const int Limit = 8 * 1024;
    private readonly Lock _lock = new();
    private readonly byte[] _kept = new byte[2 * Limit];
    private int _length;

    public Task Done { get; private set; } = Task.CompletedTask;

    public string Text
    {
        get
        {
            lock (_lock)
            {
                int count = Math.Min(_length, Limit);
                return Encoding.UTF8.GetString(_kept, _length - count, count);
            }
        }
    }

    public static TailReader Start(Stream stream)
    {
        // The runtime reads pipes by blocking a pool thread; see CommandRunner.
        TailReader reader = new();
        reader.Done = Task.Factory.StartNew(() => reader.Read(stream), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return reader;
    }

    private void Read(Stream stream)
    {
        // The process does not close what was read of it; the pipe would stay open until the next collection of garbage.
        using Stream pipe = stream;
        byte[] block = new byte[Limit];
        try
        {
            for (int read; (read = pipe.Read(block)) > 0;)
            {
                Keep(block.AsSpan(0, read));
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // Nobody waits for more.
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            if (_length + bytes.Length > _kept.Length)
            {
                int keep = Math.Min(_length, Limit);
                _kept.AsSpan(_length - keep, keep).CopyTo(_kept);
                _length = keep;
            }

            bytes.CopyTo(_kept.AsSpan(_length));
            _length += bytes.Length;
        }
    }
}
