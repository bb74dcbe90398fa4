using PSBan.Model;

namespace PSBan.Firewalls.Nft;

/// <summary>
/// What a set holds: hosts of one family, or prefixes of one family and one length. A prefix set is a hash of the masked address, not an interval set:
/// adding stays constant in time, and prefixes may lie inside each other.
/// </summary>
/// <param name="IsIPv6">Whether it holds IPv6 addresses.</param>
/// <param name="PrefixLength">The length of the prefixes; the full width for hosts.</param>
internal readonly record struct NftSetKind(bool IsIPv6, int PrefixLength)
{
    /// <summary>Whether it holds hosts.</summary>
    public bool IsHosts => PrefixLength == Width;

    /// <summary>4 or 6.</summary>
    public char Digit => IsIPv6 ? '6' : '4';

    private int Width => IsIPv6 ? 128 : 32;

    /// <summary>The set of the hosts of a family.</summary>
    /// <param name="isIPv6">Whether it is IPv6.</param>
    public static NftSetKind Hosts(bool isIPv6) => new(isIPv6, isIPv6 ? 128 : 32);

    /// <summary>The set that an address or prefix belongs to.</summary>
    /// <param name="address">The address or prefix.</param>
    public static NftSetKind Of(Address address) => new(address.IsIPv6, address.PrefixLength);

    /// <summary>The expression that a rule looks up in the set.</summary>
    public string Lookup
    {
        get
        {
            string source = IsIPv6 ? "ip6 saddr" : "ip saddr";
            return IsHosts ? source : $"{source} & {Mask}";
        }
    }

    private string Mask
    {
        get
        {
            Address all = Address.Parse(IsIPv6 ? "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" : "255.255.255.255");
            return all.Truncate(PrefixLength).GetNetwork().ToString();
        }
    }
}
