using PSBan.Firewalls;
using PSBan.Model;
using PSBan.Watch;

namespace PSBan.Tests.Watch;

public sealed class EnforcerTests : IAsyncDisposable
{
    private static readonly FirewallRule s_rule = new() { Jail = "j", Name = "j" };
    private static readonly FirewallRule s_other = new() { Jail = "other", Name = "other" };
    private static readonly DateTimeOffset s_later = TimeProvider.System.GetUtcNow().AddHours(1);
    private readonly CancellationTokenSource _stop = new(TimeSpan.FromMinutes(1));
    private readonly FaultyFirewall _firewall = new();
    private readonly SteppedClock _clock = new();
    private readonly EventHub _events;
    private readonly EventSubscription _seen;
    private readonly Enforcer _enforcer;
    private Task _run = Task.CompletedTask;

    public EnforcerTests()
    {
        _events = new EventHub(_clock);
        _seen = _events.Subscribe();
        _enforcer = new Enforcer(_firewall, [s_rule], _events, _clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        await _enforcer.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task What_comes_while_a_batch_is_applied_goes_into_the_next_one()
    {
        await StartAsync();
        _firewall.Gate = new TaskCompletionSource();
        Add("192.0.2.1");
        await UntilAsync(() => _enforcer.Pending == 1);
        for (int i = 2; i <= 200; i++)
        {
            Add($"192.0.2.{i}");
        }

        Assert.True(_enforcer.IsPending(s_rule, Address.Parse("192.0.2.1")));
        _firewall.Gate.SetResult();
        await _enforcer.WhenSettledAsync(_stop.Token);
        Assert.Equal(200, _firewall.Standing.Count);
        Assert.InRange(_firewall.Batches.Count, 1, 3);
        Assert.Equal(0, _enforcer.Pending);
    }

    [Fact]
    public async Task A_ban_that_was_refused_is_pending_and_tried_again()
    {
        _firewall.Failures = 2;
        await StartAsync();
        Add("192.0.2.1");
        await NextAsync(BanEventKind.FirewallFailed);
        Assert.True(_enforcer.IsPending(s_rule, Address.Parse("192.0.2.1")));
        await StepUntilAsync(() => _enforcer.Pending == 0);
        Assert.Equal(["j 192.0.2.1"], _firewall.Standing);
        BanEvent repaired = await NextAsync(BanEventKind.FirewallRepaired);
        Assert.Equal("The packet filter faulty works again.", repaired.Message);
    }

    [Fact]
    public async Task What_somebody_flushed_is_made_anew_and_every_ban_put_back()
    {
        await StartAsync();
        Add("192.0.2.1");
        Add("2001:db8::1");
        await _enforcer.WhenSettledAsync(_stop.Token);
        _firewall.Flush();
        Add("192.0.2.2");
        await StepUntilAsync(() => _firewall.Standing.Count == 3);
        Assert.Equal(2, _firewall.Opened);
    }

    [Fact]
    public async Task Every_minute_both_sides_are_compared_and_differences_repaired()
    {
        await StartAsync();
        Add("192.0.2.1");
        Add("192.0.2.2");
        await _enforcer.WhenSettledAsync(_stop.Token);
        _firewall.Drop(Address.Parse("192.0.2.2"));
        await _firewall.ApplyAsync([new FirewallChange(s_rule, Address.Parse("203.0.113.9"), true, Duration.Permanent)], _stop.Token);
        _clock.Advance(TimeSpan.FromSeconds(61));
        BanEvent repaired = await NextAsync(BanEventKind.FirewallRepaired);
        Assert.Equal("The packet filter faulty differed from the watch: 1 bans were missing and are put back, 1 that nobody wants are removed.", repaired.Message);
        await StepUntilAsync(() => !_firewall.Standing.Contains("j 203.0.113.9"));
        Assert.Equal(["j 192.0.2.1", "j 192.0.2.2"], _firewall.Standing);
    }

    [Fact]
    public async Task Where_nobody_else_has_changed_anything_both_sides_are_compared_every_ten_minutes_only()
    {
        _firewall.ForeignChanges = 7;
        await StartAsync();
        Add("192.0.2.1");
        await _enforcer.WhenSettledAsync(_stop.Token);
        await PassAsync(minutes: 1);
        int before = _firewall.Listings;
        await PassAsync(minutes: 7);
        Assert.Equal(before, _firewall.Listings);
        await PassAsync(minutes: 3);
        Assert.Equal(before + 1, _firewall.Listings);

        _firewall.Drop(Address.Parse("192.0.2.1"));
        _firewall.ForeignChanges++;
        await PassAsync(minutes: 1);
        Assert.Equal(before + 2, _firewall.Listings);
        Assert.Contains("j 192.0.2.1", _firewall.Standing);
        await PassAsync(minutes: 1);
        Assert.Equal(before + 2, _firewall.Listings);
        _enforcer.Doubt();
        await PassAsync(minutes: 1);
        Assert.Equal(before + 3, _firewall.Listings);

        _firewall.Drop(Address.Parse("192.0.2.1"));
        Assert.Equal(1, Assert.Single(await _enforcer.SyncAsync(_stop.Token)).Restored);
    }

    [Fact]
    public async Task Where_a_comparison_failed_it_is_made_up_for_although_nobody_has_changed_anything()
    {
        _firewall.ForeignChanges = 7;
        await StartAsync();
        Add("192.0.2.1");
        await _enforcer.WhenSettledAsync(_stop.Token);
        _firewall.Drop(Address.Parse("192.0.2.1"));
        _firewall.ForeignChanges++;
        _firewall.ListFailures = 1;
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Contains("It does not answer.", (await NextAsync(BanEventKind.FirewallFailed)).Message, StringComparison.Ordinal);
        await PassAsync(minutes: 1);
        Assert.Contains("j 192.0.2.1", _firewall.Standing);
    }

    [Fact]
    public async Task Where_nothing_is_known_of_others_both_sides_are_compared_every_minute()
    {
        await StartAsync();
        Add("192.0.2.1");
        await _enforcer.WhenSettledAsync(_stop.Token);
        await PassAsync(minutes: 1);
        int before = _firewall.Listings;
        await PassAsync(minutes: 3);
        Assert.Equal(before + 3, _firewall.Listings);
    }

    [Fact]
    public async Task Whoever_asks_has_both_sides_compared_at_once_and_is_told_what_was_repaired()
    {
        await StartAsync();
        Add("192.0.2.1");
        Add("192.0.2.2");
        await _enforcer.WhenSettledAsync(_stop.Token);
        Assert.Equal(new FirewallRepair("faulty", "j") { Wanted = 2 }, Assert.Single(await _enforcer.SyncAsync(_stop.Token)));

        _firewall.Drop(Address.Parse("192.0.2.2"));
        await _firewall.ApplyAsync([new FirewallChange(s_rule, Address.Parse("203.0.113.9"), true, Duration.Permanent)], _stop.Token);
        Assert.Equal(new FirewallRepair("faulty", "j") { Wanted = 2, Restored = 1, Removed = 1 }, Assert.Single(await _enforcer.SyncAsync(_stop.Token)));
        Assert.Equal(["j 192.0.2.1", "j 192.0.2.2"], _firewall.Standing);

        _firewall.Flush();
        Assert.Equal(new FirewallRepair("faulty", "j") { Wanted = 2, Restored = 2, RulesMadeAnew = true }, Assert.Single(await _enforcer.SyncAsync(_stop.Token)));
        Assert.Equal(["j 192.0.2.1", "j 192.0.2.2"], _firewall.Standing);
    }

    [Fact]
    public async Task Whoever_asks_ends_the_wait_after_a_failure_and_hears_why_it_still_fails()
    {
        _firewall.Failures = 3;
        await StartAsync();
        Add("192.0.2.1");
        await NextAsync(BanEventKind.FirewallFailed);

        // The clock stands still, so without being asked nothing would be tried again.
        Assert.Equal("It was refused.", Assert.Single(await _enforcer.SyncAsync(_stop.Token)).Trouble);
        Assert.Equal("It was refused.", _enforcer.Trouble);
        Assert.Equal("It was refused.", Assert.Single(await _enforcer.SyncAsync(_stop.Token)).Trouble);
        Assert.Null(Assert.Single(await _enforcer.SyncAsync(_stop.Token)).Trouble);
        Assert.Null(_enforcer.Trouble);
        Assert.Equal(["j 192.0.2.1"], _firewall.Standing);
    }

    [Fact]
    public async Task A_wish_withdrawn_before_it_was_applied_leaves_nothing()
    {
        await StartAsync();
        _firewall.Gate = new TaskCompletionSource();
        Add("192.0.2.1");
        await UntilAsync(() => _enforcer.Pending == 1);
        _enforcer.Remove(s_rule, Address.Parse("192.0.2.1"));
        _firewall.Gate.SetResult();
        await _enforcer.WhenSettledAsync(_stop.Token);
        Assert.Empty(_firewall.Standing);
    }

    [Fact]
    public async Task A_rule_that_cannot_be_set_up_waits_alone_and_gets_its_bans_when_it_can()
    {
        await StartAsync();
        _firewall.ClosedRules.Add("other");
        await _enforcer.OpenRulesAsync([s_other], _ => true, _stop.Token);
        BanEvent failed = await NextAsync(BanEventKind.FirewallFailed);
        Assert.Equal(("other", "It cannot be set up. Bans of it wait and are tried again; the others go on."), (failed.Jail, failed.Message));
        Assert.Equal("other", Assert.Single(_enforcer.Closed).Rule.Name);

        _enforcer.Add(s_other, Address.Parse("192.0.2.9"), s_later);
        Add("192.0.2.1");
        await UntilAsync(() => !_enforcer.IsPending(s_rule, Address.Parse("192.0.2.1")));
        Assert.True(_enforcer.IsPending(s_other, Address.Parse("192.0.2.9")));
        Assert.Equal(["j 192.0.2.1"], _firewall.Standing);
        await _enforcer.WhenSettledAsync(_stop.Token);
        Assert.Equal(("It cannot be set up.", null), (_enforcer.TroubleOf(s_other), _enforcer.TroubleOf(s_rule)));

        // The comparison of both sides does not take the bans for lost.
        _clock.Advance(TimeSpan.FromSeconds(61));
        _firewall.ClosedRules.Clear();
        await StepUntilAsync(() => _enforcer.Pending == 0);
        Assert.Equal(["j 192.0.2.1", "other 192.0.2.9"], _firewall.Standing);
        Assert.Equal("The rule 'other' in faulty is set up now.", (await NextAsync(BanEventKind.FirewallRepaired)).Message);
        Assert.Empty(_enforcer.Closed);
    }

    [Fact]
    public async Task A_set_that_is_full_holds_up_no_other_rule()
    {
        await StartAsync();
        await _enforcer.OpenRulesAsync([s_other], _ => false, _stop.Token);
        _firewall.FullRules.Add("other");
        _enforcer.Add(s_other, Address.Parse("192.0.2.9"), s_later);
        Assert.StartsWith("It is full.", (await NextAsync(BanEventKind.FirewallFailed)).Message, StringComparison.Ordinal);
        for (int i = 1; i <= 5; i++)
        {
            Add($"192.0.2.{i}");
            await UntilAsync(() => _firewall.Standing.Count == i);
        }

        Assert.True(_enforcer.IsPending(s_other, Address.Parse("192.0.2.9")));
        Assert.Equal("It is full.", Assert.Single(await _enforcer.SyncAsync(_stop.Token), repair => repair.Jail == "other").Trouble);
        _firewall.FullRules.Clear();
        await StepUntilAsync(() => _enforcer.Pending == 0);
        Assert.Contains("other 192.0.2.9", _firewall.Standing);
        Assert.Equal("The rule 'other' in faulty takes bans again.", (await NextAsync(BanEventKind.FirewallRepaired)).Message);
    }

    private async Task StartAsync()
    {
        await _enforcer.OpenAsync(_stop.Token);
        _run = _enforcer.RunAsync(_stop.Token);
    }

    /// <summary>Lets time pass until both sides would have been compared so many times.</summary>
    private async Task PassAsync(int minutes)
    {
        for (; minutes > 0; minutes--)
        {
            int asked = _firewall.Asked;
            _clock.Advance(TimeSpan.FromMinutes(1));
            await StepUntilAsync(() => _firewall.Asked > asked);

            // What is wanted from here on is done after the comparison, if there is one.
            Add($"198.51.100.{asked}");
            await _enforcer.WhenSettledAsync(_stop.Token);
        }
    }

    private void Add(string address) => _enforcer.Add(s_rule, Address.Parse(address), s_later);

    private async Task<BanEvent> NextAsync(BanEventKind kind)
    {
        await foreach (BanEvent item in _seen.ReadAllAsync(_stop.Token))
        {
            if (item.Kind == kind)
            {
                return item;
            }
        }

        throw new TimeoutException($"No event {kind} came.");
    }

    private async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(5, _stop.Token);
        }
    }

    private async Task StepUntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5, _stop.Token);
        }
    }
}
