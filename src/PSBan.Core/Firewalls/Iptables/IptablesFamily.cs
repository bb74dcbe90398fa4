using PSBan.Model;

namespace PSBan.Firewalls.Iptables;

/// <summary>The filter table of one family (<c>iptables</c> or <c>ip6tables</c>) and what is known to stand in it.</summary>
/// <param name="runner">Runs the tools.</param>
/// <param name="isIPv6">Whether this is ip6tables.</param>
/// <param name="flavour">What the tools' names end with where one flavour is meant.</param>
internal sealed class IptablesFamily(CommandRunner runner, bool isIPv6, string flavour)
{
    // Checking the jumps makes the tool fetch the table; with 10,000 rules that is 50 ms instead of 4 for one more. Listing finds what is gone all the same.
    private const int MostCheckedRules = 1000;

    private readonly IptablesTool _tool = new(runner, isIPv6, flavour);
    private readonly Dictionary<string, HashSet<Address>> _standing = new(StringComparer.Ordinal);
    private HashSet<string> _chains = new(StringComparer.Ordinal);

    /// <summary>Whether this is ip6tables.</summary>
    public bool IsIPv6 => isIPv6;

    /// <summary>Reads the whole table.</summary>
    /// <param name="cancelToken">Ends the call early.</param>
    public Task<IptablesListing> ReadAsync(CancellationToken cancelToken) => _tool.ReadAsync(cancelToken);

    /// <summary>Finds out, without changing anything, whether the tool, the right and the kernel's part are there.</summary>
    /// <param name="cancelToken">Ends the call early.</param>
    public Task ProbeAsync(CancellationToken cancelToken) => _tool.ProbeAsync(cancelToken);

    /// <summary>Makes chains and jumps.</summary>
    /// <param name="layouts">The rules.</param>
    /// <param name="standing">What stands now.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    public async Task OpenAsync(IReadOnlyList<IptablesLayout> layouts, IptablesListing standing, CancellationToken cancelToken)
    {
        try
        {
            await _tool.RestoreAsync(IptablesScript.Open(layouts, standing, isIPv6), "set up the rules", cancelToken).ConfigureAwait(false);
        }
        catch (FirewallException exception) when (exception.Failure == FirewallFailure.CommandFailed && layouts.Count > 1)
        {
            // It fails as a whole; trying the rules one by one tells which of them it does not take.
            foreach (IptablesLayout layout in layouts)
            {
                string purpose = $"set up the rule '{layout.Rule.Name}' of the jail '{layout.Rule.Jail}'";
                await _tool.RestoreAsync(IptablesScript.Try(layout, isIPv6), purpose, cancelToken).ConfigureAwait(false);
            }

            throw;
        }

        Remember(layouts, standing);
    }

    /// <summary>Applies the changes of this family.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="layouts">The opened rules by name.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    public async Task ApplyAsync(IReadOnlyList<FirewallChange> changes, IReadOnlyDictionary<string, IptablesLayout> layouts, CancellationToken cancelToken)
    {
        try
        {
            await TryApplyAsync(changes, layouts, cancelToken).ConfigureAwait(false);
        }
        catch (FirewallException exception) when (exception.Failure == FirewallFailure.CommandFailed)
        {
            // Somebody may have changed the chains by hand: look again, and try once more with what stands.
            IptablesListing standing = await ReadAsync(cancelToken).ConfigureAwait(false);
            Check(layouts.Values, standing);
            Remember(layouts.Values, standing);
            await TryApplyAsync(changes, layouts, cancelToken).ConfigureAwait(false);
        }
    }

    /// <summary>Lists the addresses of the rules, and takes them for what is known.</summary>
    /// <param name="layouts">The rules.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    public async Task<IEnumerable<FirewallEntry>> ListAsync(IReadOnlyCollection<IptablesLayout> layouts, CancellationToken cancelToken)
    {
        IptablesListing standing = await ReadAsync(cancelToken).ConfigureAwait(false);
        Check(layouts, standing);
        Remember(layouts, standing);
        return layouts.SelectMany(layout => _standing[layout.Rule.Name].Select(address => new FirewallEntry(layout.Rule, address, null)));
    }

    /// <summary>Removes chains and all that leads to them.</summary>
    /// <param name="pick">Which chains.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    public async Task CloseAsync(Func<string, bool> pick, CancellationToken cancelToken)
    {
        IptablesListing standing = await ReadAsync(cancelToken).ConfigureAwait(false);
        if (IptablesScript.Close(standing.Chains.Keys.Where(pick), standing) is { } script)
        {
            await _tool.RestoreAsync(script, "remove the rules", cancelToken).ConfigureAwait(false);
        }
    }

    private async Task TryApplyAsync(IReadOnlyList<FirewallChange> changes, IReadOnlyDictionary<string, IptablesLayout> layouts, CancellationToken cancelToken)
    {
        IReadOnlyList<IptablesPart> parts = IptablesPart.Sort(changes, layouts, _standing);
        bool isSmall = _standing.Values.Sum(addresses => addresses.Count) <= MostCheckedRules;
        await _tool.RestoreAsync(IptablesScript.Apply(parts, chain => isSmall && _chains.Contains(chain)), "change the rules", cancelToken).ConfigureAwait(false);
        foreach (IptablesPart part in parts)
        {
            HashSet<Address> known = _standing[part.Layout.Rule.Name];
            known.ExceptWith(part.Removes);
            known.UnionWith(part.Adds);
        }
    }

    private void Remember(IEnumerable<IptablesLayout> layouts, IptablesListing standing)
    {
        _chains = [.. standing.Chains.Keys];
        foreach (IptablesLayout layout in layouts)
        {
            _standing[layout.Rule.Name] = standing.AddressesIn(layout.Chain, isIPv6);
        }
    }

    private void Check(IEnumerable<IptablesLayout> layouts, IptablesListing standing)
    {
        foreach (IptablesLayout layout in layouts)
        {
            if (layout.From.FirstOrDefault(chain => standing.Chains.ContainsKey(chain) && !_chains.Contains(chain)) is { } appeared)
            {
                throw new FirewallException(FirewallFailure.Gone, $"The chain {appeared}, on which the rule '{layout.Rule.Name}' hangs, has appeared in {_tool} only now.");
            }

            int expected = layout.From.Where(_chains.Contains).SelectMany(layout.Jumps).Count();
            if (!standing.Chains.ContainsKey(layout.Chain) || standing.JumpsTo(layout.Chain).Count() < expected)
            {
                throw new FirewallException(FirewallFailure.Gone,
                    $"What PSBan had set up in {_tool} is gone (were the rules flushed?): the chain {layout.Chain} or a jump to it is not there.");
            }
        }
    }
}
