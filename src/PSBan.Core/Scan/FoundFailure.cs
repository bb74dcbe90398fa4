using PSBan.Model;

namespace PSBan.Scan;

/// <summary>A failure found in a log that was read once.</summary>
/// <param name="Source">The log.</param>
/// <param name="LineNumber">The line, counted from 1.</param>
/// <param name="Time">Its time stamp.</param>
/// <param name="Id">What a jail would count.</param>
/// <param name="Pattern">The failregex that matched, as written.</param>
/// <param name="Line">The line, with control characters made visible.</param>
public sealed record FoundFailure(string Source, long LineNumber, DateTimeOffset Time, BanId Id, string Pattern, string Line)
{
    /// <summary>The address behind it; the empty value where there is none.</summary>
    public Address Address { get; init; } = Id.Address;

    /// <summary>The host name that stands in place of an address; null where there is none.</summary>
    public string? HostName { get; init; }

    /// <summary>The user name; null where the pattern captures none.</summary>
    public string? User { get; init; }

    /// <summary>The session identifier (<c>&lt;F-MLFID&gt;</c>); null where the pattern captures none.</summary>
    public string? SessionId { get; init; }

    /// <summary>Every captured group by name.</summary>
    public IReadOnlyDictionary<string, string> Data { get; init; } = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty;
}
