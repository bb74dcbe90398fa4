using PSBan.Model;
using PSBan.Sources;
using static PSBan.Tests.Sources.RotationTests;

namespace PSBan.Tests.Sources;

/// <summary>What happens to a log while nobody looks, and how reading goes on from the stored places.</summary>
public class AwayTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_younger_than_an_emptied_log_is_read_and_what_is_older_is_not(bool isCompressed)
    {
        using TempFolder folder = new();
        folder.Write("a.log.2", Numbered(1, 20));
        folder.Write("a.log.1", Numbered(21, 40));
        folder.Write("a.log", Numbered(41, 60));
        Reader reader = new(folder["a.log"]);
        await reader.UntilAsync("line 60");

        // Emptied, so that nothing is left of what was read, and then rotated twice.
        Shift(folder, isCompressed);
        folder.Write("a.log.1", Numbered(61, 80));
        folder.Write("a.log", Numbered(81, 100));
        Shift(folder, isCompressed: false);
        File.Move(folder["a.log"], folder["a.log.1"]);
        folder.Write("a.log", Numbered(101, 120));
        await reader.UntilAsync("line 120");
        Assert.Equal(Lines(41, 120), reader.Lines);
    }

    [Fact]
    public async Task All_that_rotation_has_left_is_read_where_the_file_that_was_being_read_was_deleted()
    {
        using TempFolder folder = new();
        folder.Write("a.log.1", Numbered(1, 20));
        folder.Write("a.log", Numbered(21, 40));
        Reader reader = new(folder["a.log"]);
        await reader.UntilAsync("line 40");
        folder.Write("a.log.2", Numbered(51, 60));
        folder.Write("a.log.1", Numbered(61, 70));
        File.Delete(folder["a.log"]);
        folder.Write("a.log", Numbered(71, 80));
        await reader.UntilAsync("line 80");
        Assert.Equal([.. Lines(21, 40), .. Lines(51, 80)], reader.Lines);
    }

    [Theory]
    [InlineData("a.log", false)]
    [InlineData("a.log", true)]
    [InlineData("a.log*", true)]
    public async Task Logs_that_begin_with_the_same_long_banner_are_told_apart(string glob, bool isCompressed)
    {
        using TempFolder folder = new();
        string banner = string.Concat(Enumerable.Repeat("# A banner that the program writes at the start of each of its logs.\n", 40));
        folder.Write("a.log", banner + Numbered(1, 400));
        Reader reader = new(folder[glob]);
        await reader.UntilAsync("line 400");

        // Rotated three times while nobody looked; each content is another one, and all but the first are shorter.
        File.AppendAllText(folder["a.log"], Numbered(401, 420));
        File.Move(folder["a.log"], folder["a.log.3"]);
        folder.Write("a.log.2", banner + Numbered(421, 500));
        folder.Write("a.log.1", banner + Numbered(501, 520));
        foreach (string rotated in isCompressed ? (string[])["a.log.3", "a.log.2", "a.log.1"] : [])
        {
            folder.Compress(rotated);
        }

        folder.Write("a.log", banner + Numbered(521, 700));
        await reader.UntilAsync("line 700");
        Assert.Equal(Lines(1, 700), reader.Lines.Where(line => !line.StartsWith('#')));
    }

    [Theory]
    [InlineData("a.log", 5)]
    [InlineData("a.log*", 5)]
    [InlineData("a.log", 300)]
    [InlineData("a.log*", 300)]
    public async Task A_copy_that_ends_before_the_place_has_been_read(string glob, int copied)
    {
        using TempFolder folder = new();
        const string Padding = " with so much text that few lines make a head which tells it from others";
        string Long(int from, int to) => string.Concat(Enumerable.Range(from, to - from + 1).Select(n => $"line {n}{Padding}\n"));
        folder.Write("a.log", Long(1, copied));
        Reader reader = new(folder[glob]);
        await reader.UntilAsync($"line {copied}{Padding}");
        File.Copy(folder["a.log"], folder["new"]);
        folder.Append("a.log", Long(copied + 1, copied + 20));
        await reader.UntilAsync($"line {copied + 20}{Padding}");

        // The copy was made before the last twenty were written, which have been read.
        File.Move(folder["new"], folder["a.log.1"]);
        File.WriteAllText(folder["a.log"], Long(copied + 21, copied + 30));
        await reader.UntilAsync($"line {copied + 30}{Padding}");
        Assert.Equal(Enumerable.Range(1, copied + 30).Select(n => $"line {n}{Padding}"), reader.Lines);
    }

    [Fact]
    public async Task A_copy_in_the_glob_is_read_from_where_the_log_stood_when_it_was_emptied()
    {
        using TempFolder folder = new();
        folder.Write("a.log", Numbered(1, 200));
        Reader reader = new(folder["a.log*"]);
        await reader.UntilAsync("line 200");
        folder.Append("a.log", Numbered(201, 220));
        File.Copy(folder["a.log"], folder["a.log.1"]);
        File.WriteAllText(folder["a.log"], Numbered(221, 230));
        await reader.UntilAsync("line 230");
        Assert.Equal(Lines(1, 230), reader.Lines);
    }

    [Fact]
    public async Task A_copy_in_the_glob_waits_while_its_log_is_not_emptied()
    {
        using TempFolder folder = new();
        folder.Write("a.log", Numbered(1, 200));
        Reader reader = new(folder["a.log*"]);
        await reader.UntilAsync("line 200");
        folder.Append("a.log", Numbered(201, 220));
        File.Copy(folder["a.log"], folder["a.log.1"]);
        folder.Append("a.log", Numbered(221, 230));
        await reader.UntilAsync("line 230");
        File.WriteAllText(folder["a.log"], Numbered(231, 240));
        await reader.UntilAsync("line 240");
        Assert.Equal(Lines(1, 240), reader.Lines);
    }

    [Fact]
    public async Task Two_logs_of_a_glob_that_begin_alike_are_both_read()
    {
        using TempFolder folder = new();
        string banner = Numbered(1, 100);
        folder.Write("a.log", banner);
        folder.Write("b.log", banner + "b\n");
        await using Follower follower = new(new GlobLogSource(folder["*.log"], Quick));
        await follower.UntilLine("b");
        folder.Append("a.log", "a\n");
        await follower.UntilLine("a");
        folder.Append("b.log", "b2\n");
        await follower.UntilLine("b2");
        Assert.Equal(1, follower.Lines.Count(line => line == "a"));
        Assert.Equal(1, follower.Lines.Count(line => line == "b"));
    }

    private static IEnumerable<string> Lines(int from, int to) => Enumerable.Range(from, to - from + 1).Select(n => $"line {n}");

    /// <summary>Gives every rotated file the next number.</summary>
    private static void Shift(TempFolder folder, bool isCompressed)
    {
        for (int i = 8; i > 0; i--)
        {
            foreach (string ending in (string[])["", ".gz"])
            {
                if (!File.Exists(folder[$"a.log.{i}{ending}"]))
                {
                    continue;
                }

                File.Move(folder[$"a.log.{i}{ending}"], folder[$"a.log.{i + 1}{ending}"]);
                if (isCompressed && ending.Length == 0)
                {
                    folder.Compress($"a.log.{i + 1}");
                }
            }
        }
    }

    /// <summary>Reads now and then, and keeps the place of each block with the block.</summary>
    private sealed class Reader(string glob)
    {
        private readonly Dictionary<string, LogPosition> _places = new(StringComparer.Ordinal);

        public List<string> Lines { get; } = [];

        public async Task UntilAsync(string line)
        {
            // A guard against waiting for ever; no verdict depends on it.
            using CancellationTokenSource guard = new(TimeSpan.FromSeconds(60));
            ILogSource source = Glob.HasWildcard(glob) ? new GlobLogSource(glob, Quick) : new FileLogSource(glob, Quick);
            await foreach (LogBlock block in source.FollowAsync(Start, new RecordingObserver(), guard.Token))
            {
                Lines.AddRange(block.Text.ToString().Split('\n')[..^1]);
                if (block.Position is not null)
                {
                    _places[block.Source] = block.Position;
                }

                if (Lines.Contains(line))
                {
                    return;
                }
            }

            Assert.Fail($"Waited in vain for '{line}': {Lines.Count} lines, the last '{Lines.LastOrDefault()}'.");
        }

        private LogStart Start(string log) => new(_places.GetValueOrDefault(log)) { Places = new Dictionary<string, LogPosition>(_places) };
    }
}
