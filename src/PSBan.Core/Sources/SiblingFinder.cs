using System.Buffers;
using System.Globalization;
using PSBan.Model;

namespace PSBan.Sources;

/// <summary>
/// Finds where a rotated log has gone: <c>auth.log</c> to <c>auth.log.1</c>, <c>app.log</c> to <c>app-2026-03-01.log</c>, renamed or copied. Compressed files
/// are left alone.
/// </summary>
internal static class SiblingFinder
{
    private const int MostCandidates = 256;

    // A chain of renames may be under way while the folder is looked at, and hides a file that is neither under its old name nor under its new one.
    private const int MostLooks = 20;
    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789-");

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
            // The renamed file keeps its inode, so it is tried first; a copy has to be known by its content.
            List<(string Path, FileStatus Status)> candidates = [.. Candidates(source, position.Offset)];
            foreach ((string path, _) in candidates.OrderByDescending(candidate => candidate.Status.Node == print.Node).Take(MostCandidates))
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

    /// <summary>Opens the rotated files that came between a file and the one that has its path now, the oldest first, each standing at its start.</summary>
    /// <param name="source">The path that the log had.</param>
    /// <param name="older">The file before them.</param>
    /// <param name="encoding">The encoding of the log.</param>
    /// <param name="isKnown">Whether a file is being followed anyway.</param>
    public static IReadOnlyList<TailedFile> FindLater(string source, TailedFile older, LogEncoding encoding, Func<FileStatus, bool> isKnown)
    {
        for (int looks = 1; ; looks++)
        {
            List<(string Path, FileStatus Status)> rotated = [.. Rotated(source)];
            List<TailedFile> later = OpenLater(rotated, source, older, encoding, isKnown);
            if (looks == MostLooks || IsStill(rotated, [.. Rotated(source)]))
            {
                return later;
            }

            later.ForEach(file => file.Dispose());
        }
    }

    private static List<TailedFile> OpenLater(List<(string Path, FileStatus Status)> rotated, string source, TailedFile older, LogEncoding encoding, Func<FileStatus, bool> isKnown)
    {
        string name = Path.GetFileName(source);
        (long, long) olderAge = (older.Status.Born, long.MinValue);
        List<(string Path, FileStatus Status, (long, long) Age)> others = [];
        foreach ((string path, FileStatus status) in rotated)
        {
            (long, long) age = (status.Born, OrderOf(Path.GetFileName(path.AsSpan())[name.Length..]) ?? 0);
            if (IsSame(status, older.Status))
            {
                olderAge = age;
            }
            else
            {
                others.Add((path, status, age));
            }
        }

        List<TailedFile> later = [];
        foreach ((string path, FileStatus status, (long, long) age) in others.OrderBy(file => file.Age))
        {
            if (age.CompareTo(olderAge) <= 0 || isKnown(status) || TryOpen(path, source, encoding) is not TailedFile file)
            {
                continue;
            }

            if (IsSame(file.Status, status))
            {
                later.Add(file);
            }
            else
            {
                // The name is another file's by now; the next look will see.
                file.Dispose();
            }
        }

        return later;
    }

    /// <summary>What the names of a log and of its rotated files have in common: all before the first dot.</summary>
    public static string StemOf(string path) => Path.GetFileName(path).Split('.')[0];

    /// <summary>Orders the endings <c>.1</c> (the higher the older) and <c>-20260301</c> (the higher the newer) for files made at the same moment; null for any other.</summary>
    private static long? OrderOf(ReadOnlySpan<char> ending)
    {
        if (ending.Length < 2 || ending[0] is not ('.' or '-') || ending[1..].ContainsAnyExcept(s_digits))
        {
            return null;
        }

        bool isNumber = long.TryParse(ending[1..], NumberStyles.None, CultureInfo.InvariantCulture, out long number);
        return isNumber ? ending[0] == '.' ? -number : number : 0;
    }

    /// <summary>The files beside a log whose names nothing but a rotation makes; nothing else tells here that a file is part of this log. When it was made tells its place.</summary>
    private static IEnumerable<(string Path, FileStatus Status)> Rotated(string source)
    {
        string name = Path.GetFileName(source);
        foreach (string path in Names(Path.GetDirectoryName(source) ?? ".", name))
        {
            if (OrderOf(Path.GetFileName(path.AsSpan())[name.Length..]) is not null && FileStatus.TryGet(path, out FileStatus status, out _) && status.IsRegular)
            {
                yield return (path, status);
            }
        }
    }

    private static bool IsSame(FileStatus left, FileStatus right) => (left.Device, left.Node) == (right.Device, right.Node);

    /// <summary>Whether two looks saw the same files under the same names.</summary>
    private static bool IsStill(List<(string Path, FileStatus Status)> before, List<(string Path, FileStatus Status)> after) =>
        before.Select(file => (file.Path, file.Status.Device, file.Status.Node)).ToHashSet().SetEquals(after.Select(file => (file.Path, file.Status.Device, file.Status.Node)));

    private static TailedFile? OpenAt(string path, string source, LogPosition position, LogEncoding encoding)
    {
        TailedFile? file = TryOpen(path, source, encoding);
        try
        {
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

    private static TailedFile? TryOpen(string path, string source, LogEncoding encoding)
    {
        try
        {
            return TailedFile.Open(path, source, encoding);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
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
            if (path != source && FileStatus.TryGet(path, out FileStatus status, out _) && status.IsRegular && status.Size >= size)
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
