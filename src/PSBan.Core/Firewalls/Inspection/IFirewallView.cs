using PSBan.Model;

namespace PSBan.Firewalls.Inspection;

/// <summary>
/// What stood in a packet filter at one moment, read by a pair of eyes of its own: nothing that a back end remembers is believed. One view answers for
/// any number of addresses; asking never throws.
/// </summary>
internal interface IFirewallView
{
    /// <summary>Whether packets of an address are stopped by a rule, and why not.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="address">The address or prefix.</param>
    Finding Look(FirewallRule rule, Address address);
}
