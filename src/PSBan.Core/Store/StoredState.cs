using PSBan.Model;

namespace PSBan.Store;

/// <summary>What the store knows of one jail's counters.</summary>
/// <param name="TotalFailed">How many failures were counted.</param>
/// <param name="TotalBanned">How many bans there were.</param>
/// <param name="LongestBan">The longest ban that the jail gave by itself when this was stored.</param>
/// <param name="Tracked">The identifiers that were tracked, the one that failed last at the end.</param>
public sealed record StoredJail(long TotalFailed, long TotalBanned, Duration LongestBan, IReadOnlyList<TrackedFailures> Tracked)
{
    /// <summary>What the jail's filter remembered; null where it had nothing to remember.</summary>
    public FilterMemory? Memory { get; init; }

    /// <summary>The failures that waited for an answer, in the order in which they came.</summary>
    public IReadOnlyList<WaitingFailure> Waiting { get; init; } = [];
}

/// <summary>Everything that a watch begins with: the state of the last checkpoint.</summary>
public sealed record StoredState
{
    /// <summary>How far each log was read.</summary>
    public IReadOnlyDictionary<PositionKey, LogPosition> Positions { get; init; } = System.Collections.Immutable.ImmutableDictionary<PositionKey, LogPosition>.Empty;

    /// <summary>The counters of each jail by its name, jails included that do not run any more.</summary>
    public IReadOnlyDictionary<string, StoredJail> Jails { get; init; } = System.Collections.Immutable.ImmutableDictionary<string, StoredJail>.Empty;

    /// <summary>The bans that had not ended, the ones included whose time is up by now.</summary>
    public IReadOnlyList<Ban> Bans { get; init; } = [];

    /// <summary>The identifiers that have been banned before.</summary>
    public IReadOnlyList<Offender> Offenders { get; init; } = [];

    /// <summary>Whether no checkpoint was ever stored: there was nothing, or it was set aside.</summary>
    public bool IsNew => Jails.Count == 0 && Positions.Count == 0;
}
