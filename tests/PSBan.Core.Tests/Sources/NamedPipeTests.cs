using System.Diagnostics;
using System.Text;
using PSBan.Sources;
using PSBan.Tests.Support;

namespace PSBan.Tests.Sources;

/// <summary>Named pipes in the place of logs, made with mkfifo.</summary>
public sealed class NamedPipeTests : IDisposable
{
    private static readonly FileSourceOptions s_quick = new() { PollInterval = TimeSpan.FromMilliseconds(10) };

    // The look round is so far away that only the pipe itself can bring the lines.
    private static readonly FileSourceOptions s_slow = new() { PollInterval = TimeSpan.FromHours(1) };

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [RequiresFact("mkfifo")]
    public async Task Writers_come_and_go_and_come_again()
    {
        string log = Make("a.log");
        await using Follower follower = new(new FileLogSource(log, s_slow));
        await follower.Until(() => follower.Observer.All.Length == 1);
        for (int i = 0; i < 50; i++)
        {
            using FileStream writer = Write(log);
            Say(writer, $"{i} first\n");
            await follower.UntilLine($"{i} first");
            Say(writer, $"{i} second\n");
            await follower.UntilLine($"{i} second");
        }

        Assert.Equal(["found a.log"], follower.Observer.All);
        Assert.Equal(Enumerable.Range(0, 50).SelectMany(i => (string[])[$"{i} first", $"{i} second"]), follower.Lines);
        Assert.All(follower.Blocks, block => Assert.True(block is { InOperation: true, Position: null, FirstLine: 0 } && block.Source == log));
    }

    [RequiresFact("mkfifo")]
    public async Task Writers_that_write_nothing_keep_nobody_out()
    {
        string log = Make("a.log");
        await using Follower follower = new(new FileLogSource(log, s_quick));
        await follower.Until(() => follower.Observer.All.Length == 1);
        for (int i = 0; i < 20; i++)
        {
            for (int j = 0; j < 5; j++)
            {
                Write(log).Dispose();
            }

            using FileStream writer = Write(log);
            Say(writer, $"{i}\n");
            await follower.UntilLine($"{i}");
        }
    }

    [RequiresFact("mkfifo")]
    public async Task More_than_it_holds_comes_through_whole_and_two_writers_may_share_it()
    {
        string log = Make("a.log");
        await using Follower follower = new(new FileLogSource(log, s_slow));
        await follower.Until(() => follower.Observer.All.Length == 1);
        string[] expected = [.. Enumerable.Range(0, 50_000).Select(i => $"line {i}")];
        await Task.Run(() =>
        {
            using FileStream writer = Write(log);
            using FileStream other = Write(log);

            // One call, which ends only when nearly all of it has been read.
            Say(writer, string.Join('\n', expected) + "\n");
            Say(other, "end\n");
        });
        await follower.UntilLine("end");
        Assert.Equal([.. expected, "end"], follower.Lines);
    }

    [RequiresFact("mkfifo")]
    public async Task Half_a_line_waits_for_its_writer_and_is_a_line_when_he_has_gone()
    {
        string log = Make("a.log");
        await using Follower follower = new(new FileLogSource(log, s_quick));
        await follower.Until(() => follower.Observer.All.Length == 1);
        using (FileStream writer = Write(log))
        {
            Say(writer, "1\nha");
            await follower.UntilLine("1");

            // Many looks round.
            await Task.Delay(100);
            Assert.Equal(["1"], follower.Lines);
            Say(writer, "lf\n2\nrest");
            await follower.UntilLine("2");
        }

        await follower.UntilLine("rest");
        using FileStream next = Write(log);
        Say(next, "3\n");
        await follower.UntilLine("3");
        Assert.Equal(["1", "half", "2", "rest", "3"], follower.Lines);
    }

    [RequiresFact("mkfifo")]
    public async Task A_line_beyond_the_limit_is_cut_and_told_once()
    {
        string log = Make("a.log");
        await using Follower follower = new(new FileLogSource(log, s_slow with { LineLimit = 4096 }));
        await follower.Until(() => follower.Observer.All.Length == 1);
        using FileStream writer = Write(log);
        Say(writer, $"{new string('x', 5000)}\nnext\n{new string('y', 50_000)}\nlast\n");
        await follower.UntilLine("last");
        Assert.Equal([new string('x', 4096), "next", new string('y', 4096), "last"], follower.Lines);
        Assert.Contains("warning a.log: A line is longer than 4096 bytes", Assert.Single(follower.Observer.All[1..]), StringComparison.Ordinal);
    }

    [RequiresFact("mkfifo")]
    public async Task Another_pipe_a_file_and_again_a_pipe_in_its_place_are_followed()
    {
        string log = Make("a.log");
        await using Follower follower = new(new FileLogSource(log, s_quick));
        await follower.Until(() => follower.Observer.All.Length == 1);
        using FileStream first = Write(log);
        Say(first, "1\n");
        await follower.UntilLine("1");

        File.Delete(log);
        Make("a.log");
        using FileStream second = await Task.Run(() => Write(log));
        Say(second, "2\n");
        await follower.UntilLine("2");

        // Who still has the old one open is heard, too.
        Say(first, "3\nrest");
        await follower.UntilLine("3");
        await follower.UntilLine("rest");

        File.Move(_folder.Write("b", "4\n"), log, overwrite: true);
        await follower.UntilLine("4");
        _folder.Append("a.log", "5\n");
        await follower.UntilLine("5");
        File.Delete(log);
        Make("a.log");
        using FileStream third = await Task.Run(() => Write(log));
        Say(third, "6\n");
        await follower.UntilLine("6");
        Assert.Equal(["1", "2", "3", "rest", "4", "5", "6"], follower.Lines);
    }

    [RequiresFact("mkfifo")]
    public async Task Pipes_beside_files_hold_nobody_up_and_are_told_of_when_they_go()
    {
        string quiet = Make("quiet.log");
        string busy = Make("busy.log");
        _folder.Write("file.log", "1\n");
        await using Follower follower = new(new GlobLogSource(_folder["*.log"], s_quick));
        await follower.UntilLine("1");
        await follower.Until(() => follower.Observer.All.Length == 3);
        using FileStream writer = Write(busy);
        Say(writer, "2\n");
        await follower.UntilLine("2");
        _folder.Append("file.log", "3\n");
        await follower.UntilLine("3");
        File.Delete(quiet);
        await follower.Until(() => follower.Observer.All.Length == 4);
        Assert.Equal("lost quiet.log: The file is gone; it is followed again as soon as it is back.", follower.Observer.All[^1]);
    }

    [RequiresFact("mkfifo")]
    public async Task A_hundred_starts_and_stops_leave_no_thread_and_no_descriptor()
    {
        string log = Make("a.log");
        for (int i = 0; i < 100; i++)
        {
            await using Follower follower = new(new FileLogSource(log, s_slow));
            await follower.Until(() => follower.Observer.All.Length == 1);
            if (i % 2 == 0)
            {
                using FileStream writer = Write(log);
                Say(writer, $"{i}\nhalf");
                await follower.UntilLine($"{i}");
            }

            await follower.Stop();
            Assert.Equal(0, OpenOf(log));
        }

        // A thread that has been waited for is still in the list for a moment.
        for (int i = 0; i < 1000 && Threads().Contains("named pipe"); i++)
        {
            await Task.Delay(10);
        }

        Assert.DoesNotContain("named pipe", Threads());
    }

    private static int OpenOf(string log) => new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos().Count(info => info.LinkTarget == log);

    private static IEnumerable<string> Threads() =>
        Directory.EnumerateDirectories("/proc/self/task").Select(task => File.Exists(task + "/comm") ? File.ReadAllText(task + "/comm").Trim() : string.Empty);

    private static FileStream Write(string path) => new(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Write, Share = FileShare.ReadWrite, BufferSize = 0 });

    private static void Say(FileStream writer, string text) => writer.Write(Encoding.UTF8.GetBytes(text));

    private string Make(string name)
    {
        using Process make = Process.Start("mkfifo", [_folder[name]]);
        make.WaitForExit();
        return _folder[name];
    }
}
