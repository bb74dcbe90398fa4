using PSBan.Model;

namespace PSBan.Store;

/// <summary>
/// Keeps what a watch must not forget: how far logs were read, what was counted, bans, and bans of the past. Every member may throw
/// <see cref="StoreException"/>; the caller retries where that says so, an implementation does not.
/// </summary>
/// <remarks>
/// <see cref="Load"/>, <see cref="Save"/> and <see cref="Purge"/> are called one at a time, on any thread; <see cref="ReadHistory"/> may overlap with them.
/// All of them may block for as long as a disk takes.
/// </remarks>
public interface IBanStore : IDisposable
{
    /// <summary>What people know it by: its path, or <c>memory</c>.</summary>
    string Name { get; }

    /// <summary>Reads the state of the last checkpoint.</summary>
    /// <exception cref="StoreException">It cannot be read.</exception>
    StoredState Load();

    /// <summary>Stores a checkpoint as a whole. When this returns, neither the end of the process nor, but for the last second, of the power undoes it.</summary>
    /// <param name="checkpoint">What has changed.</param>
    /// <exception cref="StoreException">Nothing of it was stored; a later call with this and what came since makes up for it.</exception>
    void Save(Checkpoint checkpoint);

    /// <summary>Forgets what is too old, a part at a time, and gives back the room.</summary>
    /// <param name="limits">What is too old.</param>
    /// <returns>Whether there is more to forget.</returns>
    /// <exception cref="StoreException">Nothing was forgotten; try again another time.</exception>
    bool Purge(PurgeLimits limits);

    /// <summary>Reads bans of the past and those in force, the latest first. The reading happens as the answer is walked.</summary>
    /// <param name="query">Which.</param>
    /// <exception cref="StoreException">It cannot be read.</exception>
    IEnumerable<BanHistoryEntry> ReadHistory(HistoryQuery query);
}
