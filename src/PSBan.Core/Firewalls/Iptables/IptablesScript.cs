using System.Text;
using PSBan.Model;

namespace PSBan.Firewalls.Iptables;

/// <summary>Writes what <c>iptables-restore --noflush</c> reads: a script takes effect as a whole or not at all.</summary>
internal static class IptablesScript
{
    private const string Begin = "*filter\n";
    private const string End = "COMMIT\n";

    // Each deletion looks its rule up among all (20 ms among 10,000); writing the chain anew takes 8 times as long as one.
    private const int MostDeletions = 8;

    // Addresses of the documentation (RFC 5737, RFC 3849).
    private static readonly Address s_example4 = Address.Parse("192.0.2.1"), s_example6 = Address.Parse("2001:db8::1");

    /// <summary>Touches what a rule needs, so that testing it shows whether tool, right and kernel are there.</summary>
    public static string Probe => $"{Begin}:{IptablesNames.Start}probe - [0:0]\n{End}";

    /// <summary>Tries the verdict of a rule in a chain that goes at once; testing alone (<c>--test</c>) does not find a target that is not there.</summary>
    /// <param name="layout">The rule.</param>
    /// <param name="isIPv6">Whether it is for ip6tables.</param>
    public static string Try(IptablesLayout layout, bool isIPv6)
    {
        StringBuilder script = new(Begin);
        string chain = IptablesNames.Start + "probe";
        Line(script, $":{chain} - [0:0]");
        AddExamples(script, layout, chain, isIPv6);
        Line(script, $"-X {chain}");
        return script.Append(End).ToString();
    }

    /// <summary>Makes the chains and the jumps anew; the chains keep their addresses.</summary>
    /// <param name="layouts">The rules.</param>
    /// <param name="standing">What stands now.</param>
    /// <param name="isIPv6">Whether it is for ip6tables.</param>
    public static string Open(IEnumerable<IptablesLayout> layouts, IptablesListing standing, bool isIPv6)
    {
        StringBuilder script = new(Begin);
        foreach (IptablesLayout layout in layouts)
        {
            // Naming a chain makes it, or empties it.
            Line(script, $":{layout.Chain} - [0:0]");

            // A verdict that the kernel does not take shows now, and not in the batch of the first ban.
            AddExamples(script, layout, layout.Chain, isIPv6);
            AddRules(script, layout, standing.AddressesIn(layout.Chain, isIPv6));
            DeleteJumps(script, layout.Chain, standing);

            // Each goes to the top, so the last one written stands first.
            foreach (string jump in layout.From.Where(standing.Chains.ContainsKey).SelectMany(layout.Jumps).Reverse())
            {
                Line(script, $"-I {jump}");
            }
        }

        return script.Append(End).ToString();
    }

    /// <summary>Adds and removes addresses, after making sure that the jumps are there.</summary>
    /// <param name="parts">For each rule what its chain holds, and what is to go and to come.</param>
    /// <param name="isChecked">Whether jumps from a chain are to be checked.</param>
    public static string Apply(IEnumerable<IptablesPart> parts, Func<string, bool> isChecked)
    {
        StringBuilder script = new(Begin);
        foreach (IptablesPart part in parts)
        {
            // A failing check fails the script: without its jumps a chain would take bans that do nothing.
            foreach (string jump in part.Layout.From.Where(isChecked).SelectMany(part.Layout.Jumps))
            {
                Line(script, $"-C {jump}");
            }

            if (part.Removes.Count > MostDeletions)
            {
                Line(script, $"-F {part.Layout.Chain}");
                AddRules(script, part.Layout, part.Standing.Except(part.Removes));
            }
            else
            {
                foreach (string rule in part.Removes.SelectMany(address => part.Layout.AddressRules(address)))
                {
                    Line(script, $"-D {rule}");
                }
            }

            AddRules(script, part.Layout, part.Adds);
        }

        return script.Append(End).ToString();
    }

    /// <summary>Removes chains and all that leads to them.</summary>
    /// <param name="chains">The chains.</param>
    /// <param name="standing">What stands now.</param>
    /// <returns>The script; null where there is nothing to remove.</returns>
    public static string? Close(IEnumerable<string> chains, IptablesListing standing)
    {
        string[] present = [.. chains.Where(standing.Chains.ContainsKey)];
        if (present.Length == 0)
        {
            return null;
        }

        StringBuilder script = new(Begin);
        foreach (string chain in present)
        {
            DeleteJumps(script, chain, standing);
            Line(script, $"-F {chain}");
            Line(script, $"-X {chain}");
        }

        return script.Append(End).ToString();
    }

    private static void AddExamples(StringBuilder script, IptablesLayout layout, string chain, bool isIPv6)
    {
        foreach (string rule in layout.AddressRules(isIPv6 ? s_example6 : s_example4, chain))
        {
            Line(script, $"-A {rule}");
        }

        Line(script, $"-F {chain}");
    }

    private static void AddRules(StringBuilder script, IptablesLayout layout, IEnumerable<Address> addresses)
    {
        foreach (string rule in addresses.SelectMany(address => layout.AddressRules(address)))
        {
            Line(script, $"-A {rule}");
        }
    }

    private static void DeleteJumps(StringBuilder script, string chain, IptablesListing standing)
    {
        foreach (string jump in standing.JumpsTo(chain))
        {
            Line(script, $"-D {jump}");
        }
    }

    private static void Line(StringBuilder script, string text) => script.Append(text).Append('\n');
}
