using PSBan.Model;

namespace PSBan.Firewalls.WindowsFirewall;

/// <summary>What of PSBan's stands in the Windows Firewall, by the names of the rules; a name may stand there twice.</summary>
internal sealed class NetshListing
{
    private readonly Dictionary<string, List<PolicyRule>> _rules = new(StringComparer.OrdinalIgnoreCase);

    private NetshListing(IEnumerable<PolicyRule> rules)
    {
        foreach (PolicyRule rule in rules.Where(rule => NetshNames.TryParse(rule.Name, out _, out _, out _)))
        {
            if (!_rules.TryGetValue(rule.Name, out List<PolicyRule>? same))
            {
                _rules[rule.Name] = same = [];
            }

            same.Add(rule);
        }
    }

    /// <summary>Reads what stands.</summary>
    /// <param name="policy">Shows it.</param>
    public static NetshListing Read(IFirewallPolicy policy) => new(policy.ReadRules());

    /// <summary>The rules of a name.</summary>
    /// <param name="name">The name.</param>
    public IReadOnlyList<PolicyRule> Named(string name) => _rules.TryGetValue(name, out List<PolicyRule>? same) ? same : [];

    /// <summary>The names that belong to certain rules.</summary>
    /// <param name="pick">Which rules, by their part of the name.</param>
    public IReadOnlyList<string> NamesOf(Func<string, bool> pick) => [.. _rules.Keys.Where(name => NetshNames.TryParse(name, out string id, out _, out _) && pick(id))];

    /// <summary>The names that belong to the rules, but to no protocol that they have now.</summary>
    /// <param name="layouts">The rules.</param>
    public IReadOnlyList<string> Strangers(IReadOnlyCollection<NetshLayout> layouts) =>
        [.. _rules.Keys.Where(name => NetshNames.TryParse(name, out string id, out string protocol, out _)
            && layouts.FirstOrDefault(layout => layout.Id == id) is { } owner && !owner.Parts.Any(part => part.Protocol == protocol))];

    /// <summary>Whether a chunk stands as it should.</summary>
    /// <param name="layout">The rule.</param>
    /// <param name="chunk">The chunk.</param>
    public bool Holds(NetshLayout layout, Chunk chunk) => layout.Parts.All(part => Holds(Named(layout.NameOf(part, chunk.Number)), part, chunk.Addresses));

    /// <summary>The chunks of a rule as they stand; those that stand otherwise than they should are dirty.</summary>
    /// <param name="layout">The rule.</param>
    /// <param name="known">What was written last; the firewall may have written addresses down in another way.</param>
    public ChunkBook ToBook(NetshLayout layout, ChunkBook? known = null)
    {
        ChunkBook book = new(layout);
        Dictionary<int, Chunk> written = known?.Chunks.Where(chunk => !chunk.IsDirty).ToDictionary(chunk => chunk.Number) ?? [];
        foreach (int number in NumbersOf(layout))
        {
            if (written.TryGetValue(number, out Chunk? chunk) && Holds(layout, chunk))
            {
                book.Load(number, chunk.Addresses, isDirty: false);
                continue;
            }

            List<PolicyRule> rules = [.. layout.Parts.SelectMany(part => Named(layout.NameOf(part, number)))];
            HashSet<Address> addresses = [.. rules.SelectMany(rule => rule.Written).SelectMany(range => range.ToAddresses()).Where(Reachable.Is)];
            book.Load(number, addresses, isDirty: !layout.Parts.All(part => Holds(Named(layout.NameOf(part, number)), part, addresses)));
        }

        return book;
    }

    private static bool Holds(IReadOnlyList<PolicyRule> rules, NetshPart part, HashSet<Address> addresses) =>
        addresses.Count == 0
            ? rules.Count == 0
            : rules.Count == 1 && part.IsSaidBy(rules[0]) && rules[0].Addresses.SequenceEqual(AddressRange.Join(addresses.Select(AddressRange.From)));

    private SortedSet<int> NumbersOf(NetshLayout layout) =>
        [.. _rules.Keys.Select(name => NetshNames.TryParse(name, out string id, out string protocol, out int number)
            && id == layout.Id && layout.Parts.Any(part => part.Protocol == protocol) ? number : 0).Where(number => number > 0)];
}
