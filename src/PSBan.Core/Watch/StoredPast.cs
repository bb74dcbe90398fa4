using PSBan.Firewalls.Command;
using PSBan.Model;
using PSBan.Store;

namespace PSBan.Watch;

/// <summary>What the store remembers of a banned identifier, as the tags <c>ipmatches</c>, <c>ipfailures</c> and their like show it.</summary>
/// <param name="history">Reads the store.</param>
/// <param name="maxMatches">How many lines are shown (<c>dbmaxmatches</c>).</param>
internal sealed class StoredPast(Func<HistoryQuery, CancellationToken, Task<IEnumerable<BanHistoryEntry>>> history, int maxMatches) : IBanPast
{
    // Somebody who comes every minute for years has more to tell than a mail can hold.
    private const int MostBans = 1_000;

    /// <inheritdoc/>
    public async Task<BanPast> FindAsync(Ban ban, bool ofItsJail, CancellationToken cancelToken)
    {
        var query = new HistoryQuery { Id = ban.Id, Jail = ofItsJail ? ban.Jail : null };
        List<BanHistoryEntry> bans;
        try
        {
            IEnumerable<BanHistoryEntry> read = await history(query, cancelToken).ConfigureAwait(false);
            bans = await Task.Run(() => read.Where(entry => entry.Id == ban.Id).Take(MostBans).ToList(), cancelToken).ConfigureAwait(false);
        }
        catch (StoreException)
        {
            // The store has told of its trouble by itself.
            bans = [];
        }

        IReadOnlyList<string> own = ban.Matches;
        long failures = bans.Sum(entry => (long)entry.Failures);
        if (!bans.Exists(entry => entry.Jail == ban.Jail && entry.Time.ToUniversalTime() == ban.Time.ToUniversalTime()))
        {
            failures += ban.Failures;
        }
        else
        {
            own = [];
        }

        // The latest ban stands first, and of each its lines in their order.
        IEnumerable<string> lines = Enumerable.Reverse(bans).SelectMany(entry => entry.Matches).Concat(own);
        return new BanPast([.. lines.TakeLast(maxMatches)], failures);
    }
}
