using PSBan.Model;

namespace PSBan.Jails;

/// <summary>Everything a jail counts, as plain data: a copy to store, and to begin from later. Bans are not in it; they are stored one by one.</summary>
/// <param name="TotalFailed">How many failures were counted.</param>
/// <param name="TotalBanned">How many bans there were.</param>
/// <param name="Tracked">The identifiers that are tracked, the one that failed last at the end.</param>
public sealed record JailState(long TotalFailed, long TotalBanned, IReadOnlyList<TrackedFailures> Tracked);
