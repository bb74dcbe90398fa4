namespace PSBan.Store;

/// <summary>What a store may forget.</summary>
/// <param name="Now">The time by the watch's clock.</param>
/// <param name="Age">How long what has ended is remembered (<c>dbpurgeage</c>).</param>
/// <param name="Jails">The jails that run; what is known of their counters and bans is theirs to end.</param>
public sealed record PurgeLimits(DateTimeOffset Now, TimeSpan Age, IReadOnlyCollection<string> Jails)
{
    /// <summary>The least time for which the place in a log that is written no more is remembered.</summary>
    public static readonly TimeSpan PositionAge = TimeSpan.FromDays(90);

    /// <summary>What ended before is forgotten.</summary>
    public DateTimeOffset Before => Back(Age);

    /// <summary>The place in a log that has not moved since is forgotten.</summary>
    public DateTimeOffset PositionsBefore => Back(Age > PositionAge ? Age : PositionAge);

    private DateTimeOffset Back(TimeSpan age) => age < Now - DateTimeOffset.MinValue ? Now - age : DateTimeOffset.MinValue;
}
