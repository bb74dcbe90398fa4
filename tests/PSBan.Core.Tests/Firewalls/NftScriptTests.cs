using System.Text;
using PSBan.Firewalls;
using PSBan.Firewalls.Nft;
using PSBan.Model;

namespace PSBan.Tests.Firewalls;

public sealed class NftScriptTests
{
    private static readonly FirewallRule s_sshd = new() { Jail = "sshd", Name = "sshd", Ports = "ssh" };

    [Fact]
    public void Opening_writes_sets_chains_and_rules()
    {
        const string expected = """
            add table inet psban
            add set inet psban addr4-sshd { type ipv4_addr; flags timeout; }
            add set inet psban addr6-sshd { type ipv6_addr; flags timeout; }
            add chain inet psban input-sshd { type filter hook input priority -1; policy accept; }
            flush chain inet psban input-sshd
            add rule inet psban input-sshd tcp dport 22 ip saddr @addr4-sshd reject
            add rule inet psban input-sshd tcp dport 22 ip6 saddr @addr6-sshd reject

            """;
        Assert.Equal(expected, NftScript.Open([new NftLayout(s_sshd)], NftListing.Nothing));
    }

    [Fact]
    public void Opening_removes_chains_of_another_shape_and_keeps_prefix_sets()
    {
        const string json = """
            {"nftables": [
              {"metainfo": {"version": "1.0.6"}},
              {"table": {"family": "inet", "name": "psban", "handle": 1}},
              {"set": {"family": "inet", "name": "net6-64-sshd", "table": "psban", "type": "ipv6_addr", "flags": ["timeout"]}},
              {"chain": {"family": "inet", "table": "psban", "name": "input-sshd", "type": "filter", "hook": "input", "prio": -1, "policy": "accept"}},
              {"chain": {"family": "inet", "table": "psban", "name": "forward-sshd", "type": "filter", "hook": "forward", "prio": -2, "policy": "accept"}},
              {"chain": {"family": "inet", "table": "psban", "name": "input-other", "type": "filter", "hook": "input", "prio": -1, "policy": "accept"}}]}
            """;
        const string expected = """
            add table inet psban
            add set inet psban addr4-sshd { type ipv4_addr; flags timeout; }
            add set inet psban addr6-sshd { type ipv6_addr; flags timeout; }
            add set inet psban net6-64-sshd { type ipv6_addr; flags timeout; }
            flush chain inet psban input-sshd
            delete chain inet psban input-sshd
            flush chain inet psban forward-sshd
            delete chain inet psban forward-sshd
            add chain inet psban forward-sshd { type filter hook forward priority -1; policy accept; }
            flush chain inet psban forward-sshd
            add rule inet psban forward-sshd meta l4proto { tcp, udp } th dport { 22, 1000-1024 } ip saddr @addr4-sshd drop
            add rule inet psban forward-sshd meta l4proto { tcp, udp } th dport { 22, 1000-1024 } ip6 saddr @addr6-sshd reject with icmpv6 type admin-prohibited
            add rule inet psban forward-sshd meta l4proto { tcp, udp } th dport { 22, 1000-1024 } ip6 saddr & ffff:ffff:ffff:ffff:: @net6-64-sshd reject with icmpv6 type admin-prohibited

            """;
        NftLayout layout = new(s_sshd with
        {
            Ports = "22,1000:1024",
            Protocols = ["TCP", "udp", "tcp"],
            Chains = ["FORWARD", "DOCKER-USER"],
            BlockType = "DROP",
            BlockType6 = "REJECT --reject-with icmp6-adm-prohibited",
        });
        layout.Remember(new NftSetKind(true, 64));
        Assert.Equal(expected, NftScript.Open([layout], NftListing.Parse(Encoding.UTF8.GetBytes(json))));
    }

    [Theory]
    [InlineData("tcp", null, null, false, "meta l4proto tcp ip saddr @addr4-sshd reject")]
    [InlineData("tcp,udp", "0:65535", null, false, "meta l4proto { tcp, udp } ip saddr @addr4-sshd reject")]
    [InlineData("all", null, "drop", false, "ip saddr @addr4-sshd drop")]
    [InlineData("all", "53", null, false, "meta l4proto { tcp, udp, udplite, sctp, dccp } th dport 53 ip saddr @addr4-sshd reject")]
    [InlineData("sctp", "53", "drop", true, "sctp dport 53 ip saddr @addr4-sshd ct state new drop")]
    [InlineData("tcp", "22", "reject with tcp reset", false, "tcp dport 22 ip saddr @addr4-sshd reject with tcp reset")]
    [InlineData("tcp,udp", "53", "reject with tcp reset", false, "tcp dport 53 ip saddr @addr4-sshd reject with tcp reset;udp dport 53 ip saddr @addr4-sshd reject")]
    [InlineData("all", null, "reject with tcp reset", false, "meta l4proto tcp ip saddr @addr4-sshd reject with tcp reset;ip saddr @addr4-sshd reject")]
    [InlineData("udp", "53", "reject with tcp reset", false, "udp dport 53 ip saddr @addr4-sshd reject")]
    public void A_rule_is_written_for_its_protocols_and_ports(string protocols, string? ports, string? blockType, bool newOnly, string expected)
    {
        NftLayout layout = new(s_sshd with { Protocols = protocols.Split(','), Ports = ports, BlockType = blockType, NewConnections = newOnly });
        Assert.Equal(expected, string.Join(';', layout.Statements(NftSetKind.Hosts(false))));
    }

    [Fact]
    public void A_batch_is_tried_quickly_and_then_surely()
    {
        NftLayout layout = new(s_sshd);
        FirewallChange[] changes =
        [
            Change("192.0.2.1", true, 600), Change("192.0.2.2", true, 1.5), Change("192.0.2.3", true, -1), Change("192.0.2.4", true, 1e18), Change("192.0.2.5", true, 0.0001),
            Change("192.0.2.6", false, 0), Change("2001:db8::/64", true, 60), Change("10.0.0.0/8", false, 0), Change("192.0.2.1", true, 90000),
        ];
        const string quick = """
            create element inet psban addr4-sshd { 192.0.2.1 timeout 1d3600s, 192.0.2.2 timeout 1s500ms, 192.0.2.3, 192.0.2.4 timeout 36500d0s, 192.0.2.5 timeout 0s100ms }
            add element inet psban addr4-sshd { 192.0.2.6 }
            delete element inet psban addr4-sshd { 192.0.2.6 }
            add set inet psban net6-64-sshd { type ipv6_addr; flags timeout; }
            add rule inet psban input-sshd tcp dport 22 ip6 saddr & ffff:ffff:ffff:ffff:: @net6-64-sshd reject
            create element inet psban net6-64-sshd { 2001:db8:: timeout 60s }

            """;
        const string sure = """
            add element inet psban addr4-sshd { 192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4, 192.0.2.5, 192.0.2.6 }
            delete element inet psban addr4-sshd { 192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4, 192.0.2.5, 192.0.2.6 }
            add element inet psban addr4-sshd { 192.0.2.1 timeout 1d3600s, 192.0.2.2 timeout 1s500ms, 192.0.2.3, 192.0.2.4 timeout 36500d0s, 192.0.2.5 timeout 0s100ms }
            add set inet psban net6-64-sshd { type ipv6_addr; flags timeout; }
            add rule inet psban input-sshd tcp dport 22 ip6 saddr & ffff:ffff:ffff:ffff:: @net6-64-sshd reject
            add element inet psban net6-64-sshd { 2001:db8:: }
            delete element inet psban net6-64-sshd { 2001:db8:: }
            add element inet psban net6-64-sshd { 2001:db8:: timeout 60s }

            """;
        NftBatch batch = new(changes, new Dictionary<string, NftLayout> { ["sshd"] = layout });
        Assert.Equal(quick, batch.ToQuickScript());
        Assert.Equal(sure, batch.ToSureScript());

        batch.Remember();
        Assert.DoesNotContain("add set", new NftBatch(changes, new Dictionary<string, NftLayout> { ["sshd"] = layout }).ToSureScript(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_empty_address_is_never_written_because_it_would_be_everybody() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new NftBatch([new FirewallChange(s_sshd, default, true, Duration.Permanent)], new Dictionary<string, NftLayout>()));

    [Fact]
    public void Closing_removes_what_is_the_rules_own_and_the_table_with_the_last()
    {
        NftListing standing = new();
        foreach (string set in new[] { "addr4-sshd", "addr6-sshd", "net4-24-sshd", "addr4-24-sshd", "mine" })
        {
            standing.Sets[set] = [];
        }

        standing.Chains["input-sshd"] = new NftChain("input", -1);
        const string expected = """
            flush chain inet psban input-sshd
            delete chain inet psban input-sshd
            delete set inet psban addr4-sshd
            delete set inet psban addr6-sshd
            delete set inet psban net4-24-sshd

            """;
        Assert.Equal(expected, NftScript.Close(new HashSet<string> { "sshd" }, standing));
        standing.Sets.Remove("mine");
        Assert.Equal("delete table inet psban\n", NftScript.Close(new HashSet<string> { "sshd", "24-sshd" }, standing));
        Assert.Equal("", NftScript.Close(new HashSet<string> { "other" }, standing));
    }

    [Theory]
    [InlineData("addr4-sshd", "sshd", false, 32)]
    [InlineData("addr6-a-b", "a-b", true, 128)]
    [InlineData("net4-24-8-x", "8-x", false, 24)]
    [InlineData("net6-0-x", "x", true, 0)]
    [InlineData("net4-32-x", null, false, 0)]
    [InlineData("net4-x", null, false, 0)]
    [InlineData("addr4", null, false, 0)]
    [InlineData("other-x", null, false, 0)]
    public void The_name_of_a_set_tells_what_it_holds(string name, string? expected, bool isIPv6, int length)
    {
        bool found = NftNames.TryParseSet(name, out string id, out NftSetKind kind);
        Assert.Equal(expected is not null, found);
        if (expected is not null)
        {
            Assert.Equal((expected, new NftSetKind(isIPv6, length)), (id, kind));
            Assert.Equal(name, NftNames.Set(id, kind));
        }
    }

    [Fact]
    public void A_list_is_read_with_and_without_times()
    {
        const string json = """
            {"nftables": [
              {"metainfo": {"version": "1.0.6"}},
              {"set": {"name": "addr4-sshd", "elem": ["192.0.2.1", {"elem": {"val": "192.0.2.2", "timeout": 600, "expires": 59}}, {"prefix": {"addr": "10.0.0.0", "len": 8}}]}},
              {"map": {"name": "mine"}},
              {"chain": {"name": "input-sshd", "hook": "input", "prio": -1}},
              {"chain": {"name": "plain"}},
              {"rule": {"chain": "input-sshd", "expr": []}}]}
            """;
        NftListing listing = NftListing.Parse(Encoding.UTF8.GetBytes(json));
        Assert.Equal([new NftElement(Address.Parse("192.0.2.1"), Duration.Permanent), new NftElement(Address.Parse("192.0.2.2"), Duration.FromSeconds(59))], listing.Sets["addr4-sshd"]);
        Assert.Equal((1, "input", null), (listing.Chains["input-sshd"].Rules.Count, listing.Chains["input-sshd"].Hook, listing.Chains["plain"].Hook));
        Assert.True(listing.HasOthers);
        Assert.Throws<FirewallException>(() => NftListing.Parse("[]"u8.ToArray()));
        Assert.Throws<FirewallException>(() => NftListing.Parse("nonsense"u8.ToArray()));
    }

    [Theory]
    [InlineData("chain", "nft has no hook for the chain 'MYCHAIN' (write input, forward or prerouting)")]
    [InlineData("ports", "'nosuch' is neither a port")]
    [InlineData("blocktype", "the blocktype 'drop; x' cannot stand in a rule")]
    public void A_rule_without_words_in_nft_is_refused_by_name(string part, string expected)
    {
        FirewallRule rule = part switch
        {
            "chain" => s_sshd with { Chains = ["MYCHAIN"] },
            "ports" => s_sshd with { Ports = "nosuch" },
            _ => s_sshd with { BlockType = "drop; x" },
        };
        FirewallException refusal = Assert.Throws<FirewallException>(() => new NftLayout(rule));
        Assert.StartsWith("The rule 'sshd' of the jail 'sshd' cannot be set up: " + expected, refusal.Message, StringComparison.Ordinal);
    }

    private static FirewallChange Change(string address, bool add, double seconds) => new(s_sshd, Address.Parse(address), add, Duration.FromSeconds(seconds));
}
