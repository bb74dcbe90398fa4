namespace PSBan.Firewalls.Iptables;

/// <summary>Looks whether the chains that rules hang on are there.</summary>
internal static class IptablesChains
{
    /// <summary>Looks for the chains of each rule; one that a single family has, or that is not there yet beside others that are, is worth a note.</summary>
    /// <param name="layouts">The rules.</param>
    /// <param name="standing4">What stands in iptables.</param>
    /// <param name="standing6">What stands in ip6tables; null where it does not work.</param>
    /// <exception cref="FirewallException">None of the chains of a rule is there.</exception>
    public static IReadOnlyList<string> Check(IEnumerable<IptablesLayout> layouts, IptablesListing standing4, IptablesListing? standing6)
    {
        List<string> notes = [];
        foreach (IptablesLayout layout in layouts)
        {
            foreach (string chain in layout.From)
            {
                bool in4 = standing4.Chains.ContainsKey(chain), in6 = standing6?.Chains.ContainsKey(chain) ?? false;
                if (!in4 && !in6)
                {
                    string missing = $"The rule '{layout.Rule.Name}' of the jail '{layout.Rule.Jail}' hangs on the chain {chain}, which iptables does not have (yet);"
                        + " start what makes it (docker makes DOCKER-USER), or write another chain.";
                    if (!layout.From.Any(other => standing4.Chains.ContainsKey(other) || standing6?.Chains.ContainsKey(other) == true))
                    {
                        throw new FirewallException(FirewallFailure.NotYet, missing);
                    }

                    notes.Add(missing + " Until then it stands in the others.");
                }
                else if (in4 != in6 && standing6 is not null)
                {
                    notes.Add($"The chain {chain} is not in {(in4 ? "ip6tables" : "iptables")}, so the rule '{layout.Rule.Name}' does nothing there.");
                }
            }
        }

        return notes;
    }
}
