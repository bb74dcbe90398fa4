using PSBan.Firewalls.DryRun;
using PSBan.Firewalls.Ipset;
using PSBan.Firewalls.Iptables;
using PSBan.Firewalls.Nft;
using PSBan.Firewalls.WindowsFirewall;

namespace PSBan.Firewalls;

/// <summary>A packet filter and why it is this one.</summary>
/// <param name="Firewall">The packet filter, found to be usable.</param>
/// <param name="Reason">A sentence for the log.</param>
/// <param name="IsSecondBest">Whether it stands in for one that does not work here.</param>
public sealed record FirewallChoice(IFirewall Firewall, string Reason, bool IsSecondBest = false);

/// <summary>Makes a back end from its name, after finding out whether it works here.</summary>
public static class FirewallSelector
{
    /// <summary>Every packet filter that there is a back end for on this operating system, the best first.</summary>
    public static IReadOnlyList<string> Names { get; } = OperatingSystem.IsWindows()
        ? [FirewallBackEnds.Windows, FirewallBackEnds.DryRun]
        : [FirewallBackEnds.Nft, FirewallBackEnds.Iptables, FirewallBackEnds.Ipset, FirewallBackEnds.DryRun];

    /// <summary>Makes a back end.</summary>
    /// <param name="name">One of <see cref="FirewallBackEnds"/>.</param>
    /// <param name="time">The clock of the dry run.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="FirewallException">It does not work here, or (for <c>auto</c>) none does; the message says why and what to do.</exception>
    public static Task<FirewallChoice> CreateAsync(string name, TimeProvider time, CancellationToken cancelToken) =>
        CreateAsync(name, time, new CommandRunner(), cancelToken);

    /// <summary>Makes a back end, or the best other one where that one does not work here. A missing right is no reason to take another: it would be missing there too.</summary>
    /// <param name="name">One of <see cref="FirewallBackEnds"/>.</param>
    /// <param name="time">The clock of the dry run.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="FirewallException">None works here; the message is about the one that was asked for.</exception>
    public static Task<FirewallChoice> CreateOrSecondBestAsync(string name, TimeProvider time, CancellationToken cancelToken) =>
        CreateOrSecondBestAsync(name, time, new CommandRunner(), cancelToken);

    /// <inheritdoc cref="CreateAsync(string, TimeProvider, CancellationToken)"/>
    /// <param name="name">One of <see cref="FirewallBackEnds"/>.</param>
    /// <param name="time">The clock of the dry run.</param>
    /// <param name="runner">Runs the tools.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    internal static async Task<FirewallChoice> CreateAsync(string name, TimeProvider time, CommandRunner runner, CancellationToken cancelToken)
    {
        switch (name)
        {
            case FirewallBackEnds.DryRun:
                return new FirewallChoice(new DryRunFirewall(time), "Dry run: the packet filter is not touched.");
            case FirewallBackEnds.Nft:
                return new FirewallChoice(await OpenNftAsync(runner, cancelToken).ConfigureAwait(false), "nft works here.");
            case FirewallBackEnds.Iptables:
                return new FirewallChoice(await OpenIptablesAsync(runner, cancelToken).ConfigureAwait(false), "iptables works here.");
            case FirewallBackEnds.Ipset:
                return new FirewallChoice(await OpenIpsetAsync(runner, time, cancelToken).ConfigureAwait(false), "ipset works here.");
            case FirewallBackEnds.Windows:
                return new FirewallChoice(await OpenWindowsAsync(time, cancelToken).ConfigureAwait(false), "The Windows Firewall works here.");
            case FirewallBackEnds.Auto when OperatingSystem.IsWindows():
                return new FirewallChoice(await OpenWindowsAsync(time, cancelToken).ConfigureAwait(false), "The Windows Firewall was chosen: it is the packet filter of Windows.");
            case FirewallBackEnds.Auto:
                return await ChooseAsync(runner, cancelToken).ConfigureAwait(false);
            default:
                throw new FirewallException(FirewallFailure.Unavailable, $"There is no firewall '{name}'; write auto, nft, iptables, ipset, windows-firewall or dry-run.");
        }
    }

    /// <inheritdoc cref="CreateOrSecondBestAsync(string, TimeProvider, CancellationToken)"/>
    /// <param name="name">One of <see cref="FirewallBackEnds"/>.</param>
    /// <param name="time">The clock of the dry run.</param>
    /// <param name="runner">Runs the tools.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    internal static async Task<FirewallChoice> CreateOrSecondBestAsync(string name, TimeProvider time, CommandRunner runner, CancellationToken cancelToken)
    {
        try
        {
            return await CreateAsync(name, time, runner, cancelToken).ConfigureAwait(false);
        }
        catch (FirewallException trouble) when (trouble.Failure == FirewallFailure.Unavailable)
        {
            foreach (string other in Names.Where(other => other != name && other != FirewallBackEnds.DryRun))
            {
                try
                {
                    FirewallChoice choice = await CreateAsync(other, time, runner, cancelToken).ConfigureAwait(false);
                    return choice with { Reason = $"{other} stands in for {name}, which does not work here: {trouble.Message}", IsSecondBest = true };
                }
                catch (FirewallException)
                {
                    // The next one may do.
                }
            }

            throw;
        }
    }

    private static async Task<FirewallChoice> ChooseAsync(CommandRunner runner, CancellationToken cancelToken)
    {
        try
        {
            return new FirewallChoice(await OpenNftAsync(runner, cancelToken).ConfigureAwait(false), "nft was chosen: it works here, and the kernel ends its bans.");
        }
        catch (FirewallException nft) when (nft.Failure != FirewallFailure.AccessDenied)
        {
            try
            {
                return new FirewallChoice(
                    await OpenIptablesAsync(runner, cancelToken).ConfigureAwait(false),
                    $"iptables was chosen, because nft does not work here: {nft.Message}",
                    IsSecondBest: true);
            }
            catch (FirewallException iptables)
            {
                throw new FirewallException(iptables.Failure, $"Neither nft nor iptables works here. {nft.Message} {iptables.Message}", iptables);
            }
        }
    }

    private static async Task<IFirewall> OpenNftAsync(CommandRunner runner, CancellationToken cancelToken)
    {
        NftFirewall firewall = new(runner);
        await firewall.ProbeAsync(cancelToken).ConfigureAwait(false);
        return new IsolatingFirewall(firewall);
    }

    private static async Task<IFirewall> OpenIpsetAsync(CommandRunner runner, TimeProvider time, CancellationToken cancelToken)
    {
        IpsetFirewall firewall = new(runner, time);
        await firewall.ProbeAsync(cancelToken).ConfigureAwait(false);
        return new IsolatingFirewall(firewall);
    }

    private static async Task<IFirewall> OpenWindowsAsync(TimeProvider time, CancellationToken cancelToken)
    {
        NetshFirewall firewall = NetshFirewall.Create(time);
        await firewall.ProbeAsync(cancelToken).ConfigureAwait(false);
        return new IsolatingFirewall(firewall);
    }

    private static async Task<IFirewall> OpenIptablesAsync(CommandRunner runner, CancellationToken cancelToken)
    {
        IptablesFirewall firewall = new(runner);
        await firewall.ProbeAsync(cancelToken).ConfigureAwait(false);
        return new IsolatingFirewall(firewall);
    }
}
