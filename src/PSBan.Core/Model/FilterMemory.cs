namespace PSBan.Model;

/// <summary>What a filter remembers from line to line, as plain data: a copy to store, and to begin from later.</summary>
public sealed record FilterMemory
{
    /// <summary>The time of the last line that had one, which a line without one goes with; null where there was none.</summary>
    public DateTimeOffset? LastTime { get; init; }

    /// <summary>The sessions of late, oldest first.</summary>
    public IReadOnlyList<RememberedSession> Sessions { get; init; } = [];

    /// <summary>The last lines, oldest first; none where patterns do not span lines.</summary>
    public IReadOnlyList<RememberedLine> Lines { get; init; } = [];
}

/// <summary>What is known of one session: the lines of a log that carry the same <c>&lt;F-MLFID&gt;</c>.</summary>
/// <param name="Id">What identifies it.</param>
/// <param name="Expires">When it is forgotten.</param>
/// <param name="Data">The captured groups, the latest value of each.</param>
/// <param name="Users">Every user name tried.</param>
/// <param name="Matches">The lines of the failure so far.</param>
/// <param name="NoFailMatches">The lines that are no failure by themselves.</param>
/// <param name="IsPending">Whether a failure waits for an address.</param>
public sealed record RememberedSession(
    string Id,
    DateTimeOffset Expires,
    IReadOnlyDictionary<string, string> Data,
    IReadOnlyList<string> Users,
    IReadOnlyList<string> Matches,
    IReadOnlyList<string> NoFailMatches,
    bool IsPending);

/// <summary>One of the last lines.</summary>
/// <param name="Original">The whole line.</param>
/// <param name="Ended">The line without its date, and <c>\n</c> behind it.</param>
/// <param name="Number">The line in the source, counted from 1; 0 where unknown.</param>
/// <param name="Time">Its time; null where it is unknown.</param>
/// <param name="HasNoDate">Whether the line itself carried no date that could be read.</param>
public sealed record RememberedLine(string Original, string Ended, long Number, DateTimeOffset? Time, bool HasNoDate);
