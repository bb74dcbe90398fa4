using System.Text.Json;
using PSBan.Control;
using PSBan.EndToEnd.Support;
using PSBan.Model;
using PSBan.Store;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Watch;

/// <summary>Whom a real watch spares: by a command that is asked, by a file that is read again, because it is the host itself.</summary>
public sealed class IgnoreTests : IDisposable
{
    private readonly WatchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [RequiresFact("sh")]
    public async Task Ignorecommand_decides_and_who_waits_for_its_answer_keeps_nobody_else_waiting()
    {
        // Trusted users are in a file; about 192.0.2.9 there is no answer until the gate opens.
        string gate = Path.Combine(_folder.Path, "gate"), trap = Path.Combine(_folder.Path, "trap");
        _folder.Write("trusted", "alice\n");
        _folder.Write("ask", $"#!/bin/sh\n[ \"$1\" = 192.0.2.9 ] && while [ ! -e {gate} ]; do sleep 0.02; done\ngrep -qxF -e \"$2\" {_folder.Path}/trusted\n");
        await using WatchProcess watch = await StartAsync($"ignorecommand = /bin/sh {_folder.Path}/ask <ip> \"<F-USER>\"");
        Fail("192.0.2.9", "root");
        Fail("192.0.2.8", "alice");
        await watch.WaitForAsync("Ignored", item => item.GetProperty("message").GetString() == "Ignore 192.0.2.8 by command");
        Fail("192.0.2.7", $"$(touch${{IFS}}{trap});`id`;'\"");
        await watch.WaitForAsync("Banned", IsOf("192.0.2.7"));

        // The other jail reads the same log and asks nobody.
        await watch.WaitForAsync("Banned", item => IsOf("192.0.2.9")(item) && item.GetProperty("jail").GetString() == "other");
        Assert.DoesNotContain(watch.Events("Banned"), item => IsOf("192.0.2.9")(item) && item.GetProperty("jail").GetString() == "asked");
        await File.WriteAllTextAsync(gate, string.Empty);
        await watch.WaitForAsync("Banned", item => IsOf("192.0.2.9")(item) && item.GetProperty("jail").GetString() == "asked");
        Assert.DoesNotContain(watch.Events("Banned"), item => IsOf("192.0.2.8")(item) && item.GetProperty("jail").GetString() == "asked");
        Assert.Empty(watch.Events("IgnoreCommandFailed"));
        Assert.False(File.Exists(trap));
        await using WatchClient client = await WatchProcess.ConnectAsync(_folder.Path);
        Assert.Equal(6, (await client.GetJailsAsync(CancellationToken.None)).Single(jail => jail.Name == "asked").TotalFailed);
    }

    [RequiresFact("sh")]
    public async Task Failing_ignorecommand_is_told_with_its_words_and_spares_nobody()
    {
        await using WatchProcess watch = await StartAsync("ignorecommand = echo the list is gone >&2; exit 4\nignorecache = key=\"<ip>\", max-count=5, max-time=1m");
        Fail("192.0.2.7", "root");
        JsonElement told = await watch.WaitForAsync("IgnoreCommandFailed");
        Assert.Contains("exit code 4: the list is gone", told.GetProperty("message").GetString(), StringComparison.Ordinal);
        await watch.WaitForAsync("Banned", item => IsOf("192.0.2.7")(item) && item.GetProperty("jail").GetString() == "asked");
        Assert.Equal((0, string.Empty), await watch.StopAsync());
    }

    [RequiresFact("sh")]
    public async Task Failures_that_wait_for_an_answer_are_counted_before_the_watch_ends()
    {
        string gate = Path.Combine(_folder.Path, "gate");
        await using WatchProcess watch = await StartAsync($"ignorecommand = while [ ! -e {gate} ]; do sleep 0.02; done; exit 1");
        Fail("192.0.2.7", "root");
        await watch.WaitForAsync("Banned", item => item.GetProperty("jail").GetString() == "other");
        Task<(int ExitCode, string Error)> ending = watch.StopAsync();
        await File.WriteAllTextAsync(gate, string.Empty);
        Assert.Equal((0, string.Empty), await ending);
        Assert.Single(watch.Events("Banned"), item => item.GetProperty("jail").GetString() == "asked");
    }

    [RequiresFact("sh")]
    public async Task Failures_that_wait_for_an_answer_outlive_a_kill()
    {
        string gate = Path.Combine(_folder.Path, "gate");
        _folder.Write("ask", $"#!/bin/sh\n[ \"$1\" = 192.0.2.7 ] && while [ ! -e {gate} ]; do sleep 0.02; done\n[ \"$1\" = 192.0.2.8 ]\n");
        string settings = $"ignorecommand = /bin/sh {_folder.Path}/ask <ip>";
        await using (WatchProcess watch = await StartAsync(settings))
        {
            Fail("192.0.2.7", "root");
            Fail("192.0.2.8", "root");
            await watch.WaitForAsync("Ignored", IsOf("192.0.2.8"));
            await watch.WaitForAsync("Banned", IsOf("192.0.2.7"));

            // The last answer of what is behind them, so that a checkpoint has passed them.
            Fail("192.0.2.9", "root");
            await watch.WaitForAsync("Banned", item => IsOf("192.0.2.9")(item) && item.GetProperty("jail").GetString() == "asked");
            await using WatchClient client = await WatchProcess.ConnectAsync(_folder.Path);
            await foreach (BanHistoryEntry _ in client.GetHistoryAsync(new HistoryQuery(), CancellationToken.None))
            {
            }

            Assert.Equal(3, (await client.GetJailsAsync(CancellationToken.None)).Single(jail => jail.Name == "asked").TotalFailed);
            await watch.KillAsync();
        }

        // Killed once more while they wait again, and then answered.
        await using (WatchProcess watch = await RestartAsync())
        {
            Assert.DoesNotContain(watch.Events("Banned"), item => IsOf("192.0.2.7")(item));
            await watch.KillAsync();
        }

        await using (WatchProcess watch = await RestartAsync())
        {
            await File.WriteAllTextAsync(gate, string.Empty);
            JsonElement banned = await watch.WaitForAsync("Banned", IsOf("192.0.2.7"));
            Assert.Equal("asked", banned.GetProperty("jail").GetString());
            Assert.Equal((0, string.Empty), await watch.StopAsync());
        }

        // Answered for good: nothing of it comes back.
        await using (WatchProcess watch = await RestartAsync())
        {
            await using WatchClient client = await WatchProcess.ConnectAsync(_folder.Path);
            JailInfo asked = (await client.GetJailsAsync(CancellationToken.None)).Single(jail => jail.Name == "asked");
            Assert.Equal((6L, 2L, 2), (asked.TotalFailed, asked.TotalBanned, asked.CurrentlyBanned));
        }
    }

    [RequiresFact("sh")]
    public async Task File_of_addresses_is_read_again_when_it_has_changed()
    {
        string list = Path.Combine(_folder.Path, "trusted.txt");
        _folder.Write("trusted.txt", "# ours\n192.0.2.7, 192.0.2.16/28 # lab\n");
        await using WatchProcess watch = await StartAsync($"ignoreip = file:{list}");
        Fail("192.0.2.7", "root");
        Fail("192.0.2.20", "root");
        await watch.WaitForAsync("Ignored", IsOf("192.0.2.7"));
        await watch.WaitForAsync("Ignored", IsOf("192.0.2.20"));
        File.WriteAllText(list, "192.0.2.99 192.0.2.20\n");

        // Within a second or so: the failures go on until it is banned.
        await Eventually.TrueAsync(
            () =>
            {
                Fail("192.0.2.7", "root");
                return Task.FromResult(watch.Events("Banned").Any(item => IsOf("192.0.2.7")(item) && item.GetProperty("jail").GetString() == "asked"));
            },
            "the address is banned that does not stand in the file any more");
        Fail("192.0.2.99", "root");
        Fail("127.0.0.1", "root");
        await watch.WaitForAsync("Ignored", item => IsOf("192.0.2.99")(item) && item.GetProperty("message").GetString()!.EndsWith($"by file:{list}", StringComparison.Ordinal));
        await watch.WaitForAsync("Ignored", item => IsOf("127.0.0.1")(item) && item.GetProperty("message").GetString()!.EndsWith("by ignoreself rule", StringComparison.Ordinal));
    }

    internal static Func<JsonElement, bool> IsOf(string address) => item => item.GetProperty("id").GetString() == address;

    private async Task<WatchProcess> StartAsync(string settings)
    {
        _folder.Write("auth.log", string.Empty);
        _folder.Write("filter.d/login.conf", "[Definition]\nfailregex = ^\\s*\\S+ login\\[\\d+\\]: failure of <F-USER>\\S+</F-USER> from <ADDR>$\n");
        _folder.Write("jail.local", $"""
            [DEFAULT]
            backend = auto
            filter = login
            logpath = {_folder.Log}
            maxretry = 3

            [other]
            enabled = true

            [asked]
            enabled = true
            {settings}
            """);
        return await RestartAsync();
    }

    private async Task<WatchProcess> RestartAsync()
    {
        WatchProcess watch = WatchProcess.StartDry(_folder.Path);
        await watch.WaitForAsync("Started");
        return watch;
    }

    private void Fail(string address, string user) =>
        _folder.Append(Enumerable.Range(1, 3).Select(i => $"mail login[{i}]: failure of {user} from {address}"));
}
