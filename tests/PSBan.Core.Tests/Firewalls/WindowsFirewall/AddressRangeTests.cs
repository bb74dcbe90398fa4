using PSBan.Firewalls.WindowsFirewall;
using PSBan.Model;

namespace PSBan.Tests.Firewalls.WindowsFirewall;

public sealed class AddressRangeTests
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("192.0.2.0/24", "192.0.2.0/24")]
    [InlineData("192.0.2.0/255.255.255.0", "192.0.2.0/24")]
    [InlineData("192.0.2.1-192.0.2.6", "192.0.2.1 192.0.2.2/31 192.0.2.4/31 192.0.2.6")]
    [InlineData("0.0.0.0-255.255.255.255", "0.0.0.0/0")]
    [InlineData("255.255.255.254-255.255.255.255", "255.255.255.254/31")]
    [InlineData("::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0")]
    [InlineData("2001:db8::1-2001:db8::2", "2001:db8::1 2001:db8::2")]
    public void A_run_is_the_fewest_addresses_and_prefixes_that_make_it_up(string text, string expected)
    {
        Assert.True(AddressRange.TryParse(text, out AddressRange range));
        Assert.Equal(expected, string.Join(' ', range.ToAddresses()));
        Assert.Equal([range], AddressRange.Join(range.ToAddresses().Reverse().Select(AddressRange.From)));
    }

    [Theory]
    [InlineData("LocalSubnet")]
    [InlineData("192.0.2.9-192.0.2.1")]
    [InlineData("192.0.2.1-2001:db8::1")]
    [InlineData("192.0.2.0/255.0.255.0")]
    [InlineData("")]
    public void What_is_no_run_of_addresses_is_not_read(string text) => Assert.False(AddressRange.TryParse(text, out _));

    [Fact]
    public void Families_are_never_joined() =>
        Assert.Equal(2, AddressRange.Join([AddressRange.From(Address.Parse("0.0.0.0/0")), AddressRange.From(Address.Parse("::/0"))]).Count);
}
