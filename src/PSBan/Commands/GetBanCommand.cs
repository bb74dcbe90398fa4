using System.Management.Automation;
using PSBan.Binding;
using PSBan.Model;
using PSBan.Store;

namespace PSBan.Commands;

/// <summary>Shows the bans that are in force or, where no watch runs, those that the next one takes over.</summary>
[Cmdlet(VerbsCommon.Get, "Ban")]
[OutputType(typeof(Ban))]
public sealed class GetBanCommand : WatchClientCommand
{
    private HashSet<string>? _known;
    private string? _store;

    /// <summary>The addresses to show: an address with a prefix around it, a prefix with all inside it, or text with wildcards.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [BanIdPatternTransformation]
    [ArgumentCompleter(typeof(BannedAddressCompleter))]
    public BanIdPattern[]? Address { get; set; }

    /// <summary>The jails whose bans are shown; all when nothing is said.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RunningJailCompleter))]
    public string[]? Jail { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _store = FindStore();
        if (_store is not null)
        {
            WriteWarning($"No watch is running for {ResolvedStatePath}: these are the bans that the next one takes over.");
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        ReportUnknownJails();
        var jails = new NamePatterns(Jail);
        HashSet<BanIdPattern> unmet = [.. (Address ?? []).Where(pattern => pattern.IsLiteral)];
        string? onlyJail = Jail is [var single] && NamePatterns.IsLiteral(single) ? single : null;
        foreach (Ban ban in Read(onlyJail).Where(ban => jails.IsMatch(ban.Jail)))
        {
            List<BanIdPattern> met = [.. (Address ?? []).Where(pattern => pattern.IsMatch(ban.Id))];
            unmet.ExceptWith(met);
            if (Address is null || met.Count > 0)
            {
                WriteObject(ban);
            }
        }

        foreach (BanIdPattern pattern in unmet)
        {
            WriteError(Errors.AddressNotBanned(pattern.Text, onlyJail));
        }
    }

    private IEnumerable<Ban> Read(string? onlyJail) => _store is null
        ? AskStream((client, token) => client.GetBansAsync(onlyJail, token), onlyJail)
        : ReadStore(StoredBans.ReadBans(_store, TimeProvider.System), _store);

    private void ReportUnknownJails()
    {
        // A single plain name is checked by the watch itself; of several, one may be wrong and the rest right.
        if (Jail is null || Jail.Length < 2 || _store is not null)
        {
            return;
        }

        if (_known is null && TryAsk((client, token) => client.GetJailsAsync(token), Jail, out IReadOnlyList<JailInfo>? jails))
        {
            _known = [.. jails.Select(jail => jail.Name)];
        }

        foreach (string name in Jail.Where(NamePatterns.IsLiteral).Where(name => _known is not null && !_known.Contains(name, StringComparer.OrdinalIgnoreCase)))
        {
            WriteError(Errors.JailNotFound(name));
        }
    }
}
