using PSBan.Model;

namespace PSBan.Firewalls.WindowsFirewall;

/// <summary>Writes the commands of <c>netsh advfirewall firewall</c>, each a line of ASCII without quotes.</summary>
internal static class NetshScript
{
    private const string Context = "advfirewall firewall ";

    /// <summary>Asks the firewall something that changes nothing; it fails where the service does not run.</summary>
    public const string Probe = "advfirewall show allprofiles state";

    /// <summary>Makes the rule of a chunk.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="part">What it says besides its addresses.</param>
    /// <param name="addresses">The addresses; none would mean everybody.</param>
    public static string Add(string name, NetshPart part, IReadOnlyCollection<Address> addresses) =>
        $"{Context}add rule name={name} dir=in action=block enable=yes profile=any {part.Parameters} remoteip={Join(addresses)}";

    /// <summary>Gives the rule of a chunk other addresses, without a moment in which there is none.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="addresses">The addresses; none would mean everybody.</param>
    public static string Set(string name, IReadOnlyCollection<Address> addresses) => $"{Context}set rule name={name} dir=in new remoteip={Join(addresses)}";

    /// <summary>Removes every rule of a name.</summary>
    /// <param name="name">The name.</param>
    public static string Delete(string name) => $"{Context}delete rule name={name}";

    private static string Join(IReadOnlyCollection<Address> addresses)
    {
        // The Windows Firewall takes an empty list for any address: that rule would lock everybody out.
        ArgumentOutOfRangeException.ThrowIfZero(addresses.Count);
        return string.Join(',', addresses.Order());
    }
}
