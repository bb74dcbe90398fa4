namespace PSBan.Sources;

/// <summary>A file that rotation made of a log, as it stood in its folder at one moment.</summary>
/// <param name="Path">Its path at that moment.</param>
/// <param name="Status">What the file system said of it.</param>
internal readonly record struct RotatedFile(string Path, FileStatus Status)
{
    /// <summary>What it begins with, or what it holds where it is compressed.</summary>
    /// <param name="room">Receives it.</param>
    /// <exception cref="IOException">It is gone or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public Span<byte> ReadHead(Span<byte> room)
    {
        if (RotatedNames.IsCompressed(Path))
        {
            return room[..CompressedLog.ReadHead(Path, room)];
        }

        using Microsoft.Win32.SafeHandles.SafeFileHandle file = SharedFile.Open(Path);
        return IsStill(FileStatus.Get(file)) ? HeadPrint.Read(file, room) : throw new FileNotFoundException(null, Path);
    }

    /// <summary>Opens it; reading stands at its start.</summary>
    /// <param name="source">The name that its lines are to carry.</param>
    /// <param name="from">Where it will be read from; of what is compressed, more need not be unpacked.</param>
    /// <param name="encoding">The encoding of the log.</param>
    /// <exception cref="IOException">It is gone, cannot be read or is damaged.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public TailedFile Open(string source, long from, LogEncoding encoding)
    {
        TailedFile file = RotatedNames.IsCompressed(Path) ? TailedFile.Unpack(Path, source, encoding, from) : TailedFile.Open(Path, source, encoding);
        if (IsStill(file.Status))
        {
            return file;
        }

        file.Dispose();
        throw new FileNotFoundException(null, Path);
    }

    /// <summary>Whether it is the same file that another status tells of.</summary>
    public bool IsStill(FileStatus status) => (status.Device, status.Node) == (Status.Device, Status.Node);
}

/// <summary>Lists the files that rotation made of a log, by their names alone: only names that nothing but a rotation gives.</summary>
internal static class RotatedFiles
{
    /// <summary>
    /// The rotated files of a log, the oldest first. Names tell the order, since the time of the last writing does not: a program may write to a rotated file for
    /// long, copies keep or change it, and clocks of file systems are coarse. Only numbers and dates among each other are ordered by it.
    /// </summary>
    /// <param name="log">The path of the log.</param>
    public static IReadOnlyList<RotatedFile> List(string log)
    {
        string[] paths = [.. Names(Path.GetDirectoryName(log) ?? ".", Path.GetFileName(log)).Where(path => RotatedNames.IsRotatedFrom(path, log))];
        HashSet<string> all = [.. paths];
        List<RotatedFile> counted = [], dated = [];
        foreach (string path in paths)
        {
            // While a file is being compressed there are both, and what is not compressed is whole.
            bool isBeingMade = RotatedNames.IsCompressed(path) && all.Contains(path[..^RotatedNames.Compressed.Length]);
            if (!isBeingMade && FileStatus.TryGet(path, out FileStatus status, out _) && status.IsRegular)
            {
                (RotatedNames.IsCounted(path) ? counted : dated).Add(new RotatedFile(path, status));
            }
        }

        counted.Sort((left, right) => RotatedNames.Compare(left.Path, right.Path) ?? 0);
        if (counted.Zip(counted.Skip(1)).Sum(pair => pair.First.Status.Modified.CompareTo(pair.Second.Status.Modified)) > 0)
        {
            // Some programs count upwards, so that the highest number is the youngest.
            counted.Reverse();
        }

        dated.Sort((left, right) => RotatedNames.Compare(left.Path, right.Path) ?? 0);
        List<RotatedFile> merged = [];
        for (int i = 0, k = 0; i < counted.Count || k < dated.Count;)
        {
            bool isCounted = k == dated.Count || (i < counted.Count && counted[i].Status.Modified <= dated[k].Status.Modified);
            merged.Add(isCounted ? counted[i++] : dated[k++]);
        }

        return merged;
    }

    /// <summary>Whether two lists have the same files under the same names.</summary>
    public static bool AreSame(IReadOnlyList<RotatedFile> left, IReadOnlyList<RotatedFile> right) =>
        left.Count == right.Count && left.Zip(right).All(pair => pair.First.Path == pair.Second.Path && pair.First.IsStill(pair.Second.Status));

    /// <summary>The files in a folder whose names begin alike.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="beginning">What they begin with.</param>
    public static IReadOnlyList<string> Names(string directory, string beginning) => FolderNames.Of(directory).Beginning(beginning);
}
