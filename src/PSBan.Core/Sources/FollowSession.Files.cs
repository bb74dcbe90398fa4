using PSBan.Model;

namespace PSBan.Sources;

/// <content>Which files there are: found, met again under another name, left, lost.</content>
internal sealed partial class FollowSession
{
    private const int MostKnown = 10_000;

    private readonly Dictionary<(ulong Device, ulong Node), TailedFile> _byNode = [];
    private readonly Dictionary<string, LogPosition?> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (DirectoryWatch Watch, FileStatus Status)> _watches = new(StringComparer.Ordinal);
    private readonly List<TailedFile> _renamed = [];
    private HashSet<string> _followedNames = new(StringComparer.Ordinal);
    private bool _isFirstScan = true;
    private bool _isScanLeft;

    private void Scan()
    {
        HashSet<string> directories = new(StringComparer.Ordinal);
        IReadOnlyList<string> paths = _glob.Expand(directories);
        Dictionary<TailedFile, List<string>> met = [];
        HashSet<SleepingFile> asleep = [];
        HashSet<PipedLog> piped = [];
        List<(string Path, FileStatus Status)> fresh = [];
        foreach (string path in paths)
        {
            bool isThere = FileStatus.TryGet(path, out FileStatus status, out string? error);
            if (error is not null)
            {
                TellFailed(path, error);
            }
            else if (!isThere)
            {
                _failed.Remove(path);
            }
            else if (status.IsPipe)
            {
                MeetPipe(path, status, piped);
            }
            else if (!status.IsRegular)
            {
                TellFailed(path, "It is not a regular file.");
            }
            else if (_byNode.TryGetValue((status.Device, status.Node), out TailedFile? tail))
            {
                met.TryAdd(tail, []);
                met[tail].Add(path);
            }
            else if (SleepsOn(path, status, asleep, out TailedFile? woken))
            {
                if (woken is not null)
                {
                    met.Add(woken, [path]);
                }
            }
            else
            {
                fresh.Add((path, status));
            }
        }

        _failed.IntersectWith(paths);
        Leave(met);
        LeavePipes(piped);
        ForgetSleeping(asleep);

        // As many as there is room for; the others follow when these have been read.
        int room = Math.Max(1, MostOpen - _tails.Count);
        _isScanLeft |= fresh.Count > room;
        AskStarts(fresh.Select(file => file.Path));
        Place([.. fresh.OrderBy(file => file.Status.Modified).ThenBy(file => RotatedNames.OrderOfPath(file.Path)).Take(room).Select(file => OpenFresh(file.Path)).OfType<TailedFile>()]);
        if (!_isScanLeft)
        {
            _starts.Clear();
        }

        NoteRenamed();
        TellLost();
        if (_isFirstScan && _tails.Count + _pipes.Count + _failed.Count == 0)
        {
            _observer.Lost(_glob.Pattern, _glob.IsLiteral
                ? "There is no such file; it is followed as soon as it appears."
                : "No file matches; files are followed as soon as they appear.");
        }

        _isFirstScan &= _isScanLeft;
        Watch(directories);
    }

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
            string source = RealPath.Of(tail.Path);
            if (source != tail.Source)
            {
                Remember(tail);
                Rename(tail, tail.Source, source);
            }

            TellFound(tail.Source);
        }
    }

    private TailedFile? OpenFresh(string path)
    {
        TailedFile? tail = null;
        try
        {
            tail = TailedFile.Open(path, RealPath.Of(path), _encoding);
            if (!_byNode.TryAdd((tail.Status.Device, tail.Status.Node), tail))
            {
                // Another path of the same scan leads to it.
                tail.Dispose();
                return null;
            }

            _failed.Remove(path);
            return tail;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            tail?.Dispose();
        }
        catch (Exception exception) when (IsTrouble(exception))
        {
            tail?.Dispose();
            TellFailed(path, exception.Message);
        }

        return null;
    }

    /// <summary>Takes in a file that holds the rest of what another one held; it is read before that.</summary>
    /// <returns>The file as it is followed.</returns>
    private TailedFile AdoptLeft(TailedFile left, LogPosition? place, TailedFile before)
    {
        (ulong, ulong) key = (left.Status.Device, left.Status.Node);
        if (_byNode.TryGetValue(key, out TailedFile? known))
        {
            // Its path is followed as well. Where nothing of it was read it goes on there, from the place found.
            left.Dispose();
            if (known.IsCopy || known.IsUntouched)
            {
                (known.IsCopy, known.IsDirty, known.FormerSource) = (false, true, before.Source);
                _tails.Remove(known);
                _tails.Insert(_tails.IndexOf(before) is int at and >= 0 ? at : _tails.Count, known);
                if (place is not null)
                {
                    known.MoveTo(place);
                }
                else
                {
                    known.MoveTo(0, 0);
                }
            }

            return known;
        }

        _byNode.Add(key, left);
        if (place is not null && left.IsUntouched)
        {
            left.MoveTo(place);
        }

        (left.IsLeft, left.QuietSince, left.InOperation) = (true, Now, before.InOperation);
        int index = _tails.IndexOf(before);
        _tails.Insert(index < 0 ? _tails.Count : index, left);
        return left;
    }

    /// <summary>Takes in the rotated files that nobody saw while they had the log's path, since it was rotated more than once.</summary>
    /// <param name="before">The file that they come before.</param>
    /// <param name="last">Where reading stood; null where that is in none of them.</param>
    /// <returns>Whether there are any.</returns>
    private bool AdoptLater(TailedFile before, LogPosition? last = null)
    {
        bool any = false;
        foreach ((TailedFile later, RotationAge age) in SiblingFinder.FindLater(before.Source, before.Since!.Value, before, _encoding, IsRead))
        {
            if (!later.HasGrown() || later.BeginsLike(before, 1))
            {
                // A copy that is being made, of what is to be read now.
                later.Dispose();
                continue;
            }

            before.Since = age;
            if (_tails.Any(other => (other.Status.Device, other.Status.Node) != (later.Status.Device, later.Status.Node) && later.BeginsLike(other, TellingHead)))
            {
                // A copy of what is being read, or compressed from it.
                later.Dispose();
                continue;
            }

            any = true;
            _delivering.Remove(before.Source);
            AdoptLeft(later, last is not null && FilePrint.Fits(last, later.Handle) ? last : null, before);
        }

        return any;
    }

    private bool IsRead(FileStatus status) => _byNode.TryGetValue((status.Device, status.Node), out TailedFile? known) && !known.IsCopy;

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

            _known[tail.Source] = tail.Position();
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
            Note(next);
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

        if (!_options.Notifications)
        {
            return;
        }

        foreach (string gone in _watches.Keys.Except(directories).ToList())
        {
            _watches.Remove(gone, out (DirectoryWatch Watch, FileStatus Status) entry);
            entry.Watch.Dispose();
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
