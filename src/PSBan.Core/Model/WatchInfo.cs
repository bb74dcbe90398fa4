namespace PSBan.Model;

/// <summary>A running watch as it stood at one moment. A copy: it does not change with the watch.</summary>
/// <param name="ProcessId">The process that runs it.</param>
/// <param name="Since">When it started.</param>
public sealed record WatchInfo(int ProcessId, DateTimeOffset Since)
{
    /// <summary>The configuration directory; null where only the stock configuration is used.</summary>
    public string? ConfigPath { get; init; }

    /// <summary>The state directory.</summary>
    public string StatePath { get; init; } = string.Empty;

    /// <summary>The packet filters in use.</summary>
    public IReadOnlyList<string> Firewalls { get; init; } = [];

    /// <summary>How many jails run.</summary>
    public int Jails { get; init; }

    /// <summary>How many addresses are banned now, over all jails.</summary>
    public int CurrentlyBanned { get; init; }

    /// <summary>How many lines were read since the start.</summary>
    public long Lines { get; init; }

    /// <summary>How many bans still wait for a packet filter.</summary>
    public int Pending { get; init; }

    /// <summary>The logs that are followed.</summary>
    public IReadOnlyList<SourceInfo> Sources { get; init; } = [];

    /// <summary>Where the state is stored: a path, or <c>memory</c>.</summary>
    public string Store { get; init; } = string.Empty;

    /// <summary>Why the stored state is behind; null where it is not.</summary>
    public string? StoreTrouble { get; init; }

    /// <summary>What was found wrong in the configuration.</summary>
    public IReadOnlyList<Problem> Problems { get; init; } = [];
}

/// <summary>One log that a watch follows, as it stood at one moment.</summary>
/// <param name="Name">Its path.</param>
public sealed record SourceInfo(string Name)
{
    /// <summary>Why it is not being read; null where it is.</summary>
    public string? Trouble { get; init; }

    /// <summary>How many lines were read from it since the start.</summary>
    public long Lines { get; init; }

    /// <summary>How many lines were failures for some jail.</summary>
    public long Failures { get; init; }

    /// <summary>When its last line was read; null where there was none.</summary>
    public DateTimeOffset? LastLine { get; init; }

    /// <summary>How many bytes of it are still to be read; null where that is not known.</summary>
    public long? BytesBehind { get; init; }

    /// <summary>How old the last line was that was read; 0 where it is read as it is written; null where that is not known.</summary>
    public double? SecondsBehind { get; init; }

    /// <summary>The jails that read it.</summary>
    public IReadOnlyList<string> Jails { get; init; } = [];
}
