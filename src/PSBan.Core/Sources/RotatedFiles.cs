using Microsoft.Win32.SafeHandles;

namespace PSBan.Sources;

/// <summary>A file that rotation made of a log, as it stood in its folder at one moment.</summary>
/// <param name="Path">Its path at that moment.</param>
/// <param name="Status">What the file system said of it.</param>
internal readonly record struct RotatedFile(string Path, FileStatus Status)
{
    /// <summary>The file where it is kept open, so that it is there whatever becomes of its name; null where only its path leads to it.</summary>
    public SafeFileHandle? Kept { get; init; }

    /// <summary>Opens it.</summary>
    /// <exception cref="FileNotFoundException">It is gone, or its path leads to another one.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public SafeFileHandle OpenHandle()
    {
        if (Kept is not null && OperatingSystem.IsLinux())
        {
            return SharedFile.OpenAgain(Kept);
        }

        SafeFileHandle file = SharedFile.Open(Path);
        if (IsStill(FileStatus.Get(file)))
        {
            return file;
        }

        file.Dispose();
        throw new FileNotFoundException(null, Path);
    }

    /// <summary>What it begins with, or what it holds where it is compressed.</summary>
    /// <param name="room">Receives it.</param>
    /// <exception cref="IOException">It is gone or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public Span<byte> ReadHead(Span<byte> room)
    {
        using SafeFileHandle file = OpenHandle();
        return RotatedNames.IsCompressed(Path) ? room[..CompressedLog.ReadHead(file, room)] : HeadPrint.Read(file, room);
    }

    /// <summary>Opens it; reading stands at its start.</summary>
    /// <param name="source">The name that its lines are to carry.</param>
    /// <param name="from">Where it will be read from; of what is compressed, more need not be unpacked.</param>
    /// <param name="encoding">The encoding of the log.</param>
    /// <exception cref="IOException">It is gone, cannot be read or is damaged.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public TailedFile Open(string source, long from, LogEncoding encoding) =>
        RotatedNames.IsCompressed(Path) ? TailedFile.Unpack(OpenHandle(), Path, source, encoding, from) : TailedFile.Open(OpenHandle(), Path, source, encoding);

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
