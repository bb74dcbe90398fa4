using PSBan.Firewalls.Inspection;
using PSBan.Model;

namespace PSBan.Firewalls.Iptables;

/// <summary>The filter tables as they stood. Here an earlier rule of the same chain decides, wherever it comes from.</summary>
/// <param name="tables">The flavour that the name iptables stands for.</param>
/// <param name="other">The other one, where something is in it.</param>
internal sealed class IptablesView(IptablesTables tables, IptablesTables? other) : IFirewallView
{
    private readonly Dictionary<(string Tool, string Chain, bool IsIPv6), HashSet<Address>> _addresses = [];

    /// <summary>Reads the tables.</summary>
    /// <param name="runner">Runs the tools.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="FirewallException">They cannot be read.</exception>
    public static async Task<IFirewallView> ReadAsync(CommandRunner runner, CancellationToken cancelToken) => new IptablesView(
        await IptablesTables.ReadAsync(runner, "", cancelToken).ConfigureAwait(false),
        await IptablesTables.ReadOtherAsync(runner, cancelToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public Finding Look(FirewallRule rule, Address address)
    {
        IptablesLayout layout;
        try
        {
            layout = new IptablesLayout(rule);
        }
        catch (FirewallException trouble)
        {
            return Finding.Unreadable(trouble);
        }

        Finding finding = Look(tables, layout, address);
        return finding.InForce || other is null || Look(other, layout, address) is not { InForce: true } there
            ? finding
            : new Finding(
                true, BanCheckCause.OtherFlavour, $"It stands in {other.Tool}, while the name iptables stands for the other flavour here, so the watch can neither see nor lift it. {there.Reason}",
                "Choose one flavour (update-alternatives --config iptables), stop the watch, Clear-BanFirewall, and start it again.");
    }

    private Finding Look(IptablesTables where, IptablesLayout layout, Address address)
    {
        if (where.Of(address) is not { } standing)
        {
            return new Finding(false, BanCheckCause.Unavailable, "ip6tables does not work here, so addresses of IPv6 are not banned.", "Get-BanFirewall tells what works here.");
        }

        if (!standing.Chains.ContainsKey(layout.Chain))
        {
            return Finding.Gone(BanCheckCause.TableMissing, $"The chain {layout.Chain} is not in {where.Tool}; somebody has removed it or flushed the rules.");
        }

        if (!_addresses.TryGetValue((where.Tool, layout.Chain, address.IsIPv6), out HashSet<Address>? banned))
        {
            banned = _addresses[(where.Tool, layout.Chain, address.IsIPv6)] = standing.AddressesIn(layout.Chain, address.IsIPv6);
        }

        return banned.Contains(address) || banned.Any(prefix => !prefix.IsHost && prefix.Contains(address))
            ? where.LookAtWay(layout, address, $"{where.Tool}: the chain {layout.Chain} has a rule for it, and {string.Join(" and ", layout.From)} leads there.")
            : Finding.Gone(BanCheckCause.AddressMissing, $"The chain {layout.Chain} of {where.Tool} has no rule for {address}.");
    }
}
