using PSBan.Model;

namespace PSBan.Sources;

/// <content>
/// What comes before what. A log is a row of contents, and the files that hold them are kept in that order, the log itself at the end. No file is read before those
/// ahead of it have been read to their end, and that is made sure of twice: before reading, and once more when the bytes have been read and are not handed out
/// yet. A writer fills one file after the other; so where something is found in a younger file, everything that was to come to the older ones is there, and a look at
/// them that comes after the reading misses nothing.
/// <para>
/// Nobody waits for ever. A file waits for those ahead of it in its row only, and the first of a row for none; a copy, until its original holds something else, is gone or
/// may have been; a deleted copy no longer than the grace of a rotation; the first lines of a content, for one look that sees the files of the log stand still, and once for
/// each copy that has ceased to be one.
/// </para>
/// </content>
internal sealed partial class FollowSession
{
    /// <summary>Whether a file has to wait, because what is older has not been read to its end.</summary>
    public bool MustWait(TailedFile tail)
    {
        foreach (TailedFile other in _tails)
        {
            if (other == tail)
            {
                break;
            }

            if (other.IsDirty && other.Log == tail.Log && (IsPassing(other) || !other.InOperation))
            {
                return true;
            }
        }

        return false;
    }

    // One that only has a name like a rotated file may be a log of its own, and is waited for once only.
    private static bool IsPassing(TailedFile other) => other.IsLeft || other.FormerSource is not null;

    /// <summary>The files of the same log to which something may come yet that has to be read before this one: also to a copy that is only being made.</summary>
    private List<TailedFile> OlderOf(TailedFile tail) =>
        [.. _tails.TakeWhile(other => other != tail).Where(other => other.Log == tail.Log && !other.IsCopy && (IsPassing(other) || other.IsUnbegun))];

    /// <summary>Whether something has come to older files.</summary>
    private static bool IsForestalled(IReadOnlyList<TailedFile> older)
    {
        bool any = false;
        foreach (TailedFile other in older.Where(other => other.HasGrown()))
        {
            (other.IsDirty, any) = (true, true);
        }

        return any;
    }

    /// <summary>Whether a file may be read now: it is no copy of what is read elsewhere, and what was written before it is known.</summary>
    private bool IsItsTurn(TailedFile tail)
    {
        // Where what is compressed begins was settled when it was taken in.
        if (tail.IsUnbegun && !_glob.IsLiteral && !RotatedNames.IsCompressed(tail.Path) && !IsSettled(tail))
        {
            return false;
        }

        if (!tail.IsCaughtUp && CatchUp(tail))
        {
            tail.IsDirty = true;
            return false;
        }

        return true;
    }

    /// <summary>
    /// Whether the first lines of a content, which have been read and not been handed out, are what comes next. In the meantime the log may have been rotated once more,
    /// and what was read may be the content after the next.
    /// </summary>
    private bool IsNext(TailedFile tail, IReadOnlyList<TailedFile> older)
    {
        if (_moved.Contains(RotatedNames.LogOf(tail.Path)))
        {
            return false;
        }

        // What was too short before to be known as a copy may have grown while it was read.
        bool isRotated = RotatedNames.EndingOf(tail.Path) > 0;
        if (!_glob.IsLiteral && !tail.IsLeft && (IsCopyOfAnother(tail) || (isRotated && PlaceOf(tail, null) is not null)))
        {
            return false;
        }

        if ((tail.IsLeft && tail.After is null) || (!tail.IsLeft && tail.Log != tail.Source && isRotated))
        {
            // Already rotated when the files were looked at: what has been rotated since is younger.
            return !IsForestalled(older);
        }

        if (_glob.MatchesRotated(tail.Path) && HasChanged())
        {
            ScanAgain();
            return false;
        }

        return !(IsForestalled(older) | IsOutlived() | CatchUp(tail)) && tail.StillBegins();
    }

    /// <summary>Whether what a file held may have been copied and destroyed again since the last look, which has left no trace in the file itself.</summary>
    private bool MayHaveMissed(TailedFile tail)
    {
        tail.IsDirty = IsOutlived() | CatchUp(tail);
        return tail.IsDirty;
    }

    /// <summary>
    /// Whether there are copies of something that is gone, and may have been what was to come next. From then on they are files like any other, each read in its turn;
    /// so this is said of each once, and nobody waits for a copy that waits for him.
    /// </summary>
    private bool IsOutlived()
    {
        bool any = false;
        foreach (TailedFile copy in _tails.Where(other => other.IsCopy))
        {
            try
            {
                _ = IsSettled(copy);
            }
            catch (Exception exception) when (IsTrouble(exception))
            {
                // Its own turn will meet the trouble and tell of it.
            }

            copy.IsDirty |= !copy.IsCopy;
            any |= !copy.IsCopy;
        }

        return any;
    }

    /// <summary>
    /// Takes in the rotated files that were written between what was read last and what a log holds now, as far as they are not followed anyway; where a glob takes in rotated
    /// files, these are the compressed ones. There each name has a place, all of which tell what was read last, and a new file that was rotated itself asks too: what was
    /// compressed may lie before it.
    /// </summary>
    /// <returns>Whether there are any.</returns>
    private bool CatchUp(TailedFile log)
    {
        log.IsCaughtUp = true;
        if (log.After is null)
        {
            return false;
        }

        if (TakesInRotated(log) && _tails.SkipWhile(other => other != log).Skip(1).Any(other => other.Log == log.Log && !other.IsUnbegun))
        {
            // What is younger has been begun, so all that is older has been read; an old file has come back, and no others with it.
            return false;
        }

        List<TailedFile> left = [.. _tails.TakeWhile(other => other != log).Where(other => other.IsLeft && other.Log == log.Log)];
        List<TailedFile> adopted = [];
        if (Backlog.Of(log, LogOf(log), [log.After, .. PlacesOfLog(log)], _encoding, IsOthers) is not Backlog backlog)
        {
            // Something may come first, and what, is to be looked for again.
            log.IsCaughtUp = false;
            return true;
        }

        if (backlog.Files.Count > 0 && TakesInRotated(log) && (_moved.Contains(RotatedNames.LogOf(log.Path)) || HasChanged()))
        {
            // Between these may lie a file of the glob that nobody follows yet.
            foreach (TailedFile file in backlog.Files)
            {
                file.Dispose();
            }

            ScanAgain();
            log.IsCaughtUp = false;
            return true;
        }

        HeadPrint? former = FilePrint.TryParse(log.After.Identity, out FilePrint before) ? before.Former : null;
        foreach (TailedFile file in backlog.Files)
        {
            file.Former ??= former;
            former = file.PrintOfHead();
            GoFurthest(file);
            if (file.HasGrown() && !(RotatedNames.IsCompressed(file.Path) && IsOpen(file.PrintOfHead())))
            {
                AdoptLeft(file, before: log);
                _delivering.Remove(file.Source);
                adopted.Add(file);
            }
            else
            {
                file.Dispose();
            }
        }

        if (backlog.Former is HeadPrint newest)
        {
            (log.Former, log.After) = (newest, TailedFile.Behind(newest));
        }

        return adopted.Count > 0;

        // Followed by its inode, as what it was before it was compressed, or as part of the glob.
        bool IsOthers(RotatedFile file, ReadOnlySpan<byte> head) =>
            (head.IsEmpty && left.Count > 0) || _byNode.ContainsKey((file.Status.Device, file.Status.Node))
            || (RotatedNames.IsCompressed(file.Path) ? IsOpen(HeadPrint.Of(file.Status.Node, head)) : _glob.Matches(file.Path));

        // A file whose path leads elsewhere or nowhere by now, and that holds what is compressed. Logs of one program may begin with the same long banner; of those that
        // have just been taken in each is another.
        bool IsOpen(HeadPrint print) => _tails.Exists(other =>
            other != log && !adopted.Contains(other) && (other.IsLeft || !IsInPlace(other)) && other.BeginsWith(print with { Node = other.Status.Node }));
    }

    private static bool IsInPlace(TailedFile tail) =>
        FileStatus.TryGet(tail.Path, out FileStatus status, out _) && (status.Device, status.Node) == (tail.Status.Device, tail.Status.Node);

    /// <summary>Lets what is compressed go on where reading stood in it under another name.</summary>
    private void GoFurthest(TailedFile file)
    {
        if (!_glob.IsLiteral && RotatedNames.IsCompressed(file.Path) && PlaceOf(file, null) is (LogPosition place, PlaceFit.Whole)
            && (file.IsUnbegun || place.Offset > file.Position()?.Offset))
        {
            file.MoveTo(place);
        }
    }

    /// <summary>
    /// Decides where a file of a glob begins that has not been begun: a copy waits, what is known from elsewhere goes on where that stood. Asked again until something
    /// is read of it, since a copy that is being made looks like any new file at first.
    /// </summary>
    /// <returns>Whether it can be read from where it stands.</returns>
    private bool IsSettled(TailedFile tail)
    {
        bool wasCopy = tail.IsCopy, mayBeKnown = wasCopy || RotatedNames.EndingOf(tail.Path) > 0;
        tail.IsCopy = false;
        if (!tail.HasGrown())
        {
            return true;
        }

        if (mayBeKnown && GoOn(tail, null, wasCopy))
        {
            // Its place is told before anything else is read.
            NoteRenamed();
            tail.IsDirty = true;
            return false;
        }

        tail.IsCopy |= !mayBeKnown && IsCopyOfAnother(tail);
        if (tail.IsCopy)
        {
            tail.BeginAnew();
            tail.FormerSource ??= tail.Log;
        }

        return !tail.IsCopy;
    }

    /// <summary>
    /// Whether a file is a copy of one that is followed, as copytruncate makes them where the glob takes in rotated files: all it holds is or will be read in the
    /// other, until that is emptied. Of two that hold the same, the one that was begun or has the log's own name is the original.
    /// </summary>
    private bool IsCopyOfAnother(TailedFile tail)
    {
        string stem = SiblingFinder.StemOf(tail.Source);
        return tail.MayBeCopyOfAny(_tails.Concat(_placed)
            .Where(other => other != tail && !other.IsCopy && other.Source != tail.Source && IsOriginal(other, tail))
            .Select(other => (other, SiblingFinder.StemOf(other.Source) == stem ? HeadPrint.Telling : FilePrint.HeadLimit)));
    }

    private static bool IsOriginal(TailedFile other, TailedFile tail) =>
        !RotatedNames.IsRotatedFrom(other.Path, tail.Path)
        && (!other.IsUnbegun || (RotatedNames.Compare(tail.Path, other.Path) is int order and not 0 ? order < 0 : string.CompareOrdinal(other.Path, tail.Path) < 0));
}
