using PSBan.Model;

namespace PSBan.Sources;

/// <summary>Whether a rotated file is read in its own right.</summary>
/// <param name="file">The file.</param>
/// <param name="head">What it begins with; nothing where that is known to be what was read.</param>
internal delegate bool IsReadElsewhere(RotatedFile file, ReadOnlySpan<byte> head);

/// <summary>
/// What was written to a log between the place where reading stood and the content that the log has now. Rotation makes of a log a row of contents, each under
/// the log's own path at first and later in a rotated file: renamed, copied, or compressed. Names tell the order of these files (<see cref="RotatedFiles"/>), so it is enough
/// to know where in the row reading stood. One place tells that where all of a log is read under one name. Where its rotated files are read under names of their own
/// there is one for each name, and the one in the youngest content counts:
/// <list type="number">
/// <item>in the youngest file that holds a place, which is read from there on; or in one that is a shorter copy of what was read, of which nothing is read;</item>
/// <item>where that content has gone without a trace (emptied, deleted), behind the youngest file that was older than it when it was begun
/// (<see cref="FilePrint.Former"/>);</item>
/// <item>where that has gone too, before all of them: rotation deletes the oldest.</item>
/// </list>
/// What is younger is read from its start, but for copies of what the log holds now. Names may change meanwhile, and a chain of renames hides some files and shows others
/// twice. So the youngest files are opened first, as many as are likely to matter, and listed once more: if they have the same names still, it is a row as it stood
/// at one moment, and stays so while it is looked through.
/// </summary>
/// <param name="Files">The files, the oldest first, each standing where it is to be read from; the receiver closes them.</param>
/// <param name="Former">The youngest rotated file, whether it has to be read or not; the default where there is none, null where it cannot be told.</param>
internal sealed record Backlog(IReadOnlyList<TailedFile> Files, HeadPrint? Former)
{
    // A chain of renames may be under way while the folder is looked at, and hides a file that is neither under its old name nor under its new one.
    private const int MostLooks = 20;

    // More than lie between two looks; those behind them are opened by name, and looked for again where that is another's by then.
    private const int MostKept = 32;

    /// <summary>Looks for it; null where names change so fast that it cannot be told now.</summary>
    /// <param name="tail">The file that has the log's path, or had it: its content comes behind what is found.</param>
    /// <param name="log">The path of the log, whose name the lines carry.</param>
    /// <param name="places">Where reading stood in the content before, as far as that is known; behind it places in other contents of the log.</param>
    /// <param name="encoding">The encoding of the log.</param>
    /// <param name="isOthers">Whether a file is read in its own right, and so not to be opened here.</param>
    /// <exception cref="IOException">The log cannot be read.</exception>
    public static Backlog? Of(TailedFile tail, string log, IReadOnlyList<LogPosition> places, LogEncoding encoding, IsReadElsewhere isOthers)
    {
        KnownPlace[] known = [.. places.Select(place => new KnownPlace(place, FilePrint.TryParse(place.Identity, out FilePrint print) ? print : default))];
        for (int looks = 0; looks < MostLooks; looks++)
        {
            RotatedFile[] row = [.. RotatedFiles.List(log)];

            // Where the log is still in its place, all of the row is older. Where it is gone altogether, only time tells.
            bool isInPlace = FileStatus.TryGet(log, out FileStatus now, out _) && (now.Device, now.Node) == (tail.Status.Device, tail.Status.Node);
            Stack<TailedFile> files = [];
            try
            {
                if (Keep(row) && RotatedFiles.AreSame(row, RotatedFiles.List(log)) && Collect(row, tail, isInPlace, log, known, encoding, isOthers, files, out HeadPrint? former))
                {
                    Backlog backlog = new([.. files], former);
                    files.Clear();
                    return backlog;
                }
            }
            finally
            {
                Clear(files);
                foreach (RotatedFile file in row)
                {
                    file.Kept?.Dispose();
                }
            }
        }

        return null;
    }

    /// <summary>Opens the youngest files of a row.</summary>
    /// <returns>False where one of them is not there under its name.</returns>
    private static bool Keep(RotatedFile[] row)
    {
        for (int i = Math.Max(0, row.Length - MostKept); i < row.Length; i++)
        {
            try
            {
                row[i] = row[i] with { Kept = row[i].OpenHandle() };
            }
            catch (FileNotFoundException)
            {
                return false;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // What cannot be opened now cannot be read later either, and is as good as not there.
            }
        }

        return true;
    }

    /// <summary>Goes through the row from its young end to where reading stood.</summary>
    /// <returns>Whether it could; if not, the row has changed meanwhile.</returns>
    private static bool Collect(
        IReadOnlyList<RotatedFile> row,
        TailedFile tail,
        bool isInPlace,
        string log,
        KnownPlace[] known,
        LogEncoding encoding,
        IsReadElsewhere isOthers,
        Stack<TailedFile> files,
        out HeadPrint? former)
    {
        former = null;
        Span<byte> room = stackalloc byte[FilePrint.HeadLimit];
        HeadPrint? newest = null;
        (int Younger, HeadPrint Former)? part = null;

        long modified = FileStatus.Get(tail.Handle).Modified;
        bool isMet = isInPlace;
        HeadPrint? formerMet = null;
        foreach (RotatedFile file in row.Reverse())
        {
            try
            {
                ReadOnlySpan<byte> head = file.ReadHead(room);
                bool isOwn = file.IsStill(tail.Status);
                bool isLike = !head.IsEmpty && tail.MayBeCopiedTo(file, head);
                if (isOwn || (isLike && !isInPlace))
                {
                    // Rotated by now: what is younger comes behind it.
                    Clear(files);
                    (newest, isMet, part) = (null, true, null);
                }

                if (isOwn || isLike || head.IsEmpty)
                {
                    continue;
                }

                bool isOlder = isMet || file.Status.Modified <= modified;
                if (isOlder)
                {
                    newest ??= HeadPrint.Of(file.Status.Node, head);
                }

                // All up to this one has been taken in, and need not be unpacked.
                formerMet = FormerIn(file, head, known.Where(each => each.Place.Offset == 0));
                if (formerMet is not null)
                {
                    break;
                }

                List<LogPosition> alike = AlikeTo(file, head, known);
                if (alike.Count > 0)
                {
                    PlaceFit fit = Fit(file, head, log, alike, encoding, isOthers, out TailedFile? rest);
                    if (rest is not null)
                    {
                        files.Push(rest);
                    }

                    HeadPrint youngest = newest ?? HeadPrint.Of(file.Status.Node, head);
                    if (fit == PlaceFit.Whole)
                    {
                        former = youngest;
                        return true;
                    }

                    // A shorter copy, unless an older file holds the place: then only their beginnings are the same, as where each has a long banner.
                    part ??= fit == PlaceFit.Part ? (files.Count, youngest) : null;
                }

                formerMet = FormerIn(file, head, known);
                if (formerMet is not null)
                {
                    break;
                }

                if (isOlder && !isOthers(file, head))
                {
                    files.Push(file.Open(log, 0, encoding));
                }
            }
            catch (FileNotFoundException)
            {
                return false;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // As good as not there.
            }
        }

        if (part is (int younger, HeadPrint copied))
        {
            while (files.Count > younger)
            {
                files.Pop().Dispose();
            }

            former = copied;
            return true;
        }

        if (formerMet is null && known.All(each => each.Print.Former is null))
        {
            // Nobody knows which of them have been read.
            Clear(files);
        }

        if (files.TryPeek(out TailedFile? oldest))
        {
            GoOnShort(oldest, known, formerMet ?? default);
        }

        if (SiblingFinder.Find(log, known[0].Place, encoding, isOthers) is TailedFile elsewhere)
        {
            files.Push(elsewhere);
        }

        former = newest ?? (isMet ? default(HeadPrint) : known[0].Print.Former);
        return true;
    }

    private static void Clear(Stack<TailedFile> files)
    {
        while (files.TryPop(out TailedFile? file))
        {
            file.Dispose();
        }
    }

    /// <summary>The print of a file, if it was the youngest of the rotated ones when a content was begun in which a place lies; null where it was not.</summary>
    private static HeadPrint? FormerIn(RotatedFile file, ReadOnlySpan<byte> head, IEnumerable<KnownPlace> known)
    {
        foreach (KnownPlace each in known)
        {
            if (each.Print.Former is HeadPrint former && former.IsOf(file.Status.Node, head))
            {
                return former;
            }
        }

        return null;
    }

    /// <summary>
    /// Lets a file go on where reading stood, although too little had been read to know it by that alone when it was compressed or copied: it begins so, and comes next
    /// behind the file that was the youngest then.
    /// </summary>
    private static void GoOnShort(TailedFile oldest, KnownPlace[] known, HeadPrint former)
    {
        LogPosition? place = known
            .Where(each => each.Print.HeadLength is > 0 and < HeadPrint.Telling && each.Print.Former == former && FilePrint.Fits(each.Place, oldest.Handle))
            .Select(each => each.Place)
            .MaxBy(each => each.Offset);
        if (place is not null)
        {
            oldest.MoveTo(place);
        }
    }

    /// <summary>The places in contents that began like a file, the furthest first.</summary>
    private static List<LogPosition> AlikeTo(RotatedFile file, ReadOnlySpan<byte> head, KnownPlace[] known)
    {
        List<LogPosition> alike = [];
        foreach ((LogPosition place, FilePrint print) in known)
        {
            if (print.IsTelling(file.Status.Node) && print.BeginsLike(head))
            {
                alike.Add(place);
            }
        }

        return [.. alike.OrderByDescending(place => place.Offset)];
    }

    /// <summary>How a file stands to the places, of which the furthest counts, and what is left of it to read.</summary>
    private static PlaceFit Fit(
        RotatedFile file, ReadOnlySpan<byte> head, string log, List<LogPosition> places, LogEncoding encoding, IsReadElsewhere isOthers, out TailedFile? rest)
    {
        rest = null;
        TailedFile? opened = file.Open(log, places[^1].Offset, encoding);
        try
        {
            Microsoft.Win32.SafeHandles.SafeFileHandle handle = opened.Handle;
            if (places.Find(place => FilePrint.Fits(place, handle)) is not LogPosition furthest)
            {
                return places.Exists(place => FilePrint.Compare(place, handle) == PlaceFit.Part) ? PlaceFit.Part : PlaceFit.None;
            }

            if (!isOthers(file, head))
            {
                opened.MoveTo(furthest);
                (rest, opened) = (opened, null);
            }

            return PlaceFit.Whole;
        }
        finally
        {
            opened?.Dispose();
        }
    }

    /// <summary>A place, and what its content is recognised by.</summary>
    private readonly record struct KnownPlace(LogPosition Place, FilePrint Print);
}
