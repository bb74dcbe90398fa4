using System.Globalization;

namespace PSBan.Watch;

/// <summary>The claim of one watch on its state directory; the operating system lets go of it when the process ends, however it ends.</summary>
internal sealed class WatchLock : IDisposable
{
    private readonly FileStream _lock;
    private readonly string _pidFile;

    private WatchLock(FileStream handle, string pidFile)
    {
        _lock = handle;
        _pidFile = pidFile;
    }

    /// <summary>Makes the directory where it is missing, for the owner alone, and claims it.</summary>
    /// <exception cref="WatchAlreadyRunningException">Another watch holds it.</exception>
    /// <exception cref="IOException">It cannot be made or written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static WatchLock Take(string statePath)
    {
        MakePrivate(statePath);
        string pidFile = Path.Combine(statePath, "watch.pid");
        FileStream handle;
        try
        {
            handle = new FileStream(Path.Combine(statePath, "watch.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
        {
            string holder = File.Exists(pidFile) ? $" (process {File.ReadAllText(pidFile).Trim()})" : string.Empty;
            throw new WatchAlreadyRunningException(
                $"Another watch{holder} holds the state directory {statePath}; stop it with Stop-BanWatch, or give this one a directory of its own with -StatePath or --state.", e);
        }

        File.WriteAllText(pidFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return new WatchLock(handle, pidFile);
    }

    public void Dispose()
    {
        File.Delete(_pidFile);
        _lock.Dispose();
    }

    private static void MakePrivate(string statePath)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(statePath);
            return;
        }

        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        bool isNew = !Directory.Exists(statePath);
        Directory.CreateDirectory(statePath, OwnerOnly);
        if (!isNew && File.GetUnixFileMode(statePath) is UnixFileMode mode && (mode & ~OwnerOnly) != 0)
        {
            // A directory that was made for this by hand is closed; one that others may write to is no place for a watch's state.
            File.SetUnixFileMode(statePath, OwnerOnly);
        }
    }
}
