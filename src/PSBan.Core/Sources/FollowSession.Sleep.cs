using PSBan.Model;

namespace PSBan.Sources;

/// <content>
/// Files that have been quiet need not stay open: a folder may hold thousands of old logs that match. They sleep, known by their size and time, until these change.
/// </content>
internal sealed partial class FollowSession
{
    /// <summary>How many files stay open although they are quiet.</summary>
    internal const int MostOpen = 128;

    private static readonly TimeSpan s_quiet = TimeSpan.FromMinutes(1);

    private readonly Dictionary<(ulong Device, ulong Node), SleepingFile> _sleeping = [];

    /// <summary>Closes files that nobody has written to for a while, until there is room for more.</summary>
    private void MakeRoom()
    {
        const int Room = MostOpen / 4;
        int tooMany = _tails.Count - (MostOpen - Room);
        if (tooMany <= 0 || _tails.Count < MostOpen)
        {
            return;
        }

        long recently = (_options.Time.GetUtcNow() - s_quiet).UtcTicks;
        foreach (TailedFile tail in _tails.Where(tail => tail.InOperation && !tail.IsLeft && !tail.IsDirty).ToList())
        {
            try
            {
                FileStatus status = FileStatus.Get(tail.Handle);
                if (tooMany-- > 0 && status.Modified < recently && !tail.HasGrown())
                {
                    _sleeping[(status.Device, status.Node)] = new SleepingFile(tail.Path, tail.Source, status, tail.Position());
                    Remember(tail);
                    Drop(tail);
                }
            }
            catch (Exception exception) when (IsTrouble(exception))
            {
                Fail(tail, exception.Message);
            }
        }
    }

    /// <summary>Whether the file at a path sleeps on. One that has changed wakes up and goes on where it stood.</summary>
    /// <param name="path">The path.</param>
    /// <param name="status">What the file system says of it.</param>
    /// <param name="met">Receives the files that sleep on.</param>
    /// <param name="woken">The file where it woke up.</param>
    private bool SleepsOn(string path, FileStatus status, HashSet<SleepingFile> met, out TailedFile? woken)
    {
        woken = null;
        if (!_sleeping.TryGetValue((status.Device, status.Node), out SleepingFile? sleeping))
        {
            return false;
        }

        if (status.Size == sleeping.Status.Size && status.Modified == sleeping.Status.Modified && path == sleeping.Path)
        {
            met.Add(sleeping);
            return true;
        }

        woken = OpenFresh(path, status, out bool isMoved);
        if (isMoved)
        {
            met.Add(sleeping);
            _isScanLeft = true;
            return true;
        }

        _sleeping.Remove((status.Device, status.Node));
        if (woken is null)
        {
            return true;
        }

        try
        {
            bool isSame = sleeping.Place is LogPosition place && FilePrint.Fits(place, woken.Handle);
            if (isSame)
            {
                woken.MoveTo(sleeping.Place!);
            }

            woken.After = isSame ? null : sleeping.Place;
            (woken.InOperation, woken.QuietSince) = (isSame, Now);
            _tails.Add(woken);
            TellFound(woken.Source);
            if (woken.Source != sleeping.Source)
            {
                Rename(woken, sleeping.Source, woken.Source);
            }
        }
        catch (Exception exception) when (IsTrouble(exception))
        {
            Fail(woken, exception.Message);
            woken = null;
        }

        return true;
    }

    /// <summary>Forgets files that went while they slept.</summary>
    private void ForgetSleeping(HashSet<SleepingFile> met)
    {
        foreach ((ulong, ulong) key in _sleeping.Where(pair => !met.Contains(pair.Value)).Select(pair => pair.Key).ToList())
        {
            _sleeping.Remove(key);
        }
    }

    private sealed record SleepingFile(string Path, string Source, FileStatus Status, LogPosition? Place);
}
