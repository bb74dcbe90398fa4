using System.Management.Automation;
using PSBan.Model;

namespace PSBan.Commands;

/// <summary>Has the running watch compare the packet filters with its bans now, and repair what differs.</summary>
[Cmdlet(VerbsData.Sync, "BanFirewall", SupportsShouldProcess = true)]
[OutputType(typeof(FirewallRepair))]
public sealed class SyncBanFirewallCommand : WatchClientCommand
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!ShouldProcess(ResolvedStatePath, "Compare the packet filters with the bans of the watch, and repair them")
            || !TryAsk((client, token) => client.SyncFirewallAsync(token), ResolvedStatePath, out IReadOnlyList<FirewallRepair>? repairs))
        {
            return;
        }

        foreach (FirewallRepair repair in repairs)
        {
            WriteObject(repair);
        }

        foreach (IGrouping<(string Firewall, string Trouble), FirewallRepair> failed in repairs.Where(repair => repair.Trouble is not null).GroupBy(repair => (repair.Firewall, repair.Trouble!)))
        {
            WriteError(Errors.NotRepaired(failed.Key.Firewall, failed.Key.Trouble));
        }
    }
}
