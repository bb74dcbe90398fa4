using System.Management.Automation;
using PSBan.Binding;
using PSBan.Model;

namespace PSBan.Commands;

/// <summary>Shows the jails of a running watch; those asked for by name with the addresses they hold.</summary>
[Cmdlet(VerbsCommon.Get, "BanJail")]
[OutputType(typeof(JailInfo))]
public sealed class GetBanJailCommand : WatchClientCommand
{
    /// <summary>The type name by which a jail asked for by its plain name is shown as a list.</summary>
    internal const string DetailTypeName = "PSBan.Model.JailInfo#Detail";

    private IReadOnlyList<JailInfo>? _jails;

    /// <summary>The jails to show; all when nothing is said.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [Alias("Jail")]
    [ArgumentCompleter(typeof(RunningJailCompleter))]
    public string[]? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (_jails is null && !TryAsk((client, token) => client.GetJailsAsync(token), Name, out _jails))
        {
            return;
        }

        var names = new NamePatterns(Name);
        foreach (JailInfo jail in _jails.Where(jail => names.IsMatch(jail.Name)))
        {
            WriteObject(Name is null ? jail : Detail(jail));
        }

        foreach (string name in names.Unmet)
        {
            WriteError(Errors.JailNotFound(name));
        }
    }

    private PSObject Detail(JailInfo jail)
    {
        List<BanId> banned = [.. AskStream((client, token) => client.GetBansAsync(jail.Name, token), jail.Name).Select(ban => ban.Id).Order()];
        var item = PSObject.AsPSObject(jail with { Banned = banned });
        if (Name!.Contains(jail.Name, StringComparer.OrdinalIgnoreCase))
        {
            item.TypeNames.Insert(0, DetailTypeName);
        }

        return item;
    }
}
