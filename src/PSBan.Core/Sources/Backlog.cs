using PSBan.Model;

namespace PSBan.Sources;

/// <summary>Whether a rotated file is read in its own right.</summary>
/// <param name="file">The file.</param>
/// <param name="head">What it begins with; nothing where that is known to be what was read.</param>
internal delegate bool IsReadElsewhere(RotatedFile file, ReadOnlySpan<byte> head);

/// <summary>
/// What was written to a log between the place where reading stood and the content that the log has now. Rotation makes of a log a row of contents, each under
/// the log's own path at first and later in a rotated file: renamed, copied, or compressed. Names tell the order of these files (<see cref="RotatedFiles"/>), so it is enough
/// to know where in the row reading stood:
/// <list type="number">
/// <item>in the youngest file that holds the place, which is read from there on; or in one that is a shorter copy of what was read, of which nothing is read;</item>
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
    private const int MostKept = 32;

    /// <summary>Looks for it; null where names change so fast that it cannot be told now.</summary>
    /// <param name="log">The file that has the log's path, or had it: its content comes behind what is found.</param>
    /// <param name="place">Where reading stood in the content before.</param>
    /// <param name="encoding">The encoding of the log.</param>
    /// <param name="isOthers">Whether a file is read in its own right, and so not to be opened here.</param>
    /// <exception cref="IOException">The log cannot be read.</exception>
    public static Backlog? Of(TailedFile log, LogPosition place, LogEncoding encoding, IsReadElsewhere isOthers)
    {
        for (int looks = 0; looks < MostLooks; looks++)
        {
            RotatedFile[] row = [.. RotatedFiles.List(log.Source)];

            // Where the log is still in its place, all of the row is older. Where it is gone altogether, only time tells.
            bool isInPlace = FileStatus.TryGet(log.Source, out FileStatus now, out _) && (now.Device, now.Node) == (log.Status.Device, log.Status.Node);
            Stack<TailedFile> files = [];
            try
            {
                if (Keep(row) && RotatedFiles.AreSame(row, RotatedFiles.List(log.Source))
                    && Collect(row, log, isInPlace, place, encoding, isOthers, files, out HeadPrint? former))
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
        IReadOnlyList<RotatedFile> row, TailedFile log, bool isInPlace, LogPosition place, LogEncoding encoding, IsReadElsewhere isOthers, Stack<TailedFile> files, out HeadPrint? former)
    {
        former = null;
        _ = FilePrint.TryParse(place.Identity, out FilePrint print);
        Span<byte> room = stackalloc byte[FilePrint.HeadLimit];
        HeadPrint? newest = null;
        (int Younger, HeadPrint Former)? part = null;

        long modified = FileStatus.Get(log.Handle).Modified;
        bool isFormerMet = false, isMet = isInPlace;
        foreach (RotatedFile file in row.Reverse())
        {
            try
            {
                ReadOnlySpan<byte> head = file.ReadHead(room);
                bool isOwn = file.IsStill(log.Status);
                bool isLike = !head.IsEmpty && log.MayBeCopiedTo(file, head);
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

                if (print.IsTelling(file.Status.Node) && print.BeginsLike(head))
                {
                    PlaceFit fit = Fit(file, head, log.Source, place, encoding, isOthers, out TailedFile? rest);
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

                isFormerMet = print.Former is HeadPrint older && older.IsOf(file.Status.Node, head);
                if (isFormerMet)
                {
                    break;
                }

                if (isOlder && !isOthers(file, head))
                {
                    files.Push(file.Open(log.Source, 0, encoding));
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

        if (part is (int younger, HeadPrint known))
        {
            while (files.Count > younger)
            {
                files.Pop().Dispose();
            }

            former = known;
            return true;
        }

        if (!isFormerMet && print.Former is null)
        {
            // Nobody knows which of them have been read.
            Clear(files);
        }

        if (SiblingFinder.Find(log.Source, place, encoding, isOthers) is TailedFile elsewhere)
        {
            files.Push(elsewhere);
        }

        former = newest ?? (isMet ? default(HeadPrint) : print.Former);
        return true;
    }

    private static void Clear(Stack<TailedFile> files)
    {
        while (files.TryPop(out TailedFile? file))
        {
            file.Dispose();
        }
    }

    /// <summary>How a file stands to the place, and what is left of it to read.</summary>
    private static PlaceFit Fit(
        RotatedFile file, ReadOnlySpan<byte> head, string source, LogPosition place, LogEncoding encoding, IsReadElsewhere isOthers, out TailedFile? rest)
    {
        rest = null;
        TailedFile? opened = file.Open(source, place.Offset, encoding);
        try
        {
            PlaceFit fit = FilePrint.Compare(place, opened.Handle);
            if (fit == PlaceFit.Whole && !isOthers(file, head))
            {
                opened.MoveTo(place);
                (rest, opened) = (opened, null);
            }

            return fit;
        }
        finally
        {
            opened?.Dispose();
        }
    }
}
