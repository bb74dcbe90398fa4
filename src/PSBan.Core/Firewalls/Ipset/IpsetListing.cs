using System.Globalization;
using PSBan.Model;

namespace PSBan.Firewalls.Ipset;

/// <summary>PSBan's sets and their elements, read from <c>ipset save</c>.</summary>
internal sealed class IpsetListing
{
    /// <summary>The sets by name, each with its elements and the time they have left.</summary>
    public Dictionary<string, List<(Address Address, Duration Remaining)>> Sets { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads the text; sets of others are passed over.</summary>
    /// <param name="text">What ipset printed: <c>create psban-sshd-4 hash:ip …</c>, <c>add psban-sshd-4 192.0.2.7 timeout 598</c>.</param>
    public static IpsetListing Parse(string text)
    {
        IpsetListing listing = new();
        Span<Range> words = stackalloc Range[6];
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            int count = line.Split(words, ' ', StringSplitOptions.RemoveEmptyEntries);
            if (count < 3 || !line[words[1]].StartsWith(IpsetNames.Start))
            {
                continue;
            }

            string set = line[words[1]].ToString();
            if (line[words[0]].SequenceEqual("create"))
            {
                listing.Sets.TryAdd(set, []);
            }
            else if (line[words[0]].SequenceEqual("add") && listing.Sets.TryGetValue(set, out List<(Address, Duration)>? elements) && Address.TryParse(line[words[2]], out Address address))
            {
                bool hasTime = count > 4 && line[words[3]].SequenceEqual("timeout") && long.TryParse(line[words[4]], NumberStyles.None, CultureInfo.InvariantCulture, out _);
                long seconds = hasTime ? long.Parse(line[words[4]], NumberStyles.None, CultureInfo.InvariantCulture) : 0;
                elements.Add((address, seconds == 0 ? Duration.Permanent : Duration.FromSeconds(seconds)));
            }
        }

        return listing;
    }
}
