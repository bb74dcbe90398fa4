namespace PSBan.Model;

/// <summary>A packet filter of this machine, as it stood at one moment.</summary>
/// <param name="Name">The name that <c>-Firewall</c> takes.</param>
public sealed record FirewallStatus(string Name)
{
    /// <summary>The version that its tool tells, such as <c>1.8.9 (nf_tables)</c>; null where there is none.</summary>
    public string? Version { get; init; }

    /// <summary>Whether this process can ban with it now.</summary>
    public bool Usable { get; init; }

    /// <summary>Why it is not usable, with the way out; null where it is.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether this is the one that <c>auto</c> takes here.</summary>
    public bool IsDefault { get; init; }

    /// <summary>The jails of the running watch that ban with it.</summary>
    public IReadOnlyList<string> InUse { get; init; } = [];

    /// <summary>What stands there of PSBan's: tables, chains, sets.</summary>
    public IReadOnlyList<string> Ours { get; init; } = [];

    /// <summary>What stands there of others, where PSBan is not meant to reach: tables, chains, sets.</summary>
    public IReadOnlyList<string> Foreign { get; init; } = [];

    /// <summary>What else is worth knowing: another program that bans or writes rules here too, rules in the other flavour of iptables.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
