using PSBan.Firewalls.Inspection;

namespace PSBan.Firewalls.WindowsFirewall;

/// <summary>The rules of PSBan's in the Windows Firewall by name. Those of others are hundreds on any machine, and are not listed.</summary>
internal static class NetshContents
{
    /// <summary>Reads the names.</summary>
    /// <exception cref="FirewallException">They cannot be read, or this is not Windows.</exception>
    public static FirewallContents Read() => OperatingSystem.IsWindows() ? Read(new RegistryPolicy())
        : throw new FirewallException(FirewallFailure.Unavailable, "The Windows Firewall is part of Windows alone; choose another firewall (nft).");

    /// <inheritdoc cref="Read()"/>
    /// <param name="policy">Shows the rules.</param>
    public static FirewallContents Read(IFirewallPolicy policy) =>
        new([.. NetshListing.Read(policy).NamesOf(_ => true).Order(StringComparer.Ordinal).Select(name => "rule " + name)], [], policy.ReadTroubles());
}
