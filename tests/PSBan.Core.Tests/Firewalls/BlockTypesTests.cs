using PSBan.Firewalls;

namespace PSBan.Tests.Firewalls;

public sealed class BlockTypesTests
{
    // Each row: the words, and what nft and iptables are told for IPv4 and IPv6.
    [Theory]
    [InlineData(null, "reject", "reject", "REJECT --reject-with icmp-port-unreachable", "REJECT --reject-with icmp6-port-unreachable")]
    [InlineData("reject", "reject", "reject", "REJECT --reject-with icmp-port-unreachable", "REJECT --reject-with icmp6-port-unreachable")]
    [InlineData(" REJECT ", "reject", "reject", "REJECT --reject-with icmp-port-unreachable", "REJECT --reject-with icmp6-port-unreachable")]
    [InlineData("DROP", "drop", "drop", "DROP", "DROP")]
    [InlineData("REJECT --reject-with icmp-port-unreachable", "reject with icmp type port-unreachable", "reject with icmpv6 type port-unreachable", "REJECT --reject-with icmp-port-unreachable", "REJECT --reject-with icmp6-port-unreachable")]
    [InlineData("REJECT  --reject-with icmp6-adm-prohibited", "reject with icmp type admin-prohibited", "reject with icmpv6 type admin-prohibited", "REJECT --reject-with icmp-admin-prohibited", "REJECT --reject-with icmp6-adm-prohibited")]
    [InlineData("REJECT --reject-with host-unreach", "reject with icmp type host-unreachable", "reject with icmpv6 type addr-unreachable", "REJECT --reject-with icmp-host-unreachable", "REJECT --reject-with icmp6-addr-unreachable")]
    [InlineData("reject with icmp type host-prohibited", "reject with icmp type host-prohibited", "reject with icmpv6 type admin-prohibited", "REJECT --reject-with icmp-host-prohibited", "REJECT --reject-with icmp6-adm-prohibited")]
    [InlineData("reject with icmp port-unreachable", "reject with icmp type port-unreachable", "reject with icmpv6 type port-unreachable", "REJECT --reject-with icmp-port-unreachable", "REJECT --reject-with icmp6-port-unreachable")]
    [InlineData("reject with icmpx type no-route", "reject with icmp type net-unreachable", "reject with icmpv6 type no-route", "REJECT --reject-with icmp-net-unreachable", "REJECT --reject-with icmp6-no-route")]
    [InlineData("reject with tcp reset", "reject with tcp reset", "reject with tcp reset", "REJECT --reject-with tcp-reset", "REJECT --reject-with tcp-reset")]
    [InlineData("counter drop", "counter drop", "counter drop", "counter drop", "counter drop")]
    public void The_words_of_one_packet_filter_are_understood_by_the_other(string? words, string nft4, string nft6, string iptables4, string iptables6)
    {
        Assert.True(BlockTypes.TryParse(words, out Verdict verdict));
        Assert.Equal((nft4, nft6), (BlockTypes.ToNft(verdict, false), BlockTypes.ToNft(verdict, true)));
        Assert.Equal((iptables4, iptables6), (BlockTypes.ToIptables(verdict, false), BlockTypes.ToIptables(verdict, true)));
    }

    [Theory]
    [InlineData("drop; flush ruleset")]
    [InlineData("drop\nCOMMIT")]
    [InlineData("drop } }")]
    [InlineData("drop # x")]
    [InlineData("drop `id`")]
    public void Words_that_would_end_the_statement_are_refused(string words) => Assert.False(BlockTypes.TryParse(words, out _));
}
