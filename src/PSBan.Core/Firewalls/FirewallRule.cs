namespace PSBan.Firewalls;

/// <summary>Which packets of a banned address are meant, for one action of one jail. The names are those of fail2ban's action parameters.</summary>
public sealed record FirewallRule
{
    /// <summary>The jail it belongs to.</summary>
    public required string Jail { get; init; }

    /// <summary>The name of the set or chain (<c>name</c>); unique among all rules.</summary>
    public required string Name { get; init; }

    /// <summary>The ports, as in <c>25,465,1000:1024,ssh</c>; null for all ports.</summary>
    public string? Ports { get; init; }

    /// <summary>The protocols (<c>tcp</c>, <c>udp</c>, …); empty for all.</summary>
    public IReadOnlyList<string> Protocols { get; init; } = ["tcp"];

    /// <summary>The hooks (<c>input</c>, <c>forward</c>, <c>prerouting</c>) or chains (<c>INPUT</c>, <c>DOCKER-USER</c>) that lead to the rule.</summary>
    public IReadOnlyList<string> Chains { get; init; } = [];

    /// <summary>The priority of an nft base chain.</summary>
    /// <value>The default is -1, before the filter priority.</value>
    public int Priority { get; init; } = -1;

    /// <summary>How many addresses share a rule of the Windows Firewall (<c>chunk</c>); null for its default, 200.</summary>
    public int? Chunk { get; init; }

    /// <summary>Whether connections that stand already are left alone (<c>iptables-new</c>).</summary>
    public bool NewConnections { get; init; }

    /// <summary>What happens to a packet: <c>reject</c>, <c>drop</c> or the packet filter's own words; null for its default (reject).</summary>
    public string? BlockType { get; init; }

    /// <summary>The same for IPv6 where it was set apart (<c>blocktype?family=inet6</c>); null for <see cref="BlockType"/>.</summary>
    public string? BlockType6 { get; init; }
}
