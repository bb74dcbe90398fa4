using System.Diagnostics;
using PSBan.EndToEnd.Support;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Sources;

/// <summary>A named pipe as <c>logpath</c>, as a syslog daemon or a container writes to one.</summary>
public sealed class NamedPipeTests : IDisposable
{
    private readonly WatchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [RequiresFact("mkfifo")]
    public async Task A_watch_starts_without_a_writer_bans_what_writers_tell_and_stops_at_once()
    {
        using (Process make = Process.Start("mkfifo", [_folder.Log]))
        {
            await make.WaitForExitAsync();
        }

        _folder.Write("jail.local", $"""
            [sshd]
            enabled  = true
            ignoreself = false
            logpath  = {_folder.Log}
            maxretry = 3
            bantime  = 1h
            """);
        await using WatchProcess watch = WatchProcess.StartDry(_folder.Path);
        await watch.WaitForAsync("Started");
        await watch.WaitForAsync("SourceFound");

        // Each failure comes from a writer of its own, who opens the pipe, writes and goes.
        for (int i = 1; i <= 3; i++)
        {
            for (int address = 1; address <= 5; address++)
            {
                _folder.Append($"mail sshd[4{i}]: Failed password for root from 203.0.113.{address} port 5{i}000 ssh2");
            }
        }

        for (int address = 1; address <= 5; address++)
        {
            await watch.WaitForAsync("Banned", item => item.GetProperty("id").GetString() == $"203.0.113.{address}");
        }

        Assert.Equal(15, watch.Events("Found").Count);
        Assert.Empty(watch.Events("SourceLost"));
        Assert.Equal((0, string.Empty), await watch.StopAsync());

        // With nobody writing it starts again, knows its bans, and counts nothing twice.
        await using WatchProcess second = WatchProcess.StartDry(_folder.Path);
        await second.WaitForAsync("SourceFound");
        _folder.Append(Enumerable.Range(1, 3).Select(i => $"mail sshd[5{i}]: Failed password for root from 203.0.113.9 port 6{i}000 ssh2"));
        await second.WaitForAsync("Banned", item => item.GetProperty("id").GetString() == "203.0.113.9");
        Assert.Equal(3, second.Events("Found").Count);
        Assert.Equal((0, string.Empty), await second.StopAsync());
    }
}
