using PSBan.Firewalls.Inspection;
using PSBan.Firewalls.Iptables;
using PSBan.Model;

namespace PSBan.Firewalls.Ipset;

/// <summary>The sets, and the rules of iptables that look into them, as they stood.</summary>
internal sealed class IpsetView : IFirewallView
{
    private readonly IptablesTables _tables;
    private readonly IptablesTables? _other;
    private readonly Dictionary<string, HashSet<Address>> _sets;

    private IpsetView(IpsetListing listing, IptablesTables tables, IptablesTables? other)
    {
        (_tables, _other) = (tables, other);
        _sets = listing.Sets.ToDictionary(set => set.Key, set => set.Value.Select(element => element.Address).ToHashSet(), StringComparer.Ordinal);
    }

    /// <summary>Reads sets and tables.</summary>
    /// <param name="runner">Runs the tools.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="FirewallException">They cannot be read.</exception>
    public static async Task<IFirewallView> ReadAsync(CommandRunner runner, CancellationToken cancelToken) => new IpsetView(
        await new IpsetTool(runner, TimeProvider.System).ReadAsync(cancelToken).ConfigureAwait(false),
        await IptablesTables.ReadAsync(runner, "", cancelToken).ConfigureAwait(false),
        await IptablesTables.ReadOtherAsync(runner, cancelToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public Finding Look(FirewallRule rule, Address address)
    {
        IpsetLayout layout;
        try
        {
            layout = new IpsetLayout(rule);
        }
        catch (FirewallException trouble)
        {
            return Finding.Unreadable(trouble);
        }

        string hosts = layout.SetOf(address);
        if (!_sets.ContainsKey(hosts))
        {
            return Finding.Gone(BanCheckCause.TableMissing, $"The set {hosts} is not there; somebody has destroyed it.");
        }

        string? set = layout.Sets(address.IsIPv6).Select(candidate => candidate.Name)
            .FirstOrDefault(name => _sets.TryGetValue(name, out HashSet<Address>? elements) && (elements.Contains(address) || elements.Any(prefix => !prefix.IsHost && prefix.Contains(address))));
        if (set is null)
        {
            return Finding.Gone(BanCheckCause.AddressMissing, $"{address} is not in the set {hosts}.");
        }

        Finding finding = Look(_tables, layout, set, address);
        return finding.InForce || _other is null || Look(_other, layout, set, address) is not { InForce: true } there
            ? finding
            : new Finding(
                true, BanCheckCause.OtherFlavour, $"The rules that look into the set stand in {_other.Tool}, while the name iptables stands for the other flavour here. {there.Reason}",
                "Choose one flavour (update-alternatives --config iptables), stop the watch, Clear-BanFirewall, and start it again.");
    }

    private static Finding Look(IptablesTables where, IpsetLayout layout, string set, Address address)
    {
        string chain = layout.Chain.Chain;
        if (where.Of(address) is not { } standing)
        {
            return new Finding(false, BanCheckCause.Unavailable, "ip6tables does not work here, so addresses of IPv6 are not banned.", "Get-BanFirewall tells what works here.");
        }

        if (!standing.Chains.TryGetValue(chain, out List<string>? rules))
        {
            return Finding.Gone(BanCheckCause.TableMissing, $"The chain {chain} is not in {where.Tool}; somebody has removed it or flushed the rules.");
        }

        return rules.Exists(rule => rule.Contains($"--match-set {set} src ", StringComparison.Ordinal))
            ? where.LookAtWay(layout.Chain, address, $"{where.Tool}: the set {set} holds it, the chain {chain} looks into it, and {string.Join(" and ", layout.Chain.From)} leads there.")
            : Finding.Gone(BanCheckCause.RuleMissing, $"No rule of the chain {chain} in {where.Tool} looks into the set {set}.");
    }
}
