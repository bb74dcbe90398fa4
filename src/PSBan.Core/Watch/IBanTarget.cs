using PSBan.Model;

namespace PSBan.Watch;

/// <summary>
/// Where the bans of a jail take effect: a rule of a packet filter, or an action made of commands. Called on the loop, answers at once and never throws;
/// the work is done beside the loop, and its troubles become events. <see cref="object.ToString"/> says what people are shown.
/// </summary>
internal interface IBanTarget
{
    /// <summary>Makes room for so many bans that are about to be added.</summary>
    void Expect(int count)
    {
        // Most have nothing to make room in.
    }

    /// <summary>Carries out a new ban.</summary>
    /// <returns>Whether it can hold what is banned at all.</returns>
    bool Add(Ban ban);

    /// <summary>A ban that was added now ends later.</summary>
    void Prolong(Ban ban);

    /// <summary>Lifts bans.</summary>
    void Remove(IReadOnlyList<Ban> bans);

    /// <summary>Somebody who is banned still gets through: looks whether the ban stands.</summary>
    void Doubt(Ban ban);

    /// <summary>Whether a ban is not in force yet.</summary>
    bool IsPending(Ban ban);

    /// <summary>Waits until everything so far has been carried out, or has failed once.</summary>
    Task WhenSettledAsync(CancellationToken cancelToken);
}
