using PSBan.Firewalls.Inspection;
using PSBan.Firewalls.Ipset;
using PSBan.Firewalls.Iptables;
using PSBan.Firewalls.Nft;
using PSBan.Firewalls.WindowsFirewall;
using PSBan.Model;

namespace PSBan.Firewalls;

/// <summary>Removes everything of PSBan's from the packet filters of this machine, whichever watcher made it.</summary>
public static class FirewallCleaner
{
    /// <summary>Removes it from every packet filter; tools that are not there, or do not work here, can hold nothing and are passed over.</summary>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="FirewallException">The right is missing, or a packet filter refused.</exception>
    public static Task ClearAsync(CancellationToken cancelToken) => ClearAsync(new CommandRunner(), cancelToken);

    /// <summary>Finds what of PSBan's stands in the packet filters that work here; those that hold nothing of it are left out.</summary>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="FirewallException">The right to look is missing.</exception>
    public static Task<IReadOnlyList<FirewallStatus>> FindAsync(CancellationToken cancelToken) => FindAsync(new CommandRunner(), cancelToken);

    /// <summary>Removes it from one packet filter.</summary>
    /// <param name="name">One of <see cref="FirewallBackEnds"/>.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="FirewallException">The right is missing, or the packet filter refused.</exception>
    public static Task ClearAsync(string name, CancellationToken cancelToken) => ClearAsync(name, new CommandRunner(), cancelToken);

    /// <inheritdoc cref="ClearAsync(CancellationToken)"/>
    /// <param name="runner">Runs the tools.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    internal static async Task ClearAsync(CommandRunner runner, CancellationToken cancelToken)
    {
        foreach (string name in FirewallSelector.Names)
        {
            await ClearAsync(name, runner, cancelToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc cref="FindAsync(CancellationToken)"/>
    /// <param name="runner">Runs the tools.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    internal static async Task<IReadOnlyList<FirewallStatus>> FindAsync(CommandRunner runner, CancellationToken cancelToken)
    {
        List<FirewallStatus> found = [];
        FirewallException? denied = null;
        foreach (string name in FirewallSelector.Names)
        {
            FirewallContents contents = FirewallContents.Nothing;
            try
            {
                contents = await FirewallSurvey.ReadAsync(name, runner, cancelToken).ConfigureAwait(false);
            }
            catch (FirewallException exception) when (exception.Failure != FirewallFailure.AccessDenied)
            {
                // What does not work here can hold nothing.
            }
            catch (FirewallException exception)
            {
                denied ??= exception;
            }

            if (contents.Ours.Count > 0)
            {
                found.Add(new FirewallStatus(name) { Usable = true, Ours = contents.Ours });
            }
        }

        return denied is null ? found : throw denied;
    }

    /// <inheritdoc cref="ClearAsync(string, CancellationToken)"/>
    /// <param name="name">One of <see cref="FirewallBackEnds"/>.</param>
    /// <param name="runner">Runs the tools.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    internal static async Task ClearAsync(string name, CommandRunner runner, CancellationToken cancelToken)
    {
        try
        {
            switch (name)
            {
                case FirewallBackEnds.Nft:
                    await new NftFirewall(runner).ClearAsync(cancelToken).ConfigureAwait(false);
                    break;
                case FirewallBackEnds.Iptables:
                    await new IptablesFirewall(runner).ClearAsync(cancelToken).ConfigureAwait(false);
                    if (await IptablesTables.ReadOtherAsync(runner, cancelToken).ConfigureAwait(false) is { } other && other.Chains.Any(IptablesNames.IsOurs))
                    {
                        await new IptablesFirewall(runner, other.Flavour).ClearAsync(cancelToken).ConfigureAwait(false);
                    }

                    break;
                case FirewallBackEnds.Ipset:
                    await new IpsetFirewall(runner, TimeProvider.System).ClearAsync(cancelToken).ConfigureAwait(false);
                    break;
                case FirewallBackEnds.Windows:
                    await NetshFirewall.Create(TimeProvider.System).ClearAsync(cancelToken).ConfigureAwait(false);
                    break;
                default:
                    break;
            }
        }
        catch (FirewallException exception) when (exception.Failure == FirewallFailure.Unavailable)
        {
            // The other one may still hold something.
        }
    }
}
