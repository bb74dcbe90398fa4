using System.Text;
using PSBan.Model;
using PSBan.Sources;

namespace PSBan.Tests.Sources;

public class KilledReaderTests
{
    /// <summary>
    /// A writer writes numbered lines and rotates by renaming; a reader stores the place of each block with the block and dies at any moment. Whatever the
    /// order of these things, every line arrives once, in order.
    /// </summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    [InlineData(5, false)]
    [InlineData(6, true)]
    public async Task Every_line_arrives_once_whenever_the_reader_dies_and_the_log_is_rotated(int seed, bool isGlob)
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", "");
        Random random = new(seed);
        Dictionary<string, LogPosition> places = [];
        List<string> lines = [];
        int number = 0;
        int rotation = 0;
        for (int life = 0; life < 15; life++)
        {
            // What happens while nobody looks.
            Write(random.Next(0, 200));
            Rotate();
            Write(random.Next(0, 200));
            Rotate();
            Write(random.Next(0, 200));

            int blocks = random.Next(1, 6);
            using CancellationTokenSource guard = new(TimeSpan.FromSeconds(60));
            ILogSource source = isGlob ? new GlobLogSource(folder["a.log*"], RotationTests.Quick) : new FileLogSource(log, RotationTests.Quick);
            await foreach (LogBlock block in source.FollowAsync(Start, new RecordingObserver(), guard.Token))
            {
                // The block and its place are kept together, as one transaction would.
                lines.AddRange(block.Text.ToString().Split('\n')[..^1]);
                if (block.Position is not null)
                {
                    places[block.Source] = block.Position;
                }

                blocks -= block.Text.IsEmpty ? 0 : 1;
                if (blocks <= 0 || lines.Count == number)
                {
                    break;
                }

                Write(random.Next(0, 50));
                Rotate();
            }

            Assert.False(guard.IsCancellationRequested, $"Waited in vain in life {life}: {lines.Count} of {number} lines.");
        }

        Assert.Equal(Enumerable.Range(1, lines.Count).Select(n => $"line {n} of the log"), lines);
        Assert.InRange(lines.Count, 500, number);

        LogStart Start(string source) => new(places.GetValueOrDefault(source));

        void Write(int count)
        {
            StringBuilder text = new();
            for (int i = 0; i < count; i++)
            {
                text.Append("line ").Append(++number).Append(" of the log\n");
            }

            folder.Append("a.log", text.ToString());
        }

        void Rotate()
        {
            // What was rotated away before anybody ever looked is nobody's.
            if (places.Count == 0 || random.Next(2) == 0)
            {
                return;
            }

            // As logrotate does: the youngest is .1.
            for (int i = rotation++; i > 0; i--)
            {
                File.Move(folder[$"a.log.{i}"], folder[$"a.log.{i + 1}"]);
            }

            File.Move(log, folder["a.log.1"]);
            folder.Write("a.log", "");
        }
    }
}
