using PSBan.Model;

namespace PSBan.Firewalls.Iptables;

/// <summary>
/// Bans through iptables and ip6tables: a chain for each rule with a rule for each address. There are no times in it: whoever calls removes what has ended,
/// and what a dead watcher leaves stays until the next one opens. A batch is one process a family.
/// </summary>
/// <param name="runner">Runs the tools.</param>
/// <param name="flavour">What the tools' names end with where one flavour is meant: <c>-legacy</c>, <c>-nft</c>.</param>
internal sealed class IptablesFirewall(CommandRunner runner, string flavour = "") : IFirewall, IFirewallNotes
{
    private readonly Dictionary<string, IptablesLayout> _layouts = new(StringComparer.Ordinal);
    private readonly IptablesFamily _family4 = new(runner, isIPv6: false, flavour);
    private readonly IptablesFamily _family6 = new(runner, isIPv6: true, flavour);
    private readonly SortedSet<string> _notes = new(StringComparer.Ordinal);

    // Null until the first look.
    private bool? _hasIPv6;

    /// <inheritdoc/>
    public string Name => FirewallBackEnds.Iptables;

    /// <inheritdoc/>
    public IReadOnlyList<string> Notes => [.. _notes];

    /// <inheritdoc/>
    public bool Covers(Address address) => !address.IsIPv6 || _hasIPv6 != false;

    private IEnumerable<IptablesFamily> Families => _hasIPv6 == true ? [_family4, _family6] : [_family4];

    /// <summary>Finds out, without changing anything, whether the tool, the right and the kernel's part are there.</summary>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="FirewallException">One of them is missing.</exception>
    public Task ProbeAsync(CancellationToken cancelToken) => _family4.ProbeAsync(cancelToken);

    /// <inheritdoc/>
    public async Task OpenAsync(IReadOnlyList<FirewallRule> rules, CancellationToken cancelToken)
    {
        if (rules.Count == 0)
        {
            await ProbeAsync(cancelToken).ConfigureAwait(false);
            return;
        }

        IptablesLayout[] layouts = [.. rules.Select(rule => new IptablesLayout(rule))];
        IptablesListing standing4 = await _family4.ReadAsync(cancelToken).ConfigureAwait(false);
        IptablesListing? standing6 = await TryReadIPv6Async(cancelToken).ConfigureAwait(false);
        _notes.UnionWith(IptablesChains.Check(layouts, standing4, standing6));
        await _family4.OpenAsync(layouts, standing4, cancelToken).ConfigureAwait(false);
        if (standing6 is not null)
        {
            await _family6.OpenAsync(layouts, standing6, cancelToken).ConfigureAwait(false);
        }

        foreach (IptablesLayout layout in layouts)
        {
            _layouts[layout.Rule.Name] = layout;
        }
    }

    /// <inheritdoc/>
    public async Task ApplyAsync(IReadOnlyList<FirewallChange> changes, CancellationToken cancelToken)
    {
        foreach (IptablesFamily family in Families)
        {
            FirewallChange[] own = [.. changes.Where(change => change.Address.IsIPv6 == family.IsIPv6)];
            if (own.Length > 0)
            {
                await family.ApplyAsync(own, _layouts, cancelToken).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FirewallEntry>> ListAsync(CancellationToken cancelToken)
    {
        List<FirewallEntry> entries = [];
        foreach (IptablesFamily family in _layouts.Count > 0 ? Families : [])
        {
            entries.AddRange(await family.ListAsync(_layouts.Values, cancelToken).ConfigureAwait(false));
        }

        return entries;
    }

    /// <inheritdoc/>
    public async Task CloseAsync(IReadOnlyList<FirewallRule> rules, CancellationToken cancelToken)
    {
        HashSet<string> chains = [.. rules.Select(IptablesNames.Chain)];
        await CloseAsync(chains.Contains, cancelToken).ConfigureAwait(false);
        foreach (FirewallRule rule in rules)
        {
            _layouts.Remove(rule.Name);
        }
    }

    /// <summary>Removes all that PSBan has in iptables, whoever made it.</summary>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="FirewallException">iptables refused.</exception>
    public async Task ClearAsync(CancellationToken cancelToken)
    {
        await CloseAsync(chain => chain.StartsWith(IptablesNames.Start, StringComparison.Ordinal), cancelToken).ConfigureAwait(false);
        _layouts.Clear();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task CloseAsync(Func<string, bool> pick, CancellationToken cancelToken)
    {
        if (_hasIPv6 is null)
        {
            await TryReadIPv6Async(cancelToken).ConfigureAwait(false);
        }

        foreach (IptablesFamily family in Families)
        {
            await family.CloseAsync(pick, cancelToken).ConfigureAwait(false);
        }
    }

    // A host without IPv6 has nobody to ban there; that is worth a word, but no reason to give up.
    private async Task<IptablesListing?> TryReadIPv6Async(CancellationToken cancelToken)
    {
        try
        {
            IptablesListing standing = await _family6.ReadAsync(cancelToken).ConfigureAwait(false);
            _hasIPv6 = true;
            return standing;
        }
        catch (FirewallException exception) when (exception.Failure != FirewallFailure.AccessDenied)
        {
            _hasIPv6 = false;
            _notes.Add($"IPv6 addresses are not banned: {exception.Message}");
            return null;
        }
    }
}
