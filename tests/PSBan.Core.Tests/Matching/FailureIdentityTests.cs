using PSBan.Configuration;
using PSBan.Model;

namespace PSBan.Tests.Matching;

public sealed class FailureIdentityTests
{
    [Theory]
    [InlineData("from <HOST>$", "from 192.0.2.7", "192.0.2.7", "192.0.2.7")]
    [InlineData("from <HOST>$", "from ::ffff:192.0.2.7", "192.0.2.7", "192.0.2.7")]
    [InlineData("from <HOST>$", "from 2001:DB8:0:0::1", "2001:db8::1", "2001:db8::1")]
    [InlineData("from <HOST>$", "from [2001:db8::1]", "2001:db8::1", "2001:db8::1")]
    [InlineData("from <ADDR>$", "from 192.030.0.6", "192.030.0.6", "")]
    [InlineData("from <ADDR>$", "from 999.1.1.1", "999.1.1.1", "")]
    [InlineData("from <SUBNET>$", "from 198.51.100.77/24", "198.51.100.0/24", "198.51.100.0/24")]
    [InlineData("from <SUBNET>$", "from 2001:db8::7/64", "2001:db8::/64", "2001:db8::/64")]
    [InlineData("from <SUBNET>$", "from 198.51.100.77/32", "198.51.100.77", "198.51.100.77")]
    [InlineData("from <SUBNET>$", "from 198.51.100.77/99", "198.51.100.77", "198.51.100.77")]
    [InlineData("from <F-ID/>$", "from bob", "bob", "")]
    [InlineData("from <F-ID/>$", "from 192.0.2.7", "192.0.2.7", "192.0.2.7")]
    [InlineData("from <F-ID/>$", "from 198.51.100.77/24", "198.51.100.0/24", "198.51.100.0/24")]
    [InlineData("<F-ID>\\w+</F-ID> from <HOST>$", "bob from 192.0.2.7", "bob", "192.0.2.7")]
    [InlineData("(?:v6 <IP6>|v4 <IP4>)", "v4 192.0.2.7", "192.0.2.7", "192.0.2.7")]
    public void The_identifier_and_the_address_behind_it(string pattern, string line, string id, string address)
    {
        Failure failure = TestedFilter.Create([pattern]).FeedOne(line);

        Assert.Equal((id, address), (failure.Id.ToString(), failure.Address.ToString()));
        Assert.Equal(id == address, failure.Id.IsAddress);
        Assert.Null(failure.HostName);
    }

    // A ban of /0 would lock everybody out.
    [Theory]
    [InlineData("from <SUBNET>$", "from 198.51.100.77/0", "0.0.0.0")]
    [InlineData("from <F-ID/>$", "from 198.51.100.77/0", "0.0.0.0")]
    [InlineData("from <SUBNET>$", "from 2001:db8::1/0", "::")]
    public void No_log_line_can_name_the_whole_internet(string pattern, string line, string id)
    {
        Failure failure = TestedFilter.Create([pattern]).FeedOne(line);

        Assert.Equal(id, failure.Id.ToString());
        Assert.True(failure.Address.IsHost);
    }

    [Theory]
    [InlineData(UseDns.Warn)]
    [InlineData(UseDns.Yes)]
    public void A_host_name_is_left_to_be_resolved_elsewhere(UseDns useDns)
    {
        Failure failure = Create(useDns, "from <HOST>$").FeedOne("from mail.example.org");

        Assert.True(failure.Id.IsEmpty);
        Assert.True(failure.Address.IsDefault);
        Assert.Equal("mail.example.org", failure.HostName);
        Assert.Equal("mail.example.org", failure.Data["dns"]);
    }

    [Fact]
    public void Without_name_resolution_only_literal_addresses_count()
    {
        Assert.Empty(Create(UseDns.No, "from <HOST>$").Feed("from mail.example.org"));
        Assert.Single(Create(UseDns.No, "from <HOST>$").Feed("from 192.0.2.7"));
        Assert.Single(Create(UseDns.No, "from <DNS>$").Feed("from 192.0.2.7"));
        Assert.Empty(Create(UseDns.No, "from <DNS>$", "<F-ID>mail</F-ID>").Feed("from mail.example.org"));
    }

    [Fact]
    public void A_raw_name_is_the_identifier()
    {
        Failure failure = Create(UseDns.Raw, "from <HOST>$").FeedOne("from mail.example.org");

        Assert.Equal("mail.example.org", failure.Id.ToString());
        Assert.Null(failure.HostName);
        Assert.False(Create(UseDns.Raw, "from <F-ID/>$").FeedOne("from 192.0.2.7").Id.IsAddress);
        Assert.True(Create(UseDns.Raw, "from <HOST>$").FeedOne("from 192.0.2.7").Id.IsAddress);
    }

    private static TestedFilter Create(UseDns useDns, params string[] patterns) => TestedFilter.Create(patterns, options => options with { UseDns = useDns });
}
