using PSBan.Model;

namespace PSBan.Store;

/// <summary>Which bans of the past are wanted; what is left null does not narrow.</summary>
public sealed record HistoryQuery
{
    /// <summary>The jail.</summary>
    public string? Jail { get; init; }

    /// <summary>The identifier; a prefix means everything inside it.</summary>
    public BanId? Id { get; init; }

    /// <summary>Bans that began at this moment or later.</summary>
    public DateTimeOffset? After { get; init; }

    /// <summary>Bans that began before this moment.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>Whether a ban is wanted.</summary>
    /// <param name="entry">The ban.</param>
    public bool Takes(BanHistoryEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return (Jail is null || string.Equals(entry.Jail, Jail, StringComparison.OrdinalIgnoreCase))
            && (Id is not { } id || entry.Id == id || (id.IsAddress && id.Address.Contains(entry.Address)))
            && !(entry.Time < After)
            && !(entry.Time >= Before);
    }
}
