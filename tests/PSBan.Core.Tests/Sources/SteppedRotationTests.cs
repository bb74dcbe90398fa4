using static PSBan.Tests.Sources.RotationTests;

namespace PSBan.Tests.Sources;

/// <summary>Rotations that fall between two looks or within one, each put together by hand.</summary>
public class SteppedRotationTests
{
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
        follower.LookUntilQuiet(
            (1, () =>
            {
                // .1 is deleted before anything was read of it, a copy takes its place, and .2 is written to once more.
                File.Delete(folder["a.log.1"]);
                File.Copy(log, folder["a.log.1"]);
                folder.Append("a.log.2", "late\n");
                follower.TellOfNames("a.log.1");
            }),
            (2, () => File.WriteAllText(log, Numbered(101, 120))));
        Assert.Equal([.. Lines(1, 60), "late", .. Lines(61, 120)], follower.Lines);
    }

    private static IEnumerable<string> Lines(int from, int to) => Enumerable.Range(from, to - from + 1).Select(n => $"line {n}");
}
