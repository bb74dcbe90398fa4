using PSBan.Model;

namespace PSBan.Jails;

/// <summary>How long an identifier is to be banned, and how often it has been.</summary>
/// <param name="Duration">The length of the ban.</param>
/// <param name="Count">How often it has been banned, this time included.</param>
public readonly record struct BanTerms(Duration Duration, int Count);

/// <summary>
/// Sets the length of bans from what is known of an identifier (<c>bantime.increment</c>). Asked on the jail's own thread, before the ban; must
/// answer from memory and not throw.
/// </summary>
public interface IBanTerms
{
    /// <summary>What one failure of this identifier weighs: 1, or more for one that has been banned before.</summary>
    /// <param name="id">The identifier.</param>
    /// <param name="time">The time of the failure.</param>
    int WeightOf(BanId id, DateTimeOffset time);

    /// <summary>The length of the ban that begins now.</summary>
    /// <param name="id">The identifier.</param>
    /// <param name="time">The time of the last failure.</param>
    /// <param name="banTime">The jail's own <c>bantime</c>.</param>
    BanTerms TermsOf(BanId id, DateTimeOffset time, Duration banTime);
}
