using PSBan.Model;

namespace PSBan.Control;

/// <summary>
/// What the endpoint asks to be changed in the watch behind it. A member may throw <see cref="ControlException"/>, which reaches the client; calls may overlap
/// and come on any thread.
/// </summary>
internal interface IJailControl
{
    /// <summary>Reads the configuration again and puts it in force, or only says what it would change.</summary>
    Task<ReloadResult> ReloadAsync(bool onlyCompares, CancellationToken cancelToken);

    /// <summary>Changes settings of a jail until the configuration is read again.</summary>
    Task<JailInfo> ChangeAsync(string jail, JailSettings settings, CancellationToken cancelToken);

    /// <summary>Lets a jail cease to count, or begin again.</summary>
    Task<JailInfo> SuspendAsync(string jail, bool isSuspended, CancellationToken cancelToken);
}
