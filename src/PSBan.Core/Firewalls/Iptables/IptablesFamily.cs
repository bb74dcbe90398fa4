using System.Globalization;
using System.Text.RegularExpressions;
using PSBan.Model;

namespace PSBan.Firewalls.Iptables;

/// <summary>The filter table of one family (<c>iptables</c> or <c>ip6tables</c>) and what is known to stand in it.</summary>
/// <param name="runner">Runs the tools.</param>
/// <param name="isIPv6">Whether this is ip6tables.</param>
internal sealed partial class IptablesFamily(CommandRunner runner, bool isIPv6)
{
    // Another program may hold the lock for as long as it takes to read a large set of rules.
    private static readonly string[] s_restore = ["--noflush", "-w", "30"];
    private static readonly string[] s_test = ["--noflush", "--test", "-w", "30"];
    private static readonly string[] s_save = ["-t", "filter"];

    // Checking the jumps makes the tool fetch the table; with 10,000 rules that is 50 ms instead of 4 for one more. Listing finds what is gone all the same.
    private const int MostCheckedRules = 1000;

    private readonly string _tool = isIPv6 ? "ip6tables" : "iptables";
    private readonly Dictionary<string, HashSet<Address>> _standing = new(StringComparer.Ordinal);
    private HashSet<string> _chains = new(StringComparer.Ordinal);

    /// <summary>Whether this is ip6tables.</summary>
    public bool IsIPv6 => isIPv6;

    /// <summary>Reads the whole table.</summary>
    /// <param name="cancelToken">Ends the call early.</param>
    public async Task<IptablesListing> ReadAsync(CancellationToken cancelToken)
    {
        CommandResult result = await runner.RunAsync(_tool + "-save", s_save, null, cancelToken).ConfigureAwait(false);
        return result.Succeeded ? IptablesListing.Parse(result.Text) : throw CommandFailures.ToException(result, "list the rules");
    }

    /// <summary>Finds out, without changing anything, whether the tool, the right and the kernel's part are there.</summary>
    /// <param name="cancelToken">Ends the call early.</param>
    public Task ProbeAsync(CancellationToken cancelToken) => RestoreAsync(s_test, IptablesScript.Probe, "change the packet filter", cancelToken);

    /// <summary>Makes chains and jumps.</summary>
    /// <param name="layouts">The rules.</param>
    /// <param name="standing">What stands now.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    public async Task OpenAsync(IReadOnlyList<IptablesLayout> layouts, IptablesListing standing, CancellationToken cancelToken)
    {
        try
        {
            await RestoreAsync(s_restore, IptablesScript.Open(layouts, standing, isIPv6), "set up the rules", cancelToken).ConfigureAwait(false);
        }
        catch (FirewallException exception) when (exception.Failure == FirewallFailure.CommandFailed && layouts.Count > 1)
        {
            // It fails as a whole; trying the rules one by one tells which of them it does not take.
            foreach (IptablesLayout layout in layouts)
            {
                string purpose = $"set up the rule '{layout.Rule.Name}' of the jail '{layout.Rule.Jail}'";
                await RestoreAsync(s_restore, IptablesScript.Try(layout, isIPv6), purpose, cancelToken).ConfigureAwait(false);
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
            await RestoreAsync(s_restore, script, "remove the rules", cancelToken).ConfigureAwait(false);
        }
    }

    private async Task TryApplyAsync(IReadOnlyList<FirewallChange> changes, IReadOnlyDictionary<string, IptablesLayout> layouts, CancellationToken cancelToken)
    {
        IReadOnlyList<IptablesPart> parts = IptablesPart.Sort(changes, layouts, _standing);
        bool isSmall = _standing.Values.Sum(addresses => addresses.Count) <= MostCheckedRules;
        await RestoreAsync(s_restore, IptablesScript.Apply(parts, chain => isSmall && _chains.Contains(chain)), "change the rules", cancelToken).ConfigureAwait(false);
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
            int expected = layout.From.Where(_chains.Contains).SelectMany(layout.Jumps).Count();
            if (!standing.Chains.ContainsKey(layout.Chain) || standing.JumpsTo(layout.Chain).Count() < expected)
            {
                throw new FirewallException(FirewallFailure.Gone,
                    $"What PSBan had set up in {_tool} is gone (were the rules flushed?): the chain {layout.Chain} or a jump to it is not there.");
            }
        }
    }

    private async Task RestoreAsync(string[] arguments, string script, string purpose, CancellationToken cancelToken)
    {
        CommandResult result = await runner.RunAsync(_tool + "-restore", arguments, script, cancelToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            throw CommandFailures.ToException(result with { Error = result.Error + FailedLine(result.Error, script) }, purpose);
        }
    }

    // Both tools say no more than "line 3 failed" of what the kernel refused. (Their "error occurred at line" counts differently.)
    private static string FailedLine(string error, string script) =>
        LineFailed().Match(error) is { Success: true } match
            && int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && script.Split('\n').ElementAtOrDefault(number - 1) is { } line
            ? $"\n{line}" : "";

    [GeneratedRegex("line ([0-9]{1,9}) failed", RegexOptions.CultureInvariant)]
    private static partial Regex LineFailed();
}
