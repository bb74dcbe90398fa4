using System.Management.Automation;
using PSBan.Binding;
using PSBan.Model;
using PSBan.Store;

namespace PSBan.Commands;

/// <summary>Shows bans of the past and those in force, the latest first: from the running watch or, where none runs, from what the last one stored.</summary>
[Cmdlet(VerbsCommon.Get, "BanHistory")]
[OutputType(typeof(BanHistoryEntry))]
public sealed class GetBanHistoryCommand : WatchClientCommand
{
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

    /// <summary>Shows bans that began at this moment or later.</summary>
    [Parameter]
    public DateTimeOffset? After { get; set; }

    /// <summary>Shows bans that began before this moment.</summary>
    [Parameter]
    public DateTimeOffset? Before { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var jails = new NamePatterns(Jail);
        var query = new HistoryQuery
        {
            Jail = Jail is [var single] && NamePatterns.IsLiteral(single) ? single : null,
            After = After,
            Before = Before,
        };
        foreach (BanHistoryEntry entry in Read(query).Where(entry => jails.IsMatch(entry.Jail)))
        {
            if (Address is null || Array.Exists(Address, pattern => pattern.IsMatch(entry.Id)))
            {
                WriteObject(entry);
            }
        }
    }

    private IEnumerable<BanHistoryEntry> Read(HistoryQuery query) =>
        FindStore() is { } file
            ? ReadStore(StoredBans.ReadHistory(file, query), file)
            : AskStream((client, token) => client.GetHistoryAsync(query, token), query.Jail);
}
