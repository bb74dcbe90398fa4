using System.IO.Compression;
using System.Text;
using PSBan.Model;
using PSBan.Sources;
using static PSBan.Tests.Sources.RotationTests;

namespace PSBan.Tests.Sources;

public class ContentTests
{
    [Theory]
    [InlineData("auto", "utf-8", false)]
    [InlineData("auto", "utf-8", true)]
    [InlineData("utf-8", "utf-8", true)]
    [InlineData("auto", "utf-16", true)]
    [InlineData("auto", "utf-16BE", true)]
    [InlineData("latin-1", "utf-16", true)]
    [InlineData("utf-16", "utf-16", false)]
    [InlineData("utf_16_be", "utf-16BE", false)]
    [InlineData("UTF-16LE", "utf-16", false)]
    public async Task Unicode_is_read_by_its_mark_or_by_name(string name, string written, bool mark)
    {
        using TempFolder folder = new();
        Encoding encoding = Encoding.GetEncoding(written);
        string text = "ä€😀 eins\r\n\u010A zwei\u0A0D\u0D0A\n\u2028 drei\u0085\n";
        byte[] bytes = [.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)];
        folder.Write("a.log", bytes);
        FileSourceOptions options = Quick with { Encoding = name };
        string expected = text.Replace("\r\n", "\n", StringComparison.Ordinal);
        Assert.Equal(expected, await ReadOnce(folder["a.log"], options));

        // Byte by byte, as a slow writer would.
        string log = folder.Write("b.log", "");
        await using Follower follower = new(new FileLogSource(log, options));
        await follower.Until(() => follower.Observer.All.Length == 1);
        foreach (byte b in bytes)
        {
            await File.AppendAllBytesAsync(log, new[] { b });
        }

        await follower.Until(() => follower.Text.Length >= expected.Length);
        Assert.Equal(expected, follower.Text);
        LogPosition place = Assert.IsType<LogPosition>(follower.Blocks[0].Position);
        await using Follower second = new(new FileLogSource(log, options), _ => new LogStart(place));
        await second.Until(() => (follower.Blocks[0].Text + second.Text).Length >= expected.Length);
        Assert.Equal(expected, follower.Blocks[0].Text + second.Text);
    }

    [Theory]
    [InlineData("latin-1", new byte[] { 0xE4, 0xFC, 0x85, 0xA0 }, "äü\u0085\u00A0")]
    [InlineData("iso8859_15", new byte[] { 0xA4 }, "€")]
    [InlineData("cp1252", new byte[] { 0x80 }, "€")]
    [InlineData("cp1251", new byte[] { 0xC0 }, "А")]
    [InlineData("cp850", new byte[] { 0x84 }, "ä")]
    [InlineData("koi8-r", new byte[] { 0xC1 }, "а")]
    [InlineData("shift_jis", new byte[] { 0x82, 0xA0 }, "あ")]
    [InlineData("gbk", new byte[] { 0xC4, 0xE3 }, "你")]
    [InlineData("ascii", new byte[] { 0x41, 0xE4 }, "A\uFFFD")]
    public async Task Other_encodings_are_read_by_name(string name, byte[] bytes, string expected)
    {
        using TempFolder folder = new();
        folder.Write("a.log", [.. bytes, (byte)'\n', .. bytes]);
        Assert.Equal($"{expected}\n{expected}\n", await ReadOnce(folder["a.log"], Quick with { Encoding = name }));
    }

    [Fact]
    public void An_unknown_encoding_is_refused_by_name()
    {
        Assert.False(LogEncoding.Find("klingon", out _));
        Assert.Contains("'klingon'", Assert.Throws<ArgumentException>(() => new FileLogSource("x", Quick with { Encoding = "klingon" })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("auto", new byte[] { 0x61, 0xFF, 0x0A, 0xE2, 0x82, 0x0A, 0xC3, 0x0A, 0xED, 0xA0, 0x80, 0x0A, 0x62, 0x0A }, new[] { "a\uFFFD", "\uFFFD", "\uFFFD", "\uFFFD\uFFFD\uFFFD", "b" })]
    [InlineData("shift_jis", new byte[] { 0x61, 0x82, 0x0A, 0x62, 0x0A }, new[] { "a\uFFFD", "b" })]
    [InlineData("gb18030", new byte[] { 0x61, 0x81, 0x0A, 0x62, 0x81, 0x30, 0x0A, 0x63, 0x0A }, new[] { "a\uFFFD", "b\uFFFD", "c" })]
    public async Task Bytes_that_do_not_decode_end_no_line_and_are_told_once(string encoding, byte[] bytes, string[] expected)
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", bytes);
        await using Follower follower = new(new FileLogSource(log, Quick with { Encoding = encoding }));
        await follower.UntilLine(expected[^1]);
        await File.AppendAllBytesAsync(log, bytes);
        await follower.Until(() => follower.Lines.Length >= 2 * expected.Length);
        Assert.Equal([.. expected, .. expected], follower.Lines);
        Assert.Single(follower.Observer.All, told => told.StartsWith("warning a.log: Some bytes are not valid", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nul_bytes_lone_carriage_returns_and_other_controls_stay()
    {
        using TempFolder folder = new();
        folder.Write("a.log", "a\0b\rc\r\r\n\r\n\n\v\f\u001C\u0085d\r");
        Assert.Equal("a\0b\rc\n\n\n\v\f\u001C\u0085d\n", await ReadOnce(folder["a.log"], Quick));
    }

    [Theory]
    [InlineData(10_000_000)]
    [InlineData(1 << 20)]
    public async Task A_long_line_is_cut_and_the_next_one_is_whole(int length)
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", "1\n" + new string('x', length) + "\n3\n" + new string('y', length) + "ä\n5\n");
        await using Follower follower = new(new FileLogSource(log, Quick));
        await follower.UntilLine("5");
        string[] lines = follower.Lines;
        Assert.Equal(["1", "3", "5"], [lines[0], lines[2], lines[4]]);
        Assert.Equal(1 << 20, lines[1].Length);
        Assert.Equal(lines[1].Replace('x', 'y'), lines[3]);
        Assert.Equal(5, follower.Blocks[^1].FirstLine + follower.Blocks[^1].Text.Count(c => c == '\n') - 1);
        Assert.Equal(
            ["found a.log", "warning a.log: Line 2 is longer than 1048576 bytes; the rest of it is passed over, and so it is with further lines of such length."],
            follower.Observer.All);
        Assert.Equal(lines, (await ReadOnce(log, Quick)).Split('\n')[..^1]);
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(5000)]
    public async Task A_lower_limit_holds_within_a_block_too_and_never_cuts_a_character(int limit)
    {
        using TempFolder folder = new();
        string text = string.Concat(Enumerable.Range(0, 200).Select(n => $"{n} " + new string('€', n % 7 == 0 ? 3000 : 10) + "\n"));
        string log = folder.Write("a.log", text);
        string[] lines = (await ReadOnce(log, Quick with { LineLimit = limit })).Split('\n')[..^1];
        Assert.Equal(200, lines.Length);
        for (int n = 0; n < 200; n++)
        {
            Assert.StartsWith($"{n} €", lines[n], StringComparison.Ordinal);
            Assert.DoesNotContain('\uFFFD', lines[n]);
            Assert.InRange(Encoding.UTF8.GetByteCount(lines[n]), 30, limit);
        }
    }

    [Fact]
    public async Task Gzip_is_read_by_content_even_in_several_parts_and_without_a_last_line_end()
    {
        using TempFolder folder = new();
        using (FileStream file = File.Create(folder["a.log.2"]))
        {
            foreach (string part in (string[])["\uFEFFeins\r\n", Numbered(1, 100_000), "ende"])
            {
                using GZipStream gzip = new(file, CompressionLevel.Fastest, leaveOpen: true);
                gzip.Write(Encoding.UTF8.GetBytes(part));
            }
        }

        Assert.Equal("eins\n" + Numbered(1, 100_000) + "ende\n", await ReadOnce(folder["a.log.2"], Quick));
        byte[] bytes = File.ReadAllBytes(folder["a.log.2"]);
        bytes[bytes.Length / 2] ^= 0xFF;
        folder.Write("broken.gz", bytes);
        IOException exception = await Assert.ThrowsAsync<IOException>(() => ReadOnce(folder["broken.gz"], Quick));
        Assert.Contains("broken.gz' is damaged", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reading_once_delivers_an_unended_last_line_and_an_empty_file_nothing()
    {
        using TempFolder folder = new();
        Assert.Equal("1\n2\n", await ReadOnce(folder.Write("a.log", "1\n2"), Quick));
        Assert.Equal("", await ReadOnce(folder.Write("b.log", ""), Quick));
        Assert.Equal("\n", await ReadOnce(folder.Write("c.log", "\n"), Quick));
    }

    [Fact]
    public async Task Blocks_join_up_to_the_text_whatever_the_sizes()
    {
        using TempFolder folder = new();
        Random random = new(5);
        StringBuilder text = new();
        for (int i = 0; i < 3000; i++)
        {
            text.Append(i).Append(' ').Append('z', random.Next(random.Next(10) == 0 ? 20_000 : 200)).Append(random.Next(4) == 0 ? "\r\n" : "\n");
        }

        string log = folder.Write("a.log", text.ToString());
        string expected = text.ToString().Replace("\r\n", "\n", StringComparison.Ordinal);
        Assert.Equal(expected, await ReadOnce(log, Quick));
        await using Follower follower = new(new FileLogSource(log, Quick));
        await follower.Until(() => follower.Blocks.Sum(block => block.Text.Length) >= expected.Length);
        Assert.Equal(expected, follower.Text);
        long line = 1;
        foreach (Follower.Seen block in follower.Blocks)
        {
            Assert.Equal(line, block.FirstLine);
            line += block.Text.Count(c => c == '\n');
            Assert.Equal(line - 1, block.Position?.Line);
        }
    }

    private static async Task<string> ReadOnce(string path, FileSourceOptions options)
    {
        StringBuilder text = new();
        await foreach (LogBlock block in new FileLogSource(path, options).ReadAsync(CancellationToken.None))
        {
            text.Append(block.Text);
        }

        return text.ToString();
    }
}
