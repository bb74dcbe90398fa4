using System.Globalization;
using PSBan.Watch;

namespace PSBan.Tests.Watch;

public sealed class WatchLockTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("psban-lock-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Directory_is_one_watchs_alone_and_the_refusal_names_it()
    {
        using (await TakeAsync())
        {
            WatchAlreadyRunningException e = await Assert.ThrowsAsync<WatchAlreadyRunningException>(TakeAsync);
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"(process {Environment.ProcessId})"), e.Message, StringComparison.Ordinal);
        }

        (await TakeAsync()).Dispose();
    }

    [Fact]
    public async Task Claim_of_a_watch_that_does_not_run_any_more_is_waited_for()
    {
        Task<WatchLock> second;
        using (await TakeAsync())
        {
            // No process has this number (PID_MAX_LIMIT of proc(5) is 2^22).
            await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "watch.pid"), "99999999");
            second = TakeAsync();
            Assert.False(second.IsCompleted);
        }

        (await second).Dispose();
    }

    private Task<WatchLock> TakeAsync() => WatchLock.TakeAsync(_folder.FullName, TimeProvider.System, CancellationToken.None);
}
