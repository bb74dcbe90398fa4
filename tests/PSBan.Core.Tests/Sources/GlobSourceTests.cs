using PSBan.Model;
using PSBan.Sources;
using static PSBan.Tests.Sources.RotationTests;

namespace PSBan.Tests.Sources;

public class GlobSourceTests
{
    [Fact]
    public async Task Files_that_come_and_go_are_followed()
    {
        using TempFolder folder = new();
        folder.Write("a.log", "a1\n");
        folder.Write("b.txt", "no\n");
        folder.Write(".hidden.log", "no\n");
        Directory.CreateDirectory(folder["dir.log"]);
        await using Follower follower = new(new GlobLogSource(folder["*.log"], Quick));
        await follower.UntilLine("a1");
        folder.Write("c.log", "c1\n");
        await follower.UntilLine("c1");
        File.Delete(folder["a.log"]);
        await follower.Until(() => follower.Observer.All.Any(told => told.StartsWith("lost a.log", StringComparison.Ordinal)));
        folder.Append("c.log", "c2\n");
        await follower.UntilLine("c2");
        folder.Write("a.log", "a2\n");
        await follower.UntilLine("a2");
        Assert.Equal(["a1", "c1", "c2", "a2"], follower.Lines);
        Assert.Equal(
            [
                "lost dir.log: It is not a regular file.",
                "found a.log",
                "found c.log",
                "lost a.log: The file is gone; it is followed again as soon as it is back.",
                "found a.log",
            ],
            follower.Observer.All);
    }

    [Fact]
    public async Task Folders_match_too_and_may_come_later()
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["one/log"]);
        folder.Write("one/log/x1.log", "1\n");
        await using Follower follower = new(new GlobLogSource(folder["*/log/x[0-9].log"], Quick));
        await follower.UntilLine("1");
        Directory.CreateDirectory(folder["two/log"]);
        folder.Write("two/log/x2.log", "2\n");
        folder.Write("two/log/xx.log", "no\n");
        await follower.UntilLine("2");
        folder.Append("two/log/x2.log", "3\n");
        await follower.UntilLine("3");
        Assert.Equal(["1", "2", "3"], follower.Lines);
    }

    [Fact]
    public async Task A_rotated_file_that_still_matches_is_not_read_again()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", Numbered(1, 100));
        folder.Write("a.log.2.gz", 0x1F, 0x8B, 8, 0, (byte)'\n', (byte)'x', (byte)'\n');
        await using Follower follower = new(new GlobLogSource(folder["a.log*"], Quick));
        await follower.UntilLine("line 100");
        File.Move(log, folder["a.log.1"]);
        folder.Write("a.log", "line 101\n");
        await follower.UntilLine("line 101");
        folder.Append("a.log.1", "late\n");
        await follower.UntilLine("late");
        File.Move(folder["a.log.1"], folder["a.log.3"]);
        File.Move(log, folder["a.log.1"]);
        folder.Write("a.log", "line 102\n");
        await follower.UntilLine("line 102");
        Assert.Equal([.. Enumerable.Range(1, 101).Select(n => $"line {n}"), "late", "line 102"], follower.Lines);

        // The place of the renamed file is told under its new name, so that the next start does not read it again either.
        Dictionary<string, LogPosition> places = [];
        foreach (Follower.Seen block in follower.Blocks.Where(block => block.Position is not null))
        {
            places[block.Source] = block.Position!;
        }

        await follower.Stop();
        folder.Append("a.log", "line 103\n");
        await using Follower second = new(new GlobLogSource(folder["a.log*"], Quick), source => new LogStart(places.GetValueOrDefault(source)));
        await second.UntilLine("line 103");
        Assert.Equal(["line 103"], second.Lines);
    }

    [Fact]
    public async Task A_rotation_while_nobody_looked_is_seen_through_by_content()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", Numbered(1, 100));
        LogPosition? place;
        await using (Follower first = new(new GlobLogSource(folder["a.log*"], Quick)))
        {
            await first.UntilLine("line 100");
            place = first.LastPosition(log);
        }

        folder.Append("a.log", "line 101\n");
        File.Move(log, folder["a.log.1"]);
        folder.Write("a.log", "line 102\n");
        await using Follower second = new(new GlobLogSource(folder["a.log*"], Quick), source => new LogStart(source == log ? place : null));
        await second.UntilLine("line 102");
        Assert.Equal(["line 101", "line 102"], second.Lines);
    }

    [Fact]
    public async Task A_copy_in_the_glob_is_not_read_and_gives_the_end_that_was_cut_off()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", Numbered(1, 200));
        await using Follower follower = new(new GlobLogSource(folder["a.log*"], Quick));
        await follower.UntilLine("line 200");
        for (int round = 0; round < 5; round++)
        {
            int from = 201 + (round * 200);
            File.Copy(log, folder[$"a.log.{round}"]);
            File.WriteAllText(log, "");
            folder.Append("a.log", Numbered(from, from + 199));
            await follower.UntilLine($"line {from + 199}");
        }

        folder.Append("a.log", "end\n");
        await follower.UntilLine("end");
        Assert.Equal([.. Enumerable.Range(1, 1200).Select(n => $"line {n}"), "end"], follower.Lines);
    }

    [Fact]
    public async Task Two_paths_to_one_file_are_read_once()
    {
        using TempFolder folder = new();
        folder.Write("a.log", "1\n");
        File.CreateSymbolicLink(folder["b.log"], folder["a.log"]);
        await using Follower follower = new(new GlobLogSource(folder["*.log"], Quick));
        await follower.UntilLine("1");
        folder.Append("a.log", "2\n");
        await follower.UntilLine("2");
        Assert.Equal(["1", "2"], follower.Lines);
    }

    [Fact]
    public async Task No_match_is_told_once()
    {
        using TempFolder folder = new();
        await using Follower follower = new(new GlobLogSource(folder["*.log"], Quick));
        await follower.Until(() => follower.Observer.All.Length == 1);
        folder.Write("a.log", "1\n");
        await follower.UntilLine("1");
        Assert.Equal(["lost *.log: No file matches; files are followed as soon as they appear.", "found a.log"], follower.Observer.All);
    }

    [Fact]
    public async Task Reading_once_goes_through_all_files_and_says_when_there_are_none()
    {
        using TempFolder folder = new();
        folder.Write("b.log", "2");
        folder.Write("a.log", "1");
        List<string> seen = [];
        await foreach (LogBlock block in new GlobLogSource(folder["*.log"]).ReadAsync(CancellationToken.None))
        {
            seen.Add($"{Path.GetFileName(block.Source)}:{block.FirstLine}:{block.Text}");
        }

        Assert.Equal(["a.log:1:1\n", "b.log:1:2\n"], seen);
        await Assert.ThrowsAsync<FileNotFoundException>(async () => await new GlobLogSource(folder["*.txt"]).ReadAsync(CancellationToken.None).GetAsyncEnumerator().MoveNextAsync());
        await Assert.ThrowsAsync<FileNotFoundException>(async () => await new FileLogSource(folder["*.log"]).ReadAsync(CancellationToken.None).GetAsyncEnumerator().MoveNextAsync());
    }

    [Theory]
    [InlineData("*.log", "a.log", true)]
    [InlineData("*.log", ".a.log", false)]
    [InlineData(".*.log", ".a.log", true)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("a[!b]c", "abc", false)]
    [InlineData("a[!b]c", "axc", true)]
    [InlineData("a[]]c", "a]c", true)]
    [InlineData("a[b", "a[b", true)]
    [InlineData("a[a-c]", "ab", true)]
    [InlineData("a[^b]", "a^", true)]
    [InlineData("a[z-a]", "ab", false)]
    [InlineData("a(b)+\\d*", "a(b)+\\d9", true)]
    public void Globs_read_as_a_shell_reads_them(string pattern, string name, bool matches)
    {
        using TempFolder folder = new();
        folder.Write(name, "");
        Assert.Equal(matches ? [folder[name]] : [], new Glob(folder[pattern]).Expand([]));
    }
}
