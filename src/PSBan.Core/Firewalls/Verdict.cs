namespace PSBan.Firewalls;

/// <summary>What happens to a packet of a banned address, in no packet filter's own words.</summary>
internal enum VerdictKind
{
    /// <summary>It is refused, and the sender is told.</summary>
    Reject,

    /// <summary>It vanishes.</summary>
    Drop,

    /// <summary>Something else, said in the packet filter's own words.</summary>
    Verbatim,
}

/// <summary>How a sender is told that his packet was refused.</summary>
internal enum RejectReason
{
    /// <summary>The packet filter's default: port unreachable.</summary>
    Default,

    /// <summary>A reset, for TCP only.</summary>
    TcpReset,

    /// <summary>Port unreachable.</summary>
    Port,

    /// <summary>Host (IPv6: address) unreachable.</summary>
    Host,

    /// <summary>Network unreachable (IPv6: no route).</summary>
    Network,

    /// <summary>Protocol unreachable (IPv6 has none: port unreachable).</summary>
    Protocol,

    /// <summary>Network prohibited (IPv6: prohibited).</summary>
    NetworkProhibited,

    /// <summary>Host prohibited (IPv6: prohibited).</summary>
    HostProhibited,

    /// <summary>Administratively prohibited.</summary>
    AdminProhibited,
}

/// <summary>A verdict.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Reason">How a refusal is told.</param>
/// <param name="Words">The packet filter's own words of a verbatim one; empty otherwise.</param>
internal readonly record struct Verdict(VerdictKind Kind, RejectReason Reason = RejectReason.Default, string Words = "");
