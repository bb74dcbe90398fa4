using System.Globalization;
using PSBan.Model;

namespace PSBan.Firewalls.Command;

/// <summary>Writes an address as the zones of the reverse DNS and of block lists want it (<c>ip-rev</c>): <c>7.2.0.192.</c></summary>
internal static class ReversedAddress
{
    /// <summary>Octets or nibbles from the end to the front, each with a dot behind it; of a prefix those of its network.</summary>
    /// <param name="address">The address.</param>
    public static string Of(Address address)
    {
        byte[] bytes = address.ToIPAddress().GetAddressBytes();
        IEnumerable<string> parts = address.IsIPv6
            ? bytes.SelectMany(octet => new[] { octet >> 4, octet & 15 }).Select(nibble => nibble.ToString("x", CultureInfo.InvariantCulture))
            : bytes.Select(octet => octet.ToString(CultureInfo.InvariantCulture));
        return string.Concat(parts.Reverse().Select(part => part + "."));
    }
}
