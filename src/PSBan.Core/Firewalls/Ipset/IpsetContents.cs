using PSBan.Firewalls.Inspection;
using PSBan.Firewalls.Iptables;

namespace PSBan.Firewalls.Ipset;

/// <summary>The sets by name, and the chains that look into ours.</summary>
internal static class IpsetContents
{
    private static readonly string[] s_names = ["list", "-n"];

    /// <summary>Reads the names.</summary>
    /// <param name="runner">Runs the tools.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="FirewallException">They cannot be read.</exception>
    public static async Task<FirewallContents> ReadAsync(CommandRunner runner, CancellationToken cancelToken)
    {
        CommandResult result = await runner.RunAsync("ipset", s_names, null, cancelToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            throw CommandFailures.ToException(result, "list the sets");
        }

        string[] sets = result.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        IptablesTables tables = await IptablesTables.ReadAsync(runner, "", cancelToken).ConfigureAwait(false);
        return new FirewallContents(
            [.. sets.Where(IsOurs).Select(set => "set " + set), .. tables.Chains.Where(IpsetNames.IsChain).Select(chain => "chain " + chain)],
            [.. sets.Where(set => !IsOurs(set)).Select(set => "set " + set)],
            FirewallContents.Tell(sets));
    }

    private static bool IsOurs(string set) => set.StartsWith(IpsetNames.Start, StringComparison.Ordinal);
}
