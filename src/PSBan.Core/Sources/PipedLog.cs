using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace PSBan.Sources;

/// <summary>
/// A named pipe in a log's place: what is read of it is gone, so there is no place to resume from, and nothing to rotate. Neither opening nor reading
/// ever waits for a writer, who may come, go and come again.
/// </summary>
internal sealed class PipedLog : IDisposable
{
    private readonly BlockCutter _cutter;
    private readonly PipeWaiter _waiter;
    private SafeFileHandle _pipe;
    private volatile bool _isDirty = true;
    private volatile bool _isHungUp;
    private bool _hasWriter;
    private bool _isIdle;

    private PipedLog(string path, SafeFileHandle pipe, FileStatus status, BlockCutter cutter, Action ready)
    {
        (Path, Source, Status, _pipe, _cutter) = (path, RealPath.Of(path), status, pipe, cutter);
        _waiter = new PipeWaiter(isHungUp =>
        {
            _isHungUp |= isHungUp;
            _isDirty = true;
            ready();
        });
    }

    /// <summary>The path that leads to it.</summary>
    public string Path { get; private set; }

    /// <summary>The path with all links followed, which is its name.</summary>
    public string Source { get; private set; }

    /// <summary>What the system said of it when it was opened.</summary>
    public FileStatus Status { get; }

    /// <summary>Whether no path leads to it any more, so that only those write to it who have it open.</summary>
    public bool IsLeft { get; set; }

    /// <summary>When something was last read of it, or it was left, by the clock of the follower.</summary>
    public long QuietSince { get; set; }

    /// <summary>Whether there may be something to read.</summary>
    public bool IsDirty
    {
        get => _isDirty;
        set => _isDirty = value;
    }

    /// <summary>Whether the beginning of a line is held whose end is not to be expected: nobody has the pipe open for writing, or it has no name any more.</summary>
    public bool HoldsFragment => !_isDirty && !_cutter.IsSkipping && !_cutter.Pending.IsEmpty && (IsLeft || !_hasWriter);

    /// <summary>Opens a named pipe.</summary>
    /// <param name="path">The path.</param>
    /// <param name="encoding">The encoding of what is written to it.</param>
    /// <param name="lineLimit">The bytes of a line that are kept.</param>
    /// <param name="ready">Is called by any thread when there is something to read.</param>
    /// <returns>The pipe; null where something else has taken its place.</returns>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static PipedLog? Open(string path, LogEncoding encoding, int lineLimit, Action ready)
    {
        SafeFileHandle pipe = SharedFile.Open(path);
        try
        {
            FileStatus status = FileStatus.Get(pipe);
            if (status.IsPipe)
            {
                return new PipedLog(path, pipe, status, new BlockCutter(lineLimit) { Encoding = encoding }, ready);
            }
        }
        catch
        {
            pipe.Dispose();
            throw;
        }

        pipe.Dispose();
        return null;
    }

    /// <summary>Notes that it has another name.</summary>
    public void Rename(string path) => (Path, Source) = (path, RealPath.Of(path));

    /// <summary>Reads whole lines.</summary>
    /// <param name="now">The time by the clock of the follower.</param>
    /// <param name="block">What was read; its text may be empty.</param>
    /// <returns>Whether there was anything; if not, the pipe is empty for now, and marks itself when it no longer is.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    public bool Read(long now, out CutBlock block)
    {
        while (!_cutter.Cut(atEnd: false, out block))
        {
            _isDirty = false;
            int count = PipeCalls.Read(_pipe, _cutter.Room().Span);
            if (count <= 0)
            {
                Rest(hasWriter: count < 0);
                return false;
            }

            (_isDirty, _isIdle, QuietSince) = (true, false, now);
            _cutter.Add(count);
        }

        return true;
    }

    /// <summary>Hands out what is held of a line that nobody will end.</summary>
    public CutBlock TakeFragment()
    {
        _cutter.Cut(atEnd: true, out CutBlock block);
        return block;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _waiter.Dispose();
        _pipe.Dispose();
        _cutter.Dispose();
    }

    private void Rest(bool hasWriter)
    {
        _hasWriter = hasWriter;
        if (_cutter.Pending.IsEmpty)
        {
            // The memory is only lent.
            _cutter.Dispose();
        }

        SafeFileHandle? before = null;
        if (_isHungUp)
        {
            if (_isIdle)
            {
                // The second time without a byte between: the next look round is soon enough, so that nobody can keep this busy by coming and going.
                _isIdle = false;
                return;
            }

            _isHungUp = false;

            // Once its last writer has gone the system tells of nothing else any more. One that is opened anew waits for the next writer; what
            // is written in between is kept, because it is the same pipe.
            (before, _isIdle) = (_pipe, true);
            _pipe = Reopen(before);
        }

        _waiter.Arm(_pipe);
        if (before is not null && before != _pipe)
        {
            before.Dispose();
        }
    }

    /// <summary>Opens the same pipe once more, whatever its path leads to now.</summary>
    private static SafeFileHandle Reopen(SafeFileHandle pipe)
    {
        try
        {
            return SharedFile.Open(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{pipe.DangerousGetHandle()}"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return pipe;
        }
    }
}
