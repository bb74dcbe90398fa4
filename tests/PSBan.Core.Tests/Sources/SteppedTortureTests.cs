using System.Diagnostics;
using System.Globalization;
using PSBan.Model;
using PSBan.Sources;

namespace PSBan.Tests.Sources;

/// <summary>
/// Thousands of interleavings of a writer's steps and a reader's, chosen by chance and repeated by their seed: the writer goes on between two looks, between two
/// blocks, between the reading and the handing out of one, and wherever the reader asks for the time or for the start of a log. <c>PSBAN_TORTURE_SECONDS</c> tries more of them, from <c>PSBAN_TORTURE_SEED</c> on.
/// </summary>
public class SteppedTortureTests
{
    private const int Seeds = 8;
    private const int Looks = 60;

    [Theory]
    [InlineData("a.log", "Rename")]
    [InlineData("a.log*", "Rename")]
    [InlineData("a.log", "RenameToDate")]
    [InlineData("a.log*", "RenameToDate")]
    [InlineData("a.log", "CopyTruncate")]
    [InlineData("a.log*", "CopyTruncate")]
    [InlineData("a.log", "Truncate")]
    [InlineData("a.log*", "Truncate")]
    [InlineData("a.log", "Compress")]
    [InlineData("a.log*", "Compress")]
    [InlineData("a.log", "CompressDate")]
    [InlineData("a.log*", "CompressDate")]
    [InlineData("a.log", "DelayCompress")]
    [InlineData("a.log*", "DelayCompress")]
    [InlineData("a.log", "DelayCompressDate")]
    [InlineData("a.log*", "DelayCompressDate")]
    [InlineData("a.log", "Recreate")]
    [InlineData("a.log*", "Recreate")]
    [InlineData("a.log", "Rename CopyTruncate Truncate Compress Recreate")]
    [InlineData("a.log*", "Rename CopyTruncate Truncate Recreate")]
    [InlineData("a.log*", "Rename Compress DelayCompress Recreate")]
    [InlineData("a.log*", "Rename CopyTruncate Truncate Compress DelayCompress Recreate")]
    [InlineData("a.log*", "RenameToDate CompressDate DelayCompressDate Truncate Recreate")]
    public void Every_number_arrives_once_and_in_order(string glob, string kinds)
    {
        int first = Number("PSBAN_TORTURE_SEED") ?? 1;
        TimeSpan time = TimeSpan.FromSeconds(Number("PSBAN_TORTURE_SECONDS") ?? 0);
        Stopwatch watch = Stopwatch.StartNew();
        for (int seed = first; seed < first + Seeds || watch.Elapsed < time; seed++)
        {
            foreach (bool dies in (bool[])[false, true])
            {
                using TempFolder folder = new();
                Try(folder, glob, kinds.Split(' '), seed, dies);
            }
        }
    }

    private static void Try(TempFolder folder, string glob, string[] kinds, int seed, bool dies)
    {
        Random random = new(seed);
        SteppedLog log = new(folder["a.log"], kinds, random);
        log.Create();
        Dictionary<string, LogPosition> places = [];
        bool goesOn = true;
        SteppedFollower follower = Follow();
        try
        {
            // What is rotated away before anybody has looked is nobody's.
            goesOn = false;
            log.End();
            follower.LookUntilQuiet();
            goesOn = true;
            for (int look = 0; look < Looks; look++)
            {
                for (int steps = random.Next(8); steps > 0; steps--)
                {
                    log.Step();
                }

                log.Story.Add("    look");
                follower.Look();
                if (dies && random.Next(4) == 0)
                {
                    log.Story.Add("    dies");
                    follower.Dispose();
                    follower = Follow();
                }
            }

            goesOn = false;
            log.End();
            follower.LookUntilQuiet();
        }
        catch (Exception exception)
        {
            Assert.Fail($"Seed {seed}, {(dies ? "dying" : "live")}: {exception}\n{string.Join('\n', log.Story.TakeLast(140))}");
        }
        finally
        {
            follower.Dispose();
        }

        int missing = Enumerable.Range(1, log.Last).Except(log.Arrived).Except(log.MayMiss).FirstOrDefault();
        Assert.True(missing == 0, $"Seed {seed}, {(dies ? "dying" : "live")}: {missing} never came.\n{string.Join('\n', log.StoryAbout(missing))}");

        SteppedFollower Follow() => new(folder[glob], new ChanceClock(Chance), Chance, Take, source =>
        {
            Chance();
            return new LogStart(places.GetValueOrDefault(source)) { Places = new Dictionary<string, LogPosition>(places) };
        });

        void Chance()
        {
            int steps = goesOn && random.Next(6) == 0 ? random.Next(1, 12) : 0;
            if (steps > 0)
            {
                log.Story.Add($"    ... {steps} steps within a look");
            }

            for (; steps > 0; steps--)
            {
                log.Step();
            }
        }

        void Take(LogBlock block)
        {
            // A block and its place are kept together, as one transaction would.
            if (block.Position is not null)
            {
                places[block.Source] = block.Position;
            }

            string[] lines = block.Text.ToString().Split('\n')[..^1];
            log.Story.Add($"    read {lines.FirstOrDefault()?.Split(' ')[0]} to {lines.LastOrDefault()?.Split(' ')[0]} in {Path.GetFileName(block.Source)}, place {block.Position?.Offset}");
            foreach (string line in lines)
            {
                int before = log.Arrived.LastOrDefault();
                Assert.True(log.Receive(line) > before, $"{log.Arrived[^1]} came after {before}.");
            }

            Chance();
        }
    }

    private static int? Number(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    /// <summary>A clock that goes on by a tenth of a second whenever somebody asks, and lets something happen then.</summary>
    private sealed class ChanceClock(Action asked) : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp()
        {
            asked();
            return _ticks += TimeSpan.TicksPerSecond / 10;
        }
    }
}
