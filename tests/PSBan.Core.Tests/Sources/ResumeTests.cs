using PSBan.Model;
using PSBan.Sources;
using static PSBan.Tests.Sources.RotationTests;

namespace PSBan.Tests.Sources;

public class ResumeTests
{
    [Fact]
    public async Task Every_stored_place_resumes_with_the_next_line()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", "");
        List<LogPosition> places = [];
        await using (Follower first = new(new FileLogSource(log, Quick)))
        {
            for (int i = 1; i <= 150; i++)
            {
                folder.Append("a.log", $"line {i}\n");
                await first.UntilLine($"line {i}");
            }

            places.AddRange(first.Blocks.Select(block => Assert.IsType<LogPosition>(block.Position)));
        }

        // Around the limits of what is remembered of the start (1,024 bytes) and of what stands before a place (64).
        foreach (LogPosition place in places.Where((_, index) => index < 12 || index % 15 == 0 || index > 110))
        {
            await using Follower second = new(new FileLogSource(log, Quick), _ => new LogStart(place, AtEnd: true));
            folder.Append("a.log", "end\n");
            await second.UntilLine("end");
            Assert.Equal($"line {place.Line + 1}", second.Lines.Append("line 151").First(line => line != "end"));
            Assert.Equal(place.Line + 1, second.Blocks[0].FirstLine);
            File.WriteAllText(log, Numbered(1, 150));
        }
    }

    [Fact]
    public async Task A_start_is_asked_for_once_a_log_and_the_first_lines_are_of_the_past()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", Numbered(1, 20));
        LogPosition place = await PlaceAfter(log);
        folder.Append("a.log", "line 21\n");
        int asked = 0;
        await using Follower follower = new(new FileLogSource(log, Quick), source =>
        {
            Assert.Equal(log, source);
            asked++;
            return new LogStart(place);
        });
        await follower.UntilLine("line 21");
        File.Move(log, folder["a.log.1"]);
        folder.Write("a.log", "line 22\n");
        await follower.UntilLine("line 22");
        Assert.Equal(["line 21", "line 22"], follower.Lines);
        Assert.Equal([false, true], follower.Blocks.Select(block => block.InOperation));
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task A_rotation_while_nobody_looked_is_caught_up_with()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", Numbered(1, 20));
        LogPosition place = await PlaceAfter(log);
        folder.Append("a.log", Numbered(21, 25));
        File.Move(log, folder["a.log.1"]);
        folder.Write("a.log", Numbered(26, 30));
        await using Follower follower = new(new FileLogSource(log, Quick), _ => new LogStart(place, AtEnd: true));
        await follower.UntilLine("line 30");
        Assert.Equal(Enumerable.Range(21, 10).Select(n => $"line {n}"), follower.Lines);
        Assert.All(follower.Blocks, block => Assert.Equal(log, block.Source));
        Assert.Equal([21, 1], follower.Blocks.Select(block => block.FirstLine));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_link_that_was_switched_while_nobody_looked_is_caught_up_with(bool atEnd)
    {
        using TempFolder folder = new();
        string old = folder.Write("1.log", Numbered(1, 20)), current = folder["current"];
        File.CreateSymbolicLink(current, old);
        LogPosition place = await PlaceAfter(old);
        folder.Append("1.log", Numbered(21, 25));
        string fresh = folder.Write("2.log", Numbered(26, 30));
        File.Delete(current);
        File.CreateSymbolicLink(current, fresh);
        var places = new Dictionary<string, LogPosition> { [old] = place, [folder["0.log"]] = place };
        LogPosition? end;
        await using (Follower follower = new(new FileLogSource(current, Quick), _ => new LogStart(AtEnd: atEnd) { Places = places }))
        {
            await follower.UntilLine("line 30");
            Assert.Equal(Enumerable.Range(21, 10).Select(n => $"line {n}"), follower.Lines);
            Assert.Equal([old, fresh], follower.Blocks.Select(block => block.Source));
            end = follower.Blocks[0].Position;
        }

        // Once read, the old file is left alone.
        folder.Append("2.log", "line 31\n");
        places[old] = Assert.IsType<LogPosition>(end);
        await using Follower again = new(new FileLogSource(current, Quick), _ => new LogStart(AtEnd: false) { Places = places });
        await again.UntilLine("line 31");
        Assert.Equal(Enumerable.Range(26, 6).Select(n => $"line {n}"), again.Lines);
    }

    [Fact]
    public async Task A_copytruncate_while_nobody_looked_is_caught_up_with()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", Numbered(1, 200));
        LogPosition place = await PlaceAfter(log);
        folder.Append("a.log", Numbered(201, 205));
        File.Copy(log, folder["a.log-20260301"]);
        File.WriteAllText(log, Numbered(206, 210));
        await using Follower follower = new(new FileLogSource(log, Quick), _ => new LogStart(place));
        await follower.UntilLine("line 210");
        Assert.Equal(Enumerable.Range(201, 10).Select(n => $"line {n}"), follower.Lines);
    }

    [Fact]
    public async Task A_crash_between_the_rest_of_the_old_file_and_the_new_one_repeats_nothing()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", Numbered(1, 20));
        LogPosition? place = await PlaceAfter(log);
        folder.Append("a.log", Numbered(21, 25));
        File.Move(log, folder["a.log.1"]);
        folder.Write("a.log", Numbered(26, 30));
        List<string> lines = [];
        while (!lines.Contains("line 30"))
        {
            // Each run ends after its first block, as if killed.
            await foreach (LogBlock block in new FileLogSource(log, Quick).FollowAsync(_ => new LogStart(place), new RecordingObserver(), CancellationToken.None))
            {
                lines.AddRange(block.Text.ToString().Split('\n')[..^1]);
                place = block.Position;
                break;
            }
        }

        Assert.Equal(Enumerable.Range(21, 10).Select(n => $"line {n}"), lines);
    }

    [Fact]
    public async Task Another_file_of_the_same_name_is_read_from_its_start()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", Numbered(1, 20));
        LogPosition place = await PlaceAfter(log);
        File.WriteAllText(log, Numbered(31, 60));
        await using Follower follower = new(new FileLogSource(log, Quick), _ => new LogStart(place, AtEnd: true));
        await follower.UntilLine("line 60");
        Assert.Equal("line 31", follower.Lines[0]);
    }

    [Fact]
    public async Task A_place_of_another_kind_is_passed_over()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", Numbered(1, 20));
        foreach (string identity in (string[])["", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "file:1:2:3", "file:1:99999999:0:64:0", "file:1:-4:0:-4:0"])
        {
            await using Follower follower = new(new FileLogSource(log, Quick), _ => new LogStart(new LogPosition(identity, 50)));
            await follower.UntilLine("line 20");
            Assert.Equal("line 1", follower.Lines[0]);
        }
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("1\n2\n", "")]
    [InlineData("1\n2\nfrag", "frag")]
    [InlineData("frag", "frag")]
    public async Task At_the_end_begins_with_the_line_being_written(string before, string fragment)
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", before);
        await using Follower follower = new(new FileLogSource(log, Quick), _ => new LogStart(AtEnd: true));
        await follower.Until(() => follower.Blocks.Length > 0);
        Assert.Equal((string.Empty, true), (follower.Blocks[0].Text, follower.Blocks[0].InOperation));
        Assert.Equal(before.Length - fragment.Length, follower.Blocks[0].Position?.Offset);
        folder.Append("a.log", "ment\n3\n");
        await follower.UntilLine("3");
        Assert.Equal([fragment + "ment", "3"], follower.Lines);
        Assert.All(follower.Blocks, block => Assert.True(block.InOperation));
    }

    [Fact]
    public async Task A_log_that_appears_later_is_read_from_its_start_even_where_others_begin_at_the_end()
    {
        using TempFolder folder = new();
        await using Follower follower = new(new GlobLogSource(folder["*.log"], Quick), _ => new LogStart(AtEnd: true));
        await follower.Until(() => follower.Observer.All.Length == 1);
        folder.Write("a.log", "1\n");
        await follower.UntilLine("1");
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    public async Task Old_lines_are_passed_over_by_halving_and_not_by_reading(string encoding)
    {
        using TempFolder folder = new();
        DateTimeOffset begin = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
        string text = string.Concat(Enumerable.Range(0, 200_000).Select(n => n % 3 == 0 ? $"no stamp, line {n}\r\n" : $"{begin.AddSeconds(n):O} line {n}\r\n"));
        string log = folder.Write("a.log", text, System.Text.Encoding.GetEncoding(encoding));
        int asked = 0;
        DateTimeOffset? DateOf(string line)
        {
            asked++;
            Assert.DoesNotContain('\r', line);
            return line.Length > 33 && DateTimeOffset.TryParse(line[..33], System.Globalization.CultureInfo.InvariantCulture, out DateTimeOffset date) ? date : null;
        }

        FileSourceOptions options = Quick with { Encoding = encoding };
        await using Follower follower = new(new FileLogSource(log, options), _ => new LogStart(NotBefore: begin.AddSeconds(150_000), DateOf: DateOf));
        await follower.UntilLine("no stamp, line 199998");
        int first = int.Parse(follower.Lines[0].Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(first, 146_000, 150_000);
        Assert.Equal(Enumerable.Range(first, 200_000 - first), follower.Lines.Select(line => int.Parse(line.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.InRange(asked, 1, 60);
        Assert.Equal(0, follower.Blocks[0].FirstLine);
        Assert.False(follower.Blocks[0].InOperation);
    }

    [Fact]
    public async Task A_log_without_stamps_is_read_whole()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", Numbered(1, 50_000));
        await using Follower follower = new(new FileLogSource(log, Quick), _ => new LogStart(NotBefore: DateTimeOffset.MaxValue, DateOf: _ => null));
        await follower.UntilLine("line 50000");
        Assert.Equal("line 1", follower.Lines[0]);
    }

    private static async Task<LogPosition> PlaceAfter(string log)
    {
        LogPosition? last = null;
        string text = "";
        await foreach (LogBlock block in new FileLogSource(log, Quick).FollowAsync(_ => new LogStart(), new RecordingObserver(), CancellationToken.None))
        {
            text += block.Text;
            last = block.Position;
            if (text.Length == new FileInfo(log).Length)
            {
                break;
            }
        }

        return Assert.IsType<LogPosition>(last);
    }
}
