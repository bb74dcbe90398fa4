using PSBan.Sources;

namespace PSBan.Tests.Sources;

public class RotationTests
{
    // Polling often keeps the tests short where the system tells nothing; the outcome does not depend on it.
    internal static readonly FileSourceOptions Quick = new() { PollInterval = TimeSpan.FromMilliseconds(50) };

    [Fact]
    public async Task Reads_what_there_is_and_then_what_comes()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", "1\n2\n");
        await using Follower follower = new(new FileLogSource(log, Quick));
        await follower.UntilLine("2");
        folder.Append("a.log", "3\n");
        await follower.UntilLine("3");
        folder.Append("a.log", "4\n5\n");
        await follower.UntilLine("5");
        Assert.Equal(["1", "2", "3", "4", "5"], follower.Lines);
        Assert.Equal([(1L, false), (3, true)], follower.Blocks[..2].Select(block => (block.FirstLine, block.InOperation)));
        Assert.Equal(5, follower.LastPosition(log)?.Line);
        Assert.Equal(10, follower.LastPosition(log)?.Offset);
        Assert.Equal(["found a.log"], follower.Observer.All);
    }

    [Fact]
    public async Task A_line_is_held_until_it_is_ended()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", "1\nhal");
        await using Follower follower = new(new FileLogSource(log, Quick));
        await follower.UntilLine("1");
        folder.Append("a.log", "f");
        folder.Append("b.log", "another file");
        folder.Append("a.log", "\r");
        folder.Append("a.log", "\n3\n");
        await follower.UntilLine("3");
        Assert.Equal(["1", "half", "3"], follower.Lines);
    }

    [Fact]
    public async Task Rename_and_create_loses_and_repeats_nothing_even_while_the_writer_lags()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", "");
        await using Follower follower = new(new FileLogSource(log, Quick));
        await follower.Until(() => follower.Observer.All.Length == 1);
        int number = 0;
        for (int round = 0; round < 10; round++)
        {
            using FileStream old = new(log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            WriteSome(old, ref number);
            File.Move(log, folder[$"a.log.{round}"]);
            WriteSome(old, ref number);
            string lastOld = $"line {number}";
            File.Create(log).Dispose();
            await follower.UntilLine(lastOld);
        }

        folder.Append("a.log", $"line {++number}\n");
        await follower.UntilLine($"line {number}");
        Assert.Equal(Enumerable.Range(1, number).Select(n => $"line {n}"), follower.Lines);
        Assert.Equal(["found a.log"], follower.Observer.All);
        Assert.All(follower.Blocks, block => Assert.Equal(log, block.Source));
    }

    [Fact]
    public async Task What_stood_in_the_old_file_comes_before_the_new_one()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", "start\n");
        await using Follower follower = new(new FileLogSource(log, Quick), isHeld: true);
        await follower.UntilArrived(1);

        // The consumer holds the first block while the log is rotated twice.
        folder.Append("a.log", "old 1\nold 2\n");
        File.Move(log, folder["a.log.1"]);
        folder.Write("a.log", "middle\n");
        File.Move(folder["a.log.1"], folder["a.log.2"]);
        follower.Release();
        await follower.UntilLine("middle");
        File.Move(log, folder["a.log.1"]);
        folder.Write("a.log", "new\n");
        await follower.UntilLine("new");
        Assert.Equal(["start", "old 1", "old 2", "middle", "new"], follower.Lines);
    }

    [Fact]
    public async Task Lines_that_reach_the_old_file_late_are_read_and_carry_no_place()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", "1\n");
        await using Follower follower = new(new FileLogSource(log, Quick));
        await follower.UntilLine("1");
        using FileStream old = new(log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        File.Move(log, folder["a.log.1"]);
        folder.Write("a.log", "2\n");
        await follower.UntilLine("2");
        old.Write("late\n"u8);
        old.Flush();
        await follower.UntilLine("late");
        Assert.Equal(["1", "2", "late"], follower.Lines);
        Assert.Null(follower.Blocks[^1].Position);
        Assert.Equal(2, follower.LastPosition(log)?.Offset);
    }

    [Fact]
    public async Task Emptying_in_place_begins_anew()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", "1\n2\nfragment");
        await using Follower follower = new(new FileLogSource(log, Quick));
        await follower.UntilLine("2");
        File.WriteAllText(log, "");
        folder.Append("a.log", "3\n");
        await follower.UntilLine("3");
        Assert.Equal(["1", "2", "3"], follower.Lines);
        Assert.Equal((1L, true), (follower.Blocks[^1].FirstLine, follower.Blocks[^1].InOperation));
        Assert.Equal(2, follower.LastPosition(log)?.Offset);
    }

    [Fact]
    public async Task Emptying_in_place_is_noticed_although_the_file_is_longer_again()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", "1\n2\n");
        await using Follower follower = new(new FileLogSource(log, Quick), isHeld: true);
        await follower.UntilArrived(1);
        using (FileStream file = new(log, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(0);
            file.Write("3\n4\n5\n6\n7\n8\n"u8);
        }

        follower.Release();
        await follower.UntilLine("8");
        Assert.Equal(["1", "2", "3", "4", "5", "6", "7", "8"], follower.Lines);
    }

    [Fact]
    public async Task Other_content_of_the_same_length_is_noticed()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", "1\n2\n");
        await using Follower follower = new(new FileLogSource(log, Quick));
        await follower.UntilLine("2");
        using (FileStream file = new(log, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.Write("3\n4\n"u8);
        }

        await follower.UntilLine("4");
        Assert.Equal(["1", "2", "3", "4"], follower.Lines);
    }

    [Fact]
    public async Task Copytruncate_reads_the_end_from_the_copy()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", Numbered(1, 200));
        await using Follower follower = new(new FileLogSource(log, Quick), isHeld: true);
        await follower.UntilArrived(1);

        // The consumer holds the first block: what comes now is only in the copy by the time it asks again.
        folder.Append("a.log", Numbered(201, 300));
        File.Copy(log, folder["a.log.1"]);
        File.WriteAllText(log, "");
        folder.Append("a.log", Numbered(301, 310));
        follower.Release();
        await follower.UntilLine("line 310");
        Assert.Equal(Enumerable.Range(1, 310).Select(n => $"line {n}"), follower.Lines);
    }

    [Fact]
    public async Task A_hole_left_by_a_writer_that_does_not_append_is_passed_over()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", "");
        await using Follower follower = new(new FileLogSource(log, Quick));
        using FileStream writer = new(log, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        writer.Write(System.Text.Encoding.ASCII.GetBytes(Numbered(1, 50_000)));
        writer.Flush();
        await follower.UntilLine("line 50000");
        using (FileStream other = new(log, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            other.SetLength(0);
        }

        writer.Write("line 50001\n"u8);
        writer.Flush();
        await follower.UntilLine("line 50001");
        Assert.Equal(Enumerable.Range(1, 50_001).Select(n => $"line {n}"), follower.Lines);
    }

    [Fact]
    public async Task A_symbolic_link_that_is_pointed_elsewhere_is_followed()
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["data"]);
        folder.Write("data/one.log", "1\n");
        folder.Write("data/two.log", "3\n");
        File.CreateSymbolicLink(folder["current.log"], folder["data/one.log"]);
        await using Follower follower = new(new FileLogSource(folder["current.log"], Quick));
        await follower.UntilLine("1");
        folder.Append("data/one.log", "2\n");
        await follower.UntilLine("2");
        File.CreateSymbolicLink(folder["next"], "data/two.log");
        File.Move(folder["next"], folder["current.log"], overwrite: true);
        await follower.UntilLine("3");
        folder.Append("data/two.log", "4\n");
        await follower.UntilLine("4");
        Assert.Equal(["1", "2", "3", "4"], follower.Lines);
        Assert.Equal([folder["data/one.log"], folder["data/two.log"]], follower.Blocks.Select(block => block.Source).Distinct());
    }

    [Fact]
    public async Task Deleting_and_creating_again_is_a_new_file()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", "1\n");
        await using Follower follower = new(new FileLogSource(log, Quick));
        await follower.UntilLine("1");
        for (int i = 2; i < 8; i++)
        {
            File.Delete(log);
            folder.Write("a.log", $"{i}\n");
            await follower.UntilLine($"{i}");
        }

        Assert.Equal(["1", "2", "3", "4", "5", "6", "7"], follower.Lines);
    }

    [Fact]
    public async Task A_file_that_appears_late_in_a_folder_that_appears_late_is_read()
    {
        using TempFolder folder = new();
        await using Follower follower = new(new FileLogSource(folder["later/a.log"], Quick));
        await follower.Until(() => follower.Observer.All.Length == 1);
        Directory.CreateDirectory(folder["later"]);
        folder.Write("later/a.log", "1\n");
        await follower.UntilLine("1");
        folder.Append("later/a.log", "2\n");
        await follower.UntilLine("2");
        Assert.Equal(["lost a.log: There is no such file; it is followed as soon as it appears.", "found a.log"], follower.Observer.All);
    }

    [Fact]
    public async Task A_folder_that_goes_and_comes_back_is_watched_again()
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["d"]);
        await using Follower follower = new(new FileLogSource(folder["d/a.log"], Quick));
        for (int i = 1; i <= 4; i++)
        {
            Directory.CreateDirectory(folder["d"]);
            folder.Write("d/a.log", $"{i}\n");
            await follower.UntilLine($"{i}");
            Directory.Move(folder["d"], folder[$"d{i}"]);
        }

        Assert.Equal(["1", "2", "3", "4"], follower.Lines);
    }

    [Fact]
    public async Task A_lost_file_is_told_once_and_again_when_it_is_back()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", "1\n");
        await using Follower follower = new(new FileLogSource(log, Quick));
        await follower.UntilLine("1");
        File.Move(log, folder["away"]);
        await follower.Until(() => follower.Observer.All.Length == 2);
        File.AppendAllText(folder["away"], "2\n");
        File.Move(folder["away"], log);
        await follower.Until(() => follower.Observer.All.Length == 3);
        folder.Append("a.log", "3\n");
        await follower.UntilLine("3");
        Assert.Equal(["1", "2", "3"], follower.Lines);
        Assert.Equal(["found a.log", "lost a.log: The file is gone; it is followed again as soon as it is back.", "found a.log"], follower.Observer.All);
    }

    [Fact]
    public async Task The_last_line_of_a_rotated_file_is_read_although_nobody_ended_it()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", "1\n2");
        await using Follower follower = new(new FileLogSource(log, Quick));
        await follower.UntilLine("1");
        File.Move(log, folder["a.log.1"]);
        folder.Write("a.log", "3\n");
        await follower.UntilLine("3");
        await follower.UntilLine("2");
        Assert.Equal(["1", "2", "3"], follower.Lines.Order());
    }

    [Fact]
    public async Task A_new_file_that_happens_to_hold_the_same_few_bytes_is_read()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", "up\n");
        await using Follower follower = new(new FileLogSource(log, Quick));
        await follower.UntilLine("up");
        File.Move(log, folder["a.log.1"]);
        folder.Write("a.log", "up\n");
        await follower.Until(() => follower.Lines.Length == 2);
        Assert.Equal(["up", "up"], follower.Lines);
    }

    [Fact]
    public async Task An_edited_file_is_of_the_past_until_its_end()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", Numbered(1, 300));
        await using Follower follower = new(new FileLogSource(log, Quick));
        await follower.UntilLine("line 300");
        folder.Append("a.log", "line 301\n");
        await follower.UntilLine("line 301");
        Assert.True(follower.Blocks[^1].InOperation);

        // What sed -i does: a new file with the old lines but one.
        File.WriteAllText(folder["tmp"], Numbered(1, 299) + "line 302\n");
        File.Move(folder["tmp"], log, overwrite: true);
        await follower.UntilLine("line 302");
        Assert.False(follower.Blocks[^1].InOperation);
    }

    [Fact]
    public async Task A_replaced_file_that_holds_all_that_was_read_is_continued()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", Numbered(1, 300));
        await using Follower follower = new(new FileLogSource(log, Quick));
        await follower.UntilLine("line 300");
        File.WriteAllText(folder["tmp"], Numbered(1, 305));
        File.Move(folder["tmp"], log, overwrite: true);
        await follower.UntilLine("line 305");
        Assert.Equal(Enumerable.Range(1, 305).Select(n => $"line {n}"), follower.Lines);
    }

    internal static string Numbered(int from, int to) => string.Concat(Enumerable.Range(from, to - from + 1).Select(n => $"line {n}\n"));

    private static void WriteSome(FileStream file, ref int number)
    {
        for (int i = 0; i < 200; i++)
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes($"line {++number}\n"));
            file.Flush();
        }
    }
}
