namespace PSBan.Model;

/// <summary>The failures of one identifier that may still count.</summary>
/// <param name="Id">The identifier.</param>
/// <param name="Times">When it failed, oldest first.</param>
/// <param name="Matches">Its last matching lines, oldest first.</param>
public sealed record TrackedFailures(BanId Id, IReadOnlyList<DateTimeOffset> Times, IReadOnlyList<string> Matches);

/// <summary>What happened to a ban.</summary>
public enum BanChangeKind
{
    /// <summary>It began.</summary>
    Entered,

    /// <summary>It ends at another time than before.</summary>
    Changed,

    /// <summary>It is over.</summary>
    Ended,
}

/// <summary>One step in the life of a ban.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Ban">The ban as it is, or was, then.</param>
/// <param name="Ended">When it ended; null where it has not.</param>
/// <param name="End">How it ended; null where it has not.</param>
public sealed record BanChange(BanChangeKind Kind, Ban Ban, DateTimeOffset? Ended = null, BanEnd? End = null);

/// <summary>What has changed in a jail since it was last asked: enough to bring a stored copy of it up to date.</summary>
/// <param name="Jail">The jail.</param>
/// <param name="TotalFailed">How many failures were counted, in all.</param>
/// <param name="TotalBanned">How many bans there were, in all.</param>
public sealed record JailChanges(string Jail, long TotalFailed, long TotalBanned)
{
    /// <summary>The longest ban that the jail gives by itself; a later start with a shorter one shortens the bans that it takes over.</summary>
    public Duration LongestBan { get; init; } = Duration.Permanent;

    /// <summary>The identifiers whose failures are tracked no more. To be removed before <see cref="Tracked"/> is entered.</summary>
    public IReadOnlyList<BanId> Forgotten { get; init; } = [];

    /// <summary>The identifiers whose failures have changed, each with all that is known of it; the one that failed last at the end, behind all that have not changed.</summary>
    public IReadOnlyList<TrackedFailures> Tracked { get; init; } = [];

    /// <summary>What the jail's filter remembers; null where that has not changed.</summary>
    public FilterMemory? Memory { get; init; }

    /// <summary>The failures that have begun to wait for an answer and still do.</summary>
    public IReadOnlyList<WaitingFailure> Waiting { get; init; } = [];

    /// <summary>The numbers of those that have got theirs. To be removed before <see cref="Waiting"/> is entered.</summary>
    public IReadOnlyList<long> Settled { get; init; } = [];

    /// <summary>What happened to bans, in order.</summary>
    public IReadOnlyList<BanChange> Bans { get; init; } = [];
}

/// <summary>An identifier that has been banned before: what its next ban in this jail depends on.</summary>
/// <param name="Jail">The jail.</param>
/// <param name="Id">The identifier.</param>
/// <param name="Time">The time of its last ban.</param>
/// <param name="Duration">The length of its last ban.</param>
/// <param name="Count">How often it has been banned.</param>
public sealed record Offender(string Jail, BanId Id, DateTimeOffset Time, Duration Duration, int Count)
{
    /// <summary>Whether it may be forgotten: the ban began before <paramref name="before"/>, and three times its length has passed by then. One that never ends is kept.</summary>
    /// <param name="before">How far back is remembered.</param>
    public bool IsStale(DateTimeOffset before) =>
        !Duration.IsPermanent && Time < before && Duration.TotalSeconds * 3 < (before - Time).TotalSeconds;
}
