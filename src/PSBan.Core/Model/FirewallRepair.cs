namespace PSBan.Model;

/// <summary>What came of comparing the bans of one jail with one packet filter.</summary>
/// <param name="Firewall">The packet filter.</param>
/// <param name="Jail">The jail.</param>
public sealed record FirewallRepair(string Firewall, string Jail)
{
    /// <summary>How many bans the watch wants there.</summary>
    public int Wanted { get; init; }

    /// <summary>How many were missing, or had the wrong time, and were put back.</summary>
    public int Restored { get; init; }

    /// <summary>How many addresses nobody wants stood there, and were removed.</summary>
    public int Removed { get; init; }

    /// <summary>Whether the rules themselves were gone, and have been made anew.</summary>
    public bool RulesMadeAnew { get; init; }

    /// <summary>Why it could not be repaired; null where it could. The watch goes on trying.</summary>
    public string? Trouble { get; init; }
}
