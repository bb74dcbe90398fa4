using PSBan.Firewalls.Ipset;
using PSBan.Firewalls.Iptables;
using PSBan.Firewalls.Nft;
using PSBan.Firewalls.WindowsFirewall;

namespace PSBan.Firewalls;

/// <summary>Removes everything of PSBan's from every packet filter of this machine, whichever watcher made it.</summary>
public static class FirewallCleaner
{
    /// <summary>Removes it; tools that are not there, or do not work here, can hold nothing and are passed over.</summary>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="FirewallException">The right is missing, or a packet filter refused.</exception>
    public static Task ClearAsync(CancellationToken cancelToken) => ClearAsync(new CommandRunner(), cancelToken);

    /// <inheritdoc cref="ClearAsync(CancellationToken)"/>
    /// <param name="runner">Runs the tools.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    internal static async Task ClearAsync(CommandRunner runner, CancellationToken cancelToken)
    {
        foreach (Func<CancellationToken, Task> clear in new Func<CancellationToken, Task>[]
        {
            new NftFirewall(runner).ClearAsync,
            new IptablesFirewall(runner).ClearAsync,
            new IpsetFirewall(runner, TimeProvider.System).ClearAsync,
            token => NetshFirewall.Create(TimeProvider.System).ClearAsync(token),
        })
        {
            try
            {
                await clear(cancelToken).ConfigureAwait(false);
            }
            catch (FirewallException exception) when (exception.Failure == FirewallFailure.Unavailable)
            {
                // The other one may still hold something.
            }
        }
    }
}
