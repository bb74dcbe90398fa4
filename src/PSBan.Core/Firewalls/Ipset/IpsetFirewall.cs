using PSBan.Firewalls.Iptables;
using PSBan.Model;

namespace PSBan.Firewalls.Ipset;

/// <summary>
/// Bans through sets of the kernel that a rule of iptables and one of ip6tables look into: however many are banned, a packet is looked up once. The kernel
/// ends bans by itself; what lasts longer than it can count is renewed when the sets are listed.
/// </summary>
/// <param name="runner">Runs the tools.</param>
/// <param name="time">The clock.</param>
internal sealed class IpsetFirewall(CommandRunner runner, TimeProvider time) : IFirewall, IFirewallNotes
{
    // An element that has less time left than this, and should have more, is renewed.
    private static readonly TimeSpan s_renewal = TimeSpan.FromDays(1);

    private readonly Dictionary<string, IpsetLayout> _layouts = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Rule, Address Address), DateTimeOffset> _long = [];
    private readonly IpsetTool _sets = new(runner, time);
    private readonly IptablesTool _rules4 = new(runner, isIPv6: false), _rules6 = new(runner, isIPv6: true);
    private readonly SortedSet<string> _notes = new(StringComparer.Ordinal);
    private HashSet<string> _chains4 = [], _chains6 = [];

    // Null until the first look.
    private bool? _hasIPv6;

    /// <inheritdoc/>
    public string Name => FirewallBackEnds.Ipset;

    /// <inheritdoc/>
    public IReadOnlyList<string> Notes => [.. _notes];

    private IEnumerable<(IptablesTool Rules, bool IsIPv6)> Families => _hasIPv6 == true ? [(_rules4, false), (_rules6, true)] : [(_rules4, false)];

    /// <inheritdoc/>
    public bool Covers(Address address) => address.PrefixLength > 0 && (!address.IsIPv6 || _hasIPv6 != false);

    /// <summary>Finds out, without changing anything, whether the tools, the right and the kernel's part are there.</summary>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="FirewallException">One of them is missing.</exception>
    public async Task ProbeAsync(CancellationToken cancelToken)
    {
        await _rules4.ProbeAsync(cancelToken).ConfigureAwait(false);
        await _sets.ReadAsync(cancelToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task OpenAsync(IReadOnlyList<FirewallRule> rules, CancellationToken cancelToken)
    {
        if (rules.Count == 0)
        {
            await ProbeAsync(cancelToken).ConfigureAwait(false);
            return;
        }

        IpsetLayout[] layouts = [.. rules.Select(rule => new IpsetLayout(rule))];
        IptablesListing standing4 = await _rules4.ReadAsync(cancelToken).ConfigureAwait(false);
        IptablesListing? standing6 = await TryReadIPv6Async(cancelToken).ConfigureAwait(false);
        _notes.UnionWith(IptablesChains.Check(layouts.Select(layout => layout.Chain), standing4, standing6));
        try
        {
            await OpenAsync(layouts, standing4, standing6, cancelToken).ConfigureAwait(false);
        }
        catch (FirewallException)
        {
            await CloseQuietlyAsync([.. rules.Where(rule => !_layouts.ContainsKey(rule.Name))], cancelToken).ConfigureAwait(false);
            throw;
        }

        foreach (IpsetLayout layout in layouts)
        {
            _layouts[layout.Rule.Name] = layout;
        }
    }

    /// <inheritdoc/>
    public async Task ApplyAsync(IReadOnlyList<FirewallChange> changes, CancellationToken cancelToken)
    {
        FirewallChange[] own = [.. changes.Where(change => Covers(change.Address))];
        if (own.Length > 0)
        {
            await _sets.RestoreAsync(IpsetScript.Apply(own, _layouts), "change the sets", cancelToken).ConfigureAwait(false);
            DateTimeOffset now = time.GetUtcNow();
            Array.ForEach(own, change => Note(change, now));
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FirewallEntry>> ListAsync(CancellationToken cancelToken)
    {
        if (_layouts.Count == 0)
        {
            return [];
        }

        foreach ((IptablesTool rules, bool isIPv6) in Families)
        {
            Check(rules, await rules.ReadAsync(cancelToken).ConfigureAwait(false), isIPv6);
        }

        IpsetListing listing = await _sets.ReadAsync(cancelToken).ConfigureAwait(false);
        List<FirewallEntry> entries = [];
        foreach (IpsetLayout layout in _layouts.Values)
        {
            foreach ((string set, _) in Families.SelectMany(family => layout.Sets(family.IsIPv6)))
            {
                entries.AddRange(listing.Sets.TryGetValue(set, out List<(Address Address, Duration Remaining)>? elements)
                    ? elements.Select(element => new FirewallEntry(layout.Rule, element.Address, element.Remaining))
                    : throw new FirewallException(FirewallFailure.Gone, $"The set {set} of PSBan's is gone (was it destroyed?)."));
            }
        }

        await RenewAsync(entries, cancelToken).ConfigureAwait(false);
        return entries;
    }

    /// <inheritdoc/>
    public async Task CloseAsync(IReadOnlyList<FirewallRule> rules, CancellationToken cancelToken)
    {
        HashSet<string> chains = [.. rules.Select(IpsetNames.Chain)];
        HashSet<string> sets = [.. rules.SelectMany(rule => IpsetLayout.Sets(rule, isIPv6: false).Concat(IpsetLayout.Sets(rule, isIPv6: true))).Select(set => set.Name)];
        await CloseAsync(chains.Contains, sets.Contains, cancelToken).ConfigureAwait(false);
        foreach (FirewallRule rule in rules)
        {
            _layouts.Remove(rule.Name);
        }
    }

    /// <summary>Removes all sets of PSBan's and what looks into them, whoever made them.</summary>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="FirewallException">A tool refused.</exception>
    public async Task ClearAsync(CancellationToken cancelToken)
    {
        await CloseAsync(chain => chain.StartsWith(IpsetNames.ChainStart, StringComparison.Ordinal), _ => true, cancelToken).ConfigureAwait(false);
        _layouts.Clear();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task OpenAsync(IpsetLayout[] layouts, IptablesListing standing4, IptablesListing? standing6, CancellationToken cancelToken)
    {
        await OpenAsync(_rules4, layouts, standing4, isIPv6: false, cancelToken).ConfigureAwait(false);
        _chains4 = [.. standing4.Chains.Keys];
        if (standing6 is not null)
        {
            await OpenAsync(_rules6, layouts, standing6, isIPv6: true, cancelToken).ConfigureAwait(false);
            _chains6 = [.. standing6.Chains.Keys];
        }
    }

    // Sets and rules are two programs' work, so what fails in the middle is not undone by itself.
    private async Task CloseQuietlyAsync(IReadOnlyList<FirewallRule> rules, CancellationToken cancelToken)
    {
        try
        {
            await CloseAsync(rules, cancelToken).ConfigureAwait(false);
        }
        catch (FirewallException)
        {
            // What opening threw says more.
        }
    }

    private async Task OpenAsync(IptablesTool rules, IpsetLayout[] layouts, IptablesListing standing, bool isIPv6, CancellationToken cancelToken)
    {
        await _sets.RestoreAsync(IpsetScript.Create(layouts, isIPv6), "make the sets", cancelToken).ConfigureAwait(false);
        try
        {
            await rules.RestoreAsync(IpsetScript.Open(layouts, standing, isIPv6), "set up the rules", cancelToken).ConfigureAwait(false);
        }
        catch (FirewallException exception) when (exception.Failure == FirewallFailure.CommandFailed && layouts.Length > 1)
        {
            // It fails as a whole; trying the rules one by one tells which of them it does not take.
            foreach (IpsetLayout layout in layouts)
            {
                string purpose = $"set up the rule '{layout.Rule.Name}' of the jail '{layout.Rule.Jail}'";
                await rules.RestoreAsync(IpsetScript.Open([layout], standing, isIPv6), purpose, cancelToken).ConfigureAwait(false);
            }

            throw;
        }
    }

    private void Check(IptablesTool rules, IptablesListing standing, bool isIPv6)
    {
        HashSet<string> chains = isIPv6 ? _chains6 : _chains4;
        foreach (IpsetLayout layout in _layouts.Values)
        {
            string chain = layout.Chain.Chain;
            if (layout.Chain.From.FirstOrDefault(from => standing.Chains.ContainsKey(from) && !chains.Contains(from)) is { } appeared)
            {
                throw new FirewallException(FirewallFailure.Gone, $"The chain {appeared}, on which the rule '{layout.Rule.Name}' hangs, has appeared in {rules} only now.");
            }

            int jumps = layout.Chain.From.Where(chains.Contains).SelectMany(layout.Chain.Jumps).Count();
            if (!standing.Chains.TryGetValue(chain, out List<string>? own) || own.Count < layout.Rules(isIPv6).Count() || standing.JumpsTo(chain).Count() < jumps)
            {
                throw new FirewallException(FirewallFailure.Gone,
                    $"What PSBan had set up in {rules} is gone (were the rules flushed?): the chain {chain}, a rule in it or a jump to it is not there.");
            }
        }
    }

    /// <summary>Remembers what lasts longer than a set can count.</summary>
    private void Note(FirewallChange change, DateTimeOffset now)
    {
        if (change.Add && !change.Remaining.IsPermanent && change.Remaining.TotalSeconds > IpsetScript.MaxTimeout)
        {
            TimeSpan remaining = change.Remaining.ToTimeSpan();
            _long[(change.Rule.Name, change.Address)] = remaining < DateTimeOffset.MaxValue - now ? now + remaining : DateTimeOffset.MaxValue;
        }
        else
        {
            _long.Remove((change.Rule.Name, change.Address));
        }
    }

    private async Task RenewAsync(List<FirewallEntry> entries, CancellationToken cancelToken)
    {
        if (_long.Count == 0)
        {
            return;
        }

        DateTimeOffset now = time.GetUtcNow();
        FirewallChange[] renewals = [.. entries
            .Where(entry => entry.Remaining is { IsPermanent: false } left && left.ToTimeSpan() < s_renewal && _long.TryGetValue((entry.Rule.Name, entry.Address), out DateTimeOffset end) && end - now > s_renewal)
            .Select(entry => new FirewallChange(entry.Rule, entry.Address, true, Duration.From(_long[(entry.Rule.Name, entry.Address)] - now)))];
        if (renewals.Length > 0)
        {
            await ApplyAsync(renewals, cancelToken).ConfigureAwait(false);
        }
    }

    private async Task CloseAsync(Func<string, bool> pickChain, Func<string, bool> pickSet, CancellationToken cancelToken)
    {
        if (_hasIPv6 is null)
        {
            await TryReadIPv6Async(cancelToken).ConfigureAwait(false);
        }

        foreach ((IptablesTool rules, _) in Families)
        {
            IptablesListing standing = await rules.ReadAsync(cancelToken).ConfigureAwait(false);
            if (IptablesScript.Close(standing.Chains.Keys.Where(pickChain), standing) is { } script)
            {
                await rules.RestoreAsync(script, "remove the rules", cancelToken).ConfigureAwait(false);
            }
        }

        await _sets.DestroyAsync(pickSet, cancelToken).ConfigureAwait(false);
    }

    // A host without IPv6 has nobody to ban there; that is worth a word, but no reason to give up.
    private async Task<IptablesListing?> TryReadIPv6Async(CancellationToken cancelToken)
    {
        try
        {
            IptablesListing standing = await _rules6.ReadAsync(cancelToken).ConfigureAwait(false);
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
