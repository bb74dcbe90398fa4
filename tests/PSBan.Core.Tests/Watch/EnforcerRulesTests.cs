using PSBan.Firewalls;
using PSBan.Model;
using PSBan.Watch;

namespace PSBan.Tests.Watch;

/// <summary>Rules come, change and go under an enforcer that works.</summary>
public sealed class EnforcerRulesTests : IAsyncDisposable
{
    private static readonly FirewallRule s_first = new() { Jail = "a", Name = "a", Ports = "1" };
    private static readonly FirewallRule s_second = new() { Jail = "b", Name = "b", Ports = "2" };
    private static readonly DateTimeOffset s_later = TimeProvider.System.GetUtcNow().AddHours(1);
    private readonly CancellationTokenSource _stop = new(TimeSpan.FromMinutes(1));
    private readonly FaultyFirewall _firewall = new();
    private readonly SteppedClock _clock = new();
    private readonly EventSubscription _seen;
    private readonly Enforcer _enforcer;
    private Task _run = Task.CompletedTask;

    public EnforcerRulesTests()
    {
        var events = new EventHub(_clock);
        _seen = events.Subscribe();
        _enforcer = new Enforcer(_firewall, [], events, _clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        await _enforcer.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task A_rule_that_changes_keeps_its_bans_and_one_that_goes_takes_them_along()
    {
        await StartAsync(s_first, s_second);
        await BanAsync(s_first, s_second);
        FirewallRule changed = s_first with { Ports = "1,3" };
        await _enforcer.OpenRulesAsync([changed], _ => false, _stop.Token);
        Assert.Equal("1,3 2", Ports);
        await _enforcer.CloseRulesAsync([s_second], _stop.Token);
        Assert.Equal("1,3", Ports);
        Assert.Equal(["a 192.0.2.1"], _firewall.Standing);

        // What still comes for a rule that has gone is nobody's business.
        _enforcer.Add(s_second, Address.Parse("192.0.2.2"), s_later);
        await _enforcer.WhenSettledAsync(_stop.Token);
        Assert.Equal(["a 192.0.2.1"], _firewall.Standing);
        await _enforcer.CloseRulesAsync([changed], _stop.Token);
        Assert.True(_enforcer.IsIdle);
    }

    [Fact]
    public async Task A_refused_rule_leaves_the_others_as_they_were()
    {
        await StartAsync(s_first);
        await BanAsync(s_first);
        _firewall.Refused.Add("b");
        FirewallException refused = await Assert.ThrowsAsync<FirewallException>(() => _enforcer.OpenRulesAsync([s_first with { Ports = "9" }, s_second], _ => false, _stop.Token));
        Assert.Equal("The rule b was refused.", refused.Message);
        Assert.Equal("1", Ports);
        Assert.Equal(["a"], _enforcer.Rules.Select(rule => rule.Name));
        Assert.Equal(["a 192.0.2.1"], _firewall.Standing);
    }

    [Fact]
    public async Task What_was_opened_can_be_taken_back()
    {
        await StartAsync(s_first);
        await BanAsync(s_first);
        FirewallRule changed = s_first with { Ports = "9" };
        await _enforcer.OpenRulesAsync([changed, s_second], _ => false, _stop.Token);
        Assert.Equal("9 2", Ports);
        await _enforcer.UndoAsync([changed, s_second], [s_first]);
        Assert.Equal("1", Ports);
        Assert.Equal(["a 192.0.2.1"], _firewall.Standing);
    }

    [Fact]
    public async Task What_cannot_be_taken_back_now_is_put_right_as_soon_as_it_can()
    {
        await StartAsync(s_first);
        await BanAsync(s_first);
        FirewallRule changed = s_first with { Ports = "9" };
        await _enforcer.OpenRulesAsync([changed], _ => false, _stop.Token);
        _firewall.Refused.Add("a");
        await _enforcer.UndoAsync([changed], [s_first]);
        Assert.Equal(("9", "The rules in faulty could not be put back as they were: The rule a was refused. It is tried again."), (Ports, await NextAsync(BanEventKind.FirewallFailed)));
        await NextAsync(BanEventKind.FirewallFailed);
        _firewall.Refused.Clear();
        while (Ports != "1")
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5, _stop.Token);
        }

        Assert.Equal(["a 192.0.2.1"], _firewall.Standing);
    }

    [Fact]
    public async Task A_rule_that_cannot_be_removed_is_said_and_tried_again()
    {
        await StartAsync(s_first, s_second);
        _firewall.CloseFailures = 1;
        await _enforcer.CloseRulesAsync([s_second], _stop.Token);
        Assert.Equal(
            "The rules b in faulty are not needed any more, but cannot be removed: It is in use. It is tried again every minute.", await NextAsync(BanEventKind.FirewallFailed));
        Assert.Equal("1 2", Ports);
        Assert.False(_enforcer.IsIdle);
        _clock.Advance(TimeSpan.FromSeconds(61));
        while (Ports != "1")
        {
            await Task.Delay(5, _stop.Token);
        }

        await _enforcer.CloseAsync(_stop.Token);
        Assert.Empty(_firewall.Rules);
    }

    private string Ports => string.Join(' ', _firewall.Rules.Values);

    private async Task StartAsync(params FirewallRule[] rules)
    {
        await _enforcer.OpenRulesAsync(rules, _ => false, _stop.Token);
        _run = _enforcer.RunAsync(_stop.Token);
    }

    private async Task BanAsync(params FirewallRule[] rules)
    {
        foreach (FirewallRule rule in rules)
        {
            _enforcer.Add(rule, Address.Parse("192.0.2.1"), s_later);
        }

        await _enforcer.WhenSettledAsync(_stop.Token);
    }

    private async Task<string> NextAsync(BanEventKind kind)
    {
        await foreach (BanEvent item in _seen.ReadAllAsync(_stop.Token))
        {
            if (item.Kind == kind)
            {
                return item.Message;
            }
        }

        throw new TimeoutException($"No event {kind} came.");
    }
}
