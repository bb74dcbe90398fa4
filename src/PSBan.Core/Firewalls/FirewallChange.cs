using PSBan.Model;

namespace PSBan.Firewalls;

/// <summary>One address to add to or remove from the packet filter.</summary>
/// <param name="Rule">The rule it belongs to.</param>
/// <param name="Address">The address or prefix.</param>
/// <param name="Add">Whether to add it (or renew its time), and not to remove it.</param>
/// <param name="Remaining">How long it stays from now on; <see cref="Duration.Permanent"/> for ever. Meaningless when removing.</param>
public readonly record struct FirewallChange(FirewallRule Rule, Address Address, bool Add, Duration Remaining);

/// <summary>One address that stands in the packet filter.</summary>
/// <param name="Rule">The rule it belongs to.</param>
/// <param name="Address">The address or prefix.</param>
/// <param name="Remaining">How long the kernel will keep it; null where the packet filter has no times.</param>
public readonly record struct FirewallEntry(FirewallRule Rule, Address Address, Duration? Remaining);
