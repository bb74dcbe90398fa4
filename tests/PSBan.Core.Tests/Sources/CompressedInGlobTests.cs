using PSBan.Model;
using PSBan.Sources;
using static PSBan.Tests.Sources.RotationTests;

namespace PSBan.Tests.Sources;

/// <summary>Rotated files that are compressed, beside others that a glob takes in: what had not been read of them is, and nothing is read twice.</summary>
public class CompressedInGlobTests
{
    [Theory]
    [InlineData("a.log.2", "a.log.1")]
    [InlineData("a.log-20260301", "a.log-20260302")]
    public void What_was_compressed_while_nobody_looked_is_caught_up_with(string older, string younger)
    {
        using TempFolder folder = new();
        folder.Write("a.log", Numbered(1, 50));
        Reader reader = new(folder);
        reader.Read();
        folder.Append("a.log", Numbered(51, 60));
        Rotate(folder, older, compresses: true);
        folder.Append("a.log", Numbered(61, 80));
        Rotate(folder, younger, compresses: true);
        folder.Append("a.log", Numbered(81, 100));
        reader.Read();
        Assert.Equal(Lines(1, 100), reader.Lines);
        reader.Read();
        Assert.Equal(Lines(1, 100), reader.Lines);
    }

    [Theory]
    [InlineData("a.log.3", "a.log.2", "a.log.1")]
    [InlineData("a.log-20260301", "a.log-20260302", "a.log-20260303")]
    public void What_was_compressed_is_read_before_the_rotated_file_that_is_not(string oldest, string older, string younger)
    {
        using TempFolder folder = new();
        folder.Write("a.log", Numbered(1, 50));
        Reader reader = new(folder);
        reader.Read();
        folder.Append("a.log", Numbered(51, 60));
        Rotate(folder, oldest, compresses: true);
        folder.Append("a.log", Numbered(61, 80));
        Rotate(folder, older, compresses: true);
        folder.Append("a.log", Numbered(81, 100));
        Rotate(folder, younger, compresses: false);
        folder.Append("a.log", Numbered(101, 120));
        reader.Read();
        Assert.Equal(Lines(1, 120), reader.Lines);
    }

    [Theory]
    [InlineData("a.log.1", "a.log.2.gz")]
    [InlineData("a.log-20260301", "a.log-20260301.gz")]
    public void What_was_unread_of_a_rotated_file_when_it_was_compressed_is_read(string rotated, string compressed)
    {
        using TempFolder folder = new();
        folder.Write("a.log", Numbered(1, 50));
        Reader reader = new(folder);
        using (SteppedFollower follower = reader.Begin())
        {
            // Known under its new name, and not read to its end there.
            follower.LookUntilQuiet();
            Rotate(folder, rotated, compresses: false);
            folder.Append(rotated, Numbered(51, 60));
            follower.LookUntilQuiet();
        }

        Assert.Equal(Lines(1, 60), reader.Lines);
        folder.Append(rotated, Numbered(61, 70));
        folder.Append("a.log", Numbered(71, 80));
        folder.Compress(rotated, compressed);
        Rotate(folder, rotated == "a.log.1" ? rotated : "a.log-20260302", compresses: false);
        folder.Append("a.log", Numbered(81, 90));
        reader.Read();
        Assert.Equal(Lines(1, 90), reader.Lines);
    }

    [Fact]
    public void A_reader_that_dies_within_what_was_compressed_goes_on_there()
    {
        using TempFolder folder = new();
        folder.Write("a.log", Numbered(1, 50));
        Reader reader = new(folder);
        reader.Read();
        folder.Append("a.log", Numbered(51, 40_000));
        Rotate(folder, "a.log.2", compresses: true);
        folder.Append("a.log", Numbered(40_001, 80_000));
        Rotate(folder, "a.log.1", compresses: true);
        folder.Append("a.log", Numbered(80_001, 80_010));
        int lives = 0;
        for (; reader.Lines.Count < 80_010 && lives < 100; lives++)
        {
            // One block with lines, however many looks it takes.
            int before = reader.Lines.Count;
            using SteppedFollower follower = reader.Begin();
            for (int looks = 0; reader.Lines.Count == before && looks < 20; looks++)
            {
                follower.LookOnce(blocks: 1);
            }
        }

        Assert.Equal(Lines(1, 80_010), reader.Lines);
        Assert.True(lives > 2, $"{lives} lives");
    }

    [Theory]
    [InlineData("a.log.1")]
    [InlineData("a.log-20260301")]
    public void What_is_compressed_while_it_is_being_read_is_read_from_the_open_file_alone(string rotated)
    {
        using TempFolder folder = new();
        folder.Write("a.log", Numbered(1, 50));
        Reader reader = new(folder);
        using (SteppedFollower follower = reader.Begin())
        {
            follower.LookUntilQuiet();
            folder.Append("a.log", Numbered(51, 40_000));

            // Compressed and deleted between two blocks.
            follower.LookUntilQuiet((1, () => RotateAndTell(follower)));
            Assert.Equal(Lines(1, 40_020), reader.Lines);
        }

        folder.Append("a.log", Numbered(40_021, 40_030));
        reader.Read();
        Assert.Equal(Lines(1, 40_030), reader.Lines);

        void RotateAndTell(SteppedFollower follower)
        {
            Rotate(folder, rotated, compresses: true);
            folder.Append("a.log", Numbered(40_001, 40_020));
            follower.TellOfNames("a.log");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_read_of_a_renamed_file_before_it_was_compressed_is_not_read_again(bool isWritten)
    {
        using TempFolder folder = new();
        folder.Write("a.log", Numbered(1, 50));
        Reader reader = new(folder);
        using (SteppedFollower follower = reader.Begin())
        {
            // Its last lines have a place under the new name alone.
            follower.LookUntilQuiet();
            Rotate(folder, "a.log.1", compresses: false);
            folder.Append("a.log.1", Numbered(51, 60));
            follower.LookUntilQuiet();
            folder.Compress("a.log.1", "a.log.1.gz");
            follower.LookUntilQuiet();
        }

        folder.Append("a.log", isWritten ? Numbered(61, 70) : "");
        reader.Read();
        folder.Append("a.log", isWritten ? "" : Numbered(61, 70));
        reader.Read();
        Assert.Equal(Lines(1, 70), reader.Lines);
    }

    [Theory]
    [InlineData(false, "")]
    [InlineData(false, "a.log")]
    [InlineData(false, "a.log.1")]
    [InlineData(false, "a.log a.log.1")]
    [InlineData(true, "a.log")]
    [InlineData(true, "a.log a.log.1")]
    public void Compressed_files_of_which_nothing_is_known_are_not_read(bool atEnd, string names)
    {
        using TempFolder folder = new();
        for (int i = 5; i > 1; i--)
        {
            folder.Write($"a.log.{i}", Numbered(1000 * i, (1000 * i) + 20));
            folder.Compress($"a.log.{i}", $"a.log.{i}.gz");
        }

        foreach (string name in names.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            folder.Write(name, name == "a.log" ? Numbered(21, 40) : Numbered(1, 20));
        }

        Reader reader = new(folder, atEnd);
        reader.Read();
        List<string> expected = [];
        if (!atEnd)
        {
            expected.AddRange(names.Contains(".1", StringComparison.Ordinal) ? Lines(1, 20) : []);
            expected.AddRange(names.StartsWith("a.log", StringComparison.Ordinal) && names != "a.log.1" ? Lines(21, 40) : []);
        }

        Assert.Equal(expected, reader.Lines);

        // The log comes, or goes on, and is rotated twice: that is known.
        folder.Append("a.log", Numbered(41, 60));
        reader.Read();
        folder.Append("a.log", Numbered(61, 80));
        File.Delete(folder["a.log.1"]);
        Rotate(folder, "a.log.1", compresses: true);
        folder.Append("a.log", Numbered(81, 100));
        reader.Read();
        Assert.Equal([.. expected, .. Lines(41, 100)], reader.Lines);
    }

    [Fact]
    public void A_glob_that_gains_its_first_match_reads_no_compressed_file_that_was_there_before()
    {
        using TempFolder folder = new();
        folder.Write("a.log.1", Numbered(1000, 1020));
        folder.Compress("a.log.1", "a.log.2.gz");
        Reader reader = new(folder);
        using SteppedFollower follower = reader.Begin();
        follower.LookUntilQuiet();
        folder.Write("a.log", Numbered(1, 20));
        follower.LookUntilQuiet();

        // From now on something is known: two rotations between two looks.
        folder.Append("a.log", Numbered(21, 40));
        Rotate(folder, "a.log.1", compresses: true);
        File.Move(folder["a.log.2.gz"], folder["a.log.3.gz"]);
        File.Move(folder["a.log.1.gz"], folder["a.log.2.gz"]);
        folder.Append("a.log", Numbered(41, 60));
        Rotate(folder, "a.log.1", compresses: true);
        folder.Append("a.log", Numbered(61, 80));
        follower.LookUntilQuiet();
        Assert.Equal(Lines(1, 80), reader.Lines);
    }

    [Fact]
    public void An_old_log_that_is_unpacked_again_draws_no_older_ones_after_it()
    {
        using TempFolder folder = new();
        for (int i = 4; i > 0; i--)
        {
            folder.Write($"a.log.{i}", Numbered(1000 * i, (1000 * i) + 20));
            folder.Compress($"a.log.{i}", $"a.log.{i}.gz");
        }

        folder.Write("a.log", Numbered(1, 20));
        Reader reader = new(folder);
        using SteppedFollower follower = reader.Begin();
        follower.LookUntilQuiet();
        File.Delete(folder["a.log.2.gz"]);
        folder.Write("a.log.2", Numbered(2000, 2020));
        follower.LookUntilQuiet();
        Assert.Equal([.. Lines(1, 20), .. Lines(2000, 2020)], reader.Lines);
    }

    [Fact]
    public void A_copy_that_was_compressed_is_read_from_where_the_log_stood_when_it_was_emptied()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", Numbered(1, 50));
        Reader reader = new(folder);
        reader.Read();
        folder.Append("a.log", Numbered(51, 60));
        File.Copy(log, folder["a.log.1"]);
        File.WriteAllText(log, "");
        folder.Compress("a.log.1", "a.log.1.gz");
        folder.Append("a.log", Numbered(61, 70));
        reader.Read();
        Assert.Equal(Lines(1, 70), reader.Lines);
    }

    [Fact]
    public void Other_logs_of_the_glob_tell_nothing_of_a_new_one()
    {
        using TempFolder folder = new();
        folder.Write("a.log", Numbered(1, 20));
        Reader reader = new(folder, glob: "*");
        reader.Read();
        folder.Write("a.err.1", Numbered(1000, 1020));
        folder.Compress("a.err.1", "a.err.1.gz");
        folder.Write("b.log.1", Numbered(2000, 2020));
        folder.Compress("b.log.1", "b.log.1.gz");
        folder.Write("a.err", Numbered(21, 40));
        reader.Read();
        folder.Write("b.log", Numbered(41, 60));
        reader.Read();
        Assert.Equal(Lines(1, 60), reader.Lines);
    }

    [Theory]
    [InlineData("a.log", false)]
    [InlineData("a.log", true)]
    [InlineData("a.log*", false)]
    [InlineData("a.log*", true)]
    public void What_was_too_short_to_be_known_by_itself_is_known_by_what_is_older(string glob, bool isOlder)
    {
        using TempFolder folder = new();
        if (isOlder)
        {
            folder.Write("a.log.1", Numbered(1000, 1020));
            folder.Compress("a.log.1", "a.log.3.gz");
        }

        folder.Write("a.log", Numbered(1, 2));
        Reader reader = new(folder, glob: glob);
        reader.Read();
        folder.Append("a.log", Numbered(3, 4));
        Rotate(folder, "a.log.2", compresses: true);
        reader.Read();
        folder.Append("a.log", Numbered(5, 6));
        Rotate(folder, "a.log.1", compresses: true);
        reader.Read();
        folder.Append("a.log", Numbered(7, 8));
        reader.Read();
        Assert.Equal(Lines(1, 8), reader.Lines);
    }

    private static IEnumerable<string> Lines(int from, int to) => Enumerable.Range(from, to - from + 1).Select(n => $"line {n}");

    /// <summary>Renames the log and begins it anew.</summary>
    private static void Rotate(TempFolder folder, string rotated, bool compresses)
    {
        File.Move(folder["a.log"], folder[rotated]);
        folder.Write("a.log", "");
        if (compresses)
        {
            folder.Compress(rotated, rotated + ".gz");
        }
    }

    /// <summary>Reads now and then, and keeps the place of each block with the block.</summary>
    private sealed class Reader(TempFolder folder, bool atEnd = false, string glob = "a.log*")
    {
        private readonly Dictionary<string, LogPosition> _places = new(StringComparer.Ordinal);

        public List<string> Lines { get; } = [];

        public SteppedFollower Begin() => new(folder[glob], TimeProvider.System, () => { }, Take, Start);

        /// <summary>Reads all there is, and ends.</summary>
        public void Read()
        {
            using SteppedFollower follower = Begin();
            follower.LookUntilQuiet();
        }

        private void Take(LogBlock block)
        {
            if (block.Position is not null)
            {
                _places[block.Source] = block.Position;
            }

            Lines.AddRange(block.Text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }

        private LogStart Start(string log) => new(_places.GetValueOrDefault(log), atEnd) { Places = new Dictionary<string, LogPosition>(_places) };
    }
}
