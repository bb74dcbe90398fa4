namespace PSBan.Firewalls.Inspection;

/// <summary>What stands in a packet filter, by name.</summary>
/// <param name="Ours">Tables, chains and sets of PSBan's.</param>
/// <param name="Foreign">Those of others.</param>
/// <param name="Notes">What else is worth knowing, one sentence an entry.</param>
internal sealed record FirewallContents(IReadOnlyList<string> Ours, IReadOnlyList<string> Foreign, IReadOnlyList<string> Notes)
{
    /// <summary>An empty packet filter, or one that cannot be read.</summary>
    public static FirewallContents Nothing { get; } = new([], [], []);

    /// <summary>What the names of others' tables and chains tell about who else is at work.</summary>
    /// <param name="names">The names.</param>
    public static IReadOnlyList<string> Tell(IReadOnlyCollection<string> names)
    {
        List<string> notes = [];
        if (names.Any(name => name.Contains("f2b-", StringComparison.Ordinal)))
        {
            notes.Add("fail2ban has rules here: while both run, an address may be banned twice, and one unbanned here stays banned there.");
        }

        if (names.Any(name => name.StartsWith("ufw", StringComparison.Ordinal)))
        {
            notes.Add("ufw keeps rules here: 'ufw reload' and 'ufw disable' may take ours out of its chains; the watch puts them back within a minute.");
        }

        if (names.Any(name => name.Contains("firewalld", StringComparison.Ordinal)))
        {
            notes.Add("firewalld keeps rules here: a reload of it may flush ours from iptables (never from nft); the watch puts them back within a minute.");
        }

        if (names.Any(name => name.Contains("DOCKER", StringComparison.Ordinal)))
        {
            notes.Add("docker publishes ports of containers over the forward path: a jail for such a service needs chain_hook = forward (nft) or chain = DOCKER-USER (iptables).");
        }

        if (names.Any(name => name.Contains("crowdsec", StringComparison.Ordinal)))
        {
            notes.Add("A bouncer of CrowdSec has rules here; both may ban the same address.");
        }

        return notes;
    }
}
