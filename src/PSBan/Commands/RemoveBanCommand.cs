using System.Management.Automation;
using PSBan.Binding;
using PSBan.Model;

namespace PSBan.Commands;

/// <summary>Lifts bans by hand.</summary>
[Cmdlet(VerbsCommon.Remove, "Ban", SupportsShouldProcess = true, DefaultParameterSetName = AddressSet)]
[OutputType(typeof(Ban))]
public sealed class RemoveBanCommand : WatchClientCommand
{
    private const string AddressSet = "Address";
    private const string AllSet = "All";

    /// <summary>What to lift: addresses, prefixes with all inside them, other identifiers, or the objects of Get-Ban.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = AddressSet)]
    [ValidateNotNullOrEmpty]
    [BanIdTransformation]
    [ArgumentCompleter(typeof(BannedAddressCompleter))]
    public BanId[] Address { get; set; } = [];

    /// <summary>The jails whose bans are lifted; all when nothing is said.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RunningJailCompleter))]
    public string[]? Jail { get; set; }

    /// <summary>Lifts every ban; asks first.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AllSet)]
    public SwitchParameter All { get; set; }

    /// <summary>Does not ask before every ban is lifted.</summary>
    [Parameter(ParameterSetName = AllSet)]
    public SwitchParameter Force { get; set; }

    /// <summary>Hands out the bans lifted.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    // -Confirm:$false has answered the question already.
    private bool IsUnasked => Force || (MyInvocation.BoundParameters.TryGetValue("Confirm", out object? confirm) && confirm is SwitchParameter { IsPresent: false });

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string? jail in Jail ?? (IEnumerable<string?>)[null])
        {
            string place = jail is null ? "every jail" : $"the jail {jail}";
            if (All)
            {
                if (ShouldProcess(place, "Lift every ban") && (IsUnasked || ShouldContinue($"Lift every ban of {place}?", "Lift every ban")))
                {
                    Remove(jail, null);
                }

                continue;
            }

            foreach (BanId id in Address)
            {
                if (ShouldProcess(id.ToString(), $"Lift the ban in {place}"))
                {
                    Remove(jail, id);
                }
            }
        }
    }

    private void Remove(string? jail, BanId? id)
    {
        if (!TryAsk((client, token) => client.RemoveBanAsync(jail, id, token), id?.ToString() ?? jail, out IReadOnlyList<Ban>? bans))
        {
            return;
        }

        WriteVerbose($"{bans.Count} bans were lifted.");
        if (bans.Count == 0 && id is { } missing)
        {
            WriteError(Errors.AddressNotBanned(missing.ToString(), jail));
        }

        if (PassThru)
        {
            WriteObject(bans, enumerateCollection: true);
        }
    }
}
