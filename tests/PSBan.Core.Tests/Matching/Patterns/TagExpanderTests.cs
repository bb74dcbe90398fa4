using PSBan.Configuration;
using PSBan.Matching.Patterns;

namespace PSBan.Tests.Matching.Patterns;

public sealed class TagExpanderTests
{
    private const string Ip4 = @"(?:::f{4,6}:)?(?P<ip4>(?:\d{1,3}\.){3}\d{1,3})";
    private const string Ip6 = "(?P<ip6>(?:[0-9a-fA-F]{1,4}::?|:){1,7}(?:[0-9a-fA-F]{1,4}|(?<=:):))";
    private const string Address = $@"\[?(?:{Ip4}|{Ip6})\]?";
    private const string Host = $@"(?:{Address}|(?P<dns>[\w\-.^_]*\w))";

    [Theory]
    [InlineData("<HOST>", Host)]
    [InlineData("<ADDR>", Address)]
    [InlineData("<F-ADDR/>", Address)]
    [InlineData("<IP4>", Ip4)]
    [InlineData("<F-IP6/>", Ip6)]
    [InlineData("<DNS>", @"(?P<dns>[\w\-.^_]*\w)")]
    [InlineData("<CIDR>", @"(?P<cidr>\d+)")]
    [InlineData("<SUBNET>", $@"\[?(?:{Ip4}|{Ip6})(?:/(?P<cidr>\d+))?\]?")]
    [InlineData("<F-ID/> <F-PORT/>", @"(?P<fid>\S+) (?P<fport>\w+)")]
    [InlineData("<F-ID>a</F-ID><F-PORT>b</F-PORT>", "(?P<fid>a)(?P<fport>b)")]
    [InlineData("<F-ALT_USER_1>x</F-ALT_USER_1>", "(?P<alt_user_1>x)")]
    [InlineData("<F-TUPLE_ID>x</F-TUPLE_ID>", "(?P<tuple_id>x)")]
    [InlineData("<F-IP4>x</F-IP4>", "(?P<ip4>x)")]
    [InlineData("a<SKIPLINES>b<SKIPLINES>", @"a\n(?P<skiplines0>(?:(?:.*\n)*?))b\n(?P<skiplines1>(?:(?:.*\n)*?))")]
    public void A_tag_becomes_its_pattern(string written, string expanded) =>
        Assert.Equal(expanded, TagExpander.Expand(written, UseDns.Warn).Text);

    [Theory]
    [InlineData("</F-USER>")]
    [InlineData("<F-USER/>")]
    [InlineData("<F-user>a</F-user>")]
    [InlineData("<host> <HOST/> </HOST> <IP4/> <ID> <foo>")]
    [InlineData("(?<=a)<b c><")]
    public void What_is_no_tag_stays(string written) => Assert.Equal(written, TagExpander.Expand(written, UseDns.Warn).Text);

    [Fact]
    public void A_closing_tag_closes_only_what_was_opened() =>
        Assert.Equal("</F-A>(?P<a>x)</F-B>", TagExpander.Expand("</F-A><F-A>x</F-A></F-B>", UseDns.Warn).Text);

    [Theory]
    [InlineData(UseDns.Warn, true)]
    [InlineData(UseDns.Yes, true)]
    [InlineData(UseDns.Raw, true)]
    [InlineData(UseDns.No, false)]
    public void Without_dns_a_host_is_an_address(UseDns useDns, bool takesName)
    {
        Pattern pattern = Pattern.Compile("^from <HOST>$", new PatternOptions { UseDns = useDns });

        Assert.True(pattern.IsMatch("from 192.0.2.1"));
        Assert.Equal(takesName, pattern.IsMatch("from bad.example.org"));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 5)]
    [InlineData(6, 6)]
    [InlineData(20, 6)]
    public void A_place_in_the_expansion_is_shown_where_it_was_written(int expanded, int written) =>
        Assert.Equal(written, TagExpander.Expand("0 from<HOST> to", UseDns.Warn).WrittenPosition(expanded));

    [Fact]
    public void A_place_behind_a_tag_is_shown_behind_it()
    {
        ExpandedPattern expanded = TagExpander.Expand("<HOST>abc", UseDns.Warn);

        Assert.Equal(7, expanded.WrittenPosition(expanded.Text.Length - 2));
        Assert.Equal(9, expanded.WrittenPosition(expanded.Text.Length));
    }
}
