using PSBan.Model;

namespace PSBan.Firewalls.Inspection;

/// <summary>What a look at one address of one rule found.</summary>
/// <param name="InForce">Whether its packets are stopped.</param>
/// <param name="Cause">The kind of finding.</param>
/// <param name="Reason">A sentence.</param>
/// <param name="Remedy">What to do, as a sentence; null where nothing is to be done.</param>
internal sealed record Finding(bool InForce, BanCheckCause Cause, string Reason, string? Remedy)
{
    /// <summary>What mends whatever is missing.</summary>
    public const string Sync = "Sync-BanFirewall puts it back now; the watch does so by itself within a minute.";

    /// <summary>All is well.</summary>
    /// <param name="reason">Where it stands.</param>
    /// <param name="remark">What is worth a look all the same.</param>
    public static Finding Good(string reason, string? remark = null) => new(true, BanCheckCause.InForce, reason, remark);

    /// <summary>Something that the watch had set up is not there.</summary>
    /// <param name="cause">The kind of finding.</param>
    /// <param name="reason">What is not there.</param>
    public static Finding Gone(BanCheckCause cause, string reason) => new(false, cause, reason, Sync);

    /// <summary>The packet filter could not be read.</summary>
    /// <param name="trouble">Why; it names the way out.</param>
    public static Finding Unreadable(FirewallException trouble) => new(
        false,
        trouble.Failure switch
        {
            FirewallFailure.AccessDenied => BanCheckCause.AccessDenied,
            FirewallFailure.Unavailable => BanCheckCause.Unavailable,
            _ => BanCheckCause.Failed,
        },
        trouble.Message,
        trouble.Failure == FirewallFailure.AccessDenied ? "Run as root, or with CAP_NET_ADMIN." : "Get-BanFirewall tells what works here.");
}
