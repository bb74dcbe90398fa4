using System.Runtime.Versioning;
using PSBan.Firewalls.Inspection;
using PSBan.Model;

namespace PSBan.Firewalls.WindowsFirewall;

/// <summary>The rules of the Windows Firewall as they stood. A rule that blocks goes before any that allows, so there is no order to look at.</summary>
internal sealed class NetshView : IFirewallView
{
    private readonly IReadOnlyList<PolicyRule> _rules;
    private readonly IReadOnlyList<string> _troubles;

    /// <summary>Reads the rules.</summary>
    /// <param name="policy">Shows them.</param>
    /// <exception cref="FirewallException">They cannot be read.</exception>
    public NetshView(IFirewallPolicy policy)
    {
        _rules = [.. policy.ReadRules().Where(rule => NetshNames.TryParse(rule.Name, out _, out _, out _))];
        _troubles = policy.ReadTroubles();
    }

    /// <summary>Reads the rules of this machine.</summary>
    /// <exception cref="FirewallException">They cannot be read, or this is not Windows.</exception>
    public static IFirewallView Read() => OperatingSystem.IsWindows() ? ReadRegistry()
        : throw new FirewallException(FirewallFailure.Unavailable, "The Windows Firewall is part of Windows alone; choose another firewall (nft).");

    /// <inheritdoc/>
    public Finding Look(FirewallRule rule, Address address)
    {
        NetshLayout layout;
        try
        {
            layout = new NetshLayout(rule);
        }
        catch (FirewallException trouble)
        {
            return Finding.Unreadable(trouble);
        }

        if (!Reachable.Is(address))
        {
            return new Finding(false, BanCheckCause.NothingToCheck, $"The Windows Firewall takes no rule for {address}; it is not one that comes over a network.", "Put it into ignoreip.");
        }

        AddressRange wanted = AddressRange.From(address);
        foreach (NetshPart part in layout.Parts)
        {
            PolicyRule[] holding = [.. _rules.Where(candidate => NetshNames.TryParse(candidate.Name, out string id, out string protocol, out _)
                && string.Equals(id, layout.Id, StringComparison.OrdinalIgnoreCase) && protocol == part.Protocol && candidate.Addresses.Any(range => Covers(range, wanted)))];
            if (holding.Length == 0)
            {
                return Finding.Gone(BanCheckCause.AddressMissing, $"No rule {NetshNames.Start}{layout.Id}-{part.Protocol}-… of the Windows Firewall has {address} in it.");
            }

            if (!holding.Any(part.IsSaidBy))
            {
                return Finding.Gone(BanCheckCause.RuleMissing, $"The rule {holding[0].Name} of the Windows Firewall has {address} in it, but somebody has switched it off, narrowed it down or changed its ports.");
            }
        }

        return _troubles.Count > 0
            ? new Finding(false, BanCheckCause.ProfileOff, string.Join(' ', _troubles), "Switch the Windows Firewall on for every kind of network that the host is on.")
            : Finding.Good($"The Windows Firewall blocks it in {NetshNames.Start}{layout.Id}-….");
    }

    [SupportedOSPlatform("windows")]
    private static NetshView ReadRegistry() => new(new RegistryPolicy());

    private static bool Covers(AddressRange range, AddressRange wanted) => range.IsIPv6 == wanted.IsIPv6 && range.First <= wanted.First && wanted.Last <= range.Last;
}
