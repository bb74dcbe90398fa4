namespace PSBan.Jails;

/// <summary>The four numbers of a jail's status, and what its limits cost.</summary>
/// <param name="CurrentlyFailed">How many identifiers are being tracked.</param>
/// <param name="TotalFailed">How many failures were counted.</param>
/// <param name="CurrentlyBanned">How many identifiers are banned.</param>
/// <param name="TotalBanned">How many bans there were, those taken over from an earlier run included.</param>
/// <param name="Forgotten">How many identifiers were given up because <see cref="JailLimits.TrackedAddresses"/> was reached.</param>
/// <param name="Displaced">How many bans were ended early because <see cref="JailLimits.Bans"/> was reached.</param>
public readonly record struct JailStatistics(
    int CurrentlyFailed,
    long TotalFailed,
    int CurrentlyBanned,
    long TotalBanned,
    long Forgotten,
    long Displaced);
