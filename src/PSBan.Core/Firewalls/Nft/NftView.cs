using PSBan.Firewalls.Inspection;
using PSBan.Model;

namespace PSBan.Firewalls.Nft;

/// <summary>
/// PSBan's table as it stood. Only what lies before our rule in our own chain can let a packet through: an accept in another chain of the same hook does not
/// keep the packet from the chains that come later.
/// </summary>
internal sealed class NftView : IFirewallView
{
    private const string Missing = "No such file or directory";

    private static readonly string[] s_list = ["-j", "list", "table", "inet", "psban"];
    private static readonly string[] s_text = ["-t", "list", "table", "inet", "psban"];
    private static readonly string[] s_chains = ["-j", "list", "chains"];

    private readonly NftListing? _listing;
    private readonly bool _isDormant;
    private readonly bool _hasContainers;
    private readonly Dictionary<string, HashSet<Address>> _sets = new(StringComparer.Ordinal);

    private NftView(NftListing? listing, bool isDormant, bool hasContainers)
    {
        (_listing, _isDormant, _hasContainers) = (listing, isDormant, hasContainers);
        foreach ((string name, List<NftElement> elements) in listing?.Sets ?? [])
        {
            if (NftNames.TryParseSet(name, out _, out NftSetKind kind))
            {
                _sets[name] = [.. elements.Select(element => element.Address.Truncate(kind.PrefixLength))];
            }
        }
    }

    /// <summary>Reads the table.</summary>
    /// <param name="runner">Runs nft.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="FirewallException">It cannot be read.</exception>
    public static async Task<IFirewallView> ReadAsync(CommandRunner runner, CancellationToken cancelToken)
    {
        CommandResult table = await runner.RunAsync("nft", s_list, null, cancelToken).ConfigureAwait(false);
        if (!table.Succeeded)
        {
            return table.Error.Contains(Missing, StringComparison.Ordinal) ? new NftView(null, false, false) : throw CommandFailures.ToException(table, "list its table");
        }

        // JSON does not tell of every version that a table sleeps.
        CommandResult text = await runner.RunAsync("nft", s_text, null, cancelToken).ConfigureAwait(false);
        CommandResult chains = await runner.RunAsync("nft", s_chains, null, cancelToken).ConfigureAwait(false);
        return new NftView(
            NftListing.Parse(table.Output),
            text.Text.Contains("flags dormant", StringComparison.Ordinal),
            chains.Text.Contains("\"DOCKER", StringComparison.Ordinal));
    }

    /// <inheritdoc/>
    public Finding Look(FirewallRule rule, Address address)
    {
        if (_listing is null)
        {
            return Finding.Gone(BanCheckCause.TableMissing, $"The table {NftNames.Table} is not there; somebody has removed it or flushed the ruleset.");
        }

        if (_isDormant)
        {
            return new Finding(false, BanCheckCause.NotHooked, $"The table {NftNames.Table} is dormant: no packet passes it.", $"Wake it with 'nft add table {NftNames.Table}'.");
        }

        NftLayout layout;
        try
        {
            layout = new NftLayout(rule);
        }
        catch (FirewallException trouble)
        {
            return Finding.Unreadable(trouble);
        }

        string hosts = NftNames.Set(layout.Id, NftSetKind.Of(address));
        if (FindSet(layout, address) is not { } set)
        {
            return _sets.ContainsKey(hosts) || !NftSetKind.Of(address).IsHosts
                ? Finding.Gone(BanCheckCause.AddressMissing, $"{address} is in no set of the rule '{rule.Name}' in {NftNames.Table}.")
                : Finding.Gone(BanCheckCause.TableMissing, $"The set {hosts} is not in {NftNames.Table}.");
        }

        return layout.Hooks.Select(hook => LookAt(layout, hook, set, address)).FirstOrDefault(finding => finding is not null)
            ?? Finding.Good($"{NftNames.Table}: the set {set} holds it, and {string.Join(" and ", layout.Hooks.Select(hook => NftNames.Chain(layout.Id, hook)))} looks into it.", Remark(layout));
    }

    /// <summary>The set that covers an address: its own, or one of a prefix around it.</summary>
    private string? FindSet(NftLayout layout, Address address) => _sets.Keys.FirstOrDefault(name =>
        NftNames.TryParseSet(name, out string id, out NftSetKind kind) && id == layout.Id && kind.IsIPv6 == address.IsIPv6
        && kind.PrefixLength <= address.PrefixLength && _sets[name].Contains(address.Truncate(kind.PrefixLength)));

    private Finding? LookAt(NftLayout layout, string hook, string set, Address address)
    {
        string name = NftNames.Chain(layout.Id, hook);
        if (!_listing!.Chains.TryGetValue(name, out NftChain? chain))
        {
            return Finding.Gone(BanCheckCause.TableMissing, $"The chain {name} is not in {NftNames.Table}.");
        }

        if (chain.Hook != hook)
        {
            return Finding.Gone(BanCheckCause.NotHooked, $"The chain {name} of {NftNames.Table} is not hooked into {hook}.");
        }

        foreach (NftRule rule in chain.Rules)
        {
            if (rule.Set == set && rule.IsStop)
            {
                return null;
            }

            if (rule.MayLetPass(address))
            {
                return new Finding(
                    false, BanCheckCause.RuleOrder, $"In the chain {name} of {NftNames.Table} a rule before ours lets the packets through ({rule.Verdict}, handle {rule.Handle}).",
                    $"Remove it ('nft delete rule {NftNames.Table} {name} handle {rule.Handle}') and put it into a table of its own; Sync-BanFirewall does not touch it.");
            }
        }

        return Finding.Gone(BanCheckCause.RuleMissing, $"No rule of the chain {name} in {NftNames.Table} stops who is in the set {set}.");
    }

    private string? Remark(NftLayout layout) => _hasContainers && layout.Hooks is ["input"]
        ? "Ports that docker publishes pass the hook forward, which this rule does not cover; add chain_hook = input,forward to the action where the service runs in a container."
        : null;
}
