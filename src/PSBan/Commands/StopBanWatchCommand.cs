using System.Management.Automation;

namespace PSBan.Commands;

/// <summary>Ends a running watch, whichever process runs it, and waits until its rules are gone.</summary>
[Cmdlet(VerbsLifecycle.Stop, "BanWatch", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class StopBanWatchCommand : WatchClientCommand
{
    /// <inheritdoc/>
    protected override bool NeedsWatch => false;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (ShouldProcess(ResolvedStatePath, "Stop the watch and lift its bans"))
        {
            TryAsk(async (client, token) => { await client.StopAsync(token).ConfigureAwait(false); return true; }, ResolvedStatePath, out _);
        }
    }
}
