using PSBan.Control;
using PSBan.Model;

namespace PSBan.Watch;

/// <summary>Changes jails of a running watch on behalf of the control endpoint.</summary>
internal sealed class JailControl(WatchTools tools, WatchParts parts, WatchReloader reloader) : IJailControl
{
    public Task<ReloadResult> ReloadAsync(bool onlyCompares, CancellationToken cancelToken) =>
        onlyCompares ? reloader.CompareAsync(cancelToken) : reloader.ReloadAsync(cancelToken);

    public Task<JailInfo> ChangeAsync(string jail, JailSettings settings, CancellationToken cancelToken) => reloader.ChangeAsync(jail, settings, cancelToken);

    public Task<JailInfo> SuspendAsync(string jail, bool isSuspended, CancellationToken cancelToken) => tools.Loop.RunAsync(
        () =>
        {
            JailRun run = parts.Jails.Running.FirstOrDefault(each => string.Equals(each.Name, jail, StringComparison.OrdinalIgnoreCase)) ?? throw parts.NoJail(jail);
            run.Suspend(isSuspended);
            return run.Info();
        },
        cancelToken);
}
