namespace PSBan.Sources;

/// <summary>
/// The names in a folder, in ordinal order. Where thousands of logs lie in one, each asks for the files that were rotated from it; so the last listing is kept for as
/// long as the folder stays as it is and nobody needs the memory.
/// </summary>
internal sealed class FolderNames
{
    private static readonly WeakReference<FolderNames?> s_last = new(null);

    private readonly FolderStamp _stamp;
    private readonly string[] _paths;

    private FolderNames(string directory)
    {
        _stamp = FolderStamp.Of(directory);
        _paths = List(directory);
        Directory = directory;
    }

    private string Directory { get; }

    /// <summary>The names in a folder now.</summary>
    /// <param name="directory">The folder.</param>
    public static FolderNames Of(string directory)
    {
        if (s_last.TryGetTarget(out FolderNames? last) && last.Directory == directory && last._stamp.IsStill())
        {
            return last;
        }

        FolderNames names = new(directory);
        s_last.SetTarget(names);
        return names;
    }

    /// <summary>The paths whose names begin alike.</summary>
    /// <param name="beginning">What they begin with.</param>
    public IReadOnlyList<string> Beginning(string beginning)
    {
        string path = Path.Join(Directory, beginning);
        int first = Array.BinarySearch(_paths, path, StringComparer.Ordinal);
        first = first < 0 ? ~first : first;
        int end = first;
        while (end < _paths.Length && _paths[end].StartsWith(path, StringComparison.Ordinal))
        {
            end++;
        }

        return new ArraySegment<string>(_paths, first, end - first);
    }

    private static string[] List(string directory)
    {
        try
        {
            string[] paths = [.. System.IO.Directory.EnumerateFiles(directory, "*", new EnumerationOptions { AttributesToSkip = 0, MatchType = MatchType.Simple })];
            Array.Sort(paths, StringComparer.Ordinal);
            return paths;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

/// <summary>Tells whether names have come to a folder, gone or changed since: the system stamps it then.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Status">What the file system said of it; the default where it said nothing.</param>
/// <param name="IsOld">Whether the stamp was old enough to tell of the next change: it is as coarse as the system's tick, or as the file system.</param>
internal readonly record struct FolderStamp(string Path, FileStatus Status, bool IsOld)
{
    private const long Coarsest = 2 * TimeSpan.TicksPerSecond;

    /// <summary>Takes the stamp of a folder, before it is listed.</summary>
    public static FolderStamp Of(string path)
    {
        bool isThere = FileStatus.TryGet(path, out FileStatus status, out _);
        return new(path, status, isThere && OperatingSystem.IsLinux() && TimeProvider.System.GetUtcNow().UtcTicks - status.Modified > Coarsest);
    }

    /// <summary>Whether the folder is certainly as it was.</summary>
    public bool IsStill() =>
        IsOld && FileStatus.TryGet(Path, out FileStatus now, out _) && (now.Device, now.Node, now.Modified) == (Status.Device, Status.Node, Status.Modified);
}
