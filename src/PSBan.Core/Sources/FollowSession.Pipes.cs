using PSBan.Model;

namespace PSBan.Sources;

/// <content>Named pipes in the place of logs.</content>
internal sealed partial class FollowSession
{
    // Each has a thread.
    private const int MostPipes = 64;

    private readonly List<PipedLog> _pipes = [];

    /// <summary>The pipes to be read or looked at.</summary>
    public IReadOnlyList<PipedLog> Pipes() => _pipes.Count == 0 ? [] : [.. _pipes];

    /// <summary>Reads one block of a pipe.</summary>
    /// <param name="pipe">The pipe.</param>
    /// <param name="block">The block; null where bytes were only passed over.</param>
    /// <returns>Whether it is worth while to go on.</returns>
    public bool Read(PipedLog pipe, out LogBlock? block)
    {
        block = null;
        try
        {
            if (pipe.IsDirty && pipe.Read(Now, out CutBlock cut))
            {
                block = Make(pipe, cut);
                return true;
            }
        }
        catch (IOException exception)
        {
            Drop(pipe);
            TellFailed(pipe.Path, exception.Message);
            return false;
        }

        if (pipe is { IsLeft: true, IsDirty: false, HoldsFragment: false } && _options.Time.GetElapsedTime(pipe.QuietSince) >= _options.RotationGrace)
        {
            Drop(pipe);
        }

        return false;
    }

    /// <summary>The beginning of a line that the last writer of a pipe has left, once it has been quiet for a while.</summary>
    public LogBlock? TakeFragment(PipedLog pipe) =>
        pipe.HoldsFragment && _options.Time.GetElapsedTime(pipe.QuietSince) >= _options.PollInterval ? Make(pipe, pipe.TakeFragment()) : null;

    private LogBlock? Make(PipedLog pipe, CutBlock cut)
    {
        WarnOf(pipe.Source, cut, firstLine: 0);
        return cut.Text.IsEmpty ? null : new LogBlock { Source = pipe.Source, Text = cut.Text, InOperation = true };
    }

    private void MeetPipe(string path, FileStatus status, HashSet<PipedLog> met)
    {
        PipedLog? pipe = _pipes.Find(known => (known.Status.Device, known.Status.Node) == (status.Device, status.Node));
        if (pipe is null)
        {
            pipe = OpenPipe(path);
            if (pipe is null)
            {
                return;
            }

            _pipes.Add(pipe);
        }
        else if (pipe.Path != path && !met.Contains(pipe))
        {
            // Of several paths to one pipe it keeps the one that it was met under, as long as that leads to it.
            if (pipe.IsLeft || !FileStatus.TryGet(pipe.Path, out FileStatus now, out _) || (now.Device, now.Node) != (status.Device, status.Node))
            {
                pipe.Rename(path);
            }
        }

        pipe.IsLeft = false;
        _failed.Remove(path);
        met.Add(pipe);
        TellFound(pipe.Source);
    }

    private PipedLog? OpenPipe(string path)
    {
        if (_pipes.Count >= MostPipes)
        {
            TellFailed(path, $"There are more than {MostPipes} named pipes.");
            return null;
        }

        try
        {
            PipedLog? pipe = PipedLog.Open(path, _encoding, Math.Max(4096, _options.LineLimit), () => _wake.Set());
            _ = pipe is null ? default : pipe.QuietSince = Now;
            return pipe;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (IsTrouble(exception))
        {
            TellFailed(path, exception.Message);
            return null;
        }
    }

    private void LeavePipes(HashSet<PipedLog> met)
    {
        foreach (PipedLog pipe in _pipes.Where(pipe => !pipe.IsLeft && !met.Contains(pipe)))
        {
            (pipe.IsLeft, pipe.QuietSince) = (true, Now);
        }
    }

    private void Drop(PipedLog pipe)
    {
        _pipes.Remove(pipe);
        pipe.Dispose();
    }
}
