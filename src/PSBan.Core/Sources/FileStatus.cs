using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace PSBan.Sources;

/// <summary>What the file system says of a file, its identity in the first place.</summary>
/// <param name="Device">The device or volume.</param>
/// <param name="Node">The inode or file index; with the device it tells files apart whatever their names.</param>
/// <param name="Size">The length in bytes.</param>
/// <param name="Modified">When it was last written to, as ticks of the universal time.</param>
/// <param name="IsRegular">Whether it is a file, and not a directory, pipe or device.</param>
/// <param name="IsPipe">Whether it is a named pipe; told on Linux only.</param>
internal readonly record struct FileStatus(ulong Device, ulong Node, long Size, long Modified, bool IsRegular, bool IsPipe = false)
{
    private const int CurrentDirectory = -100;
    private const int EmptyPath = 0x1000;
    private const int BasicFields = 0x7FF;
    private const int NoSuchFile = 2;
    private const int NotADirectory = 20;

    /// <summary>Asks by path, through symbolic links.</summary>
    /// <param name="path">The path.</param>
    /// <param name="status">The answer.</param>
    /// <param name="error">Why there is none; null where the file is simply not there.</param>
    /// <returns>Whether there is an answer.</returns>
    public static bool TryGet(string path, out FileStatus status, out string? error)
    {
        error = null;
        if (OperatingSystem.IsLinux())
        {
            int number = Ask(CurrentDirectory, path, 0, out status);
            error = number is 0 or NoSuchFile or NotADirectory ? null : Marshal.GetPInvokeErrorMessage(number);
            return number == 0;
        }

        try
        {
            using SafeFileHandle handle = SharedFile.Open(path);
            status = Get(handle);
            return true;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            status = default;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            status = default;
            error = exception.Message;
        }

        return false;
    }

    /// <summary>Asks an open file.</summary>
    /// <exception cref="IOException">The file system does not answer.</exception>
    public static FileStatus Get(SafeFileHandle handle)
    {
        if (OperatingSystem.IsLinux())
        {
            bool taken = false;
            try
            {
                handle.DangerousAddRef(ref taken);
                int number = Ask((int)handle.DangerousGetHandle(), string.Empty, EmptyPath, out FileStatus status);
                return number == 0 ? status : throw new IOException(Marshal.GetPInvokeErrorMessage(number));
            }
            finally
            {
                if (taken)
                {
                    handle.DangerousRelease();
                }
            }
        }

        long size = RandomAccess.GetLength(handle);
        long modified = File.GetLastWriteTimeUtc(handle).Ticks;
        if (OperatingSystem.IsWindows())
        {
            return GetFileInformationByHandle(handle, out FileInformation information)
                ? new FileStatus(information.Volume, ((ulong)information.IndexHigh << 32) | information.IndexLow, size, modified, true)
                : throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        }

        // Elsewhere the moment of creation has to tell files apart.
        return new FileStatus(0, (ulong)File.GetCreationTimeUtc(handle).Ticks, size, modified, true);
    }

    private static unsafe int Ask(int directory, string path, int flags, out FileStatus status)
    {
        // Asked for every log every second: a path of common length leaves no garbage.
        Statx answer;
        int most = Encoding.UTF8.GetMaxByteCount(path.Length) + 1;
        Span<byte> name = most <= 1024 ? stackalloc byte[most] : new byte[most];
        name[Encoding.UTF8.GetBytes(path, name)] = 0;
        fixed (byte* pointer = name)
        {
            if (statx(directory, pointer, flags, BasicFields, &answer) != 0)
            {
                status = default;
                return Marshal.GetLastPInvokeError();
            }
        }

        status = new FileStatus(
            ((ulong)answer.DeviceMajor << 32) | answer.DeviceMinor,
            answer.Node,
            (long)answer.Size,
            DateTimeOffset.UnixEpoch.Ticks + (answer.ModifiedSeconds * TimeSpan.TicksPerSecond) + (answer.ModifiedNanoseconds / TimeSpan.NanosecondsPerTick),
            (answer.Mode & 0xF000) == 0x8000,
            (answer.Mode & 0xF000) == 0x1000);
        return 0;
    }

    // statx(2) has one layout on every architecture, unlike stat(2).
#pragma warning disable CA2101, IDE1006, SYSLIB1054 // The name is handed over as bytes, and called as the system calls it.
    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern unsafe int statx(int directory, byte* path, int flags, uint mask, Statx* answer);

    [DllImport("kernel32", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool GetFileInformationByHandle(SafeFileHandle file, out FileInformation information);
#pragma warning restore CA2101, IDE1006, SYSLIB1054

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Statx
    {
        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Node;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(112)]
        public long ModifiedSeconds;

        [FieldOffset(120)]
        public uint ModifiedNanoseconds;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct FileInformation
    {
        public uint Attributes;
        public long Created;
        public long Accessed;
        public long Written;
        public uint Volume;
        public uint SizeHigh;
        public uint SizeLow;
        public uint Links;
        public uint IndexHigh;
        public uint IndexLow;
    }
}
