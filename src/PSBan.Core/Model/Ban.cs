using System.Text.Json.Serialization;

namespace PSBan.Model;

/// <summary>How far a ban has come.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BanState>))]
public enum BanState
{
    /// <summary>Decided, but a packet filter has not confirmed it yet; it is tried again.</summary>
    Pending,

    /// <summary>In force in every packet filter of the jail.</summary>
    Active,
}

/// <summary>An address (or other identifier) that a jail keeps out for a time. A copy: changing the watch does not change it.</summary>
/// <param name="Jail">The jail that holds the ban.</param>
/// <param name="Id">What is banned.</param>
/// <param name="Time">The time of the last failure; the length counts from here, as fail2ban does.</param>
/// <param name="Duration">The length of the ban, from <paramref name="Time"/>.</param>
public sealed record Ban(string Jail, BanId Id, DateTimeOffset Time, Duration Duration)
{
    /// <summary>The address or prefix that is banned; the empty value where the identifier is text.</summary>
    public Address Address => Id.Address;

    /// <summary>When the ban ends by itself; null where it is permanent.</summary>
    public DateTimeOffset? Expires => Duration.IsPermanent ? null : Time + Duration.ToTimeSpan();

    /// <summary>How far the ban has come.</summary>
    public BanState State { get; init; }

    /// <summary>The number of failures that led to it; 0 for a ban by hand.</summary>
    public int Failures { get; init; }

    /// <summary>How often the identifier has been banned in this jail, this time included.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Whether the ban was taken over from an earlier run.</summary>
    public bool Restored { get; init; }

    /// <summary>The last matching lines, at most <c>maxmatches</c>.</summary>
    public IReadOnlyList<string> Matches { get; init; } = [];

    /// <summary>The captured groups of the last failure, for the tags of actions.</summary>
    public IReadOnlyDictionary<string, string> Data { get; init; } = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty;
}
