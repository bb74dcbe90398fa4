using PSBan.Firewalls.Inspection;
using PSBan.Model;

namespace PSBan.Firewalls.DryRun;

/// <summary>Tells that a dry run stops nobody.</summary>
internal sealed class DryRunView : IFirewallView
{
    /// <inheritdoc/>
    public Finding Look(FirewallRule rule, Address address) => new(
        false, BanCheckCause.DryRun, "The watch runs dry: the packet filter is left alone, and no packet is stopped.", "Start the watch without -DryRun, and without dry-run as its packet filter.");
}
