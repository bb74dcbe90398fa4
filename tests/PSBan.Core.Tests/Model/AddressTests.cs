using System.Buffers.Binary;
using System.Net;
using PSBan.Model;

namespace PSBan.Tests.Model;

public sealed class AddressTests
{
    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("0.0.0.0", "0.0.0.0")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("[2001:DB8::1]", "2001:db8::1")]
    [InlineData("198.51.100.77/24", "198.51.100.0/24")]
    [InlineData("198.51.100.77/255.255.255.0", "198.51.100.0/24")]
    [InlineData("2001:db8::1/64", "2001:db8::/64")]
    [InlineData("2001:db8::1/ffff:ffff:ffff:ffff::", "2001:db8::/64")]
    [InlineData("127.0.0.1/8", "127.0.0.0/8")]
    [InlineData("192.0.2.7/32", "192.0.2.7")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("::/0", "::/0")]
    public void Valid_text_is_read_and_printed_in_canonical_form(string text, string canonical) =>
        Assert.Equal(canonical, Address.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("192.030.0.6")]
    [InlineData("999.1.1.1")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1.2.3.")]
    [InlineData("1..2.3")]
    [InlineData("12:34:56")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("2130706433")]
    [InlineData(" 1.2.3.4")]
    [InlineData("1.2.3.4/33")]
    [InlineData("1.2.3.4/-1")]
    [InlineData("1.2.3.4/")]
    [InlineData("1.2.3.4/255.0.255.0")]
    [InlineData("::1/129")]
    [InlineData("::1%eth0")]
    [InlineData("::ffff:192.030.0.6")]
    [InlineData("[1.2.3.4]")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    [InlineData(":::")]
    public void Anything_else_is_no_address(string text) => Assert.False(Address.TryParse(text, out _));

    [Theory]
    [InlineData("10.0.0.0/8", "10.1.2.3", true)]
    [InlineData("10.0.0.0/8", "11.0.0.0", false)]
    [InlineData("10.0.0.0/8", "10.2.0.0/16", true)]
    [InlineData("10.2.0.0/16", "10.0.0.0/8", false)]
    [InlineData("0.0.0.0/0", "255.255.255.255", true)]
    [InlineData("0.0.0.0/0", "::1", false)]
    [InlineData("2001:db8::/32", "2001:db8:ffff::1", true)]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    public void Contains_follows_the_prefix(string outer, string inner, bool expected) =>
        Assert.Equal(expected, Address.Parse(outer).Contains(Address.Parse(inner)));

    [Fact]
    public void Order_is_by_family_and_number()
    {
        string[] sorted = new[] { "2001:db8::1", "9.0.0.1", "10.0.0.1", "10.0.0.0/8" }.Select(Address.Parse).Order().Select(a => a.ToString()).ToArray();
        Assert.Equal(["9.0.0.1", "10.0.0.0/8", "10.0.0.1", "2001:db8::1"], sorted);
    }

    [Fact]
    public void Last_address_and_truncation_keep_to_the_prefix()
    {
        Assert.Equal("198.51.100.255", Address.Parse("198.51.100.0/24").GetLastAddress().ToString());
        Assert.Equal("2001:db8::ffff:ffff:ffff:ffff", Address.Parse("2001:db8::/64").GetLastAddress().ToString());
        Assert.Equal("198.51.100.0/24", Address.Parse("198.51.100.77").Truncate(24).ToString());
        Assert.Equal("255.255.255.255", Address.Parse("0.0.0.0/0").GetLastAddress().ToString());
    }

    [Fact]
    public void Every_length_of_a_prefix_agrees_with_numbers_of_128_bits()
    {
        Random random = new(20260801);
        Span<byte> bytes = stackalloc byte[16];
        for (int length = 0; length <= 128; length++)
        {
            random.NextBytes(bytes);
            bytes[0] |= 1;
            UInt128 number = BinaryPrimitives.ReadUInt128BigEndian(bytes), host = length == 128 ? 0 : UInt128.MaxValue >> length;
            var whole = Address.From(new IPAddress(bytes));
            Address prefix = whole.Truncate(length);
            string mask = ToAddress(~host).ToString();

            Assert.Equal(ToAddress(number & ~host), prefix.GetNetwork());
            Assert.Equal(ToAddress(number | host), prefix.GetLastAddress());
            Assert.Equal(prefix, Address.Parse($"{whole}/{length}"));
            Assert.Equal(prefix, Address.Parse($"{whole}/{mask}"));
            Assert.True(prefix.Contains(whole));
            Assert.True(prefix.Contains(prefix.GetLastAddress()));
            Assert.Equal(length == 0, prefix.Contains(ToAddress(number ^ (UInt128.One << (length == 0 ? 0 : 128 - length)))));
            Assert.Equal(number.CompareTo(number & ~host) != 0, whole.CompareTo(prefix.GetNetwork()) > 0);
            Assert.False(length < 127 && Address.TryParse($"{whole}/{ToAddress(~host ^ 1)}", out _));
        }
    }

    [Fact]
    public void Every_length_of_an_IPv4_prefix_agrees_with_numbers_of_32_bits()
    {
        Random random = new(20260802);
        for (int length = 0; length <= 32; length++)
        {
            uint number = (uint)random.NextInt64(1L << 32), host = length == 32 ? 0 : uint.MaxValue >> length;
            Address whole = ToIPv4(number), prefix = whole.Truncate(length);

            Assert.Equal(new IPAddress(BinaryPrimitives.ReverseEndianness(number)).ToString(), whole.ToString());
            Assert.Equal(ToIPv4(number & ~host), prefix.GetNetwork());
            Assert.Equal(ToIPv4(number | host), prefix.GetLastAddress());
            Assert.Equal(prefix, Address.Parse($"{whole}/{length}"));
            Assert.Equal(prefix, Address.Parse($"{whole}/{ToIPv4(~host)}"));
            Assert.Equal(length == 0, prefix.Contains(ToIPv4(number ^ (1u << (length == 0 ? 0 : 32 - length)))));
            Assert.False(length < 31 && Address.TryParse($"{whole}/{ToIPv4(~host ^ 1)}", out _));
        }
    }

    [Theory]
    [InlineData("255.255.255.255/31")]
    [InlineData("192.0.2.1")]
    [InlineData("2001:db8:1111:2222:3333:4444:5555:6666/127")]
    [InlineData("::")]
    public void Text_is_written_only_where_there_is_room(string text)
    {
        var address = Address.Parse(text);
        string canonical = address.ToString();
        for (int room = 0; room <= canonical.Length + 2; room++)
        {
            char[] space = new char[room];
            Assert.Equal(room >= canonical.Length, address.TryFormat(space, out int length));
            Assert.True(length <= room);
            Assert.True(room < canonical.Length || canonical.AsSpan().SequenceEqual(space.AsSpan(0, length)));
        }

        Assert.Equal($"<{canonical}>", $"<{address}>");
        Assert.Equal("", default(Address).ToString());
    }

    private static Address ToAddress(UInt128 number)
    {
        byte[] bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        return Address.From(new IPAddress(bytes));
    }

    private static Address ToIPv4(uint number) => Address.From(new IPAddress(BinaryPrimitives.ReverseEndianness(number)));

    [Fact]
    public void Text_that_is_no_address_is_kept_as_text()
    {
        BanId id = BanId.FromText("192.030.0.6");
        Assert.False(id.IsAddress);
        Assert.Equal("192.030.0.6", id.ToString());
        Assert.NotEqual(BanId.FromText("192.30.0.6"), id);
    }
}
