using System.Management.Automation;
using PSBan.Binding;
using PSBan.Control;
using PSBan.Model;

namespace PSBan.Commands;

/// <summary>A cmdlet that changes jails of a running watch.</summary>
public abstract class JailChangeCommand : WatchClientCommand
{
    /// <summary>The jails to change.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [Alias("Jail")]
    [ArgumentCompleter(typeof(RunningJailCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Hands out the jails as they are then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>What is done, in words for <c>-WhatIf</c>.</summary>
    private protected abstract string Action { get; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string name in Name)
        {
            if (ShouldProcess(name, Action) && TryAsk((client, token) => ChangeAsync(client, name, token), name, out JailInfo? jail) && PassThru)
            {
                WriteObject(jail);
            }
        }
    }

    /// <summary>Does it.</summary>
    private protected abstract Task<JailInfo> ChangeAsync(WatchClient client, string name, CancellationToken cancelToken);
}
