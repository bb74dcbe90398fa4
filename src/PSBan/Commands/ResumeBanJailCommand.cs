using System.Management.Automation;
using PSBan.Control;
using PSBan.Model;

namespace PSBan.Commands;

/// <summary>Lets suspended jails count again, from the lines on that come now.</summary>
[Cmdlet(VerbsLifecycle.Resume, "BanJail", SupportsShouldProcess = true)]
[OutputType(typeof(JailInfo))]
public sealed class ResumeBanJailCommand : JailChangeCommand
{
    private protected override string Action => "Resume the jail";

    private protected override Task<JailInfo> ChangeAsync(WatchClient client, string name, CancellationToken cancelToken) => client.ResumeJailAsync(name, cancelToken);
}
