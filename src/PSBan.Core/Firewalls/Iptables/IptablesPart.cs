using PSBan.Model;

namespace PSBan.Firewalls.Iptables;

/// <summary>The part of a batch that concerns one rule in one family.</summary>
/// <param name="Layout">The rule.</param>
/// <param name="Standing">The addresses that its chain holds.</param>
internal sealed record IptablesPart(IptablesLayout Layout, IReadOnlySet<Address> Standing)
{
    /// <summary>The addresses to come; none of them is there.</summary>
    public List<Address> Adds { get; } = [];

    /// <summary>The addresses to go; each of them is there.</summary>
    public List<Address> Removes { get; } = [];

    /// <summary>Sorts a batch by rule; the last change of an address counts, and what changes nothing is left out.</summary>
    /// <param name="changes">The changes of one family, in order.</param>
    /// <param name="layouts">The opened rules by name.</param>
    /// <param name="standing">The addresses of each rule by name.</param>
    /// <exception cref="InvalidOperationException">A rule has not been opened.</exception>
    public static IReadOnlyList<IptablesPart> Sort(
        IEnumerable<FirewallChange> changes,
        IReadOnlyDictionary<string, IptablesLayout> layouts,
        IReadOnlyDictionary<string, HashSet<Address>> standing)
    {
        Dictionary<(string Rule, Address Address), bool> last = [];
        foreach (FirewallChange change in changes)
        {
            ArgumentOutOfRangeException.ThrowIfEqual(change.Address.IsDefault, true, nameof(changes));

            // Nothing can be left of a time that is over.
            last[(change.Rule.Name, change.Address)] = change.Add && change.Remaining > Duration.Zero;
        }

        Dictionary<string, IptablesPart> parts = new(StringComparer.Ordinal);
        foreach (((string rule, Address address), bool add) in last)
        {
            if (!parts.TryGetValue(rule, out IptablesPart? part))
            {
                IptablesLayout layout = layouts.GetValueOrDefault(rule) ?? throw new InvalidOperationException($"The rule '{rule}' has not been opened.");
                parts[rule] = part = new IptablesPart(layout, standing[rule]);
            }

            if (add != part.Standing.Contains(address))
            {
                (add ? part.Adds : part.Removes).Add(address);
            }
        }

        return [.. parts.Values];
    }
}
