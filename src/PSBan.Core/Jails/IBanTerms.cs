using PSBan.Model;

namespace PSBan.Jails;

/// <summary>How long an identifier is to be banned, and how often it has been.</summary>
/// <param name="Duration">The length of the ban.</param>
/// <param name="Count">How often it has been banned, this time included.</param>
public readonly record struct BanTerms(Duration Duration, int Count);

/// <summary>
/// Sets the length of bans from what is known of an identifier (<c>bantime.increment</c>). Asked and told on the jail's own thread; must answer from
/// memory and not throw.
/// </summary>
public interface IBanTerms
{
    /// <summary>The longest ban that is given by itself.</summary>
    Duration LongestBan { get; }

    /// <summary>What one failure of this identifier weighs: 1, or more for one that has been banned before.</summary>
    /// <param name="id">The identifier.</param>
    /// <param name="time">The time of the failure.</param>
    int WeightOf(BanId id, DateTimeOffset time);

    /// <summary>The length of the ban that begins now.</summary>
    /// <param name="id">The identifier.</param>
    /// <param name="time">The time of the last failure.</param>
    /// <param name="banTime">The jail's own <c>bantime</c>.</param>
    BanTerms TermsOf(BanId id, DateTimeOffset time, Duration banTime);

    /// <summary>Takes note of a ban that has begun, or that ends at another time than before.</summary>
    /// <param name="ban">The ban as it is now.</param>
    void Note(Ban ban);

    /// <summary>Takes note that a ban was lifted by hand: the next one counts as the first again.</summary>
    /// <param name="id">The identifier.</param>
    void Forgive(BanId id);
}
