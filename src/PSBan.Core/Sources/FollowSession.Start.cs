using PSBan.Model;

namespace PSBan.Sources;

/// <content>Where the reading of a file that is newly met begins.</content>
internal sealed partial class FollowSession
{
    // So many bytes at its beginning make a file known by its content alone, whatever its inode.
    private const int TellingHead = 64;

    private readonly Dictionary<string, LogStart> _starts = new(StringComparer.Ordinal);
    private Dictionary<string, LogPosition>? _former;

    /// <summary>Asks where each log begins that has not been met before: all of them first, since a place stored for one name may lie in the file that has another name now.</summary>
    private void AskStarts(IEnumerable<string> paths)
    {
        foreach (string source in paths.Select(RealPath.Of))
        {
            if (!_starts.ContainsKey(source) && !IsKnown(source))
            {
                _starts[source] = _start(source);
            }
        }
    }

    private bool IsKnown(string source) => _known.ContainsKey(source) || _tails.Any(other => other.Source == source);

    private void Place(IReadOnlyList<TailedFile> fresh)
    {
        Dictionary<TailedFile, LogStart?> starts = fresh.ToDictionary(tail => tail, tail => IsKnown(tail.Source) ? null : _starts.GetValueOrDefault(tail.Source) ?? _start(tail.Source));
        LogPosition[] stored = [.. _starts.Values.Select(start => start.Position).Concat(OtherPlaces.Select(pair => pair.Value)).OfType<LogPosition>().Distinct()];
        foreach (TailedFile tail in fresh)
        {
            try
            {
                PlaceOne(tail, starts, stored, fresh);
                AdoptFormer(tail, starts[tail], fresh);
                _known.TryAdd(tail.Source, null);
                Enter(tail);
                TellFound(tail.Source);
            }
            catch (Exception exception) when (IsTrouble(exception))
            {
                _byNode.Remove((tail.Status.Device, tail.Status.Node));
                tail.Dispose();
                TellFailed(tail.Path, exception.Message);
            }
        }
    }

    /// <summary>Adds a file to those that are read; a rotated one comes before the log that it was.</summary>
    private void Enter(TailedFile tail)
    {
        int log = _tails.FindIndex(other => !other.IsLeft && RotatedNames.IsRotatedFrom(tail.Path, other.Path));
        if (log < 0)
        {
            _tails.Add(tail);
            return;
        }

        tail.FormerSource ??= _tails[log].Source;
        _tails.Insert(log, tail);
    }

    private void PlaceOne(TailedFile tail, Dictionary<TailedFile, LogStart?> starts, LogPosition[] stored, IReadOnlyList<TailedFile> fresh)
    {
        LogStart? start = starts[tail];
        LogPosition? before = start is null ? LastUnder(tail.Source) : start.Position;
        if (PlaceOf(tail, before, stored) is LogPosition place)
        {
            tail.MoveTo(place);
            if (place != before)
            {
                // Under this name it has no place yet, and that of its old name will soon be another file's.
                Rename(tail, NameOf(place) ?? tail.Source, tail.Source);
            }
        }
        else if (IsCopyOfAnother(tail))
        {
            tail.IsCopy = true;
        }
        else if (start is null)
        {
            // Rotated while it was followed: all of it is new, unless it begins like the file before and so has been edited. If that one is not open any
            // more, what was written to it last is looked for.
            tail.InOperation = before is null || !FilePrint.BeginsAlike(before, tail.Handle);
            if (_tails.LastOrDefault(other => other.Source == tail.Source) is TailedFile older)
            {
                tail.Since = SiblingFinder.AgeOf(tail.Source, older);
                AdoptLater(before: tail);
            }
            else if (before is not null)
            {
                IsRotatedAway(tail, before, fresh);
            }
        }
        else if (before is not null && IsRotatedAway(tail, before, fresh))
        {
            tail.InOperation = false;
        }
        else if (_isFirstScan && start.AtEnd && before is null && !(IsLinked(tail) && start.Places.Count > 0))
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
    }

    /// <summary>
    /// The stored place that lies in this file: its own, or one of a name that it had before. Of several the furthest, since a name may have kept a place for longer
    /// than the file; those of its inode first, which are nearly always right.
    /// </summary>
    private LogPosition? PlaceOf(TailedFile tail, LogPosition? own, LogPosition[] stored)
    {
        IEnumerable<LogPosition> others = stored.Concat(_known.Values.OfType<LogPosition>().Where(place => IsOfNode(place, tail))).Where(place => place.Offset > 0);
        return (own is null ? others : others.Append(own))
            .Where(place => IsTelling(place, tail))
            .OrderByDescending(place => IsOfNode(place, tail))
            .ThenByDescending(place => place.Offset)
            .ThenByDescending(place => place == own)
            .FirstOrDefault(place => FilePrint.Fits(place, tail.Handle));
    }

    /// <summary>Whether the file in which a stored place lies stands elsewhere now; one outside of the glob is read to its end first.</summary>
    private bool IsRotatedAway(TailedFile tail, LogPosition place, IReadOnlyList<TailedFile> fresh)
    {
        if (fresh.Concat(_tails).FirstOrDefault(other => other != tail && other.Status.Size >= place.Offset && place.Offset > 0 && FilePrint.Fits(place, other.Handle)) is TailedFile here)
        {
            tail.Since = SiblingFinder.AgeOf(tail.Source, here);
            return true;
        }

        if (SiblingFinder.Find(tail.Source, place, _encoding) is not TailedFile left)
        {
            return false;
        }

        tail.Since = SiblingFinder.AgeOf(tail.Source, AdoptLeft(left, place, before: tail));
        AdoptLater(before: tail);
        return true;
    }

    /// <summary>The name that a place is stored for.</summary>
    private string? NameOf(LogPosition place) =>
        _starts.FirstOrDefault(pair => pair.Value.Position == place).Key
        ?? OtherPlaces.FirstOrDefault(pair => pair.Value == place).Key;

    // Nearly always it is the same book that comes with each.
    private IEnumerable<KeyValuePair<string, LogPosition>> OtherPlaces => _starts.Values.Select(start => start.Places).Distinct().SelectMany(places => places);

    /// <summary>Where a path is a link: the rest of the files that it led to before, when nobody was there to see it switched.</summary>
    private void AdoptFormer(TailedFile tail, LogStart? start, IReadOnlyList<TailedFile> fresh)
    {
        _former ??= start is null ? null : new(start.Places, StringComparer.Ordinal);
        _former?.Remove(tail.Source);
        if (_former is null || start is null or { Position: not null } || !IsLinked(tail))
        {
            return;
        }

        List<(TailedFile File, LogPosition Place)> left = [];
        foreach ((string source, LogPosition place) in _former.Where(pair => !IsKnown(pair.Key) && fresh.All(other => other.Source != pair.Key)).ToList())
        {
            _former.Remove(source);
            if (SiblingFinder.OpenGrown(source, place, _encoding) is TailedFile file)
            {
                left.Add((file, place));
            }
        }

        foreach ((TailedFile file, LogPosition place) in left.OrderBy(each => each.File.Status.Modified))
        {
            // What leads there now waits for it.
            AdoptLeft(file, place, before: tail).FormerSource = tail.Source;
        }
    }

    private static bool IsLinked(TailedFile tail) => tail.Source != Path.GetFullPath(tail.Path);

    private LogPosition? LastUnder(string source) =>
        _tails.LastOrDefault(other => other.Source == source)?.Position() ?? _known.GetValueOrDefault(source);

    private static bool IsOfNode(LogPosition place, TailedFile tail) => FilePrint.TryParse(place.Identity, out FilePrint print) && print.Node == tail.Status.Node;

    private static bool IsTelling(LogPosition place, TailedFile tail) =>
        FilePrint.TryParse(place.Identity, out FilePrint print) && (print.HeadLength >= TellingHead || print.Node == tail.Status.Node);

    /// <summary>
    /// Whether this is a copy of a file that is followed, as copytruncate makes them where the glob takes in rotated files: all of it has been or will be read
    /// elsewhere. While it is being made it may be shorter than what has been read of the other.
    /// </summary>
    private bool IsCopyOfAnother(TailedFile tail) => _tails.Any(other =>
        other != tail && !other.IsCopy && other.Source != tail.Source
        && ((other.Position() is { Offset: > 0 } place && IsTelling(place, tail) && FilePrint.Fits(place, tail.Handle))
            || tail.BeginsLike(other, SiblingFinder.StemOf(tail.Source) == SiblingFinder.StemOf(other.Source) ? TellingHead : FilePrint.HeadLimit)));

    /// <summary>Reads nothing of a copy, but lets its place be known for the next start.</summary>
    private void PassOver(TailedFile copy)
    {
        if (copy.HasGrown())
        {
            copy.MoveTo(StartFinder.LineStartAtEnd(copy, _options.LineLimit), -1);
            Note(copy);
        }

        copy.InOperation = true;
    }
}
