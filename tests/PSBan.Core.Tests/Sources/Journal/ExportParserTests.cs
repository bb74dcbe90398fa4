using System.Text;
using PSBan.Sources.Journal;

namespace PSBan.Tests.Sources.Journal;

/// <summary>The Journal Export Format, in pieces of every size.</summary>
public sealed class ExportParserTests
{
    private static readonly byte[] s_entries =
    [
        .. "__CURSOR=s=1;i=1;b=2;m=3;t=4;x=5\n__REALTIME_TIMESTAMP=1700000000000001\n_HOSTNAME=mx\nSYSLOG_IDENTIFIER=a=b\nMESSAGE=one\n\n"u8,
        .. "__CURSOR=s=1;i=2;b=2;m=3;t=4;x=6\nOTHER\n"u8, 3, 0, 0, 0, 0, 0, 0, 0, (byte)'\n', (byte)'=', (byte)'\n', (byte)'\n',
        .. "MESSAGE\n"u8, 5, 0, 0, 0, 0, 0, 0, 0, .. "a\n\nb="u8, (byte)'\n',
        .. "_SOURCE_REALTIME_TIMESTAMP=1699999999999999\n\n"u8,
        .. "__CURSOR=c3\nMESSAGE=\nMESSAGE=x\nMESSAGE\n"u8, 0, 0, 0, 0, 0, 0, 0, 0, (byte)'\n', (byte)'\n', (byte)'\n',
    ];

    public static TheoryData<int> Sizes() => [1, 2, 3, 7, 16, 1000];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Entries_come_whole_however_the_bytes_are_cut(int size)
    {
        ExportParser parser = new(100);
        List<string> seen = [];
        for (int at = 0; at < s_entries.Length; at += size)
        {
            ReadOnlySpan<byte> piece = s_entries.AsSpan(at, Math.Min(size, s_entries.Length - at));
            while (parser.Read(ref piece) is { } entry)
            {
                seen.Add($"{entry.Cursor}|{entry.Time}|{Text(entry.HostName)}|{Text(entry.Identifier)}|{Encoding.UTF8.GetString(entry.Message.WrittenSpan)}");
            }
        }

        Assert.Equal(
            [
                "s=1;i=1;b=2;m=3;t=4;x=5|1700000000000001|mx|a=b|one",
                "s=1;i=2;b=2;m=3;t=4;x=6|1699999999999999|||a\n\nb=",
                "c3|0||| x ",
            ],
            seen);
    }

    [Fact]
    public void A_length_beyond_all_bounds_takes_no_memory()
    {
        ExportParser parser = new(100);
        byte[] head = [.. "__CURSOR=c\nMESSAGE\n"u8, 0, 0, 0, 0, 0, 0, 0, 0x7F];
        ReadOnlySpan<byte> input = head;
        Assert.Null(parser.Read(ref input));
        byte[] filler = new byte[64 * 1024];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            input = filler;
            Assert.Null(parser.Read(ref input));
        }

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100_000);
    }

    [Fact]
    public void A_name_beyond_all_bounds_is_passed_over()
    {
        ExportParser parser = new(100);
        ReadOnlySpan<byte> input = Encoding.UTF8.GetBytes($"__CURSOR=c\n{new string('M', 100_000)}=x\nMESSAGE=y\n\n");
        JournalEntry? entry = parser.Read(ref input);
        Assert.Equal("y", Encoding.UTF8.GetString(entry!.Message.WrittenSpan));
    }

    private static string Text(byte[]? value) => value is null ? string.Empty : Encoding.UTF8.GetString(value);
}
