using System.Management.Automation;
using PSBan.Model;

namespace PSBan.Commands;

/// <summary>Lets a running watch read its configuration again, and says what has changed. A configuration with errors is refused as a whole.</summary>
[Cmdlet(VerbsData.Update, "BanWatch", SupportsShouldProcess = true)]
[OutputType(typeof(ReloadResult))]
public sealed class UpdateBanWatchCommand : WatchClientCommand
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        bool isWanted = ShouldProcess(
            $"Read the configuration of the watch in {ResolvedStatePath} again", $"Read the configuration of the watch in {ResolvedStatePath} again?", "Update-BanWatch", out ShouldProcessReason reason);
        bool onlyCompares = !isWanted && reason == ShouldProcessReason.WhatIf;
        if ((isWanted || onlyCompares) && TryAsk((client, token) => client.ReloadAsync(onlyCompares, token), ResolvedStatePath, out ReloadResult? result))
        {
            Report(result, onlyCompares);
        }
    }

    private void Report(ReloadResult result, bool onlyCompares)
    {
        // What the packet filter refused is the refusal itself.
        WriteProblems(result.Problems.Where(problem => problem.Code != Errors.FirewallRefusedId));
        if (result.Refusal is not null)
        {
            ThrowTerminatingError(Errors.ReloadRefused(result));
        }

        if (onlyCompares)
        {
            Preview(result.Added, "Start the jail");
            Preview(result.Changed, "Change the settings of the jail");
            Preview(result.Removed, "End the jail and lift its bans");
        }

        WriteObject(result);
    }

    // With -WhatIf this says what would be done, and does nothing else.
    private void Preview(IEnumerable<string> jails, string action)
    {
        foreach (string jail in jails)
        {
            ShouldProcess(jail, action);
        }
    }
}
