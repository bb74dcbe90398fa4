using PSBan.Model;
using PSBan.Sources;
using PSBan.Tests.Support;
using static PSBan.Tests.Sources.RotationTests;

namespace PSBan.Tests.Sources;

/// <summary>Rotations that fall between two looks or within one, each put together by hand.</summary>
public class SteppedRotationTests
{
    [Fact]
    public void What_happens_in_a_folder_that_was_quiet_for_long_is_seen()
    {
        using TempFolder folder = new(), elsewhere = new();
        File.WriteAllText(folder["a.log"], "a1\n");
        File.WriteAllText(elsewhere["c"], "c1\n");
        File.WriteAllText(elsewhere["d"], "d1\n");
        File.CreateSymbolicLink(folder["b.log"], elsewhere["b"]);
        File.CreateSymbolicLink(folder["c.log"], elsewhere["c"]);
        using SteppedFollower follower = new(folder["*.log"]);
        Quiet();
        Assert.Equal(["a1", "c1"], Look());
        Assert.Empty(Look());

        // None of these changes a name in the folder.
        File.AppendAllText(folder["a.log"], "a2\n");
        Assert.Equal(["a2"], Look());
        File.WriteAllText(elsewhere["b"], "b1\n");
        Assert.Equal(["b1"], Look());
        File.Move(elsewhere["d"], elsewhere["c"], overwrite: true);
        Assert.Equal(["d1"], Look());

        File.WriteAllText(folder["e.log"], "e1\n");
        Assert.Equal(["e1"], Look());
        Quiet();
        Assert.Empty(Look());
        Assert.Empty(Look());
        File.Move(folder["e.log"], folder["f.log"]);
        File.AppendAllText(folder["f.log"], "e2\n");
        File.WriteAllText(folder["e.log"], "e3\n");
        Assert.Equal(["e2", "e3"], Look().Order());
        Quiet();
        Assert.Empty(Look());
        File.Delete(folder["a.log"]);
        Assert.Empty(Look());
        Thread.Sleep(2 * Quick.PollInterval);
        Assert.Empty(Look());
        Assert.Contains(follower.Observer.All, said => said.StartsWith("lost a.log", StringComparison.Ordinal));

        void Quiet() => Directory.SetLastWriteTimeUtc(folder[""], new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(follower.Lines.Count));

        List<string> Look()
        {
            int before = follower.Lines.Count;
            follower.LookUntilQuiet();
            return follower.Lines[before..];
        }
    }

    [Theory]
    [InlineData("a.log")]
    [InlineData("*.log")]
    public void A_log_that_is_as_it_was_is_looked_at_without_a_scan(string glob)
    {
        const int Looks = 50;
        using TempFolder folder = new();
        folder.Write("a.log", Numbered(1, 10));
        Directory.SetLastWriteTimeUtc(folder[""], new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        using SteppedFollower follower = new(folder[glob]);
        follower.LookUntilQuiet();
        follower.LookUntilQuiet();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Looks; i++)
        {
            follower.Look();
        }

        long each = (GC.GetAllocatedBytesForCurrentThread() - before) / Looks;
        Assert.True(each < 1500, $"A look leaves {each} bytes of garbage; a scan would leave some 4,000.");
    }

    [Fact]
    public void A_rotated_file_that_is_gone_does_not_wait_for_a_younger_copy_that_waits_for_it()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", Numbered(1, 50));
        using SteppedFollower follower = new(folder["a.log*"]);
        follower.LookUntilQuiet();

        // Copied and emptied twice: .2 holds the end of what was read, .1 something new.
        folder.Append("a.log", Numbered(51, 60));
        File.Copy(log, folder["a.log.2"]);
        File.WriteAllText(log, Numbered(61, 80));
        File.Copy(log, folder["a.log.1"]);
        File.WriteAllText(log, Numbered(81, 100));
        follower.LookUntilQuiet((1, DeleteAndCopy), (2, () => File.WriteAllText(log, Numbered(101, 120))));
        Assert.Equal([.. Lines(1, 60), "late", .. Lines(61, 120)], follower.Lines);

        void DeleteAndCopy()
        {
            // .1 is deleted before anything was read of it, a copy takes its place, and .2 is written to once more.
            File.Delete(folder["a.log.1"]);
            File.Copy(log, folder["a.log.1"]);
            folder.Append("a.log.2", "late\n");
            follower.TellOfNames("a.log.1");
        }
    }

    [Fact]
    public void A_reader_that_dies_as_soon_as_it_knows_a_dated_file_again_goes_on_there()
    {
        using TempFolder folder = new();
        for (int day = 93, first = 1; day <= 98; day++, first += 50)
        {
            folder.Write($"app.log-202640{day}", Numbered(first, first + 49));
        }

        string log = folder.Write("app.log", Numbered(301, 400));
        Dictionary<string, LogPosition> places = [];
        List<string> lines = [];
        using (SteppedFollower first = Begin())
        {
            first.LookUntilQuiet();
        }

        Assert.Equal(Lines(1, 400), lines);
        folder.Append("app.log", Numbered(401, 438));
        File.Move(log, folder["app.log-20264099"]);
        folder.Append("app.log-20264099", Numbered(439, 458));
        File.Delete(folder["app.log-20264093"]);
        folder.Write("app.log-20264100", Numbered(459, 469));
        File.Delete(folder["app.log-20264094"]);
        folder.Write("app.log", Numbered(470, 531));
        using (SteppedFollower second = Begin())
        {
            second.LookOnce(blocks: 1);
        }

        Assert.Equal(400, lines.Count);
        folder.Append("app.log", Numbered(532, 555));
        using SteppedFollower third = Begin();
        third.LookUntilQuiet();
        Assert.Equal(Lines(1, 555), lines);

        SteppedFollower Begin() => new(folder["app.log*"], TimeProvider.System, () => { }, Take, name => new LogStart(places.GetValueOrDefault(name)) { Places = new Dictionary<string, LogPosition>(places) });

        void Take(LogBlock block)
        {
            places[block.Source] = block.Position ?? places[block.Source];
            lines.AddRange(block.Text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    [RequiresFact("/proc/self/fd")]
    public void A_copy_that_was_deleted_is_not_kept_open_for_as_long_as_its_log_holds_the_same()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", Numbered(1, 50));
        using SteppedFollower follower = new(folder["a.log*"], Quick with { RotationGrace = TimeSpan.Zero });
        follower.LookUntilQuiet();
        for (int i = 0; i < 3; i++)
        {
            File.Copy(log, folder["a.log.backup"]);
            follower.LookUntilQuiet();
            File.Delete(folder["a.log.backup"]);
            follower.LookUntilQuiet();
        }

        Assert.Equal(1, new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos().Count(info => info.LinkTarget?.StartsWith(folder.Root, StringComparison.Ordinal) == true));
        Assert.Equal(Lines(1, 50), follower.Lines);
    }

    [Fact]
    public void The_first_line_of_a_log_that_was_emptied_within_a_long_line_is_read()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", "line 1\n" + new string('x', 10_000));
        HookedClock clock = new();
        using SteppedFollower follower = new(log, Quick with { LineLimit = 4096, Time = clock });
        follower.LookUntilQuiet();

        // Between the moment in which it is found longer and the reading of what is new.
        folder.Append("a.log", "xxx");
        clock.Asked = () => File.WriteAllText(log, Numbered(2, 4000));
        follower.LookUntilQuiet();
        Assert.Equal(["line 1", new string('x', 4096), .. Lines(2, 4000)], follower.Lines);
    }

    [Theory]
    [InlineData("a.log")]
    [InlineData("*.log")]
    [InlineData("a.log*")]
    public void A_log_that_begins_with_the_same_long_banner_each_time_is_read_from_its_start(string glob)
    {
        using TempFolder folder = new();
        string banner = string.Concat(Enumerable.Repeat("# A banner that the program writes at the start of each of its logs.\n", 20));
        string log = folder.Write("a.log", banner + Numbered(1, 100));
        using SteppedFollower follower = new(folder[glob], Quick with { RotationGrace = TimeSpan.Zero });
        follower.LookUntilQuiet();
        foreach ((int from, int to) in ((int, int)[])[(101, 150), (151, 155), (156, 200)])
        {
            File.Move(log, folder["a.log.1"], overwrite: true);
            follower.LookUntilQuiet();
            folder.Write("a.log", banner + Numbered(from, to));
            follower.LookUntilQuiet();
        }

        Assert.Equal(Lines(1, 200), follower.Lines.Where(line => !line.StartsWith('#')));
    }

    [Fact]
    public void A_second_log_with_the_same_long_banner_is_read_from_its_start()
    {
        using TempFolder folder = new();
        string banner = string.Concat(Enumerable.Repeat("# A banner that the program writes at the start of each of its logs.\n", 20));
        folder.Write("a.log", banner + Numbered(1, 100));
        using SteppedFollower follower = new(folder["*.log"], Quick with { RotationGrace = TimeSpan.Zero });
        follower.LookUntilQuiet();
        File.Move(folder["a.log"], folder["away"]);
        follower.LookUntilQuiet();
        folder.Write("b.log", banner + Numbered(101, 110));
        follower.LookUntilQuiet();
        Assert.Equal(Lines(1, 110), follower.Lines.Where(line => !line.StartsWith('#')));
    }

    [Fact]
    public void A_log_that_is_refilled_with_lines_of_the_same_length_that_end_alike_is_read_from_its_start()
    {
        using TempFolder folder = new();
        string Long(int from, int to) => string.Concat(Lines(from, to).Select(line => $"{line} {new string('.', 80)}\n"));
        string log = folder.Write("a.log", Long(100, 110));
        using SteppedFollower follower = new(log);
        follower.LookUntilQuiet();
        File.WriteAllText(log, Long(111, 130));
        follower.LookUntilQuiet();
        Assert.Equal(Lines(100, 130), follower.Lines.Select(line => line.TrimEnd('.').Trim()));
    }

    [Fact]
    public void A_copy_that_was_only_being_made_when_reading_began_is_read_before_what_its_log_holds_by_then()
    {
        using TempFolder folder = new();
        string Long(int from, int to) => string.Concat(Lines(from, to).Select(line => $"{line} {new string('.', 80)}\n"));
        string log = folder.Write("a.log", Long(1, 10));
        folder.Write("a.log.1", Long(1, 10)[..40]);
        HookedClock clock = new();
        using SteppedFollower follower = new(folder["a.log*"], Quick with { Time = clock });

        // The copy is read as far as it goes. Then, when the log has been found to hold something, the copy is finished, and the log emptied and filled anew.
        clock.Asked = () => clock.Asked = () =>
        {
            File.WriteAllText(folder["a.log.1"], Long(1, 10));
            File.WriteAllText(log, Long(11, 20));
        };
        follower.LookUntilQuiet();
        Assert.Equal(Lines(1, 20), follower.Lines.Select(line => line.TrimEnd('.').Trim()));
    }

    [Fact]
    public void What_a_log_was_read_up_to_and_not_handed_out_is_no_place_for_its_copy()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", Numbered(1, 20));
        Action? read = null;
        using SteppedFollower follower = new(folder["a.log*"], read: () => Interlocked.Exchange(ref read, null)?.Invoke());
        follower.LookUntilQuiet();
        File.WriteAllText(log, Numbered(21, 40));
        File.Copy(log, folder["a.log.1"]);

        // Emptied when the new lines have been read, so that the copy comes first.
        read = () => File.WriteAllText(log, Numbered(41, 60));
        follower.LookUntilQuiet();
        Assert.Equal(Lines(1, 60), follower.Lines);
    }

    /// <summary>A clock that lets one thing happen when it is asked next.</summary>
    private sealed class HookedClock : TimeProvider
    {
        public Action? Asked { get; set; }

        public override long GetTimestamp()
        {
            Action? asked = Asked;
            Asked = null;
            asked?.Invoke();
            return base.GetTimestamp();
        }
    }

    private static IEnumerable<string> Lines(int from, int to) => Enumerable.Range(from, to - from + 1).Select(n => $"line {n}");
}
