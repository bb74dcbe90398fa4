using PSBan.Model;

namespace PSBan.Firewalls.Iptables;

/// <summary>What stands in the filter table of one family, read from <c>iptables-save -t filter</c>.</summary>
internal sealed class IptablesListing
{
    private const string Append = "-A ";

    /// <summary>The chains with their rules, each without the command and the chain in front.</summary>
    public Dictionary<string, List<string>> Chains { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads the text.</summary>
    /// <param name="text">What iptables-save printed.</param>
    public static IptablesListing Parse(string text)
    {
        IptablesListing listing = new();
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(":") && line.IndexOf(' ') is var end and > 1)
            {
                listing.Chains.TryAdd(line[1..end].ToString(), []);
            }
            else if (line.StartsWith(Append) && line[Append.Length..].IndexOf(' ') is var blank and > 0)
            {
                string chain = line.Slice(Append.Length, blank).ToString();
                listing.Chains.TryAdd(chain, []);
                listing.Chains[chain].Add(line[(Append.Length + blank + 1)..].ToString());
            }
        }

        return listing;
    }

    /// <summary>The rules that lead to a chain, each with the chain that it stands in in front.</summary>
    /// <param name="chain">The chain.</param>
    public IEnumerable<string> JumpsTo(string chain) =>
        from pair in Chains
        from rule in pair.Value
        where rule.EndsWith("-j " + chain, StringComparison.Ordinal) || rule.EndsWith("-g " + chain, StringComparison.Ordinal)
        select $"{pair.Key} {rule}";

    /// <summary>The addresses that have a rule in a chain.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="isIPv6">Whether this is ip6tables' table.</param>
    public HashSet<Address> AddressesIn(string chain, bool isIPv6)
    {
        HashSet<Address> addresses = [];
        foreach (string rule in Chains.GetValueOrDefault(chain) ?? [])
        {
            // A rule for everybody has no source.
            string source = rule.StartsWith("-s ", StringComparison.Ordinal) ? rule.Split(' ', 3)[1] : isIPv6 ? "::/0" : "0.0.0.0/0";
            if (Address.TryParse(source, out Address address))
            {
                addresses.Add(address);
            }
        }

        return addresses;
    }
}
