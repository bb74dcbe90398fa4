using PSBan.Firewalls;

namespace PSBan.Binding;

/// <summary>Offers the packet filters that a watch can use.</summary>
public sealed class FirewallCompleter : BanCompleter
{
    private protected override IAsyncEnumerable<Candidate> FindAsync(CompletionRequest request, CancellationToken cancelToken)
    {
        Candidate[] candidates =
        [
            new(FirewallBackEnds.Auto, "The first one that works here"),
            new(FirewallBackEnds.Nft, "nftables: a table and sets of our own"),
            new(FirewallBackEnds.Iptables, "iptables and ip6tables: chains of our own"),
            new(FirewallBackEnds.Ipset, "iptables and ip6tables with sets of ipset: many bans at the cost of one"),
            new(FirewallBackEnds.Windows, "The Windows Firewall: rules that many addresses share"),
            new(FirewallBackEnds.Command, "The commands of the actions' files in action.d, as written"),
            new(FirewallBackEnds.DryRun, "Counts and decides, and leaves the packet filter alone"),
        ];
        return candidates.ToAsyncEnumerable();
    }
}
