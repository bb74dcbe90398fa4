using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace PSBan.Tests.Sources.Journal;

/// <summary>Writes real journal files with systemd-journal-remote, entry by entry, while others read them.</summary>
internal sealed class JournalWriter : IDisposable
{
    /// <summary>The program of Debian's package systemd-journal-remote.</summary>
    public const string Program = "/lib/systemd/systemd-journal-remote";

    // One clock for all writers: entries of one boot are put in its order, whichever file they stand in.
    private static long s_monotonic = 1_000_000;

    private readonly Process _process;

    public JournalWriter(string file)
    {
        File = file;
        _process = Process.Start(new ProcessStartInfo(Program, [$"--output={file}", "-"]) { RedirectStandardInput = true, RedirectStandardError = true })!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
    }

    public string File { get; }

    /// <summary>The boot of the machine that entries are of.</summary>
    public string Boot { get; set; } = "0123456789abcdef0123456789abcdef";

    /// <summary>Writes an entry as a daemon under systemd would leave it.</summary>
    public void Write(string message, DateTimeOffset? time = null, params (string Field, string Value)[] fields) =>
        WriteRaw(Encoding.UTF8.GetBytes(message), time, fields);

    public void WriteRaw(byte[] message, DateTimeOffset? time = null, params (string Field, string Value)[] fields)
    {
        using MemoryStream entry = new();
        long microseconds = ((time ?? TimeProvider.System.GetUtcNow()) - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        Text(entry, "__REALTIME_TIMESTAMP", microseconds.ToString(CultureInfo.InvariantCulture));
        Text(entry, "__MONOTONIC_TIMESTAMP", Interlocked.Add(ref s_monotonic, 1000).ToString(CultureInfo.InvariantCulture));
        Text(entry, "_BOOT_ID", Boot);
        if (!fields.Any(field => field.Field == "_HOSTNAME"))
        {
            Text(entry, "_HOSTNAME", "mx");
        }

        foreach ((string field, string value) in fields)
        {
            Binary(entry, field, Encoding.UTF8.GetBytes(value));
        }

        Binary(entry, "MESSAGE", message);
        entry.WriteByte((byte)'\n');
        _process.StandardInput.BaseStream.Write(entry.ToArray());
        _process.StandardInput.BaseStream.Flush();
    }

    /// <summary>Waits until the last entry can be read.</summary>
    public void UntilWritten(string message)
    {
        string last;
        do
        {
            using Process reading = Process.Start(new ProcessStartInfo("journalctl", ["--quiet", $"--file={File}", "--lines=1", "--output=cat"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            last = reading.StandardOutput.ReadToEnd();
            reading.WaitForExit();
        }
        while (last.TrimEnd() != message);
    }

    /// <summary>Ends the writing; the file is as journald leaves one that it has closed.</summary>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static void Text(MemoryStream entry, string field, string value) => entry.Write(Encoding.UTF8.GetBytes($"{field}={value}\n"));

    private static void Binary(MemoryStream entry, string field, byte[] value)
    {
        byte[] length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)value.Length);
        entry.Write(Encoding.UTF8.GetBytes(field + "\n"));
        entry.Write(length);
        entry.Write(value);
        entry.WriteByte((byte)'\n');
    }
}
