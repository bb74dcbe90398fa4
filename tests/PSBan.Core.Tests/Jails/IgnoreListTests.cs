using PSBan.Jails;
using PSBan.Model;
using static PSBan.Tests.Jails.JailBuilder;

namespace PSBan.Tests.Jails;

public class IgnoreListTests
{
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1/8")]
    [InlineData("127.255.0.1", "127.0.0.1/8")]
    [InlineData("10.1.2.3", "10.1.2.0/255.255.255.0")]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("10.1.2.128/25", "10.1.2.0/255.255.255.0")]
    [InlineData("2001:db8:1::1", "2001:db8::/32")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("192.0.2.8", null)]
    [InlineData("10.1.0.0/16", null)]
    [InlineData("126.255.255.255", null)]
    [InlineData("128.0.0.0", null)]
    [InlineData("2001:db9::1", null)]
    [InlineData("::1", null)]
    public void Spares_what_lies_wholly_inside_an_entry(string address, string? rule)
    {
        IgnoreList list = Make("127.0.0.1/8", "10.1.2.0/255.255.255.0", "10.1.2.4", "192.0.2.7", "2001:db8::/32");
        Assert.Equal(rule, list.Match(Address.Parse(address))?.Rule);
    }

    [Fact]
    public void Agrees_with_asking_every_entry_in_turn()
    {
        Random random = new(7);
        string[] entries = [.. Enumerable.Range(0, 400).Select(_ => $"{random.Next(1, 4)}.{random.Next(8)}.{random.Next(8)}.{random.Next(256)}/{random.Next(10, 33)}")];
        IgnoreList list = Make(entries);
        Address[] prefixes = [.. entries.Select(Address.Parse)];
        for (int i = 0; i < 20_000; i++)
        {
            Address address = Address.Parse($"{random.Next(1, 5)}.{random.Next(9)}.{random.Next(9)}.{random.Next(256)}/{random.Next(20, 33)}");
            Assert.Equal(prefixes.Any(prefix => prefix.Contains(address)), list.Match(address) is not null);
        }
    }

    [Fact]
    public void A_match_says_the_entry_and_its_place()
    {
        IgnoreReason? reason = Make("192.0.2.1", "192.0.2.0/24").Match(Address.Parse("192.0.2.5"));
        Assert.Equal(new IgnoreReason(IgnoreKind.Address, "192.0.2.0/24", new SourceLocation("jail.local", 2)), reason);
        Assert.Equal("ip", reason.ToString());
    }

    [Theory]
    [InlineData("192.030.0.6")]
    [InlineData("192.0.2.0/33")]
    [InlineData("10.0.0.*")]
    [InlineData("-bad.example")]
    [InlineData("a..b")]
    public void An_entry_that_is_nothing_is_reported_with_its_place(string entry)
    {
        List<Problem> problems = [];
        IgnoreList.Create(Options(ignore: ["192.0.2.1", entry]), new Names(), new Source(), problems.Add);
        Problem problem = Assert.Single(problems);
        Assert.Equal(
            $"jail.local:2: warning: [sshd] '{entry}' is neither an address, nor a prefix, nor a host name; write 192.0.2.1, 192.0.2.0/24, 2001:db8::/32, host.example.org or file:PATH.",
            problem.ToString());
        Assert.Equal("InvalidIgnoreIp", problem.Code);
    }

    [Fact]
    public void A_name_spares_the_addresses_it_has_at_the_time()
    {
        Names names = new();
        IgnoreList list = IgnoreList.Create(Options(ignore: "home.example.org"), names, null);
        Assert.Null(list.Match(Address.Parse("192.0.2.1")));
        names.Known["home.example.org"] = [Address.Parse("192.0.2.1"), Address.Parse("2001:db8::1")];
        Assert.Equal(IgnoreKind.HostName, list.Match(Address.Parse("2001:db8::1"))?.Kind);
        names.Known["home.example.org"] = [Address.Parse("192.0.2.2")];
        Assert.Null(list.Match(Address.Parse("192.0.2.1")));
        Assert.NotNull(list.Match(Address.Parse("192.0.2.2")));
    }

    [Fact]
    public void A_file_spares_what_stands_in_it_and_must_not_name_another()
    {
        Source source = new();
        List<Problem> problems = [];
        IgnoreList list = IgnoreList.Create(Options(ignore: "file:/etc/allow"), null, source, problems.Add);
        source.Entries = [new("192.0.2.0/24", new SourceLocation("/etc/allow", 3)), new("file:/etc/other", new SourceLocation("/etc/allow", 4))];
        IgnoreReason reason = Assert.NotNull(list.Match(Address.Parse("192.0.2.9")));
        Assert.Equal(("file:/etc/allow", "/etc/allow:3"), (reason.ToString(), reason.Location.ToString()));
        Assert.Equal("/etc/allow:4: warning: [sshd] 'file:/etc/other' cannot be used here: a file of addresses must not name another file.", Assert.Single(problems).ToString());
        source.Entries = [];
        Assert.Null(list.Match(Address.Parse("192.0.2.9")));
    }

    [Fact]
    public void Own_addresses_are_spared_unless_that_is_switched_off()
    {
        Source source = new() { OwnAddresses = [Address.Parse("192.0.2.250"), Address.Parse("fe80::1")] };
        Assert.Equal("ignoreself rule", IgnoreList.Create(Options(), null, source).Match(Address.Parse("192.0.2.250")).ToString());
        PSBan.Configuration.JailOptions off = Options() with { IgnoreSelf = new Located<bool>(false, default) };
        Assert.Null(IgnoreList.Create(off, null, source).Match(Address.Parse("192.0.2.250")));
    }

    [Fact]
    public void Ignored_failures_leave_no_trace_in_the_counters()
    {
        Jail jail = new(Options(maxRetry: 1), Make("192.0.2.0/24"));
        Assert.IsType<Ignored>(jail.CountAt("192.0.2.1", 0));
        Assert.Equal(default, jail.Statistics);
    }

    [Fact]
    public void Text_is_spared_only_for_the_address_behind_it()
    {
        Jail jail = new(Options(maxRetry: 1), Make("192.0.2.0/24"));
        Failure failure = Fail("mallory", 0) with { Address = Address.Parse("192.0.2.1") };
        Assert.IsType<Ignored>(jail.Count(failure, At(0)));
        Assert.IsType<Banned>(jail.Count(failure with { Address = default }, At(0)));
    }

    private static IgnoreList Make(params string[] entries) =>
        IgnoreList.Create(Options(ignore: entries), null, null, problem => Assert.Fail(problem.ToString()));

    private sealed class Names : INameResolver
    {
        public Dictionary<string, IReadOnlyList<Address>> Known { get; } = [];

        public IReadOnlyList<Address> AddressesOf(string name) => Known.GetValueOrDefault(name, []);
    }

    private sealed class Source : IIgnoreSource
    {
        public IReadOnlyList<Address> OwnAddresses { get; init; } = [];

        public IReadOnlyList<Located<string>> Entries { get; set; } = [];

        public IReadOnlyList<Located<string>> EntriesOf(string path) => Entries;
    }
}
