using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PSBan.Sources;

/// <summary>What is asked of the system for named pipes: read(2) without waiting, and poll(2) that somebody can end. The constants are those of Linux.</summary>
internal static unsafe class PipeCalls
{
    private const int Interrupted = 4;
    private const int WouldBlock = 11;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;

    /// <summary>What poll(2) says of a descriptor.</summary>
    [Flags]
    internal enum Events : short
    {
        None = 0,
        Readable = 1,
        Error = 8,
        HungUp = 16,
    }

    /// <summary>Reads what there is.</summary>
    /// <returns>The bytes; 0 where there are none and nobody has the pipe open for writing; -1 where there are none yet.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static int Read(SafeFileHandle pipe, Span<byte> room)
    {
        using Lent lent = new(pipe);
        while (true)
        {
            nint count;
            fixed (byte* pointer = room)
            {
                count = read(lent.Descriptor, pointer, (nuint)room.Length);
            }

            if (count >= 0)
            {
                return (int)count;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error != Interrupted)
            {
                return error == WouldBlock ? -1 : throw new IOException(Marshal.GetPInvokeErrorMessage(error));
            }
        }
    }

    /// <summary>Makes something that ends a <see cref="Wait"/>.</summary>
    /// <exception cref="IOException">The system has no descriptors left.</exception>
    public static SafeFileHandle MakeSignal()
    {
        int descriptor = eventfd(0, CloseOnExec | NonBlocking);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
    }

    /// <summary>Ends the <see cref="Wait"/> that is under way, or else the next one.</summary>
    public static void Signal(SafeFileHandle signal)
    {
        using Lent lent = new(signal);
        ulong one = 1;
        _ = write(lent.Descriptor, (byte*)&one, sizeof(ulong));
    }

    /// <summary>Waits for the signal, or for a pipe.</summary>
    /// <param name="signal">The signal; it is used up.</param>
    /// <param name="pipe">The pipe; null for none.</param>
    /// <returns>What there is of the pipe; nothing where it was the signal.</returns>
    /// <exception cref="ObjectDisposedException">The pipe has been closed.</exception>
    public static Events Wait(SafeFileHandle signal, SafeFileHandle? pipe)
    {
        using Lent lentSignal = new(signal);
        using Lent lentPipe = pipe is null ? default : new(pipe);
        Entry* entries = stackalloc Entry[2];
        entries[0] = new Entry { Descriptor = lentSignal.Descriptor, Wanted = Events.Readable };
        entries[1] = new Entry { Descriptor = pipe is null ? -1 : lentPipe.Descriptor, Wanted = Events.Readable };
        if (poll(entries, 2, -1) <= 0)
        {
            return Events.None;
        }

        if (entries[0].Told != Events.None)
        {
            ulong count;
            _ = read(lentSignal.Descriptor, (byte*)&count, sizeof(ulong));
        }

        return entries[1].Told;
    }

#pragma warning disable CA2101, IDE1006, SYSLIB1054 // As the system calls them.
    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern nint read(int descriptor, byte* room, nuint count);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern nint write(int descriptor, byte* bytes, nuint count);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int poll(Entry* entries, nuint count, int milliseconds);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int eventfd(uint count, int flags);
#pragma warning restore CA2101, IDE1006, SYSLIB1054

    [StructLayout(LayoutKind.Sequential)]
    private struct Entry
    {
        public int Descriptor;
        public Events Wanted;
        public Events Told;
    }

    /// <summary>Keeps a descriptor from being closed, and its number from becoming another's, while it is used.</summary>
    private readonly ref struct Lent
    {
        private readonly SafeFileHandle _handle;

        public Lent(SafeFileHandle handle)
        {
            bool taken = false;
            handle.DangerousAddRef(ref taken);
            _handle = handle;
            Descriptor = (int)handle.DangerousGetHandle();
        }

        public int Descriptor { get; }

        public void Dispose() => _handle?.DangerousRelease();
    }
}
