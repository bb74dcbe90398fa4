using PSBan.Model;

namespace PSBan.Firewalls.Command;

/// <summary>Knows what is remembered of a banned identifier. Asked only by commands that show it.</summary>
internal interface IBanPast
{
    /// <summary>All bans of an identifier taken together, the one that is at hand included.</summary>
    /// <param name="ban">The ban at hand.</param>
    /// <param name="ofItsJail">Whether only those of its jail count.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <returns>What is known; where nothing can be learnt, what the ban itself says. Throws nothing but <see cref="OperationCanceledException"/>.</returns>
    Task<BanPast> FindAsync(Ban ban, bool ofItsJail, CancellationToken cancelToken);
}

/// <summary>The bans of an identifier taken together.</summary>
/// <param name="Matches">The latest of their lines, the oldest first.</param>
/// <param name="Failures">How many failures led to them.</param>
internal sealed record BanPast(IReadOnlyList<string> Matches, long Failures);
