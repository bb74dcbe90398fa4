using PSBan.Model;

namespace PSBan.Sources;

/// <summary>Finds where a log has gone that was renamed, copied or compressed to a name that only resembles its own: <c>app.log</c> to <c>app-2026-03-01.log</c>.</summary>
internal static class SiblingFinder
{
    private const int MostCandidates = 256;

    /// <summary>Opens the file beside <paramref name="source"/> in which a stored place lies.</summary>
    /// <param name="source">The path that the log had.</param>
    /// <param name="position">The place.</param>
    /// <param name="encoding">The encoding of the log.</param>
    /// <param name="isOthers">Whether a file is read in its own right, and so not to be opened here.</param>
    /// <returns>The file, standing at the place; null where there is none.</returns>
    public static TailedFile? Find(string source, LogPosition position, LogEncoding encoding, IsReadElsewhere isOthers)
    {
        if (position.Offset == 0 || !FilePrint.TryParse(position.Identity, out FilePrint print))
        {
            return null;
        }

        // The renamed file keeps its inode, so it is tried first; a copy has to be known by its content. The compressed ones come last, the youngest first.
        return Candidates(source, position.Offset)
            .OrderByDescending(candidate => candidate.Status.Node == print.Node)
            .ThenBy(candidate => RotatedNames.IsCompressed(candidate.Path))
            .ThenByDescending(candidate => candidate.Status.Modified)
            .Take(MostCandidates)
            .Select(candidate => print.IsTelling(candidate.Status.Node) && !isOthers(candidate, []) ? OpenAt(candidate.Path, source, position, encoding) : null)
            .FirstOrDefault(file => file is not null);
    }

    /// <summary>Opens a file that has grown since a place in it was stored.</summary>
    /// <param name="path">The file.</param>
    /// <param name="position">The place.</param>
    /// <param name="encoding">The encoding of the log.</param>
    /// <returns>The file, standing at the place; null where it is gone, has become another, or holds nothing more.</returns>
    public static TailedFile? OpenGrown(string path, LogPosition position, LogEncoding encoding) =>
        FileStatus.TryGet(path, out FileStatus status, out _) && status.IsRegular && status.Size > position.Offset ? OpenAt(path, path, position, encoding) : null;

    /// <summary>What the names of a log and of its rotated files have in common: all before the first dot.</summary>
    public static string StemOf(string path) => Path.GetFileName(path).Split('.')[0];

    /// <summary>Opens a file at a place, if that lies in it.</summary>
    private static TailedFile? OpenAt(string path, string source, LogPosition position, LogEncoding encoding)
    {
        TailedFile? file = null;
        try
        {
            file = RotatedNames.IsCompressed(path)
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

    private static IEnumerable<RotatedFile> Candidates(string source, long size)
    {
        string? directory = Path.GetDirectoryName(source);
        string stem = StemOf(source);
        if (directory is null || stem.Length == 0)
        {
            yield break;
        }

        foreach (string path in RotatedFiles.Names(directory, stem))
        {
            if (path != source && FileStatus.TryGet(path, out FileStatus status, out _) && status.IsRegular && (status.Size >= size || RotatedNames.IsCompressed(path)))
            {
                yield return new RotatedFile(path, status);
            }
        }
    }
}
