using System.Management.Automation;
using PSBan.Binding;
using PSBan.Model;

namespace PSBan.Commands;

/// <summary>Bans addresses by hand.</summary>
[Cmdlet(VerbsCommon.Add, "Ban", SupportsShouldProcess = true)]
[OutputType(typeof(Ban))]
public sealed class AddBanCommand : WatchClientCommand
{
    /// <summary>The addresses or prefixes to ban.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [BanIdTransformation]
    public BanId[] Address { get; set; } = [];

    /// <summary>The jails that hold the ban.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RunningJailCompleter))]
    public string[] Jail { get; set; } = [];

    /// <summary>The length of the ban, such as <c>10m</c> or <c>1d12h</c>, or -1 for ever; the jail's own when nothing is said.</summary>
    [Parameter]
    [DurationTransformation]
    public Duration? Duration { get; set; }

    /// <summary>Hands out the bans made.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (BanId id in Address)
        {
            if (!id.IsAddress)
            {
                WriteError(Errors.InvalidAddress(id.ToString()));
                continue;
            }

            foreach (string jail in Jail)
            {
                AddOne(id, jail);
            }
        }
    }

    private void AddOne(BanId id, string jail)
    {
        string length = Duration is not { } duration ? string.Empty : duration.IsPermanent ? " for ever" : $" for {duration}";
        if (!ShouldProcess(id.ToString(), $"Ban in the jail {jail}{length}")
            || !TryAsk((client, token) => client.AddBanAsync(jail, id, Duration, token), id.ToString(), out IReadOnlyList<Ban>? bans))
        {
            return;
        }

        if (bans.Count == 0)
        {
            WriteWarning($"{id} is banned in the jail {jail} already, for at least as long; nothing was changed.");
        }

        if (PassThru)
        {
            WriteObject(bans, enumerateCollection: true);
        }
    }
}
