using System.Management.Automation;
using PSBan.Model;

namespace PSBan.Commands;

/// <summary>Shows a running watch as a whole: who runs it, with what, and how it fares.</summary>
[Cmdlet(VerbsCommon.Get, "BanWatch")]
[OutputType(typeof(WatchInfo))]
public sealed class GetBanWatchCommand : WatchClientCommand
{
    /// <inheritdoc/>
    protected override bool NeedsWatch => false;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (TryAsk((client, token) => client.GetWatchAsync(token), ResolvedStatePath, out WatchInfo? watch))
        {
            WriteObject(watch);
        }
    }
}
