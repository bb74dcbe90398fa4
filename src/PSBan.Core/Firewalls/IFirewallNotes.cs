using PSBan.Model;

namespace PSBan.Firewalls;

/// <summary>A packet filter that works, but not in every respect; asked after opening it and after each batch. Neither member throws.</summary>
public interface IFirewallNotes
{
    /// <summary>What does not work, one sentence an entry; empty where all does.</summary>
    IReadOnlyList<string> Notes { get; }

    /// <summary>Whether an address can stand in it; one that cannot is passed over when added, and is never listed.</summary>
    /// <param name="address">The address or prefix.</param>
    bool Covers(Address address);
}
