using PSBan.Firewalls;
using PSBan.Firewalls.Inspection;
using PSBan.Firewalls.WindowsFirewall;
using PSBan.Model;

namespace PSBan.Tests.Firewalls.WindowsFirewall;

public sealed class NetshViewTests : IDisposable
{
    private static readonly FirewallRule s_mail = new() { Jail = "domino", Name = "domino", Ports = "25", Protocols = ["tcp", "udp"] };
    private readonly RecordedFirewall _recorded = new();

    public void Dispose() => _recorded.Dispose();

    [Fact]
    public async Task What_stands_is_in_force_hosts_inside_of_prefixes_too_and_the_rest_is_not()
    {
        await BanAsync();
        Assert.All(new[] { "192.0.2.7", "198.51.100.0/24", "198.51.100.9", "2001:db8::7" }, address => Assert.Equal((true, BanCheckCause.InForce), Look(address)));
        Assert.All(new[] { "192.0.2.8", "198.51.0.0/16", "2001:db8::8" }, address => Assert.Equal((false, BanCheckCause.AddressMissing), Look(address)));
        Assert.Equal((false, BanCheckCause.NothingToCheck), Look("127.0.0.1"));
    }

    [Theory]
    [InlineData("Active=TRUE", "Active=FALSE")]
    [InlineData("Action=Block", "Action=Allow")]
    [InlineData("LPort=25", "LPort=26")]
    [InlineData("Dir=In|", "Dir=In|Profile=Public|")]
    public async Task A_rule_that_somebody_changed_is_told_apart(string old, string changed)
    {
        await BanAsync();
        _recorded.Edit(text => text.Contains("-udp-", StringComparison.Ordinal) ? text.Replace(old, changed, StringComparison.Ordinal) : text);
        Finding finding = new NetshView(_recorded).Look(s_mail, Address.Parse("192.0.2.7"));
        Assert.Equal((false, BanCheckCause.RuleMissing), (finding.InForce, finding.Cause));
        Assert.StartsWith("The rule PSBan-domino-udp-0001 of the Windows Firewall has 192.0.2.7 in it, but somebody has switched it off", finding.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_profile_that_is_off_is_the_reason()
    {
        await BanAsync();
        _recorded.Troubles.Add("The Windows Firewall is off for public networks, so bans do nothing there.");
        Finding finding = new NetshView(_recorded).Look(s_mail, Address.Parse("192.0.2.7"));
        Assert.Equal((false, BanCheckCause.ProfileOff, "The Windows Firewall is off for public networks, so bans do nothing there."), (finding.InForce, finding.Cause, finding.Reason));
    }

    [Fact]
    public async Task The_rules_are_listed_by_name()
    {
        await BanAsync();
        Assert.Equal(["rule PSBan-domino-tcp-0001", "rule PSBan-domino-udp-0001"], NetshContents.Read(_recorded).Ours);
    }

    private async Task BanAsync()
    {
        await _recorded.Firewall.OpenAsync([s_mail], CancellationToken.None);
        await _recorded.AddAsync(s_mail, "192.0.2.7", "2001:db8::7", "198.51.100.0/24");
    }

    private (bool InForce, BanCheckCause Cause) Look(string address)
    {
        Finding finding = new NetshView(_recorded).Look(s_mail, Address.Parse(address));
        return (finding.InForce, finding.Cause);
    }
}
