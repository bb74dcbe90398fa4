using PSBan.Model;

namespace PSBan.Sources;

/// <content>What becomes of files: met again under another name, left, remembered, watched.</content>
internal sealed partial class FollowSession
{
    private const int MostKnown = 10_000;

    private readonly Dictionary<(ulong Device, ulong Node), TailedFile> _byNode = [];
    private readonly Dictionary<string, LogPosition?> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (DirectoryWatch Watch, FileStatus Status)> _watches = new(StringComparer.Ordinal);
    private readonly List<TailedFile> _renamed = [];
    private HashSet<string> _followedNames = new(StringComparer.Ordinal);

    /// <summary>Follows renames, and parts from files that no path leads to any more.</summary>
    private void Leave(Dictionary<TailedFile, List<string>> met)
    {
        foreach (TailedFile tail in _tails)
        {
            if (!met.TryGetValue(tail, out List<string>? paths))
            {
                if (!tail.IsLeft)
                {
                    (tail.IsLeft, tail.QuietSince, tail.IsDirty) = (true, Now, true);
                }

                continue;
            }

            bool isSame = !tail.IsLeft && paths.Contains(tail.Path);
            tail.IsLeft = false;
            if (isSame)
            {
                TellFound(tail.Source);
                continue;
            }

            tail.Path = paths.Contains(tail.Path) ? tail.Path : paths[0];
            tail.Log = RotatedNames.EndingOf(tail.Path) < 0 ? RealPath.Of(tail.Path) : tail.Log;
            string source = RealPath.Of(tail.Path);
            if (source != tail.Source)
            {
                Remember(tail);
                Rename(tail, tail.Source, source);
            }

            TellFound(tail.Source);
        }
    }

    /// <summary>
    /// Takes in a file that holds the rest of what another one held; it is read before that, and before the copies that waited for that and have not been asked for what is
    /// older.
    /// </summary>
    private void AdoptLeft(TailedFile left, TailedFile before)
    {
        if (!_byNode.TryAdd((left.Status.Device, left.Status.Node), left))
        {
            left.Dispose();
            return;
        }

        (left.IsLeft, left.QuietSince, left.InOperation) = (true, Now, before.InOperation);
        (left.Log, left.FormerSource, left.IsCaughtUp) = (before.Log, before.Source, true);
        before.IsAfterLatest = false;
        int index = _tails.IndexOf(before);
        for (int i = index - 1; i >= 0 && (_tails[i].Log != before.Log || _tails[i] is { IsUnbegun: true, IsCaughtUp: false }); i--)
        {
            index = _tails[i].Log == before.Log ? i : index;
        }

        _tails.Insert(index < 0 ? _tails.Count : index, left);
    }

    private void Fail(TailedFile tail, string reason)
    {
        Remember(tail);
        Drop(tail);
        if (!tail.IsLeft)
        {
            TellFailed(tail.Path, reason);
        }
    }

    private void Drop(TailedFile tail)
    {
        _tails.Remove(tail);
        _byNode.Remove((tail.Status.Device, tail.Status.Node));
        if (_delivering.GetValueOrDefault(tail.Source) == tail)
        {
            _delivering.Remove(tail.Source);
        }

        tail.Dispose();
    }

    /// <summary>Keeps the place of a file, in case it comes back under the name it has now.</summary>
    private void Remember(TailedFile tail)
    {
        if (_delivering.TryGetValue(tail.Source, out TailedFile? last) && last != tail)
        {
            return;
        }

        try
        {
            if (_known.Count >= MostKnown)
            {
                _known.Clear();
            }

            LogPosition place = tail.PlaceBefore();
            _known[tail.Source] = place;
            AddPast(place);
            if (_tails.SkipWhile(other => other != tail).Skip(1).FirstOrDefault(other => other.Log == tail.Log) is { IsUnbegun: true, After: not null, IsAfterLatest: false } next)
            {
                (next.After, next.IsAfterLatest) = (place, true);
            }
        }
        catch (Exception exception) when (IsTrouble(exception))
        {
            _known[tail.Source] = null;
        }
    }

    private void Rename(TailedFile tail, string former, string source)
    {
        (tail.FormerSource, tail.Source) = (former, source);
        _renamed.Add(tail);
    }

    /// <summary>
    /// Tells the places of renamed files under their new names. In a chain (<c>.1</c> to <c>.2</c> while <c>.2</c> to <c>.3</c>) no name is told anew before the file
    /// that had it has been told under its own, so that the receiver knows every file's place at any moment.
    /// </summary>
    private void NoteRenamed()
    {
        while (_renamed.Count > 0)
        {
            TailedFile next = _renamed.Find(tail => !_renamed.Exists(other => other != tail && other.FormerSource == tail.Source)) ?? _renamed[0];
            _renamed.Remove(next);
            if (!next.IsUnbegun)
            {
                Note(next);
            }
        }
    }

    private void Note(TailedFile tail)
    {
        try
        {
            _notes.Enqueue(new LogBlock { Source = tail.Source, Text = default, InOperation = tail.InOperation, Position = tail.Position() });
        }
        catch (Exception exception) when (IsTrouble(exception))
        {
            // The next reading of it will meet the trouble and tell of it.
        }
    }

    private void Watch(HashSet<string> directories)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (TailedFile tail in _tails.Where(tail => !tail.IsLeft))
        {
            names.Add(Path.GetFileName(tail.Path));
            names.Add(Path.GetFileName(tail.Source));
            directories.Add(Path.GetDirectoryName(tail.Source) ?? ".");
        }

        foreach (SleepingFile file in _sleeping.Values)
        {
            names.Add(Path.GetFileName(file.Path));
        }

        lock (_lock)
        {
            _followedNames = names;
        }

        foreach (string gone in _watches.Keys.Except(directories).ToList())
        {
            _watches.Remove(gone, out (DirectoryWatch Watch, FileStatus Status) entry);
            entry.Watch.Dispose();
        }

        WatchAll(directories);
    }

    /// <summary>Sees to it that directories are watched, and are those that the watches were begun for.</summary>
    private void WatchAll(HashSet<string> directories)
    {
        if (!_options.Notifications)
        {
            return;
        }

        foreach (string directory in directories)
        {
            WatchOne(directory);
        }
    }

    private void WatchOne(string directory)
    {
        bool isThere = OperatingSystem.IsLinux() ? FileStatus.TryGet(directory, out FileStatus status, out _) : Directory.Exists(directory) & ((status = default) == default);
        bool isWatched = _watches.TryGetValue(directory, out (DirectoryWatch Watch, FileStatus Status) entry);
        if (isWatched && (!isThere || (entry.Status.Device, entry.Status.Node) != (status.Device, status.Node)))
        {
            _watches.Remove(directory);
            entry.Watch.Dispose();
            isWatched = false;
        }

        if (isWatched || !isThere)
        {
            return;
        }

        try
        {
            _watches.Add(directory, (DirectoryWatch.Begin(directory, status, Touched), status));

            // What changed before the watch stood is not told.
            PollDue();
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or UnauthorizedAccessException)
        {
            if (_warned.Add((directory, "watch")))
            {
                _observer.Warning(_glob.Pattern, $"The system does not tell of changes in {directory} ({exception.Message}); it is looked at every {_options.PollInterval.TotalSeconds} s.");
            }
        }
    }
}
