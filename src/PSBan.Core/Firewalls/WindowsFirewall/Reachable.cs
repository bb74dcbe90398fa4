using PSBan.Model;

namespace PSBan.Firewalls.WindowsFirewall;

/// <summary>Tells the addresses that a rule of the Windows Firewall can hold. One that it cannot makes it refuse the rule with all the others.</summary>
internal static class Reachable
{
    private static readonly Address[] s_never =
    [
        // Unspecified, loopback, multicast and limited broadcast: RFC 1122 3.2.1.3, RFC 4291 2.5 and 2.7. No packet from outside bears one.
        Address.Parse("0.0.0.0/8"), Address.Parse("127.0.0.0/8"), Address.Parse("224.0.0.0/4"), Address.Parse("255.255.255.255"),
        Address.Parse("::"), Address.Parse("::1"), Address.Parse("ff00::/8"),
    ];

    /// <summary>Whether a rule can hold the address: neither it nor a part of it is one that no sender has.</summary>
    /// <param name="address">The address or prefix.</param>
    public static bool Is(Address address) => !address.IsDefault && !Array.Exists(s_never, never => never.Contains(address) || address.Contains(never));
}
