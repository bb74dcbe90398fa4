using PSBan.Model;

namespace PSBan.Sources;

/// <summary>
/// Finds where a rotated log has gone: <c>auth.log</c> to <c>auth.log.1</c>, <c>app.log</c> to <c>app-2026-03-01.log</c>, renamed or copied, or to either of them
/// compressed with gzip.
/// </summary>
internal static class SiblingFinder
{
    private const int MostCandidates = 256;

    // A chain of renames may be under way while the folder is looked at, and hides a file that is neither under its old name nor under its new one.
    private const int MostLooks = 20;

    /// <summary>Opens the file beside <paramref name="source"/> in which a stored place lies.</summary>
    /// <param name="source">The path that the log had.</param>
    /// <param name="position">The place.</param>
    /// <param name="encoding">The encoding of the log.</param>
    /// <returns>The file, standing at the place; null where there is none.</returns>
    public static TailedFile? Find(string source, LogPosition position, LogEncoding encoding)
    {
        if (position.Offset == 0 || !FilePrint.TryParse(position.Identity, out FilePrint print))
        {
            return null;
        }

        for (int looks = 1; ; looks++)
        {
            // The renamed file keeps its inode, so it is tried first; a copy has to be known by its content. The compressed ones come last, the youngest first.
            List<(string Path, FileStatus Status)> candidates = [.. Candidates(source, position.Offset)];
            foreach ((string path, _) in candidates
                .OrderByDescending(candidate => candidate.Status.Node == print.Node)
                .ThenBy(candidate => CompressedLog.IsOne(candidate.Path))
                .ThenByDescending(candidate => candidate.Status.Modified)
                .Take(MostCandidates))
            {
                if (OpenAt(path, source, position, encoding) is TailedFile file)
                {
                    return file;
                }
            }

            if (looks == MostLooks || IsStill(candidates, [.. Candidates(source, position.Offset)]))
            {
                return null;
            }
        }
    }

    /// <summary>Opens a file that has grown since a place in it was stored.</summary>
    /// <param name="path">The file.</param>
    /// <param name="position">The place.</param>
    /// <param name="encoding">The encoding of the log.</param>
    /// <returns>The file, standing at the place; null where it is gone, has become another, or holds nothing more.</returns>
    public static TailedFile? OpenGrown(string path, LogPosition position, LogEncoding encoding) =>
        FileStatus.TryGet(path, out FileStatus status, out _) && status.IsRegular && status.Size > position.Offset ? OpenAt(path, path, position, encoding) : null;

    /// <summary>Opens the rotated files that are younger than a given age, the oldest first, each standing at its start.</summary>
    /// <param name="source">The path that the log had.</param>
    /// <param name="since">The age of the last one that was read.</param>
    /// <param name="before">The file that comes after them; where it has been rotated itself, what is younger than it does not.</param>
    /// <param name="encoding">The encoding of the log.</param>
    /// <param name="isKnown">Whether a file is being followed anyway.</param>
    public static IReadOnlyList<(TailedFile File, RotationAge Age)> FindLater(string source, RotationAge since, TailedFile before, LogEncoding encoding, Func<FileStatus, bool> isKnown)
    {
        for (int looks = 1; ; looks++)
        {
            List<(string Path, FileStatus Status, RotationAge Age)> rotated = [.. Rotated(source)];
            List<(TailedFile File, RotationAge Age)> later = [];
            foreach ((string path, FileStatus status, RotationAge age) in rotated
                .Where(file => file.Age.CompareTo(since) > 0).OrderBy(file => file.Age).TakeWhile(file => !IsSame(file.Status, before.Status)).Where(file => !isKnown(file.Status)))
            {
                if (TryOpen(path, status, source, encoding) is TailedFile file)
                {
                    later.Add((file, age));
                }
            }

            if (looks == MostLooks || IsStill([.. rotated.Select(Plain)], [.. Rotated(source).Select(Plain)]))
            {
                return later;
            }

            later.ForEach(found => found.File.Dispose());
        }

        static (string, FileStatus) Plain((string Path, FileStatus Status, RotationAge Age) file) => (file.Path, file.Status);
    }

    /// <summary>The age of a file, by its name where it is one that a rotation makes.</summary>
    /// <param name="source">The path that the log had.</param>
    /// <param name="file">The file.</param>
    /// <exception cref="IOException">The file system does not answer.</exception>
    public static RotationAge AgeOf(string source, TailedFile file)
    {
        foreach ((_, FileStatus status, RotationAge age) in Rotated(source))
        {
            if ((status.Device, status.Node) == (file.Status.Device, file.Status.Node))
            {
                return age;
            }
        }

        return RotationAge.Before(file.LastWritten());
    }

    /// <summary>What the names of a log and of its rotated files have in common: all before the first dot.</summary>
    public static string StemOf(string path) => Path.GetFileName(path).Split('.')[0];

    /// <summary>Opens a file at a place, if that lies in it.</summary>
    private static TailedFile? OpenAt(string path, string source, LogPosition position, LogEncoding encoding)
    {
        TailedFile? file = null;
        try
        {
            file = CompressedLog.IsOne(path)
                ? CompressedLog.BeginsAlike(position, path) ? TailedFile.Unpack(path, source, encoding, position.Offset) : null
                : TailedFile.Open(path, source, encoding);
            if (file is not null && FilePrint.Fits(position, file.Handle))
            {
                file.MoveTo(position);
                return file;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // As good as not there.
        }

        file?.Dispose();
        return null;
    }

    /// <summary>Opens a rotated file, which may just have been compressed; null where the name is another file's by now, or nobody's.</summary>
    private static TailedFile? TryOpen(string path, FileStatus status, string source, LogEncoding encoding)
    {
        try
        {
            TailedFile file = CompressedLog.IsOne(path) ? TailedFile.Unpack(path, source, encoding, 0) : TailedFile.Open(path, source, encoding);
            if (IsSame(file.Status, status))
            {
                return file;
            }

            file.Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // As good as not there.
        }

        return null;
    }

    private static bool IsSame(FileStatus left, FileStatus right) => (left.Device, left.Node) == (right.Device, right.Node);

    /// <summary>Whether two looks saw the same files under the same names.</summary>
    private static bool IsStill(List<(string Path, FileStatus Status)> before, List<(string Path, FileStatus Status)> after) =>
        before.Select(file => (file.Path, file.Status.Device, file.Status.Node)).ToHashSet().SetEquals(after.Select(file => (file.Path, file.Status.Device, file.Status.Node)));

    /// <summary>Only names that nothing but a rotation makes; nothing else tells here that a file is part of this log.</summary>
    private static IEnumerable<(string Path, FileStatus Status, RotationAge Age)> Rotated(string source)
    {
        string name = Path.GetFileName(source);
        string[] paths = Names(Path.GetDirectoryName(source) ?? ".", name);
        HashSet<string> all = [.. paths];
        foreach (string path in paths)
        {
            // While a file is being compressed there are both.
            if (CompressedLog.IsOne(path) && all.Contains(path[..^RotatedNames.Compressed.Length]))
            {
                continue;
            }

            if (RotatedNames.OrderOf(Path.GetFileName(path.AsSpan())[name.Length..]) is long order && FileStatus.TryGet(path, out FileStatus status, out _) && status.IsRegular)
            {
                yield return (path, status, new RotationAge(status.Modified, order));
            }
        }
    }

    private static IEnumerable<(string Path, FileStatus Status)> Candidates(string source, long size)
    {
        string? directory = Path.GetDirectoryName(source);
        string stem = StemOf(source);
        if (directory is null || stem.Length == 0)
        {
            yield break;
        }

        foreach (string path in Names(directory, stem))
        {
            if (path != source && FileStatus.TryGet(path, out FileStatus status, out _) && status.IsRegular && (status.Size >= size || CompressedLog.IsOne(path)))
            {
                yield return (path, status);
            }
        }
    }

    private static string[] Names(string directory, string stem)
    {
        try
        {
            return [.. Directory.EnumerateFiles(directory, $"{stem}*", new EnumerationOptions { AttributesToSkip = 0, MatchType = MatchType.Simple }).Take(4096)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
