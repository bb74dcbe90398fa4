using System.Management.Automation;
using PSBan.Binding;
using PSBan.Firewalls.Inspection;
using PSBan.Model;

namespace PSBan.Commands;

/// <summary>Shows the packet filters of this machine: usable or why not, what stands in them, and who uses them.</summary>
[Cmdlet(VerbsCommon.Get, "BanFirewall")]
[OutputType(typeof(FirewallStatus))]
public sealed class GetBanFirewallCommand : WatchClientCommand
{
    /// <summary>The packet filters to show; all when nothing is said.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(FirewallCompleter))]
    public string[]? Name { get; set; }

    /// <inheritdoc/>
    protected override bool NeedsWatch => false;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        IReadOnlyList<JailInfo> jails = [];
        if (IsWatchRunning() && TryAsk((client, token) => client.GetJailsAsync(token), ResolvedStatePath, out IReadOnlyList<JailInfo>? running))
        {
            jails = running;
        }

        var names = new NamePatterns(Name);
        IReadOnlyList<FirewallStatus> found = Wait(FirewallSurvey.LookAsync(jails, CancelToken));
        foreach (FirewallStatus status in found.Where(status => names.IsMatch(status.Name)))
        {
            WriteObject(status);
        }

        foreach (string name in (Name ?? []).Where(name => NamePatterns.IsLiteral(name) && !found.Any(status => string.Equals(status.Name, name, StringComparison.OrdinalIgnoreCase))))
        {
            WriteError(Errors.FirewallNotFound(name));
        }
    }
}
