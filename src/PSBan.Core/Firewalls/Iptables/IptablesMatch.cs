using PSBan.Model;

namespace PSBan.Firewalls.Iptables;

/// <summary>Whether the packets that a jail's rule is about come into the reach of a rule of iptables.</summary>
internal enum IptablesReach
{
    /// <summary>None does.</summary>
    None,

    /// <summary>Only those of connections that stand already.</summary>
    Established,

    /// <summary>It depends on something that is not looked into, such as a limit.</summary>
    Perhaps,

    /// <summary>They do.</summary>
    Sure,
}

/// <summary>One rule of iptables taken apart, as far as it decides what becomes of a banned address.</summary>
internal sealed record IptablesMatch
{
    private Address Source { get; init; }

    private bool IsNotSource { get; init; }

    private string? Protocol { get; init; }

    private IReadOnlyList<PortRange> Ports { get; init; } = [];

    private bool IsLoopback { get; init; }

    private string? States { get; init; }

    private bool HasMore { get; init; }

    /// <summary>Where it leads: <c>ACCEPT</c>, <c>DROP</c>, a chain; null where it only counts.</summary>
    public string? Target { get; private init; }

    /// <summary>Whether it goes there without coming back (<c>-g</c>).</summary>
    public bool IsGoto { get; private init; }

    /// <summary>Takes a rule apart.</summary>
    /// <param name="rule">The rule as iptables-save prints it, without the command and the chain in front.</param>
    public static IptablesMatch Parse(string rule)
    {
        IptablesMatch match = new();
        List<string> words = Words(rule);
        bool isNegated = false;
        for (int i = 0; i < words.Count; i++)
        {
            string word = words[i];
            if (word == "!")
            {
                isNegated = true;
                continue;
            }

            string next = i + 1 < words.Count ? words[i + 1] : "";
            IptablesMatch? read = isNegated && word != "-s" ? null : match.With(word, next, isNegated);
            match = read ?? match with { HasMore = match.HasMore || word is not ("--comment" or "--reject-with") };

            // Every word with a hyphen in front takes at least one behind it, of those that stand before a target.
            i += next.Length > 0 && !next.StartsWith('-') && next != "!" ? 1 : 0;
            isNegated = false;
        }

        return match;
    }

    /// <summary>Whether the packets come into its reach.</summary>
    /// <param name="address">Where they come from.</param>
    /// <param name="protocols">The protocols of the jail's rule; empty for all.</param>
    /// <param name="ports">The ports of the jail's rule; empty for all.</param>
    public IptablesReach Reach(Address address, IReadOnlyList<string> protocols, IReadOnlyList<PortRange> ports)
    {
        bool hasOtherSource = !Source.IsDefault && (IsNotSource ? Source.Contains(address) : !Source.Contains(address) && !address.Contains(Source));
        bool hasOtherProtocol = Protocol is not null && protocols.Count > 0 && !protocols.Contains(Protocol);
        bool hasOtherPorts = Ports.Count > 0 && ports.Count > 0 && !Ports.Any(own => ports.Any(other => own.First <= other.Last && other.First <= own.Last));
        if (IsLoopback || hasOtherSource || hasOtherProtocol || hasOtherPorts)
        {
            return IptablesReach.None;
        }

        return States is not null && !States.Split(',').Contains("NEW") ? IptablesReach.Established : HasMore ? IptablesReach.Perhaps : IptablesReach.Sure;
    }

    // Null where the word says something that is not looked into.
    private IptablesMatch? With(string word, string next, bool isNegated) => word switch
    {
        "-s" when Address.TryParse(next, out Address source) => this with { Source = source, IsNotSource = isNegated },
        "-p" => this with { Protocol = next is "ipv6-icmp" ? "icmpv6" : next },
        "-m" => next is "tcp" or "udp" or "multiport" or "conntrack" or "state" or "comment" or "sctp" or "dccp" or "udplite" ? this : null,
        "--dport" or "--dports" when PortList.TryParse(next, out IReadOnlyList<PortRange> ports, out _) => this with { Ports = ports },
        "--ctstate" or "--state" => this with { States = next },
        "-i" => this with { IsLoopback = next == "lo", HasMore = HasMore || next != "lo" },
        "-j" or "-g" => this with { Target = next, IsGoto = word == "-g" },
        "--comment" => this,
        _ => null,
    };

    // Text in quotes, a comment say, is one word.
    private static List<string> Words(string rule)
    {
        List<string> words = [];
        string[] parts = rule.Split('"');
        for (int i = 0; i < parts.Length; i++)
        {
            if (i % 2 == 1)
            {
                words.Add(parts[i].TrimStart('-'));
            }
            else
            {
                words.AddRange(parts[i].Split(' ', StringSplitOptions.RemoveEmptyEntries));
            }
        }

        return words;
    }
}
