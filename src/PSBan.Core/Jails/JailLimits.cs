namespace PSBan.Jails;

/// <summary>How much a jail may hold, whatever its logs contain.</summary>
public sealed record JailLimits
{
    /// <summary>The addresses tracked and the bans held when nothing else is said.</summary>
    public const int DefaultAddresses = 1_000_000;

    /// <summary>The memory in bytes for matching lines when nothing else is said.</summary>
    public const int DefaultMatchBytes = 32 << 20;

    /// <summary>The characters kept of a matching line or captured group when nothing else is said.</summary>
    public const int DefaultMatchLength = 4096;

    /// <summary>The characters that a textual identifier may have.</summary>
    public const int IdLength = 1024;

    /// <summary>How many identifiers are tracked at most; the one that has been quiet longest leaves first.</summary>
    /// <value>The default is 1,000,000.</value>
    public int TrackedAddresses { get; init; } = DefaultAddresses;

    /// <summary>How many bans that end by themselves are held at most; the one that ends first leaves first.</summary>
    /// <value>The default is 1,000,000.</value>
    public int Bans { get; init; } = DefaultAddresses;

    /// <summary>How many bytes of matching lines are kept, once for tracked addresses and once for bans; the oldest leave first. Taken as needed.</summary>
    /// <value>The default is 32 MiB.</value>
    public int MatchBytes { get; init; } = DefaultMatchBytes;

    /// <summary>How many characters of a matching line or captured group are kept.</summary>
    /// <value>The default is 4,096.</value>
    public int MatchLength { get; init; } = DefaultMatchLength;
}
