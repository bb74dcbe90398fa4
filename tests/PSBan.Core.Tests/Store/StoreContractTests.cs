using PSBan.Model;
using PSBan.Store;
using static PSBan.Tests.Store.StoreFolder;

namespace PSBan.Tests.Store;

public sealed class MemoryStoreContractTests : StoreContractTests
{
    private readonly MemoryStore _store = new(maxMatches: 2);

    protected override IBanStore Store => _store;

    // Its memory is all there is.
    protected override void Restart()
    {
    }
}

public sealed class SqliteStoreContractTests : StoreContractTests
{
    private readonly StoreFolder _folder = new();
    private IBanStore? _store;

    protected override IBanStore Store => _store ??= StoreLoader.Open(_folder.Options with { MaxMatches = 2 });

    public override void Dispose()
    {
        _store?.Dispose();
        _folder.Dispose();
        base.Dispose();
    }

    protected override void Restart()
    {
        _store?.Dispose();
        _store = null;
    }
}

/// <summary>What every store does alike.</summary>
public abstract class StoreContractTests : IDisposable
{
    protected abstract IBanStore Store { get; }

    public virtual void Dispose() => GC.SuppressFinalize(this);

    protected abstract void Restart();

    [Fact]
    public void New_store_holds_nothing()
    {
        StoredState state = Reload();
        Assert.True(state.IsNew);
        Assert.Empty(state.Bans);
        Assert.Empty(state.Offenders);
        Assert.Empty(Store.ReadHistory(new HistoryQuery()));
    }

    [Fact]
    public void Position_of_each_reader_is_the_last_one()
    {
        Store.Save(Position("/var/log/a", 10));
        Store.Save(Position("/var/log/b", 20));
        Store.Save(Position("/var/log/a", 30));
        StoredState state = Reload();
        Assert.Equal(
            [("/var/log/a", 30L, 7L, "1:2:3"), ("/var/log/b", 20L, 7L, "1:2:3")],
            state.Positions.Select(pair => (pair.Key.Source, pair.Value.Offset, pair.Value.Line, pair.Value.Identity)).Order());
        Assert.False(state.IsNew);
    }

    [Fact]
    public void Cursor_comes_back()
    {
        PositionKey key = new("journal", "journal");
        Store.Save(new Checkpoint(Start) { Positions = new Dictionary<PositionKey, LogPosition> { [key] = new LogPosition("journal", 0, 0, "s=1;i=2") } });
        Assert.Equal("s=1;i=2", Reload().Positions[key].Cursor);
    }

    [Fact]
    public void Counters_follow_what_changes()
    {
        Store.Save(Failures(new TrackedFailures(Id("192.0.2.1"), [At(1), At(2.5)], ["a", "b"]), new TrackedFailures(Id("192.0.2.2"), [At(9)], [])));
        Store.Save(Failures(new TrackedFailures(Id("192.0.2.3"), [At(4)], [])));
        Store.Save(Failures(new TrackedFailures(Id("192.0.2.1"), [At(1), At(2.5), At(20)], ["b", "c"])) with
        {
            Jails = [new JailChanges("sshd", 5, 1) { LongestBan = Duration.FromSeconds(600), Forgotten = [Id("192.0.2.2")], Tracked = [new TrackedFailures(Id("192.0.2.1"), [At(1), At(2.5), At(20)], ["b", "c"])] }],
        });
        StoredJail jail = Reload().Jails["sshd"];
        Assert.Equal((5L, 1L, 600.0), (jail.TotalFailed, jail.TotalBanned, jail.LongestBan.TotalSeconds));
        Assert.Equal(["192.0.2.3", "192.0.2.1"], jail.Tracked.Select(tracked => tracked.Id.ToString()));
        Assert.Equal([At(1), At(2.5), At(20)], jail.Tracked[1].Times);
        Assert.Equal(["b", "c"], jail.Tracked[1].Matches);
    }

    [Fact]
    public void What_a_filter_remembers_stays_until_it_has_changed()
    {
        FilterMemory memory = new()
        {
            LastTime = At(5),
            Sessions = [new RememberedSession("7", At(300), new Dictionary<string, string> { ["user"] = "jane" }, ["jane", "joe"], ["a"], ["b", "c\0"], true)],
            Lines = [new RememberedLine("Mar 1 x", " x", 3, At(4), false)],
        };
        Store.Save(new Checkpoint(Start) { Jails = [new JailChanges("sshd", 0, 0) { Memory = memory }] });
        Store.Save(new Checkpoint(Start) { Jails = [new JailChanges("sshd", 1, 0), new JailChanges("nginx", 1, 0)] });
        StoredState state = Reload();
        Assert.Null(state.Jails["nginx"].Memory);
        FilterMemory back = state.Jails["sshd"].Memory!;
        Assert.Equal((1L, At(5), "Mar 1 x"), (state.Jails["sshd"].TotalFailed, back.LastTime, Assert.Single(back.Lines).Original));
        RememberedSession session = Assert.Single(back.Sessions);
        Assert.Equal(("7", At(300), true, "jane"), (session.Id, session.Expires, session.IsPending, session.Data["user"]));
        Assert.Equal(["jane", "joe", "a", "b", "c\0"], [.. session.Users, .. session.Matches, .. session.NoFailMatches]);
    }

    [Fact]
    public void Failures_that_wait_come_back_whole_until_they_are_settled()
    {
        Failure failure = new(BanId.Opaque("192.0.2.1"), At(3), ["a \0", "b"], new Dictionary<string, string> { ["user"] = "jane", ["ip4"] = "192.0.2.1" }, 2, 17)
        {
            Address = Address.Parse("192.0.2.1"),
            HostName = "host.example",
            Users = ["jane", "joe"],
        };
        Failure other = failure with { Id = Id("2001:db8::1") };
        Store.Save(new Checkpoint(Start) { Jails = [new JailChanges("sshd", 0, 0) { Waiting = [new WaitingFailure(1, failure, "/var/log/a"), new WaitingFailure(2, other, null)] }] });
        Store.Save(new Checkpoint(Start) { Jails = [new JailChanges("sshd", 1, 0) { Settled = [2, 9], Waiting = [new WaitingFailure(3, other, null)] }, new JailChanges("nginx", 1, 0)] });
        StoredState state = Reload();
        Assert.Empty(state.Jails["nginx"].Waiting);
        Assert.Equal([(1L, "/var/log/a"), (3L, null)], state.Jails["sshd"].Waiting.Select(waiting => (waiting.Number, waiting.Source)));
        Failure back = state.Jails["sshd"].Waiting[0].Failure;
        Assert.Equal(failure with { Matches = back.Matches, Data = back.Data, Users = back.Users }, back);
        Assert.Equal(["a \0", "b", "jane", "joe"], [.. back.Matches, .. back.Users]);
        Assert.Equal(("jane", "192.0.2.1", 2), (back.Data["user"], back.Data["ip4"], back.Data.Count));
        Assert.Equal(other.Id, state.Jails["sshd"].Waiting[1].Failure.Id);

        // A jail that runs keeps them however old they are.
        Store.Purge(new PurgeLimits(At(100), TimeSpan.FromSeconds(10), ["sshd"]));
        Assert.Equal(2, Reload().Jails["sshd"].Waiting.Count);
        Store.Save(new Checkpoint(Start) { Jails = [new JailChanges("sshd", 1, 0) { Settled = [1, 3] }] });
        Assert.Empty(Reload().Jails["sshd"].Waiting);
    }

    [Fact]
    public void Ban_is_in_force_until_it_has_ended_and_in_the_history_ever_after()
    {
        Ban ban = Ban("192.0.2.1", 10, 600, matches: ["1", "2", "3"]);
        Store.Save(Bans(Entered(ban)));
        Assert.Equal(["2", "3"], Assert.Single(Reload().Bans).Matches);

        Store.Save(Bans(new BanChange(BanChangeKind.Changed, ban with { Duration = Duration.FromSeconds(900) })));
        Assert.Equal(900, Assert.Single(Reload().Bans).Duration.TotalSeconds);

        Store.Save(Bans(Ended(ban, 910)));
        Assert.Empty(Reload().Bans);
        BanHistoryEntry entry = Assert.Single(Store.ReadHistory(new HistoryQuery()));
        Assert.Equal(("sshd", "192.0.2.1", At(10), 900.0, 3, 1), (entry.Jail, entry.Address.ToString(), entry.Time, entry.Duration.TotalSeconds, entry.Failures, entry.Count));
        Assert.Equal((At(910), BanEnd.Expired), (entry.Ended, entry.End));
        Assert.Equal(["2", "3"], entry.Matches);
    }

    [Fact]
    public void Permanent_ban_stays_permanent()
    {
        Store.Save(Bans(Entered(Ban("192.0.2.1") with { Duration = Duration.Permanent })));
        Assert.True(Assert.Single(Reload().Bans).Duration.IsPermanent);
        Assert.True(Assert.Single(Store.Load().Offenders).Duration.IsPermanent);
    }

    [Fact]
    public void Offender_is_remembered_behind_the_end_and_forgiven_when_lifted_by_hand()
    {
        Ban first = Ban("192.0.2.1", 0), second = Ban("192.0.2.1", 700, 1200) with { Count = 2 }, other = Ban("192.0.2.2", 1);
        Store.Save(Bans(Entered(first), Ended(first, 600), Entered(second), Entered(other)));
        Store.Save(Bans(Ended(second, 1900), Ended(other, 60, BanEnd.Lifted)));
        Offender offender = Assert.Single(Reload().Offenders);
        Assert.Equal(new Offender("sshd", Id("192.0.2.1"), At(700), Duration.FromSeconds(1200), 2), offender);
        Assert.Equal([BanEnd.Expired, BanEnd.Lifted, BanEnd.Expired], Store.ReadHistory(new HistoryQuery()).Select(entry => entry.End!.Value));
    }

    [Theory]
    [InlineData(null, null, null, null, "c b2 b a")]
    [InlineData("NGINX", null, null, null, "b2 b")]
    [InlineData(null, "192.0.2.1", null, null, "b2 b")]
    [InlineData(null, "192.0.2.0/24", null, null, "b2 b a")]
    [InlineData(null, "a name", null, null, "c")]
    [InlineData(null, null, 20.0, null, "c b2 b")]
    [InlineData(null, null, null, 30.0, "b a")]
    [InlineData("nginx", "192.0.2.0/31", 20.0, 30.0, "b")]
    [InlineData("postfix", null, null, null, "")]
    public void History_is_narrowed(string? jail, string? id, double? after, double? before, string expected)
    {
        Ban b = Ban("192.0.2.1", 20, 5, "nginx", "b");
        Store.Save(Bans(Entered(Ban("192.0.2.77", 10, 9, "sshd", "a")), Entered(b), Ended(b, 25), Entered(Ban("192.0.2.1", 30, 5, "nginx", "b2")), Entered(Ban("a name", 40, 5, "sshd", "c"))));
        HistoryQuery query = new() { Jail = jail, Id = id is null ? null : Id(id), After = after is { } from ? At(from) : null, Before = before is { } to ? At(to) : null };
        Assert.Equal(expected, string.Join(' ', Store.ReadHistory(query).SelectMany(entry => entry.Matches)));
    }

    [Fact]
    public void What_is_old_is_forgotten_and_what_is_in_force_is_not()
    {
        Ban old = Ban("192.0.2.1", 0), young = Ban("192.0.2.2", 90_000), standing = Ban("192.0.2.3", 0, 1_000_000), permanent = Ban("192.0.2.4") with { Duration = Duration.Permanent };
        Store.Save(Bans(Entered(old), Ended(old, 600), Entered(young), Ended(young, 90_600), Entered(standing), Entered(permanent)));
        while (Store.Purge(new PurgeLimits(At(100_000), TimeSpan.FromDays(1), ["sshd"])))
        {
        }

        StoredState state = Reload();
        Assert.Equal(["192.0.2.3", "192.0.2.4"], state.Bans.Select(ban => ban.Id.ToString()).Order());
        Assert.Equal(["192.0.2.2", "192.0.2.3", "192.0.2.4"], state.Offenders.Select(offender => offender.Id.ToString()).Order());
        Assert.Equal(["192.0.2.2", "192.0.2.3", "192.0.2.4"], Store.ReadHistory(new HistoryQuery()).Select(entry => entry.Id.ToString()).Order());
    }

    [Fact]
    public void Offender_is_forgotten_when_three_times_its_ban_has_passed_too()
    {
        Ban ban = Ban("192.0.2.1", 0, 86_400);
        Store.Save(Bans(Entered(ban), Ended(ban, 86_400)));
        Store.Purge(new PurgeLimits(At(4 * 86_400), TimeSpan.FromDays(1), ["sshd"]));
        Assert.Single(Reload().Offenders);
        Store.Purge(new PurgeLimits(At((4 * 86_400) + 1), TimeSpan.FromDays(1), ["sshd"]));
        Assert.Empty(Reload().Offenders);
    }

    private static BanId Id(string text) => BanId.FromText(text);

    private static Checkpoint Failures(params TrackedFailures[] tracked) => new(Start) { Jails = [new JailChanges("sshd", tracked.Length, 0) { Tracked = tracked }] };

    private StoredState Reload()
    {
        Restart();
        return Store.Load();
    }
}
