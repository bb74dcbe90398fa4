using PSBan.Firewalls.Inspection;
using PSBan.Model;

namespace PSBan.Firewalls.Iptables;

/// <summary>The filter tables of one flavour of iptables, both families, as they stood.</summary>
/// <param name="Tool">The name of the tool: <c>iptables</c>, <c>iptables-legacy</c>, <c>iptables-nft</c>.</param>
/// <param name="IPv4">What stands in iptables.</param>
/// <param name="IPv6">What stands in ip6tables; null where it does not work.</param>
internal sealed record IptablesTables(string Tool, IptablesListing IPv4, IptablesListing? IPv6)
{
    private static readonly string[] s_builtIn = ["INPUT", "FORWARD", "OUTPUT"];
    private static readonly string[] s_version = ["--version"];
    private static readonly string[] s_legacyNames = ["/proc/net/ip_tables_names", "/proc/net/ip6_tables_names"];

    /// <summary>Reads the tables.</summary>
    /// <param name="runner">Runs the tools.</param>
    /// <param name="flavour">What the tools' names end with: nothing, <c>-legacy</c> or <c>-nft</c>.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="FirewallException">They cannot be read.</exception>
    public static async Task<IptablesTables> ReadAsync(CommandRunner runner, string flavour, CancellationToken cancelToken)
    {
        IptablesListing ipv4 = await new IptablesTool(runner, isIPv6: false, flavour).ReadAsync(cancelToken).ConfigureAwait(false);
        IptablesListing? ipv6 = null;
        try
        {
            ipv6 = await new IptablesTool(runner, isIPv6: true, flavour).ReadAsync(cancelToken).ConfigureAwait(false);
        }
        catch (FirewallException exception) when (exception.Failure != FirewallFailure.AccessDenied)
        {
            // A host without IPv6.
        }

        return new IptablesTables("iptables" + flavour, ipv4, ipv6);
    }

    /// <summary>Reads the flavour that the name iptables does not stand for, where something can be in it.</summary>
    /// <param name="runner">Runs the tools.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <returns>The tables; null where there is nothing.</returns>
    public static async Task<IptablesTables?> ReadOtherAsync(CommandRunner runner, CancellationToken cancelToken)
    {
        try
        {
            CommandResult version = await runner.RunAsync("iptables", s_version, null, cancelToken).ConfigureAwait(false);
            if (version.Text.Contains("nf_tables", StringComparison.Ordinal))
            {
                // Listing alone would make the kernel load the legacy tables, so it is asked first whether there are any.
                CommandResult names = await runner.RunAsync("cat", s_legacyNames, null, cancelToken).ConfigureAwait(false);
                return names.Text.Contains("filter", StringComparison.Ordinal) ? await ReadAsync(runner, "-legacy", cancelToken).ConfigureAwait(false) : null;
            }

            return await ReadAsync(runner, "-nft", cancelToken).ConfigureAwait(false);
        }
        catch (FirewallException)
        {
            return null;
        }
    }

    /// <summary>What the tools' names end with.</summary>
    public string Flavour => Tool["iptables".Length..];

    /// <summary>The chains of both families, without those of the kernel.</summary>
    public IEnumerable<string> Chains => IPv4.Chains.Keys.Concat(IPv6?.Chains.Keys.AsEnumerable() ?? []).Distinct().Except(s_builtIn);

    /// <summary>How many rules there are in both families.</summary>
    public int Count => IPv4.Chains.Values.Sum(chain => chain.Count) + (IPv6?.Chains.Values.Sum(chain => chain.Count) ?? 0);

    /// <summary>The table of an address's family; null where the family does not work.</summary>
    /// <param name="address">The address.</param>
    public IptablesListing? Of(Address address) => address.IsIPv6 ? IPv6 : IPv4;

    /// <summary>Follows a packet to a chain that holds a ban.</summary>
    /// <param name="layout">The rule.</param>
    /// <param name="address">Where the packet comes from.</param>
    /// <param name="found">What is said where the packet gets there.</param>
    public Finding LookAtWay(IptablesLayout layout, Address address, string found)
    {
        IptablesListing standing = Of(address)!;
        IptablesObstacle[] obstacles = [.. layout.From.SelectMany(from => new IptablesWay(standing, Tool, address, layout.Rule).Find(from, layout.Chain))];
        if (obstacles.FirstOrDefault(obstacle => obstacle.IsSure) is { } obstacle)
        {
            return obstacle.IsOrder
                ? new Finding(false, BanCheckCause.RuleOrder, obstacle.Text, "Put that rule behind ours, or Sync-BanFirewall: it moves ours to the top of the chain.")
                : Finding.Gone(BanCheckCause.NotHooked, obstacle.Text);
        }

        return Finding.Good(found, obstacles.FirstOrDefault()?.Text);
    }
}
