using System.Management.Automation;
using PSBan.Control;
using PSBan.Model;

namespace PSBan.Commands;

/// <summary>Lets jails cease to count; their bans stay until their time is up.</summary>
[Cmdlet(VerbsLifecycle.Suspend, "BanJail", SupportsShouldProcess = true)]
[OutputType(typeof(JailInfo))]
public sealed class SuspendBanJailCommand : JailChangeCommand
{
    private protected override string Action => "Suspend the jail";

    private protected override Task<JailInfo> ChangeAsync(WatchClient client, string name, CancellationToken cancelToken) => client.SuspendJailAsync(name, cancelToken);
}
