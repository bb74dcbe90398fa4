using PSBan.Firewalls;
using PSBan.Firewalls.DryRun;
using PSBan.Model;
using PSBan.Tests.Support;

namespace PSBan.Tests.Firewalls;

public sealed class DryRunFirewallTests
{
    private static readonly FirewallRule s_sshd = new() { Jail = "sshd", Name = "sshd" };

    [Fact]
    public async Task What_would_stand_is_listed_until_its_time_is_over()
    {
        ManualTimeProvider time = new(DateTimeOffset.UnixEpoch);
        await using DryRunFirewall firewall = new(time);
        await firewall.OpenAsync([s_sshd], CancellationToken.None);
        await firewall.ApplyAsync([Change("192.0.2.1", true, 60), Change("192.0.2.2", true, -1), Change("192.0.2.3", true, 1e15), Change("192.0.2.4", true, 60), Change("192.0.2.4", false, 0)], CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(["192.0.2.1 1s", "192.0.2.2 permanent", "192.0.2.3 permanent"], await ListAsync(firewall));
        await firewall.ApplyAsync([Change("192.0.2.1", true, 3)], CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(3, (await ListAsync(firewall)).Length);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["192.0.2.2 permanent", "192.0.2.3 permanent"], await ListAsync(firewall));

        await firewall.OpenAsync([s_sshd with { Ports = "22" }], CancellationToken.None);
        Assert.Equal(2, (await ListAsync(firewall)).Length);
        await firewall.CloseAsync([s_sshd], CancellationToken.None);
        Assert.Empty(await ListAsync(firewall));
        await Assert.ThrowsAsync<InvalidOperationException>(() => firewall.ApplyAsync([Change("192.0.2.1", true, 3)], CancellationToken.None));
    }

    private static async Task<string[]> ListAsync(DryRunFirewall firewall) =>
        [.. (await firewall.ListAsync(CancellationToken.None)).Select(entry => $"{entry.Address} {entry.Remaining}").Order(StringComparer.Ordinal)];

    private static FirewallChange Change(string address, bool add, double seconds) => new(s_sshd, Address.Parse(address), add, Duration.FromSeconds(seconds));
}
