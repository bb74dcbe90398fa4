using PSBan.Model;

namespace PSBan.Sources;

/// <content>
/// Where the reading of a file that is newly met begins. Names tell nothing here, since rotation changes them: a file goes on at the furthest known place that
/// lies in it, whatever name that was stored for; one that holds less than was read of a content is a copy that has been read; any other is new and read from its start.
/// For that every content that has been read and still exists needs a known place, so the place of a file under its new name is told before its old name is told anew.
/// </content>
internal sealed partial class FollowSession
{
    private const int MostPast = 256;

    private readonly Dictionary<string, LogStart> _starts = new(StringComparer.Ordinal);
    private readonly List<TailedFile> _placed = [];
    private readonly List<LogPosition> _past = [];
    private readonly Dictionary<LogPosition, FilePrint> _prints = new(ReferenceEqualityComparer.Instance);
    private IReadOnlyDictionary<string, LogPosition> _book = new Dictionary<string, LogPosition>();
    private Dictionary<string, LogPosition>? _former;

    /// <summary>Asks where each log begins that has not been met before: all of them first, since a place stored for one name may lie in the file that has another name now.</summary>
    private void AskStarts(IEnumerable<string> paths)
    {
        foreach (string source in paths.Select(RealPath.Of))
        {
            if (!_starts.ContainsKey(source) && !IsKnown(source))
            {
                _starts[source] = _start(source);
                _book = _starts[source].Places;
            }
        }
    }

    private bool IsKnown(string source) => _known.ContainsKey(source) || _tails.Any(other => other.Source == source);

    /// <summary>Takes in new files, given in the order in which they are to be read.</summary>
    private void Place(List<TailedFile> fresh)
    {
        if (fresh.Count == 0)
        {
            return;
        }

        // Of a log and its copy the log goes first: the place that lies in both is its own.
        Dictionary<TailedFile, LogStart?> starts = fresh.ToDictionary(tail => tail, tail => IsKnown(tail.Source) ? null : _starts.GetValueOrDefault(tail.Source) ?? _start(tail.Source));
        foreach (TailedFile tail in fresh.OrderBy(tail => RotatedNames.EndingOf(tail.Path) > 0).ThenByDescending(tail => tail, Comparer<TailedFile>.Create(CompareAge)))
        {
            try
            {
                PlaceOne(tail, starts[tail]);
                _placed.Add(tail);
            }
            catch (Exception exception) when (IsTrouble(exception))
            {
                _byNode.Remove((tail.Status.Device, tail.Status.Node));
                tail.Dispose();
                TellFailed(tail.Path, exception.Message);
            }
        }

        HashSet<TailedFile> placed = [.. _placed];
        _placed.Clear();
        foreach (TailedFile tail in fresh.Where(placed.Contains))
        {
            Enter(tail);
            AdoptFormer(tail, starts[tail], fresh);
            _known.TryAdd(tail.Source, null);
            TellFound(tail.Source);
        }
    }

    private static int CompareAge(TailedFile left, TailedFile right) =>
        RotatedNames.Compare(left.Path, right.Path) is int order and not 0 ? order : left.Status.Modified.CompareTo(right.Status.Modified);

    /// <summary>Adds a file to those that are read; a rotated one comes before the log that it was, and among its like in order.</summary>
    private void Enter(TailedFile tail)
    {
        string log = RotatedNames.LogOf(tail.Path);
        int index = -1;
        if (_tails.Exists(other => other.Path != tail.Path && RotatedNames.LogOf(other.Path) == log))
        {
            // One that only has a name like a rotated file, and no relative, is a log of its own.
            TailedFile? itself = tail.Path == log ? tail : _tails.FindLast(other => other.Path == log);
            tail.Log = itself?.Source ?? RotatedNames.LogOf(tail.Source);
            foreach (TailedFile other in _tails.Where(other => other.Path != log && RotatedNames.LogOf(other.Path) == log))
            {
                other.Log = tail.Log;
            }

            index = _tails.FindIndex(other => other.Log == tail.Log && IsOlder(tail, other));
        }

        if (!_isFirstScan && RotatedNames.EndingOf(tail.Path) > 0 && tail.Log != tail.Source)
        {
            tail.FormerSource ??= tail.Log;
        }

        _tails.Insert(index < 0 ? _tails.Count : index, tail);
    }

    /// <summary>Whether a file that is newly met comes before another one. Of a file that is gone from its path only time tells, as long as nothing was read of what it holds.</summary>
    private static bool IsOlder(TailedFile tail, TailedFile other)
    {
        if (RotatedNames.Compare(tail.Path, other.Path) is not < 0 || !other.IsLeft)
        {
            return RotatedNames.Compare(tail.Path, other.Path) < 0;
        }

        try
        {
            long modified = RotatedNames.IsCompressed(other.Path) ? other.Status.Modified : FileStatus.Get(other.Handle).Modified;
            return tail.Status.Modified <= modified && (other.IsUnbegun || !other.IsAsItWas());
        }
        catch (Exception exception) when (IsTrouble(exception))
        {
            return false;
        }
    }

    private void PlaceOne(TailedFile tail, LogStart? start)
    {
        LogPosition? before = start is null ? LastUnder(tail.Source) : start.Position;
        HeadPrint? former = IsLikeAnother(tail) ? null : Backlog.Of(tail, LogOf(tail), [TailedFile.Behind(null)], _encoding, (_, _) => true)?.Former;
        if (GoOn(tail, before))
        {
            tail.IsCaughtUp = true;
        }
        else if (tail.IsCopy)
        {
            tail.FormerSource = tail.Log;
        }
        else if (start is null)
        {
            // Rotated while it was followed: all of it is new, unless it begins like the file before and so has been edited.
            tail.InOperation = before is null || !FilePrint.BeginsAlike(before, tail.Handle);
            tail.After = before;
        }
        else if (before is not null)
        {
            (tail.After, tail.InOperation) = (before, false);
        }
        else if (_isFirstScan && start.AtEnd && start.Places.Count == 0)
        {
            tail.MoveTo(StartFinder.LineStartAtEnd(tail, _options.LineLimit), -1);
            tail.InOperation = true;
            Note(tail);
        }
        else if (start is { NotBefore: DateTimeOffset notBefore, DateOf: not null })
        {
            long offset = StartFinder.LineStartBefore(tail, notBefore, start.DateOf);
            tail.MoveTo(offset, offset == 0 ? 0 : -1);
        }

        // What lies there now tells where the reading of a log begins only if nothing else is known of it.
        tail.Former = former ?? tail.Former;
        tail.After ??= PlacesOfLog(tail).Count > 0 ? TailedFile.Behind(null) : IsRotated(tail) ? null : TailedFile.Behind(former);
    }

    private bool IsRotated(TailedFile tail) => !_glob.IsLiteral && RotatedNames.EndingOf(tail.Path) > 0;

    /// <summary>Whether rotated files of the log that a file belongs to are members of the glob.</summary>
    private bool TakesInRotated(TailedFile tail) => IsRotated(tail) || (!_glob.IsLiteral && _glob.MatchesRotated(tail.Path));

    /// <summary>The path of the log that a file is or was, whether or not it is there.</summary>
    private string LogOf(TailedFile tail) => IsRotated(tail) ? RotatedNames.LogOf(tail.Source) : tail.Source;

    /// <summary>Whether it is one of many rotated files of a log: to know of one of them which is older will do.</summary>
    private bool IsLikeAnother(TailedFile tail) =>
        IsRotated(tail) && _tails.Concat(_placed).Any(other => IsRotated(other) && LogOf(other) == LogOf(tail));

    /// <summary>The known places in what a log or its rotated files hold or held, where each of these is read under its own name.</summary>
    private List<LogPosition> PlacesOfLog(TailedFile tail)
    {
        if (!TakesInRotated(tail))
        {
            return [];
        }

        string log = LogOf(tail);
        List<LogPosition> places = [];
        foreach ((string name, LogStart start) in _starts)
        {
            Add(name, start.Position);
        }

        foreach ((string name, LogPosition? place) in _known)
        {
            Add(name, place);
        }

        foreach ((string name, LogPosition place) in _book)
        {
            Add(name, place);
        }

        foreach (TailedFile other in _tails.Where(other => other != tail && other != _doubtful && !other.IsUnbegun))
        {
            Add(other.Source, other.Position());
        }

        return places;

        void Add(string name, LogPosition? place)
        {
            if (place is { Offset: > 0 } && (name == log || RotatedNames.IsRotatedFrom(name, log)) && !places.Contains(place))
            {
                places.Add(place);
            }
        }
    }

    /// <summary>Lets a file begin where reading stood in what it holds, if that is known from any name; a copy of what another file still holds is told to be one.</summary>
    /// <param name="tail">The file.</param>
    /// <param name="own">The place that is stored for the name that it has.</param>
    /// <param name="wasCopy">Whether it is known to have been a copy; otherwise only its name may tell.</param>
    /// <returns>Whether it is known.</returns>
    private bool GoOn(TailedFile tail, LogPosition? own, bool wasCopy = false)
    {
        for (int looks = 1; ; looks++)
        {
            // A copy that is being made has to be judged as it is at one moment; when its original has been emptied it is whole.
            long size = RandomAccess.GetLength(tail.Handle);
            tail.IsCopy = !_glob.IsLiteral && IsCopyOfAnother(tail);
            (LogPosition Place, PlaceFit Fit)? known = tail.IsCopy ? null : PlaceOf(tail, own, wasCopy);
            if (!_glob.IsLiteral && looks < MostLooks && size != RandomAccess.GetLength(tail.Handle))
            {
                continue;
            }

            if (known is not (LogPosition place, PlaceFit fit))
            {
                return false;
            }

            if (fit == PlaceFit.Whole)
            {
                tail.MoveTo(place);
            }
            else
            {
                // The copy may end within a line; that has been read from the other file.
                tail.MoveTo(size, -1);
            }

            if (place != own || fit == PlaceFit.Part)
            {
                // Under this name it has no place yet, and that of its old name will soon be another file's.
                Rename(tail, NameOf(place) ?? tail.Source, tail.Source);
            }

            return true;
        }
    }

    /// <summary>
    /// The known place that lies in this file, or behind it where it is a copy that ends before: its own, or one of a name that it had before. Of several the furthest,
    /// since a name may have kept a place for longer than the file.
    /// </summary>
    private (LogPosition Place, PlaceFit Fit)? PlaceOf(TailedFile tail, LogPosition? own, bool wasCopy = false)
    {
        bool mayBePart = wasCopy || (!_glob.IsLiteral && RotatedNames.EndingOf(tail.Path) > 0);
        Span<byte> room = stackalloc byte[FilePrint.HeadLimit];
        ReadOnlySpan<byte> head = HeadPrint.Read(tail.Handle, room);
        if (head.IsEmpty)
        {
            return null;
        }

        // Hashed once for each length, since there may be thousands of places.
        Dictionary<int, ulong> hashes = [];
        List<(LogPosition Place, bool IsOfNode)> alike = [];
        foreach (LogPosition place in KnownPlaces(tail, own))
        {
            FilePrint print = PrintOf(place);
            if (place.Offset > 0 && print.IsTelling(tail.Status.Node) && (print.HeadLength > head.Length ? print.BeginsLike(head) : HashOf(head[..print.HeadLength]) == print.Head))
            {
                alike.Add((place, print.Node == tail.Status.Node));
            }
        }

        foreach ((LogPosition place, _) in alike.OrderByDescending(each => each.Place.Offset).ThenByDescending(each => each.IsOfNode).ThenByDescending(each => each.Place == own))
        {
            // A log that is shorter than its own place was edited, and is no copy; nor is one of another name that only begins with the same banner.
            PlaceFit fit = FilePrint.Compare(place, tail.Handle);
            if (fit == PlaceFit.Whole || (fit == PlaceFit.Part && mayBePart && place != own && NameOf(place) != tail.Source))
            {
                return (place, fit);
            }
        }

        return null;

        ulong HashOf(ReadOnlySpan<byte> bytes)
        {
            if (!hashes.TryGetValue(bytes.Length, out ulong hash))
            {
                hashes.Add(bytes.Length, hash = FilePrint.Hash(bytes));
            }

            return hash;
        }
    }

    private FilePrint PrintOf(LogPosition place)
    {
        if (!_prints.TryGetValue(place, out FilePrint print))
        {
            if (_prints.Count > 4 * MostKnown)
            {
                _prints.Clear();
            }

            _ = FilePrint.TryParse(place.Identity, out print);
            _prints.Add(place, print);
        }

        return print;
    }

    private IEnumerable<LogPosition> KnownPlaces(TailedFile tail, LogPosition? own)
    {
        // Of the files that are open those that may be its original; what was renamed is known by its inode.
        string stem = SiblingFinder.StemOf(tail.Source);
        IEnumerable<LogPosition?> places = _starts.Values.Select(start => start.Position)
            .Concat(_known.Values)
            .Concat(_book.Values)
            .Concat(_past)
            .Concat(_tails.Concat(_placed).Where(other => other != tail && SiblingFinder.StemOf(other.Source) == stem).Select(other => other == _doubtful ? other.After : other.PlaceBefore()))
            .Append(own);
        return places.OfType<LogPosition>();
    }

    /// <summary>The name that a place is stored for.</summary>
    private string? NameOf(LogPosition place) =>
        _starts.FirstOrDefault(pair => pair.Value.Position == place).Key ?? _book.FirstOrDefault(pair => pair.Value == place).Key;

    /// <summary>Where a path is a link: the rest of the files that it led to before, when nobody was there to see it switched.</summary>
    private void AdoptFormer(TailedFile tail, LogStart? start, List<TailedFile> fresh)
    {
        _former ??= start is null ? null : new(start.Places, StringComparer.Ordinal);
        _former?.Remove(tail.Source);
        if (_former is null || start is null or { Position: not null } || !IsLinked(tail))
        {
            return;
        }

        List<TailedFile> left = [];
        foreach ((string source, LogPosition place) in _former.Where(pair => !IsKnown(pair.Key) && fresh.All(other => other.Source != pair.Key)).ToList())
        {
            _former.Remove(source);
            if (SiblingFinder.OpenGrown(source, place, _encoding) is TailedFile file)
            {
                left.Add(file);
            }
        }

        foreach (TailedFile file in left.OrderBy(file => file.Status.Modified))
        {
            // What leads there now waits for it.
            AdoptLeft(file, before: tail);
        }
    }

    /// <summary>Keeps a place in what was there before; of these the last ones are enough.</summary>
    private void AddPast(LogPosition place)
    {
        _past.Add(place);
        if (_past.Count > MostPast)
        {
            _past.RemoveAt(0);
        }
    }

    private static bool IsLinked(TailedFile tail) => tail.Source != Path.GetFullPath(tail.Path);

    private LogPosition? LastUnder(string source) =>
        _tails.LastOrDefault(other => other.Source == source)?.PlaceBefore() ?? _known.GetValueOrDefault(source);
}
