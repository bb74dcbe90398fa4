using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace PSBan.Sources;

/// <summary>
/// Opens files without standing in anybody's way. The framework's own opening takes a shared lock (flock) on Unix, which fails where the writer
/// has an exclusive one, and keeps others from taking one for as long as the file is open.
/// </summary>
internal static class SharedFile
{
    private const int NoSuchFile = 2;
    private const int NotADirectory = 20;
    private const int AccessDenied = 13;

    // O_RDONLY | O_CLOEXEC, and O_NONBLOCK so that a pipe put in a log's place cannot hold the reader.
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;

    // F_DUPFD_CLOEXEC.
    private const int DuplicateCloseOnExec = 1030;

    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">The path.</param>
    /// <param name="mayWait">Whether to wait for the writer of a pipe.</param>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SafeFileHandle Open(string path, bool mayWait = false)
    {
        if (!OperatingSystem.IsLinux())
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }

        int descriptor = Open(path, CloseOnExec | (mayWait ? 0 : NonBlocking), out int error);
        if (descriptor >= 0)
        {
            return new SafeFileHandle(descriptor, ownsHandle: true);
        }

        string message = $"'{path}': {Marshal.GetPInvokeErrorMessage(error)}.";
        throw error switch
        {
            NoSuchFile or NotADirectory => new FileNotFoundException(message, path),
            AccessDenied => new UnauthorizedAccessException(message),
            _ => new IOException(message),
        };
    }

    /// <summary>Opens once more what is open, whatever its name is by now; Linux only. Both have one place of reading, so each reads by offset (dup(2)).</summary>
    /// <param name="file">The open file.</param>
    /// <exception cref="IOException">The system has no more room for open files.</exception>
    public static SafeFileHandle OpenAgain(SafeFileHandle file)
    {
        bool taken = false;
        try
        {
            file.DangerousAddRef(ref taken);
            int descriptor = fcntl((int)file.DangerousGetHandle(), DuplicateCloseOnExec, 0);
            return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        }
        finally
        {
            if (taken)
            {
                file.DangerousRelease();
            }
        }
    }

    private static unsafe int Open(string path, int flags, out int error)
    {
        fixed (byte* pointer = Encoding.UTF8.GetBytes(path + '\0'))
        {
            int descriptor = open(pointer, flags);
            error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
            return descriptor;
        }
    }

#pragma warning disable CA2101, IDE1006, SYSLIB1054 // The name is handed over as bytes, and called as the system calls it.
    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern unsafe int open(byte* path, int flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int fcntl(int descriptor, int command, int least);
#pragma warning restore CA2101, IDE1006, SYSLIB1054
}
