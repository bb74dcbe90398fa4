using PSBan.Model;
using PSBan.Sources;
using PSBan.Tests.Support;
using static PSBan.Tests.Sources.RotationTests;

namespace PSBan.Tests.Sources;

public class LifeCycleTests
{
    [Fact]
    public async Task Cancelling_ends_the_enumeration_without_an_exception()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", "1\n");
        using CancellationTokenSource cancel = new();
        int blocks = 0;
        await foreach (LogBlock _ in new FileLogSource(log).FollowAsync(_ => new LogStart(), new RecordingObserver(), cancel.Token))
        {
            blocks++;
            await cancel.CancelAsync();
        }

        Assert.Equal(1, blocks);
        await foreach (LogBlock _ in new FileLogSource(log).FollowAsync(_ => new LogStart(), new RecordingObserver(), cancel.Token))
        {
            Assert.Fail("It was cancelled before it began.");
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (LogBlock _ in new FileLogSource(log).ReadAsync(cancel.Token))
            {
            }
        });
    }

    [RequiresFact("/proc/self/fd")]
    public async Task Nothing_stays_open_after_the_end()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", "1\n");
        await RunOnce(cancel: true);
        for (int i = 0; i < 40; i++)
        {
            await RunOnce(cancel: i % 2 == 0);
        }

        // Watchers close their descriptor on a thread of their own.
        for (int i = 0; i < 1000 && OpenInside() > 0; i++)
        {
            await Task.Delay(10);
        }

        Assert.Equal(0, OpenInside());
        Assert.Equal(0, DirectoryWatch.CountOf(folder.Root));

        async Task RunOnce(bool cancel)
        {
            using CancellationTokenSource source = new();
            bool hasRotated = false;
            await foreach (LogBlock _ in new GlobLogSource(folder["*.log"], Quick).FollowAsync(_ => new LogStart(), new RecordingObserver(), source.Token))
            {
                if (hasRotated && cancel)
                {
                    await source.CancelAsync();
                }
                else if (hasRotated)
                {
                    break;
                }
                else
                {
                    // A file that was left counts too.
                    hasRotated = true;
                    File.Move(log, folder["a.old"], overwrite: true);
                    folder.Write("a.log", "2\n");
                }
            }
        }

        int OpenInside() => new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos().Count(info => info.LinkTarget?.StartsWith(folder.Root, StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task The_reader_waits_for_the_consumer()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", Numbered(1, 400_000));
        await using Follower follower = new(new FileLogSource(log, Quick), isHeld: true);
        await follower.UntilArrived(1);
        folder.Append("a.log", "end\n");

        // Whatever time passes, there is no second block while the first is in use.
        await Task.Delay(50);
        Assert.Equal(1, follower.Arrived);
        follower.Release();
        await follower.UntilLine("end");
        Assert.Equal(400_001, follower.Lines.Length);
    }

    [Fact]
    public async Task What_cannot_be_opened_is_told_once_and_tried_again()
    {
        using TempFolder folder = new();
        string log = folder["a.log"];
        File.CreateSymbolicLink(log, log);
        await using Follower follower = new(new FileLogSource(log, Quick));
        await follower.Until(() => follower.Observer.All.Length == 1);
        Assert.StartsWith("lost a.log: ", follower.Observer.All[0], StringComparison.Ordinal);
        File.Delete(log);
        folder.Write("a.log", "1\n");
        await follower.UntilLine("1");
        Assert.Equal("found a.log", follower.Observer.All[^1]);
        Assert.Equal(2, follower.Observer.All.Length);
    }

    [Fact]
    public async Task A_directory_in_place_of_a_log_is_told_and_its_file_followed_later()
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["a.log"]);
        await using Follower follower = new(new FileLogSource(folder["a.log"], Quick));
        await follower.Until(() => follower.Observer.All.Length == 1);
        Directory.Delete(folder["a.log"]);
        folder.Write("a.log", "1\n");
        await follower.UntilLine("1");
        Assert.Equal(["lost a.log: It is not a regular file.", "found a.log"], follower.Observer.All);
    }

    [Fact]
    public async Task A_log_that_is_locked_is_read_and_no_lock_is_held_on_it()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", "1\n");
        using (new FileStream(log, FileMode.Append, FileAccess.Write, OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None))
        {
            await using Follower follower = new(new FileLogSource(log, Quick));
            await follower.UntilLine("1");
            await foreach (LogBlock block in new FileLogSource(log, Quick).ReadAsync(CancellationToken.None))
            {
                Assert.Equal("1\n", block.Text.ToString());
            }
        }

        await using Follower second = new(new FileLogSource(log, Quick));
        await second.UntilLine("1");
        using FileStream locking = new(log, FileMode.Append, FileAccess.Write, OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None);
        locking.Write("2\n"u8);
        locking.Flush();
        await second.UntilLine("2");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Lines_arrive_with_and_without_notices_of_the_system(bool notifications)
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", "");

        // With notices the poll is so far away that only they can bring the lines; without, only the poll can.
        FileSourceOptions options = new()
        {
            Notifications = notifications,
            PollInterval = notifications ? TimeSpan.FromHours(1) : TimeSpan.FromMilliseconds(10),
        };
        await using Follower follower = new(new FileLogSource(log, options));
        await follower.Until(() => follower.Observer.All.Length == 1);
        for (int i = 0; i < 20; i++)
        {
            folder.Append("a.log", $"{i}\n");
            await follower.UntilLine($"{i}");
        }

        File.Move(log, folder["a.log.1"]);
        folder.Write("a.log", "new\n");
        await follower.UntilLine("new");
        Assert.Equal([.. Enumerable.Range(0, 20).Select(i => $"{i}"), "new"], follower.Lines);
    }

    [Fact]
    public async Task Hundreds_of_old_logs_do_not_stay_open_and_are_read_when_they_change()
    {
        using TempFolder folder = new();
        DateTime old = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        for (int i = 0; i < 600; i++)
        {
            File.SetLastWriteTimeUtc(folder.Write($"{i:d3}.log", $"first {i}\n"), old.AddMinutes(i));
        }

        await using Follower follower = new(new GlobLogSource(folder["*.log"], Quick));
        await follower.Until(() => follower.Lines.Length == 600);
        Assert.Equal(Enumerable.Range(0, 600).Select(i => $"first {i}"), follower.Lines);
        if (Directory.Exists("/proc/self/fd"))
        {
            await follower.Until(() => new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos()
                .Count(info => info.LinkTarget?.StartsWith(folder.Root, StringComparison.Ordinal) == true) <= FollowSession.MostOpen + 1);
        }

        for (int i = 0; i < 600; i += 37)
        {
            folder.Append($"{i:d3}.log", $"second {i}\n");
            await follower.UntilLine($"second {i}");
        }

        File.Move(folder["005.log"], folder["x05.log"]);
        folder.Append("x05.log", "renamed\n");
        await follower.UntilLine("renamed");
        folder.Write("005.log", "again\n");
        await follower.UntilLine("again");
        Assert.Equal(600 + 17 + 2, follower.Lines.Length);
        Assert.Contains("found x05.log", follower.Observer.All);
    }

    [Fact]
    public async Task Two_readers_of_one_folder_share_one_watcher()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", "1\n");
        await using (Follower first = new(new FileLogSource(log)))
        await using (Follower second = new(new GlobLogSource(folder["*"])))
        {
            await first.UntilLine("1");
            await second.UntilLine("1");
            Assert.Equal(1, DirectoryWatch.CountOf(folder.Root));
        }

        Assert.Equal(0, DirectoryWatch.CountOf(folder.Root));
    }
}
