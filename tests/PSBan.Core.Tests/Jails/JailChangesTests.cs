using PSBan.Jails;
using PSBan.Jails.Increments;
using PSBan.Model;
using PSBan.Store;
using static PSBan.Tests.Jails.JailBuilder;

namespace PSBan.Tests.Jails;

public sealed class JailChangesTests
{
    [Fact]
    public void Only_what_has_changed_is_handed_out_and_once()
    {
        Jail jail = Watched();
        jail.CountAt("192.0.2.1", 0, "a");
        jail.CountAt("192.0.2.2", 1, "b");
        Assert.True(jail.HasChanges);
        Assert.False(jail.HasBanChanges);
        Assert.Equal(["192.0.2.1: 0 [a]", "192.0.2.2: 1 [b]"], Tracked(jail.TakeChanges()));
        Assert.False(jail.HasChanges);

        jail.CountAt("192.0.2.1", 2, "c");
        jail.CountAt("192.0.2.1", 2, "d");
        JailChanges changes = jail.TakeChanges();
        Assert.Empty(Tracked(changes));
        Assert.Equal(["192.0.2.1"], changes.Forgotten.Select(id => id.ToString()));
        Assert.Equal([(BanChangeKind.Entered, "192.0.2.1")], changes.Bans.Select(change => (change.Kind, change.Ban.Id.ToString())));
        Assert.Equal((4L, 1L), (changes.TotalFailed, changes.TotalBanned));
    }

    [Fact]
    public void Identifier_that_comes_and_goes_in_between_leaves_no_trace()
    {
        Jail jail = Watched(maxRetry: 2);
        jail.CountAt("192.0.2.1", 0);
        jail.CountAt("192.0.2.1", 1);
        JailChanges changes = jail.TakeChanges();
        Assert.Empty(changes.Tracked);
        Assert.Empty(changes.Forgotten);
        Assert.Single(changes.Bans);
    }

    [Fact]
    public void Bans_end_with_their_reason_and_their_own_end()
    {
        Jail jail = Watched(maxRetry: 1);
        jail.CountAt("192.0.2.1", 0);
        jail.CountAt("192.0.2.2", 10);
        jail.CountAt("192.0.2.3", 20);
        jail.TakeChanges();
        jail.CountAt("192.0.2.2", 30);
        jail.Unban(BanId.FromText("192.0.2.3"), At(40));
        jail.Expire(At(605));
        Assert.Equal(
            [(BanChangeKind.Changed, "192.0.2.2", null, null), (BanChangeKind.Ended, "192.0.2.3", At(40), BanEnd.Lifted), (BanChangeKind.Ended, "192.0.2.1", At(600), BanEnd.Expired)],
            jail.TakeChanges().Bans.Select(change => (change.Kind, change.Ban.Id.ToString(), change.Ended, change.End)));
    }

    [Fact]
    public void Restored_ban_is_no_change_unless_it_is_cut_or_over()
    {
        Jail jail = Watched();
        Ban ban = new("sshd", BanId.FromText("192.0.2.1"), At(0), Duration.FromSeconds(900)) { Failures = 3 };
        Assert.IsType<Banned>(jail.Restore(ban, At(10)));
        Assert.False(jail.HasChanges);

        Assert.IsType<Banned>(jail.Restore(ban with { Id = BanId.FromText("192.0.2.2") }, At(10), Duration.FromSeconds(300)));
        BanChange cut = Assert.Single(jail.TakeChanges().Bans);
        Assert.Equal((BanChangeKind.Changed, 300.0), (cut.Kind, cut.Ban.Duration.TotalSeconds));

        Assert.IsType<Expired>(jail.Restore(ban with { Id = BanId.FromText("192.0.2.3") }, At(1000)));
        BanChange over = Assert.Single(jail.TakeChanges().Bans);
        Assert.Equal((BanChangeKind.Ended, At(900), BanEnd.Expired), (over.Kind, over.Ended, over.End));
    }

    [Fact]
    public void Ban_of_one_who_is_ignored_now_is_not_restored()
    {
        Jail jail = new(Options(), IgnoreList.Create(Options(ignore: "192.0.2.0/24"), null!, null!, _ => { }));
        jail.KeepChanges();
        Assert.IsType<Ignored>(jail.Restore(new Ban("sshd", BanId.FromText("192.0.2.1"), At(0), Duration.FromSeconds(900)), At(10)));
        Assert.Equal(BanEnd.Ignored, Assert.Single(jail.TakeChanges().Bans).End);
    }

    [Fact]
    public void Jail_that_begins_from_its_changes_decides_as_if_it_had_never_stopped()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            Random random = new(seed);
            Offenders offenders = new();
            Jail undisturbed = Increasing(new Offenders()), restarted = Increasing(offenders);
            restarted.KeepChanges();
            MemoryStore store = new();
            double now = 0;
            for (int i = 0; i < 300; i++)
            {
                now += random.NextDouble() * 100;
                string id = $"192.0.2.{random.Next(8)}";
                double late = random.Next(5) == 0 ? random.Next(400) : 0;
                string line = $"line {i}";
                Assert.Equal(Describe(Step(undisturbed)), Describe(Step(restarted)));
                if (random.Next(3) == 0)
                {
                    store.Save(new Checkpoint(At(now)) { Jails = [restarted.TakeChanges()] });
                    if (random.Next(3) == 0)
                    {
                        // What is over is not restored; the other one must have noticed too.
                        undisturbed.Expire(At(now));
                        restarted = Increasing(offenders);
                        restarted.KeepChanges();
                        Begin(restarted, store.Load(), At(now));
                    }
                }

                object Step(Jail jail) => (i % 17) switch
                {
                    5 => string.Join(' ', jail.Unban(BanId.FromText(id), At(now)).Select(Describe)),
                    11 => string.Join(' ', jail.Expire(At(now)).Select(Describe)),
                    _ => Describe(jail.Count(Fail(id, now - late, line), At(now))),
                };
            }

            Assert.Equal(undisturbed.Bans.Select(Describe), restarted.Bans.Select(Describe));
        }
    }

    private static void Begin(Jail jail, StoredState state, DateTimeOffset now)
    {
        StoredJail counters = state.Jails["sshd"];
        jail.Import(new PSBan.Jails.JailState(counters.TotalFailed, counters.TotalBanned, counters.Tracked));
        foreach (Ban ban in state.Bans)
        {
            jail.Restore(ban, now);
        }
    }

    private static Jail Watched(int maxRetry = 3)
    {
        Jail jail = new(Options(maxRetry));
        jail.KeepChanges();
        return jail;
    }

    private static Jail Increasing(Offenders offenders) =>
        new(Options(maxMatches: 3), terms: new BanIncrement(Options(), new IncrementOptions { IsOn = true }, offenders), limits: new JailLimits { TrackedAddresses = 6 });

    private static string[] Tracked(JailChanges changes) =>
        [.. changes.Tracked.Select(tracked => $"{tracked.Id}: {string.Join(' ', tracked.Times.Select(time => (time - Start).TotalSeconds))} [{string.Join(' ', tracked.Matches)}]")];

    private static string Describe(object decision) => decision switch
    {
        Ban ban => $"{ban.Id} {ban.Time:O} {ban.Duration} #{ban.Count} {ban.Failures} [{string.Join(' ', ban.Matches)}]",
        Banned banned => $"banned {Describe(banned.Ban)}",
        Prolonged prolonged => $"prolonged {Describe(prolonged.Ban)}",
        AlreadyBanned already => $"already {Describe(already.Ban)}",
        Counted counted => $"counted {counted.Id} {counted.Failures} of {counted.Needed}",
        _ => decision.ToString()!,
    };
}
