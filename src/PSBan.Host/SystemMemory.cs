using System.Globalization;
using System.Runtime.InteropServices;

namespace PSBan.Host;

/// <summary>
/// Gives the system back what the runtime holds and does not use: memory that native code has freed, and pages of program files that only a start or a burst needed.
/// The latter stay in the system's cache, and come back by themselves where they are needed again. Linux only; elsewhere nothing happens.
/// </summary>
internal sealed partial class SystemMemory
{
    // madvise(2).
    private const int DontNeed = 4;

    private HashSet<(nuint Start, nuint End)> _known = [];

    /// <summary>What the process alone uses of the memory, in bytes; where the system does not tell it apart, together with what others use too.</summary>
    public static long Used()
    {
        if (!OperatingSystem.IsLinux())
        {
            return Environment.WorkingSet;
        }

        try
        {
            // proc(5): size, resident, shared and more, in pages; shared are the pages of files.
            string[] fields = File.ReadAllText("/proc/self/statm").Split(' ');
            return (long.Parse(fields[1], CultureInfo.InvariantCulture) - long.Parse(fields[2], CultureInfo.InvariantCulture)) * Environment.SystemPageSize;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Environment.WorkingSet;
        }
    }

    /// <summary>Gives back what native code has freed, and notes what is mapped, for <see cref="LetGo"/>.</summary>
    public void Trim()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = TrimNative(0);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library than GNU's, which gives back by itself.
        }

        _known = ReadOnlyFiles("/proc/self/maps", hasFigures: false);
    }

    /// <summary>Lets go the pages of files that were mapped at <see cref="Trim"/> already: what is only being loaded may be written to yet.</summary>
    public void LetGo()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        foreach ((nuint start, nuint end) in ReadOnlyFiles("/proc/self/smaps", hasFigures: true))
        {
            if (_known.Contains((start, end)))
            {
                _ = Advise(start, end - start, DontNeed);
            }
        }
    }

    /// <summary>The mappings of files that are only read.</summary>
    /// <param name="path">What proc(5) calls <c>maps</c>, a line for each mapping, or <c>smaps</c>, the same with lines of figures below each, which the system has to count first.</param>
    /// <param name="hasFigures">Whether there are figures; only those mappings are given then that nobody has ever written to, whose pages are those of the files.</param>
    /// <returns>Where they lie; none where there is no such file.</returns>
    private static HashSet<(nuint Start, nuint End)> ReadOnlyFiles(string path, bool hasFigures)
    {
        // Hundreds of kilobytes: as strings they would be the garbage for which all this is done once more.
        HashSet<(nuint Start, nuint End)> found = [];
        (nuint Start, nuint End)? mapping = null;
        byte[] block = new byte[16 << 10];
        try
        {
            using FileStream lines = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            for (int held = 0, count; (count = lines.Read(block, held, block.Length - held)) > 0;)
            {
                ReadOnlySpan<byte> rest = block.AsSpan(0, held + count);
                for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
                {
                    ReadOnlySpan<byte> line = rest[..end];
                    if (line.Length > 0 && line[0] is (>= (byte)'0' and <= (byte)'9') or (>= (byte)'a' and <= (byte)'f'))
                    {
                        mapping = ReadOnlyFile(line);
                        if (!hasFigures && mapping is { } any)
                        {
                            found.Add(any);
                        }
                    }
                    else if (line.StartsWith("Anonymous:"u8) && line.EndsWith(" 0 kB"u8) && mapping is { } clean)
                    {
                        // What was written to, as addresses are when a library is loaded, would be lost.
                        found.Add(clean);
                    }
                }

                held = rest.Length < block.Length ? rest.Length : 0;
                rest[..held].CopyTo(block);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No /proc, and so nothing is known of what is mapped.
        }

        return found;
    }

    /// <summary>A mapping that is of a file and only read; null for any other.</summary>
    /// <param name="line">Its line: <c>7f1c00000000-7f1c00021000 r-xp 00000000 fe:00 131090   /usr/lib/libc.so.6</c>.</param>
    private static (nuint Start, nuint End)? ReadOnlyFile(ReadOnlySpan<byte> line)
    {
        int hyphen = line.IndexOf((byte)'-'), blank = line.IndexOf((byte)' '), path = line.IndexOf((byte)'/');
        return blank > hyphen && hyphen > 0 && path > 0 && line[(blank + 1)..].StartsWith("r-"u8) && !line[path..].StartsWith("/memfd:"u8) && !line[path..].StartsWith("/dev/"u8)
            && nuint.TryParse(line[..hyphen], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out nuint start)
            && nuint.TryParse(line[(hyphen + 1)..blank], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out nuint end)
            ? (start, end)
            : null;
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int TrimNative(nuint pad);

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Advise(nuint start, nuint length, int advice);
}
