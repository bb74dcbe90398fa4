using System.Management.Automation;
using PSBan.Binding;
using PSBan.Model;

namespace PSBan.Commands;

/// <summary>Streams what happens in a running watch from now on, until the watch ends or the pipeline is stopped.</summary>
[Cmdlet("Watch", "BanEvent")]
[OutputType(typeof(BanEvent))]
public sealed class WatchBanEventCommand : WatchClientCommand
{
    /// <summary>The jails whose events are shown; all, and what belongs to no jail, when nothing is said.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RunningJailCompleter))]
    public string[]? Jail { get; set; }

    /// <summary>The kinds of event that are shown; all when nothing is said.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public BanEventKind[]? Kind { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var jails = new NamePatterns(Jail);
        foreach (BanEvent item in AskStream((client, token) => client.WatchEventsAsync(token), ResolvedStatePath))
        {
            if (jails.IsMatch(item.Jail) && (Kind is null || Kind.Contains(item.Kind)))
            {
                WriteObject(item);
            }
        }
    }
}
