using PSBan.Firewalls.DryRun;
using PSBan.Firewalls.Ipset;
using PSBan.Firewalls.Iptables;
using PSBan.Firewalls.Nft;
using PSBan.Firewalls.WindowsFirewall;
using PSBan.Model;

namespace PSBan.Firewalls.Inspection;

/// <summary>Reads packet filters.</summary>
internal static class FirewallViews
{
    /// <summary>Reads a packet filter; where that fails, the view says so for every address.</summary>
    /// <param name="name">One of <see cref="FirewallBackEnds"/>.</param>
    /// <param name="runner">Runs the tools.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    public static async Task<IFirewallView> ReadAsync(string name, CommandRunner runner, CancellationToken cancelToken)
    {
        try
        {
            return name switch
            {
                FirewallBackEnds.Nft => await NftView.ReadAsync(runner, cancelToken).ConfigureAwait(false),
                FirewallBackEnds.Iptables => await IptablesView.ReadAsync(runner, cancelToken).ConfigureAwait(false),
                FirewallBackEnds.Ipset => await IpsetView.ReadAsync(runner, cancelToken).ConfigureAwait(false),
                FirewallBackEnds.Windows => NetshView.Read(),
                FirewallBackEnds.DryRun => new DryRunView(),
                _ => new Unreadable(new FirewallException(FirewallFailure.Unavailable, $"PSBan cannot look into the packet filter {name}.")),
            };
        }
        catch (FirewallException trouble)
        {
            return new Unreadable(trouble);
        }
    }

    private sealed class Unreadable(FirewallException trouble) : IFirewallView
    {
        public Finding Look(FirewallRule rule, Address address) => Finding.Unreadable(trouble);
    }
}
