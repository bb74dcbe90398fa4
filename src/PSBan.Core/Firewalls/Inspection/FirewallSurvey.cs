using PSBan.Firewalls.Ipset;
using PSBan.Firewalls.Iptables;
using PSBan.Firewalls.Nft;
using PSBan.Firewalls.WindowsFirewall;
using PSBan.Model;

namespace PSBan.Firewalls.Inspection;

/// <summary>Looks which packet filters this machine has, whether they can be used, and what stands in them. Changes nothing.</summary>
public static class FirewallSurvey
{
    /// <summary>Looks at every packet filter.</summary>
    /// <param name="jails">The jails of the running watch; empty where none runs.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    public static Task<IReadOnlyList<FirewallStatus>> LookAsync(IReadOnlyList<JailInfo> jails, CancellationToken cancelToken) =>
        LookAsync(jails, new CommandRunner(), cancelToken);

    /// <inheritdoc cref="LookAsync(IReadOnlyList{JailInfo}, CancellationToken)"/>
    /// <param name="jails">The jails of the running watch; empty where none runs.</param>
    /// <param name="runner">Runs the tools.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    internal static async Task<IReadOnlyList<FirewallStatus>> LookAsync(IReadOnlyList<JailInfo> jails, CommandRunner runner, CancellationToken cancelToken)
    {
        List<FirewallStatus> all = [];
        foreach (string name in FirewallSelector.Names)
        {
            FirewallStatus status = await ProbeAsync(name, runner, cancelToken).ConfigureAwait(false);
            FirewallContents contents = await TryReadAsync(name, runner, cancelToken).ConfigureAwait(false);
            all.Add(status with
            {
                Version = await FindVersionAsync(name, runner, cancelToken).ConfigureAwait(false),
                InUse = [.. jails.Where(jail => jail.Actions.Any(action => action.StartsWith(name + ": ", StringComparison.Ordinal))).Select(jail => jail.Name)],
                Ours = contents.Ours,
                Foreign = contents.Foreign,
                Notes = contents.Notes,
            });
        }

        // As auto chooses: the first that works.
        string? chosen = all.Find(status => status.Usable)?.Name;
        return [.. all.Select(status => status with { IsDefault = status.Name == chosen && chosen != FirewallBackEnds.DryRun })];
    }

    /// <summary>What stands in a packet filter.</summary>
    /// <param name="name">The packet filter.</param>
    /// <param name="runner">Runs the tools.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="FirewallException">It cannot be read.</exception>
    internal static Task<FirewallContents> ReadAsync(string name, CommandRunner runner, CancellationToken cancelToken) => name switch
    {
        FirewallBackEnds.Nft => NftContents.ReadAsync(runner, cancelToken),
        FirewallBackEnds.Iptables => IptablesContents.ReadAsync(runner, cancelToken),
        FirewallBackEnds.Ipset => IpsetContents.ReadAsync(runner, cancelToken),
        FirewallBackEnds.Windows => Task.FromResult(NetshContents.Read()),
        _ => Task.FromResult(FirewallContents.Nothing),
    };

    private static async Task<FirewallContents> TryReadAsync(string name, CommandRunner runner, CancellationToken cancelToken)
    {
        try
        {
            return await ReadAsync(name, runner, cancelToken).ConfigureAwait(false);
        }
        catch (FirewallException)
        {
            // The probe says why.
            return FirewallContents.Nothing;
        }
    }

    private static async Task<FirewallStatus> ProbeAsync(string name, CommandRunner runner, CancellationToken cancelToken)
    {
        try
        {
            FirewallChoice choice = await FirewallSelector.CreateAsync(name, TimeProvider.System, runner, cancelToken).ConfigureAwait(false);
            await choice.Firewall.DisposeAsync().ConfigureAwait(false);
            return new FirewallStatus(name) { Usable = true };
        }
        catch (FirewallException trouble)
        {
            return new FirewallStatus(name) { Reason = trouble.Message };
        }
    }

    private static async Task<string?> FindVersionAsync(string name, CommandRunner runner, CancellationToken cancelToken)
    {
        if (name == FirewallBackEnds.Windows && OperatingSystem.IsWindows())
        {
            return Environment.OSVersion.Version.ToString();
        }

        if (name is not (FirewallBackEnds.Nft or FirewallBackEnds.Iptables or FirewallBackEnds.Ipset))
        {
            return null;
        }

        try
        {
            // nftables v1.0.6 (Lester Gooch #5); iptables v1.8.9 (nf_tables); ipset v7.17, protocol version: 7
            CommandResult result = await runner.RunAsync(name, ["--version"], null, cancelToken).ConfigureAwait(false);
            string text = result.Text.Split('\n')[0];
            int start = text.IndexOf(" v", StringComparison.Ordinal);
            return result.Succeeded && start > 0 ? text[(start + 2)..].Split(',')[0].Trim() : null;
        }
        catch (FirewallException)
        {
            return null;
        }
    }
}
