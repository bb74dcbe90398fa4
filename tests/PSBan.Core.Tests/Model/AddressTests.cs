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
    public void Text_that_is_no_address_is_kept_as_text()
    {
        BanId id = BanId.FromText("192.030.0.6");
        Assert.False(id.IsAddress);
        Assert.Equal("192.030.0.6", id.ToString());
        Assert.NotEqual(BanId.FromText("192.30.0.6"), id);
    }
}
