using PSBan.Model;
using PSBan.Sources;

namespace PSBan.Tests.Sources;

public class TextLogSourceTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("1", "1\n")]
    [InlineData("1\r\n\r\n2\rx\r\r\n", "1\n\n2\rx\n")]
    [InlineData("1\n2\n3", "1\n2\n3\n")]
    public async Task A_reader_is_cut_into_lines(string text, string expected)
    {
        using StringReader reader = new(text);
        Assert.Equal(expected, string.Concat((await Read(new TextLogSource("stdin", reader))).Select(block => block.Text)));
    }

    [Fact]
    public async Task Lines_of_any_length_and_number_come_through_in_order()
    {
        Random random = new(9);
        string[] lines = [.. Enumerable.Range(0, 5000).Select(n => $"{n} " + new string('x', random.Next(random.Next(50) == 0 ? 100_000 : 100)))];
        List<(string Text, long FirstLine)> blocks = await Read(new TextLogSource("lines", lines));
        Assert.Equal(lines, string.Concat(blocks.Select(block => block.Text)).Split('\n')[..^1]);
        long line = 1;
        foreach ((string text, long first) in blocks)
        {
            Assert.Equal(line, first);
            line += text.Count(c => c == '\n');
        }
    }

    [Fact]
    public async Task A_line_that_is_too_long_is_cut()
    {
        string[] lines = ["1", new string('x', 200_000), "3", new string('y', 70_000), "5", new string('z', 300_000)];
        string[] read = string.Concat((await Read(new TextLogSource("lines", lines, lineLimit: 70_000))).Select(block => block.Text)).Split('\n')[..^1];
        Assert.Equal(lines.Select(line => line[..Math.Min(line.Length, 70_000)]), read);
    }

    [Fact]
    public async Task Following_ends_with_the_text_and_at_cancel()
    {
        using CancellationTokenSource cancel = new();
        RecordingObserver observer = new();
        List<string> texts = [];
        await foreach (LogBlock block in new TextLogSource("lines", ["1", "2"]).FollowAsync(_ => new LogStart(), observer, cancel.Token))
        {
            texts.Add(block.Text.ToString());
        }

        Assert.Equal("1\n2\n", string.Concat(texts));
        Assert.Equal(["found lines"], observer.All);
        await cancel.CancelAsync();
        await foreach (LogBlock _ in new TextLogSource("lines", ["1"]).FollowAsync(_ => new LogStart(), observer, cancel.Token))
        {
            Assert.Fail("It was cancelled before it began.");
        }
    }

    private static async Task<List<(string Text, long FirstLine)>> Read(TextLogSource source)
    {
        List<(string, long)> blocks = [];
        await foreach (LogBlock block in source.ReadAsync(CancellationToken.None))
        {
            blocks.Add((block.Text.ToString(), block.FirstLine));
        }

        return blocks;
    }
}
