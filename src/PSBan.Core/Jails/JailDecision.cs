using PSBan.Model;

namespace PSBan.Jails;

/// <summary>What a jail made of a failure or of a request by hand: one of the records below.</summary>
/// <param name="Id">The identifier concerned.</param>
public abstract record JailDecision(BanId Id);

/// <summary>The failure was counted; nothing is to be done.</summary>
/// <param name="Id">The identifier concerned.</param>
/// <param name="Failures">How many of its failures lie within <c>findtime</c> before this one, this one included.</param>
/// <param name="Needed">The number that bans it.</param>
/// <param name="InForce">The ban that is in force all the same, which ought to keep such failures from happening; null where there is none.</param>
public sealed record Counted(BanId Id, int Failures, int Needed, Ban? InForce = null) : JailDecision(Id);

/// <summary>The identifier is banned from now on: the packet filter and the store must be told.</summary>
/// <param name="Ban">The ban, <see cref="BanState.Pending"/> until <see cref="Jail.SetState"/> says otherwise.</param>
public sealed record Banned(Ban Ban) : JailDecision(Ban.Id)
{
    /// <summary>The prefix that would have been banned in place of the address (<c>banprefix4</c>, <c>banprefix6</c>) if it held nobody who is spared; else null.</summary>
    public SparedPrefix? Spared { get; init; }
}

/// <summary>A prefix that is not banned as a whole.</summary>
/// <param name="Prefix">The prefix.</param>
/// <param name="Reason">Who in it is spared.</param>
public sealed record SparedPrefix(Address Prefix, IgnoreReason Reason);

/// <summary>A ban in force now ends later: the packet filter and the store must be told.</summary>
/// <param name="Ban">The ban as it is now.</param>
/// <param name="Before">The ban as it was.</param>
public sealed record Prolonged(Ban Ban, Ban Before) : JailDecision(Ban.Id);

/// <summary>The identifier is banned already, and not for longer than before; nothing is to be done.</summary>
/// <param name="Ban">The ban in force.</param>
public sealed record AlreadyBanned(Ban Ban) : JailDecision(Ban.Id);

/// <summary>The failure was not counted.</summary>
/// <param name="Id">The identifier concerned.</param>
/// <param name="Reason">Why.</param>
public sealed record Ignored(BanId Id, IgnoreReason Reason) : JailDecision(Id);

/// <summary>The identifier would be banned, but the ban would have ended already: its failures are too old.</summary>
/// <param name="Ban">The ban that did not come about.</param>
public sealed record Expired(Ban Ban) : JailDecision(Ban.Id);
