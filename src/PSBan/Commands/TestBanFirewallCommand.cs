using System.Management.Automation;
using PSBan.Binding;
using PSBan.Model;

namespace PSBan.Commands;

/// <summary>Tells whether bans stop packets, read from the packet filter itself; and if not, why, and what to do.</summary>
[Cmdlet(VerbsDiagnostic.Test, "BanFirewall")]
[OutputType(typeof(BanCheck))]
public sealed class TestBanFirewallCommand : WatchClientCommand
{
    private readonly List<(string? Jail, BanIdPattern? Address)> _asked = [];

    /// <summary>The bans to look at: an address with a prefix around it, a prefix with all inside it, text with wildcards, or the objects of Get-Ban.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [BanIdPatternTransformation]
    [ArgumentCompleter(typeof(BannedAddressCompleter))]
    public BanIdPattern[]? Address { get; set; }

    /// <summary>The jails whose bans are looked at; all when nothing is said.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RunningJailCompleter))]
    public string[]? Jail { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() =>
        _asked.AddRange(from jail in Jail ?? (IEnumerable<string?>)[null] from address in Address ?? (IEnumerable<BanIdPattern?>)[null] select (jail, address));

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_asked.Count == 0)
        {
            return;
        }

        // The packet filter is read once, for all that came through the pipeline.
        string? onlyJail = _asked[0].Jail is { } jail && NamePatterns.IsLiteral(jail) && _asked.TrueForAll(asked => asked.Jail == jail) ? jail : null;
        BanId? onlyId = _asked is [{ Address: { IsLiteral: true } single }] ? BanId.FromText(single.Text) : null;
        var choice = new BanChoice(_asked);
        foreach (BanCheck check in AskStream((client, token) => client.CheckBansAsync(onlyJail, onlyId, token), onlyJail ?? (object)ResolvedStatePath))
        {
            if (choice.IsMatch(check.Jail, check.Id))
            {
                WriteObject(check);
            }
        }

        foreach ((string? inJail, BanIdPattern? address) in choice.Unmet)
        {
            WriteError(Errors.AddressNotBanned(address!.Text, inJail));
        }
    }
}
