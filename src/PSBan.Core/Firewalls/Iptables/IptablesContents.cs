using PSBan.Firewalls.Inspection;

namespace PSBan.Firewalls.Iptables;

/// <summary>The chains of iptables by name, in the flavour that the name stands for, and a word about the other one.</summary>
internal static class IptablesContents
{
    /// <summary>Reads the names.</summary>
    /// <param name="runner">Runs the tools.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="FirewallException">They cannot be read.</exception>
    public static async Task<FirewallContents> ReadAsync(CommandRunner runner, CancellationToken cancelToken)
    {
        IptablesTables tables = await IptablesTables.ReadAsync(runner, "", cancelToken).ConfigureAwait(false);
        string[] chains = [.. tables.Chains];
        List<string> ours = [.. chains.Where(IptablesNames.IsOurs).Select(chain => "chain " + chain)];
        List<string> notes = [.. FirewallContents.Tell(chains)];
        if (await IptablesTables.ReadOtherAsync(runner, cancelToken).ConfigureAwait(false) is { Count: > 0 } other)
        {
            string[] left = [.. other.Chains.Where(IptablesNames.IsOurs)];
            ours.AddRange(left.Select(chain => $"chain {chain} ({other.Tool})"));
            notes.Add($"There are rules in the other flavour, {other.Tool}, too ({other.Count}): packets pass both.{(left.Length > 0 ? " Some are PSBan's own from another time; Clear-BanFirewall removes them." : "")}");
        }

        return new FirewallContents(ours, [.. chains.Where(chain => !IptablesNames.IsOurs(chain) && !Ipset.IpsetNames.IsChain(chain)).Select(chain => "chain " + chain)], notes);
    }
}
