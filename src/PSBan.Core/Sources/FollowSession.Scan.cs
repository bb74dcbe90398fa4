namespace PSBan.Sources;

/// <content>Which files there are: what the path or glob leads to now.</content>
internal sealed partial class FollowSession
{
    private const int MostLooks = 20;

    // There are file systems that do not stamp their folders.
    private static readonly TimeSpan s_trust = TimeSpan.FromSeconds(10);

    private List<(string Path, FileStatus Status)> _listing = [];
    private FolderStamp[] _stamps = [];

    // The logs whose files were being renamed at the last scan, and so are not all known.
    private readonly HashSet<string> _moved = new(StringComparer.Ordinal);
    private int _scansInMotion;

    // What a scan found, where that was all there is to know: each file once and in its place; the stamp of the folder is older than the scan.
    private (TailedFile File, string Path, string Source)[]? _asItWas;
    private FolderStamp _folder;
    private long _listed;

    // Whether every path led to something: what a link leads to may come without a trace in its folder.
    private bool _isWhole;
    private HashSet<string> _directories = new(StringComparer.Ordinal);
    private bool _isFirstScan = true;
    private bool _isScanLeft;

    private void Scan()
    {
        _prints.Clear();
        if (IsAsItWas())
        {
            WatchAll(_directories);
            return;
        }

        (_folder, _listed) = (_glob.Folder is string folder ? FolderStamp.Of(folder) : default, Now);
        HashSet<string> directories = new(StringComparer.Ordinal);
        List<(string Path, FileStatus Status)> listing = Settle(directories);
        Dictionary<TailedFile, List<string>> met = [];
        HashSet<SleepingFile> asleep = [];
        HashSet<PipedLog> piped = [];
        List<(string Path, FileStatus Status)> fresh = [];
        foreach ((string path, FileStatus status) in listing)
        {
            if (status.IsPipe)
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

        Leave(met);
        LeavePipes(piped);
        ForgetSleeping(asleep);

        // As many as there is room for; the others follow when these have been read.
        int room = Math.Max(1, MostOpen - _tails.Count);
        _isScanLeft |= fresh.Count > room;
        AskStarts(fresh.Select(file => file.Path));
        Place(OpenFresh([.. fresh.OrderBy(file => file.Status.Modified).Take(room)]));
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
        _directories = directories;
        _asItWas = _isWhole && !_isScanLeft && listing.Count == _tails.Count && _tails.TrueForAll(tail => !tail.IsLeft && listing.Exists(file => file.Path == tail.Path))
            ? [.. _tails.Select(tail => (tail, tail.Path, tail.Source))]
            : null;
    }

    /// <summary>Whether a scan would find nothing but what the last one found. So it is for nearly every log nearly every time, and asking leaves no garbage.</summary>
    private bool IsAsItWas()
    {
        if (_asItWas is not { } files || files.Length != _tails.Count || files.Length != _announced.Count
            || _pipes.Count + _sleeping.Count + _failed.Count + _renamed.Count + _moved.Count > 0
            || !(_glob.IsLiteral ? files.Length == 1 : _glob.Folder is not null && _options.Time.GetElapsedTime(_listed) < s_trust && _folder.IsStill()))
        {
            return false;
        }

        for (int i = 0; i < files.Length; i++)
        {
            (TailedFile file, string path, string source) = files[i];
            if (_tails[i] != file || file.IsLeft || file.Path != path || file.Source != source
                || !FileStatus.TryGet(path, out FileStatus status, out _) || !status.IsRegular || (status.Device, status.Node) != (file.Status.Device, file.Status.Node))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What the paths lead to now. A chain of renames may hide a file from one look, or show it twice; so it is looked until two looks see the same.</summary>
    /// <param name="directories">Receives the directories in which matching names may appear.</param>
    private List<(string Path, FileStatus Status)> Settle(HashSet<string> directories)
    {
        List<(string Path, FileStatus Status)> listing = List(directories, tells: true);
        for (int looks = 1; !_glob.IsLiteral && looks < MostLooks && !AreSame(listing, _listing); looks++)
        {
            (_listing, _stamps) = (listing, [.. directories.Select(FolderStamp.Of)]);
            listing = List(directories, tells: true);
        }

        _listing = listing;
        return listing;
    }

    /// <summary>Whether the paths of a glob lead to other files than when they were looked at last.</summary>
    private bool HasChanged()
    {
        if (_glob.IsLiteral || _stamps.All(stamp => stamp.IsStill()))
        {
            return false;
        }

        _stamps = [.. _stamps.Select(stamp => FolderStamp.Of(stamp.Path))];
        return !AreSame(List([], tells: false), _listing);
    }

    private List<(string Path, FileStatus Status)> List(HashSet<string> directories, bool tells)
    {
        List<(string Path, FileStatus Status)> listing = [];

        // What is compressed is no text.
        IReadOnlyList<string> paths = [.. _glob.Expand(directories).Where(path => _glob.IsLiteral || !RotatedNames.IsCompressed(path))];
        foreach (string path in paths)
        {
            if (FileStatus.TryGet(path, out FileStatus status, out string? error))
            {
                listing.Add((path, status));
            }
            else if (tells && error is not null)
            {
                TellFailed(path, error);
            }
            else if (tells)
            {
                _failed.Remove(path);
            }
        }

        if (tells)
        {
            _failed.IntersectWith(paths);
            _isWhole = listing.Count == paths.Count;
        }

        return listing;
    }

    private static bool AreSame(List<(string Path, FileStatus Status)> left, List<(string Path, FileStatus Status)> right) =>
        left.Count == right.Count
        && left.Zip(right).All(pair => pair.First.Path == pair.Second.Path
            && (pair.First.Status.Device, pair.First.Status.Node) == (pair.Second.Status.Device, pair.Second.Status.Node));

    /// <summary>Lets everything be looked at before more is read.</summary>
    private void ScanAgain()
    {
        lock (_lock)
        {
            _isScanDue = true;
        }
    }

    /// <summary>
    /// Opens files that are met for the first time: of one log all of them, or none where a path leads elsewhere or nowhere by now, so that what is older is not met after
    /// what is younger. These are looked for again at once, some times in a row.
    /// </summary>
    private List<TailedFile> OpenFresh(List<(string Path, FileStatus Status)> files)
    {
        List<TailedFile> opened = [];
        _moved.Clear();
        foreach ((string path, FileStatus status) in files)
        {
            if (OpenFresh(path, status, out bool isMoved) is TailedFile tail)
            {
                opened.Add(tail);
            }
            else if (isMoved)
            {
                _moved.Add(RotatedNames.LogOf(path));
            }
        }

        _scansInMotion = _moved.Count > 0 ? _scansInMotion + 1 : 0;
        foreach (TailedFile tail in opened.Where(tail => _moved.Contains(RotatedNames.LogOf(tail.Path))))
        {
            _byNode.Remove((tail.Status.Device, tail.Status.Node));
            tail.Dispose();
        }

        _isScanLeft |= _moved.Count > 0;
        return [.. opened.Where(tail => !_moved.Contains(RotatedNames.LogOf(tail.Path)))];
    }

    private TailedFile? OpenFresh(string path, FileStatus status, out bool isMoved)
    {
        isMoved = false;
        TailedFile? tail = null;
        try
        {
            tail = TailedFile.Open(path, RealPath.Of(path), _encoding);
            isMoved = MayWait() && (tail.Status.Device, tail.Status.Node) != (status.Device, status.Node);
            if (isMoved || !_byNode.TryAdd((tail.Status.Device, tail.Status.Node), tail))
            {
                // It may also be that another path of the same scan leads to it.
                tail.Dispose();
                return null;
            }

            _failed.Remove(path);
            return tail;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            tail?.Dispose();
            isMoved = MayWait();
        }
        catch (Exception exception) when (IsTrouble(exception))
        {
            tail?.Dispose();
            TellFailed(path, exception.Message);
        }

        return null;

        // Not for ever: a file system may tell of a path otherwise than of the open file.
        bool MayWait() => !_glob.IsLiteral && _scansInMotion < MostLooks;
    }
}
