using System.Buffers;

namespace PSBan.Sources.Journal;

/// <summary>One entry as it is being read; the same object serves for all of them.</summary>
internal sealed class JournalEntry
{
    /// <summary>The place of the entry.</summary>
    public string? Cursor { get; set; }

    /// <summary>When the journal took it in, in microseconds of Unix time; 0 where that is unknown.</summary>
    public long Realtime { get; set; }

    /// <summary>When its writer wrote it, as the journal was told; 0 where that is unknown.</summary>
    public long SourceRealtime { get; set; }

    /// <summary>Microseconds since the machine started.</summary>
    public long Monotonic { get; set; }

    /// <summary>Microseconds since the machine started, as the kernel stamped it; null where it did not.</summary>
    public long? SourceMonotonic { get; set; }

    /// <summary>The fields in front of the message, as bytes.</summary>
    public byte[]? HostName { get; set; }

    /// <inheritdoc cref="HostName"/>
    public byte[]? Identifier { get; set; }

    /// <inheritdoc cref="HostName"/>
    public byte[]? Command { get; set; }

    /// <inheritdoc cref="HostName"/>
    public byte[]? SyslogProcess { get; set; }

    /// <inheritdoc cref="HostName"/>
    public byte[]? Process { get; set; }

    /// <summary>The message; several are joined with blanks.</summary>
    public ArrayBufferWriter<byte> Message { get; } = new();

    /// <summary>How many messages there were.</summary>
    public int Messages { get; set; }

    /// <summary>Whether something was longer than its limit.</summary>
    public bool WasCut { get; set; }

    /// <summary>The time of the line: that of its writer, else that of the journal.</summary>
    public long Time => SourceRealtime > 0 ? SourceRealtime : Realtime;

    /// <summary>Makes room for the next entry.</summary>
    public void Clear()
    {
        Cursor = null;
        (Realtime, SourceRealtime, Monotonic, SourceMonotonic) = (0, 0, 0, null);
        (HostName, Identifier, Command, SyslogProcess, Process) = (null, null, null, null, null);
        Message.ResetWrittenCount();
        Messages = 0;
        WasCut = false;
    }
}
