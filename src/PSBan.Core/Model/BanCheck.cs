namespace PSBan.Model;

/// <summary>What was found when somebody looked whether a ban stops packets.</summary>
public enum BanCheckCause
{
    /// <summary>It stands, and nothing stands in its way.</summary>
    InForce,

    /// <summary>What is banned is no address, or the jail has no action that is a rule of a packet filter.</summary>
    NothingToCheck,

    /// <summary>The table, set or chain that holds the ban is not there.</summary>
    TableMissing,

    /// <summary>The set or chain is there, but not the address in it.</summary>
    AddressMissing,

    /// <summary>The rule that looks into the set is not there.</summary>
    RuleMissing,

    /// <summary>No packet is led to the chain.</summary>
    NotHooked,

    /// <summary>An earlier rule lets the packets through.</summary>
    RuleOrder,

    /// <summary>It stands in the other flavour of iptables (nf_tables or legacy).</summary>
    OtherFlavour,

    /// <summary>The packet filter, or the profile in use, is switched off.</summary>
    ProfileOff,

    /// <summary>The right to look is missing.</summary>
    AccessDenied,

    /// <summary>The tool is missing, or does not work here.</summary>
    Unavailable,

    /// <summary>The packet filter could not be read.</summary>
    Failed,

    /// <summary>A dry run: nothing is meant to stand.</summary>
    DryRun,
}

/// <summary>Whether one ban stops packets in one packet filter, read from the packet filter itself.</summary>
/// <param name="Jail">The jail.</param>
/// <param name="Id">What is banned.</param>
public sealed record BanCheck(string Jail, BanId Id)
{
    /// <summary>The address or prefix; the empty value where what is banned is none.</summary>
    public Address Address => Id.IsAddress ? Id.Address : default;

    /// <summary>Whether packets of the address are stopped where the jail's rule says.</summary>
    public bool InForce { get; init; }

    /// <summary>The packet filter; null where the jail has none.</summary>
    public string? Firewall { get; init; }

    /// <summary>The rule of the packet filter, by its name; null where the jail has none.</summary>
    public string? Rule { get; init; }

    /// <summary>The kind of finding.</summary>
    public BanCheckCause Cause { get; init; }

    /// <summary>What was found, as a sentence.</summary>
    public string Reason { get; init; } = string.Empty;

    /// <summary>What to do about it, as a sentence; null where nothing is to be done.</summary>
    public string? Remedy { get; init; }

    /// <summary>Whether the watch itself knows that it still has to apply the ban.</summary>
    public bool IsPending { get; init; }
}
