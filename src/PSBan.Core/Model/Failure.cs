namespace PSBan.Model;

/// <summary>One failed attempt that a filter recognised in a log.</summary>
/// <param name="Id">What is counted: an address or prefix, or text.</param>
/// <param name="Time">The time stamp of the line (or, where the rules say so, the time of reading).</param>
/// <param name="Matches">The original lines that make up the failure, oldest first; several where a conversation spans lines.</param>
/// <param name="Data">The captured groups by lower-case name (<c>user</c>, <c>ip4</c>, <c>fport</c>, …); only those that took part.</param>
/// <param name="PatternIndex">The failregex that matched, counted from 0.</param>
/// <param name="LineNumber">The line in the source, counted from 1; 0 where unknown.</param>
public sealed record Failure(
    BanId Id,
    DateTimeOffset Time,
    IReadOnlyList<string> Matches,
    IReadOnlyDictionary<string, string> Data,
    int PatternIndex,
    long LineNumber)
{
    /// <summary>The address behind the attempt: <see cref="Id"/> where it is one, else the captured address; the empty value where there is none.</summary>
    public Address Address { get; init; } = Id.Address;

    /// <summary>The host name captured in place of an address, to be resolved outside the matching path; null where there is none.</summary>
    public string? HostName { get; init; }

    /// <summary>The captured user name; null where the pattern has none.</summary>
    public string? User => Data.GetValueOrDefault("user");

    /// <summary>Every user name seen in the conversation, where there is one; else empty.</summary>
    public IReadOnlyList<string> Users { get; init; } = [];
}
