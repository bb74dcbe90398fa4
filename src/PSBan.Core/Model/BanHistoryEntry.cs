using System.Text.Json.Serialization;

namespace PSBan.Model;

/// <summary>How a ban came to its end.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BanEnd>))]
public enum BanEnd
{
    /// <summary>Its time was up.</summary>
    Expired,

    /// <summary>It was lifted by hand.</summary>
    Lifted,

    /// <summary>It made room: a jail holds only so many bans.</summary>
    Displaced,

    /// <summary>It was not taken over at a start, because its identifier is to be ignored.</summary>
    Ignored,
}

/// <summary>A ban that is or was, as the store remembers it.</summary>
/// <param name="Jail">The jail.</param>
/// <param name="Id">What was banned.</param>
/// <param name="Time">The time of the last failure, from which the length counts.</param>
/// <param name="Duration">The length it was given; it may have been ended earlier.</param>
public sealed record BanHistoryEntry(string Jail, BanId Id, DateTimeOffset Time, Duration Duration)
{
    /// <summary>The address or prefix; the empty value where the identifier is text.</summary>
    public Address Address => Id.Address;

    /// <summary>How often the identifier had been banned in this jail, this time included.</summary>
    public int Count { get; init; } = 1;

    /// <summary>The number of failures that led to it; 0 for a ban by hand.</summary>
    public int Failures { get; init; }

    /// <summary>The last matching lines, at most <c>dbmaxmatches</c>.</summary>
    public IReadOnlyList<string> Matches { get; init; } = [];

    /// <summary>When it ended; null while it is in force.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>How it ended; null while it is in force.</summary>
    public BanEnd? End { get; init; }
}
