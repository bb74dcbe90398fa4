using PSBan.Model;

namespace PSBan.Store;

/// <summary>Looks into the store of a state directory where no watch runs; it changes nothing.</summary>
public static class StoredBans
{
    /// <summary>The name of the store in a state directory.</summary>
    public const string FileName = "psban.db";

    /// <summary>The store of a state directory.</summary>
    /// <param name="statePath">The state directory.</param>
    public static string PathOf(string statePath) => Path.Combine(statePath, FileName);

    /// <summary>The bans that would come back if the watch were started now, the one that ends first in front. No store means no bans.</summary>
    /// <param name="path">The file of the store.</param>
    /// <param name="clock">The clock.</param>
    /// <exception cref="StoreException">It cannot be read.</exception>
    public static IReadOnlyList<Ban> ReadBans(string path, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        if (!File.Exists(path))
        {
            return [];
        }

        DateTimeOffset now = clock.GetUtcNow();
        using IBanStore store = StoreLoader.Open(new StoreOptions(path) { ReadOnly = true, Clock = clock });
        return
        [
            .. store.Load().Bans
                .Where(ban => ban.Expires is not { } end || end >= now)
                .OrderBy(ban => ban.Expires ?? DateTimeOffset.MaxValue).ThenBy(ban => ban.Id),
        ];
    }

    /// <summary>Bans of the past and those in force, the latest first. No store means no history.</summary>
    /// <param name="path">The file of the store.</param>
    /// <param name="query">Which.</param>
    /// <exception cref="StoreException">It cannot be read.</exception>
    public static IEnumerable<BanHistoryEntry> ReadHistory(string path, HistoryQuery query)
    {
        if (!File.Exists(path))
        {
            yield break;
        }

        using IBanStore store = StoreLoader.Open(new StoreOptions(path) { ReadOnly = true });
        foreach (BanHistoryEntry entry in store.ReadHistory(query))
        {
            yield return entry;
        }
    }
}
