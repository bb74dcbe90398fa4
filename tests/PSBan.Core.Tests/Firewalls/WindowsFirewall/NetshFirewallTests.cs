using PSBan.Firewalls;
using PSBan.Firewalls.WindowsFirewall;
using PSBan.Model;
using PSBan.Tests.Watch;

namespace PSBan.Tests.Firewalls.WindowsFirewall;

public sealed class NetshFirewallTests : IDisposable
{
    private static readonly FirewallRule s_mail = new() { Jail = "domino", Name = "domino", Ports = "25,465,587:590" };
    private readonly RecordedFirewall _recorded = new();

    public void Dispose() => _recorded.Dispose();

    [Fact]
    public async Task A_ban_makes_one_rule_that_blocks_the_address_and_the_last_unban_removes_it()
    {
        await OpenAsync(s_mail);
        Assert.Empty(_recorded.Rules);

        await _recorded.AddAsync(s_mail, "192.0.2.7", "2001:db8::7", "198.51.100.0/24");
        Assert.Equal(
            ["v2.30|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=25|LPort=465|LPort2_10=587-590|RA4=192.0.2.7|RA4=198.51.100.0/255.255.255.0|RA6=2001:db8::7|Name=PSBan-domino-tcp-0001|"],
            _recorded.Rules);
        Assert.Equal(["192.0.2.7", "198.51.100.0/24", "2001:db8::7"], await _recorded.ListAsync());

        await _recorded.RemoveAsync(s_mail, "192.0.2.7", "198.51.100.0/24", "2001:db8::7");
        Assert.Empty(_recorded.Rules);
        Assert.Empty(await _recorded.ListAsync());
    }

    [Fact]
    public async Task The_address_beyond_the_size_of_a_chunk_begins_a_new_rule_and_only_what_changes_is_written()
    {
        await OpenAsync(s_mail);
        await _recorded.AddAsync(s_mail, Numbered(1, 201));
        Assert.Equal([("PSBan-domino-tcp-0001", 200), ("PSBan-domino-tcp-0002", 1)], Sizes());
        Assert.Equal(["# 1", "# 2"], _recorded.Journal.Where(line => line[0] == '#'));

        _recorded.ForgetJournal();
        await _recorded.AddAsync(s_mail, "192.0.2.1", "10.0.0.5");
        Assert.Equal(["# 1", "advfirewall firewall set rule name=PSBan-domino-tcp-0002 dir=in new remoteip=10.0.0.201,192.0.2.1"], _recorded.Journal);

        _recorded.ForgetJournal();
        await _recorded.RemoveAsync(s_mail, "10.0.0.201", "192.0.2.1");
        Assert.Equal(["# 1", "advfirewall firewall delete rule name=PSBan-domino-tcp-0002"], _recorded.Journal);
        Assert.Equal([("PSBan-domino-tcp-0001", 200)], Sizes());
    }

    [Fact]
    public async Task What_comes_fills_the_lowest_rule_with_room_before_a_new_one_is_made()
    {
        FirewallRule rule = s_mail with { Chunk = 2 };
        await OpenAsync(rule);
        await _recorded.AddAsync(rule, Numbered(1, 6));
        await _recorded.RemoveAsync(rule, "10.0.0.1", "10.0.0.3", "10.0.0.4");
        Assert.Equal([("PSBan-domino-tcp-0001", 1), ("PSBan-domino-tcp-0003", 2)], Sizes());

        await _recorded.AddAsync(rule, "10.0.0.7", "10.0.0.8");
        Assert.Equal([("PSBan-domino-tcp-0001", 2), ("PSBan-domino-tcp-0002", 1), ("PSBan-domino-tcp-0003", 2)], Sizes());
    }

    [Fact]
    public async Task A_chunk_of_long_addresses_holds_fewer_so_that_no_line_grows_beyond_reason()
    {
        await OpenAsync(s_mail);
        await _recorded.AddAsync(s_mail, Enumerable.Range(0, 200).Select(number => $"2001:1db8:1111:2222:3333:4444:5555:{number + 0x1000:x4}"));
        Assert.Equal([("PSBan-domino-tcp-0001", 100), ("PSBan-domino-tcp-0002", 100)], Sizes());
        Assert.All(_recorded.Journal, line => Assert.InRange(line.Length, 0, 4200));
    }

    [Fact]
    public async Task Twenty_thousand_addresses_take_one_process()
    {
        await OpenAsync(s_mail);
        await _recorded.AddAsync(s_mail, Numbered(1, 20_000));
        Assert.Equal(100, _recorded.Rules.Count);
        Assert.Equal(["# 1", "# 100"], _recorded.Journal.Where(line => line[0] == '#'));
        Assert.Equal(20_000, (await _recorded.ListAsync()).Count);
    }

    [Theory]
    [InlineData("tcp,udp", "53", new[] { "tcp", "udp" }, new[] { "6", "17" })]
    [InlineData("all", null, new[] { "any" }, new string?[] { null })]
    [InlineData("tcp", null, new[] { "tcp" }, new[] { "6" })]
    [InlineData("icmp,icmpv6", null, new[] { "icmp", "icmpv6" }, new[] { "1", "58" })]
    public async Task A_rule_is_made_for_each_protocol(string protocols, string? ports, string[] names, string?[] numbers)
    {
        FirewallRule rule = new() { Jail = "dns", Name = "dns", Protocols = protocols.Split(','), Ports = ports };
        await OpenAsync(rule);
        await _recorded.AddAsync(rule, "192.0.2.1");
        Assert.Equal(
            names.Zip(numbers, (name, number) => $"v2.30|Action=Block|Active=TRUE|Dir=In|{(number is null ? "" : $"Protocol={number}|")}{(ports is null ? "" : $"LPort={ports}|")}RA4=192.0.2.1|Name=PSBan-dns-{name}-0001|"),
            _recorded.Rules);
        await _recorded.Firewall.CloseAsync([rule], CancellationToken.None);
        Assert.Empty(_recorded.Rules);
    }

    [Fact]
    public async Task An_address_that_no_sender_has_does_not_take_the_others_with_it()
    {
        await OpenAsync(s_mail);
        await _recorded.AddAsync(s_mail, "127.0.0.1", "::1", "224.0.0.1", "ff02::1", "0.0.0.0", "::", "255.255.255.255", "0.0.0.0/0", "::/0", "192.0.2.1");
        Assert.Equal(["192.0.2.1"], await _recorded.ListAsync());
        Assert.All(["127.0.0.1", "::1", "224.0.0.0/8", "0.0.0.0/0"], address => Assert.False(_recorded.Firewall.Covers(Address.Parse(address))));
        Assert.True(_recorded.Firewall.Covers(Address.Parse("192.0.2.1")));
    }

    [Fact]
    public async Task An_address_that_the_firewall_refuses_is_found_and_left_out()
    {
        using RecordedFirewall recorded = new(refuses: "10.0.0.77");
        await recorded.Firewall.OpenAsync([s_mail], CancellationToken.None);
        await recorded.AddAsync(s_mail, Numbered(1, 120));
        Assert.Equal(119, (await recorded.ListAsync()).Count);
        Assert.False(recorded.Firewall.Covers(Address.Parse("10.0.0.77")));
        Assert.Contains(recorded.Firewall.Notes, note => note.Contains("10.0.0.77", StringComparison.Ordinal));

        // It is not tried again with the next ones.
        recorded.ForgetJournal();
        await recorded.AddAsync(s_mail, "10.0.0.77", "192.0.2.1");
        Assert.Equal(["# 1"], recorded.Journal.Where(line => line[0] == '#'));
    }

    [Fact]
    public async Task Opening_again_keeps_the_bans_and_gives_them_what_the_rule_says_now()
    {
        await OpenAsync(s_mail);
        await _recorded.AddAsync(s_mail, Numbered(1, 201));
        _recorded.ForgetJournal();
        await using NetshFirewall second = _recorded.Open();
        await second.OpenAsync([s_mail], CancellationToken.None);
        Assert.Equal(201, (await _recorded.ListAsync(second)).Count);
        Assert.Equal(["# 1", "advfirewall show allprofiles state"], _recorded.Journal);

        FirewallRule other = s_mail with { Ports = "25", Protocols = ["udp"] };
        await using NetshFirewall third = _recorded.Open();
        await third.OpenAsync([other, new FirewallRule { Jail = "sshd", Name = "sshd" }], CancellationToken.None);
        Assert.Empty(await _recorded.ListAsync(third));
        Assert.Empty(_recorded.Rules);
    }

    [Fact]
    public async Task Changed_ports_are_written_into_standing_rules_with_their_bans()
    {
        await OpenAsync(s_mail);
        await _recorded.AddAsync(s_mail, "192.0.2.1");
        await using NetshFirewall second = _recorded.Open();
        await second.OpenAsync([s_mail with { Ports = "25" }], CancellationToken.None);
        Assert.Equal(["v2.30|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=25|RA4=192.0.2.1|Name=PSBan-domino-tcp-0001|"], _recorded.Rules);
    }

    [Theory]
    [InlineData("Active=TRUE", "Active=FALSE")]
    [InlineData("Action=Block", "Action=Allow")]
    [InlineData("LPort=25|", "LPort=26|")]
    [InlineData("RA4=192.0.2.1", "RA4=192.0.2.1|App=C:\\x.exe")]
    [InlineData("RA4=192.0.2.1", "RA4=192.0.2.1|Profile=Public")]
    public async Task A_rule_that_somebody_changed_is_noticed_and_opening_repairs_it(string was, string became)
    {
        await OpenAsync(s_mail);
        await _recorded.AddAsync(s_mail, "192.0.2.1");
        IReadOnlyList<string> before = _recorded.Rules;
        _recorded.Edit(text => text.Replace(was, became, StringComparison.Ordinal));
        FirewallException gone = await Assert.ThrowsAsync<FirewallException>(() => _recorded.ListAsync());
        Assert.Equal(FirewallFailure.Gone, gone.Failure);
        await OpenAsync(s_mail);
        Assert.Equal(before, _recorded.Rules);
    }

    [Fact]
    public async Task A_rule_that_somebody_removed_is_made_anew_by_the_next_ban()
    {
        await OpenAsync(s_mail);
        await _recorded.AddAsync(s_mail, "192.0.2.1");
        _recorded.Edit(_ => null);
        await _recorded.AddAsync(s_mail, "192.0.2.2");
        Assert.Equal(["192.0.2.1", "192.0.2.2"], await _recorded.ListAsync());

        _recorded.Edit(_ => null);
        Assert.Empty(await _recorded.ListAsync());
        await _recorded.AddAsync(s_mail, "192.0.2.1");
        Assert.Equal(["192.0.2.1"], await _recorded.ListAsync());
    }

    [Fact]
    public async Task Rules_that_stand_twice_or_hold_an_address_twice_are_put_in_order()
    {
        await OpenAsync(s_mail);
        await _recorded.AddAsync(s_mail, "192.0.2.1", "192.0.2.9");
        _recorded.Put(_recorded.Rules[0]);
        _recorded.Put(_recorded.Rules[0].Replace("0001", "0005", StringComparison.Ordinal));
        await OpenAsync(s_mail);
        Assert.Equal(["192.0.2.1", "192.0.2.9"], await _recorded.ListAsync());
        Assert.Equal([("PSBan-domino-tcp-0001", 2)], Sizes());
    }

    [Fact]
    public async Task Addresses_written_down_as_runs_and_masks_are_the_same_addresses()
    {
        await OpenAsync(s_mail);
        await _recorded.AddAsync(s_mail, "192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::/33", "2001:db8:8000::/33");
        _recorded.Edit(_ => "v2.31|Action=Block|Active=TRUE|Dir=In|Protocol=6|Profile=Domain|Profile=Private|Profile=Public|LPort=465|LPort=25|LPort2_10=587-590|"
            + "RA4=192.0.2.1-192.0.2.2|RA4=192.0.2.3/255.255.255.255|RA6=2001:db8::/32|Name=PSBan-domino-tcp-0001|Desc=|");
        Assert.Equal(["192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::/33", "2001:db8:8000::/33"], await _recorded.ListAsync());

        // Who has not written them knows no better than what stands there.
        await using NetshFirewall second = _recorded.Open();
        await second.OpenAsync([s_mail], CancellationToken.None);
        Assert.Equal(["192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::/32"], await _recorded.ListAsync(second));
    }

    [Fact]
    public async Task Closing_and_clearing_leave_other_rules_alone()
    {
        const string foreign = "v2.30|Action=Block|Active=TRUE|Dir=In|RA4=192.0.2.1|Name=Somebody else's|";
        FirewallRule ssh = new() { Jail = "sshd", Name = "sshd", Ports = "ssh" };
        _recorded.Put(foreign);
        await OpenAsync(s_mail, ssh);
        await _recorded.AddAsync(s_mail, "192.0.2.1");
        await _recorded.AddAsync(ssh, "192.0.2.1");
        await _recorded.Firewall.CloseAsync([s_mail], CancellationToken.None);
        Assert.Equal(["PSBan-sshd-tcp-0001", "Somebody else's"], _recorded.ReadRules().Select(rule => rule.Name));

        await _recorded.Open().ClearAsync(CancellationToken.None);
        Assert.Equal([foreign], _recorded.Rules);
    }

    [Fact]
    public async Task Rules_stored_in_a_way_that_is_not_understood_are_told_once_and_netsh_is_believed()
    {
        _recorded.Dialect = text => text.Replace("RA4=", "RA7=0x", StringComparison.Ordinal);
        await OpenAsync(s_mail);
        await _recorded.AddAsync(s_mail, "192.0.2.1", "192.0.2.2");
        Assert.Contains("stores rules otherwise than PSBan reads them", Assert.Single(_recorded.Firewall.Notes), StringComparison.Ordinal);
        Assert.Equal(["192.0.2.1", "192.0.2.2"], await _recorded.ListAsync());

        _recorded.ForgetJournal();
        await _recorded.RemoveAsync(s_mail, "192.0.2.1");
        Assert.Equal(["# 1", "advfirewall firewall set rule name=PSBan-domino-tcp-0001 dir=in new remoteip=192.0.2.2"], _recorded.Journal);
        Assert.Equal(["192.0.2.2"], await _recorded.ListAsync());
    }

    [Fact]
    public async Task Rules_of_jails_that_are_gone_are_left_alone_and_told()
    {
        await OpenAsync(s_mail);
        await _recorded.AddAsync(s_mail, "192.0.2.1");
        await using NetshFirewall second = _recorded.Open();
        await second.OpenAsync([new FirewallRule { Jail = "sshd", Name = "sshd" }], CancellationToken.None);
        Assert.StartsWith("The Windows Firewall holds 1 rules of PSBan's that belong to no jail of this watch, such as PSBan-domino-tcp-0001.", Assert.Single(second.Notes), StringComparison.Ordinal);
        Assert.Single(_recorded.Rules);

        // A jail that comes with a reload takes over what is its own.
        await second.OpenAsync([s_mail], CancellationToken.None);
        Assert.Empty(second.Notes);
        Assert.Equal(["192.0.2.1"], await _recorded.ListAsync(second));
    }

    [Fact]
    public async Task Names_of_jails_that_differ_in_case_alone_stay_apart_and_odd_ones_are_made_safe()
    {
        FirewallRule[] rules = [.. new[] { "sshd", "SSHD", "a b|c\"", new string('x', 300) }.Select(name => new FirewallRule { Jail = name, Name = name })];
        await OpenAsync(rules);
        foreach (FirewallRule rule in rules)
        {
            await _recorded.AddAsync(rule, "192.0.2.1");
        }

        Assert.Equal(4, _recorded.ReadRules().Select(rule => rule.Name.ToUpperInvariant()).Distinct().Count());
        Assert.All(_recorded.ReadRules(), rule => Assert.InRange(rule.Name.Length, 10, 100));
        await _recorded.Firewall.CloseAsync(rules[1..], CancellationToken.None);
        Assert.Equal(["PSBan-sshd-tcp-0001"], _recorded.ReadRules().Select(rule => rule.Name));
    }

    [Fact]
    public async Task A_pass_waits_until_a_second_after_the_last_one()
    {
        SteppedClock time = new();
        NetshFirewall firewall = _recorded.Open(time, TimeSpan.FromSeconds(1));
        await firewall.OpenAsync([s_mail], CancellationToken.None);
        await firewall.ApplyAsync([new FirewallChange(s_mail, Address.Parse("192.0.2.1"), true, Duration.Permanent)], CancellationToken.None);
        Task second = firewall.ApplyAsync([new FirewallChange(s_mail, Address.Parse("192.0.2.2"), true, Duration.Permanent)], CancellationToken.None);
        Assert.False(second.IsCompleted);
        Assert.Equal(["192.0.2.1"], _recorded.ReadRules()[0].Written.SelectMany(range => range.ToAddresses()).Select(address => address.ToString()));
        time.Advance(TimeSpan.FromSeconds(1));
        await second;
        Assert.Equal(["192.0.2.1", "192.0.2.2"], await _recorded.ListAsync(firewall));
    }

    [Fact]
    public async Task What_keeps_rules_from_acting_is_a_note()
    {
        _recorded.Troubles.Add("The Windows Firewall is off.");
        await OpenAsync(s_mail);
        Assert.Equal(["The Windows Firewall is off."], _recorded.Firewall.Notes);
    }

    private static IEnumerable<string> Numbered(int first, int count) => Enumerable.Range(first, count).Select(number => $"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}");

    private Task OpenAsync(params FirewallRule[] rules) => _recorded.Firewall.OpenAsync(rules, CancellationToken.None);

    private IReadOnlyList<(string Name, int Count)> Sizes() => [.. _recorded.ReadRules().Select(rule => (rule.Name, rule.Written.Count))];
}
