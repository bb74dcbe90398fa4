namespace PSBan.Model;

/// <summary>What a jail is doing.</summary>
public enum JailState
{
    /// <summary>It counts and bans.</summary>
    Running,

    /// <summary>It was suspended by hand: nothing is counted, running bans stay.</summary>
    Suspended,

    /// <summary>It could not be started; the problems say why.</summary>
    Failed,
}

/// <summary>A jail as it stood at one moment. A copy: it does not change with the watch.</summary>
/// <param name="Name">The name of the jail.</param>
public sealed record JailInfo(string Name)
{
    /// <summary>What it is doing.</summary>
    public JailState State { get; init; }

    /// <summary>The name of its filter.</summary>
    public string Filter { get; init; } = string.Empty;

    /// <summary>The logs that are being followed now.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>The paths and globs it was told to follow.</summary>
    public IReadOnlyList<string> LogPath { get; init; } = [];

    /// <summary>The number of failures that bans.</summary>
    public int MaxRetry { get; init; }

    /// <summary>The window they must lie in.</summary>
    public Duration FindTime { get; init; }

    /// <summary>The length of a ban.</summary>
    public Duration BanTime { get; init; }

    /// <summary>Who is never counted.</summary>
    public IReadOnlyList<string> IgnoreIp { get; init; } = [];

    /// <summary>The packet filters and actions it uses.</summary>
    public IReadOnlyList<string> Actions { get; init; } = [];

    /// <summary>How many addresses have failures in their window now.</summary>
    public int CurrentlyFailed { get; init; }

    /// <summary>How many failures were counted, earlier runs included.</summary>
    public long TotalFailed { get; init; }

    /// <summary>How many addresses are banned now.</summary>
    public int CurrentlyBanned { get; init; }

    /// <summary>How many bans were made, earlier runs included.</summary>
    public long TotalBanned { get; init; }

    /// <summary>What is banned now, in order; null where it was not asked for (the list may be long).</summary>
    public IReadOnlyList<BanId>? Banned { get; init; }
}
