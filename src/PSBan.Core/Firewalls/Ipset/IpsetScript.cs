using System.Globalization;
using System.Text;
using PSBan.Firewalls.Iptables;
using PSBan.Model;

namespace PSBan.Firewalls.Ipset;

/// <summary>Writes what <c>ipset restore -exist</c> and <c>iptables-restore --noflush</c> read.</summary>
internal static class IpsetScript
{
    /// <summary>The longest time that a set keeps an element by itself, in seconds (ipset(8)): not quite 25 days.</summary>
    public const long MaxTimeout = 2_147_483;

    // The limit of a set that nothing is said of is 65,536; memory is taken as needed.
    private const int MaxElements = 1 << 20;

    /// <summary>Makes the sets of rules; those that are there stay, elements included.</summary>
    /// <param name="layouts">The rules.</param>
    /// <param name="isIPv6">The family.</param>
    public static string Create(IEnumerable<IpsetLayout> layouts, bool isIPv6)
    {
        StringBuilder script = new();
        foreach ((string name, bool holdsPrefixes) in layouts.SelectMany(layout => layout.Sets(isIPv6)))
        {
            script.Append(CultureInfo.InvariantCulture, $"create {name} hash:{(holdsPrefixes ? "net" : "ip")} family {(isIPv6 ? "inet6" : "inet")} maxelem {MaxElements} timeout 0\n");
        }

        return script.ToString();
    }

    /// <summary>Makes the chains and the jumps anew.</summary>
    /// <param name="layouts">The rules.</param>
    /// <param name="standing">What stands now.</param>
    /// <param name="isIPv6">The family.</param>
    public static string Open(IEnumerable<IpsetLayout> layouts, IptablesListing standing, bool isIPv6)
    {
        StringBuilder script = new("*filter\n");
        foreach (IpsetLayout layout in layouts)
        {
            // Naming a chain makes it, or empties it.
            script.Append(CultureInfo.InvariantCulture, $":{layout.Chain.Chain} - [0:0]\n");
            Append(script, "-A ", layout.Rules(isIPv6));
            Append(script, "-D ", standing.JumpsTo(layout.Chain.Chain));

            // Each goes to the top, so the last one written stands first.
            Append(script, "-I ", layout.Chain.From.Where(standing.Chains.ContainsKey).SelectMany(layout.Chain.Jumps).Reverse());
        }

        return script.Append("COMMIT\n").ToString();
    }

    /// <summary>Adds and removes elements, the last change of an address only; removals come first, so that a set that is full has room again.</summary>
    /// <param name="changes">The changes, in order.</param>
    /// <param name="layouts">The opened rules by name.</param>
    public static string Apply(IEnumerable<FirewallChange> changes, IReadOnlyDictionary<string, IpsetLayout> layouts)
    {
        StringBuilder script = new();
        Dictionary<(string Rule, Address Address), FirewallChange> last = [];
        foreach (FirewallChange change in changes)
        {
            last[(change.Rule.Name, change.Address)] = change;
        }

        foreach (FirewallChange change in last.Values.OrderBy(change => change.Add && change.Remaining > Duration.Zero))
        {
            IpsetLayout layout = layouts.GetValueOrDefault(change.Rule.Name) ?? throw new InvalidOperationException($"The rule '{change.Rule.Name}' has not been opened.");
            if (change.Add && change.Remaining > Duration.Zero)
            {
                script.Append(CultureInfo.InvariantCulture, $"add {layout.SetOf(change.Address)} {change.Address} timeout {Timeout(change.Remaining)}\n");
            }
            else
            {
                script.Append(CultureInfo.InvariantCulture, $"del {layout.SetOf(change.Address)} {change.Address}\n");
            }
        }

        return script.ToString();
    }

    /// <summary>Removes sets.</summary>
    /// <param name="sets">The names.</param>
    public static string Destroy(IEnumerable<string> sets) => string.Concat(sets.Select(set => $"destroy {set}\n"));

    // To a set, 0 means for ever; a ban never ends earlier than it should.
    private static long Timeout(Duration remaining) =>
        remaining.IsPermanent ? 0 : (long)Math.Clamp(Math.Ceiling(remaining.TotalSeconds), 1, MaxTimeout);

    private static void Append(StringBuilder script, string command, IEnumerable<string> rules)
    {
        foreach (string rule in rules)
        {
            script.Append(command).Append(rule).Append('\n');
        }
    }
}
