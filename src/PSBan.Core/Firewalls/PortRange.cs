using System.Globalization;

namespace PSBan.Firewalls;

/// <summary>A run of ports.</summary>
/// <param name="First">The lowest.</param>
/// <param name="Last">The highest.</param>
internal readonly record struct PortRange(int First, int Last)
{
    /// <summary>Whether this is one port only.</summary>
    public bool IsSingle => First == Last;

    /// <summary>Whether this is every port.</summary>
    public bool IsAll => First == 0 && Last == ushort.MaxValue;

    /// <summary>Prints one port, or both ends.</summary>
    /// <param name="separator">What stands between the ends: <c>-</c> for nft, <c>:</c> for iptables.</param>
    public string ToString(char separator) =>
        IsSingle ? First.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{First}{separator}{Last}");
}
