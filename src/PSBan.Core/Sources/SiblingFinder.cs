using PSBan.Model;

namespace PSBan.Sources;

/// <summary>
/// Finds where a rotated log has gone: <c>auth.log</c> to <c>auth.log.1</c>, <c>app.log</c> to <c>app-2026-03-01.log</c>, renamed or copied. Compressed files
/// are left alone.
/// </summary>
internal static class SiblingFinder
{
    private const int MostCandidates = 256;

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

        // The renamed file keeps its inode, so it is tried first; a copy has to be known by its content.
        foreach ((string path, _) in Candidates(source, position.Offset).OrderByDescending(candidate => candidate.Status.Node == print.Node).Take(MostCandidates))
        {
            TailedFile? file = null;
            try
            {
                file = TailedFile.Open(path, source, encoding);
                if (FilePrint.Fits(position, file.Handle))
                {
                    file.MoveTo(position);
                    return file;
                }

                file.Dispose();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                file?.Dispose();
            }
        }

        return null;
    }

    /// <summary>What the names of a log and of its rotated files have in common: all before the first dot.</summary>
    public static string StemOf(string path) => Path.GetFileName(path).Split('.')[0];

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
