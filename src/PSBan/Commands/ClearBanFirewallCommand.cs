using System.Management.Automation;
using PSBan.Binding;
using PSBan.Firewalls;
using PSBan.Model;

namespace PSBan.Commands;

/// <summary>Removes all that PSBan has in the packet filters of this machine, and nothing else.</summary>
[Cmdlet(VerbsCommon.Clear, "BanFirewall", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(FirewallStatus))]
public sealed class ClearBanFirewallCommand : WatchClientCommand
{
    /// <summary>The packet filters to clear; all when nothing is said.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(FirewallCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Does not ask, and does not mind a running watch.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Hands out what was removed.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override bool NeedsWatch => false;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (IsWatchRunning())
        {
            if (!Force)
            {
                ThrowTerminatingError(Errors.WatchStillRunning(ResolvedStatePath));
            }

            WriteWarning($"A watch is running for {ResolvedStatePath}; it puts its rules back within a minute.");
        }

        var names = new NamePatterns(Name);
        try
        {
            foreach (FirewallStatus found in Wait(FirewallCleaner.FindAsync(CancelToken)).Where(found => names.IsMatch(found.Name)))
            {
                Clear(found);
            }
        }
        catch (FirewallException e)
        {
            ThrowTerminatingError(Errors.NotCleared(e));
        }
    }

    private void Clear(FirewallStatus found)
    {
        string what = string.Join(", ", found.Ours);

        // -Force is an answer to the question that is asked by default, but not to -WhatIf or an explicit -Confirm.
        bool isAsked = !Force || MyInvocation.BoundParameters.ContainsKey("Confirm") || MyInvocation.BoundParameters.ContainsKey("WhatIf");
        if (isAsked && !ShouldProcess($"{found.Name}: {what}", "Remove all that is PSBan's, bans included"))
        {
            return;
        }

        Wait(FirewallCleaner.ClearAsync(found.Name, CancelToken));
        WriteVerbose($"Removed from {found.Name}: {what}.");
        if (PassThru)
        {
            WriteObject(found);
        }
    }
}
