using System.Diagnostics;
using System.Globalization;

namespace PSBan.Watch;

/// <summary>The claim of one watch on its state directory; the operating system lets go of it when the process ends, however it ends.</summary>
internal sealed class WatchLock : IDisposable
{
    private const string FileName = "watch.lock";
    private const string PidFile = "watch.pid";

    // A child of a watch that was killed, on its way to becoming another program, may hold the claim for a moment longer.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _lock;
    private readonly string _pidFile;

    private WatchLock(FileStream handle, string pidFile)
    {
        _lock = handle;
        _pidFile = pidFile;
    }

    /// <summary>Makes the directory where it is missing, for the owner alone, and claims it. Waits a little where the watch that holds it does not run any more.</summary>
    /// <exception cref="WatchAlreadyRunningException">Another watch holds it.</exception>
    /// <exception cref="IOException">It cannot be made or written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static async Task<WatchLock> TakeAsync(string statePath, TimeProvider clock, CancellationToken cancelToken)
    {
        long start = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return Take(statePath);
            }
            catch (WatchAlreadyRunningException) when (clock.GetElapsedTime(start) < s_patience && !HolderRuns(statePath))
            {
                await Task.Delay(s_pause, clock, cancelToken).ConfigureAwait(false);
            }
        }
    }

    private static bool HolderRuns(string statePath)
    {
        try
        {
            using var holder = Process.GetProcessById(int.Parse(File.ReadAllText(Path.Combine(statePath, PidFile)), CultureInfo.InvariantCulture));
            return !holder.HasExited;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or IOException or InvalidOperationException)
        {
            return false;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or UnauthorizedAccessException)
        {
            // It is there, and none of our business.
            return true;
        }
    }

    private static WatchLock Take(string statePath)
    {
        MakePrivate(statePath);
        string pidFile = Path.Combine(statePath, PidFile);
        FileStream handle;
        try
        {
            handle = new FileStream(Path.Combine(statePath, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
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

    /// <summary>Whether a watch holds the directory now; looking takes nothing from it.</summary>
    public static bool IsHeld(string statePath)
    {
        try
        {
            // A shared look fails against the exclusive claim, and only against that.
            using var look = new FileStream(Path.Combine(statePath, FileName), FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException or UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
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
        if (!isNew && (File.GetUnixFileMode(statePath) & ~OwnerOnly) != 0)
        {
            // A directory that was made for this by hand is closed. Somebody else's, /tmp or /var/lib by a slip of the hand, is left as it is.
            if (Directory.EnumerateFileSystemEntries(statePath).Any(entry => !IsOurs(Path.GetFileName(entry))))
            {
                throw new IOException($"The state directory {statePath} is open to others and holds things that are not PSBan's; name a directory of its own with -StatePath or --state, or close this one (chmod 700).");
            }

            File.SetUnixFileMode(statePath, OwnerOnly);
        }
    }

    private static bool IsOurs(string name) =>
        name.StartsWith("watch.", StringComparison.Ordinal) || name.StartsWith("control.", StringComparison.Ordinal) || name.StartsWith("psban.", StringComparison.Ordinal);
}
