using PSBan.Jails;
using PSBan.Model;
using static PSBan.Tests.Jails.JailBuilder;

namespace PSBan.Tests.Jails;

public class BanListTests
{
    private static readonly BanId s_id = BanId.FromText("192.0.2.1");

    [Fact]
    public void A_ban_counts_from_the_last_failure_and_not_from_now()
    {
        Jail jail = new(Options(maxRetry: 1));
        Ban ban = Assert.IsType<Banned>(jail.Count(Fail("192.0.2.1", 0), At(500))).Ban;
        Assert.Equal(At(600), ban.Expires);
    }

    [Fact]
    public void A_ban_that_would_be_over_does_not_come_about_and_is_said()
    {
        Jail jail = new(Options(maxRetry: 1));
        Assert.Equal(At(0), Assert.IsType<Expired>(jail.Count(Fail("192.0.2.1", 0), At(600.1))).Ban.Time);
        Assert.Equal(new JailStatistics(0, 1, 0, 0, 0, 0), jail.Statistics);
        Assert.IsType<Banned>(jail.Count(Fail("192.0.2.1", 0), At(600)));
    }

    [Fact]
    public void A_ban_ends_when_now_is_later_than_its_end()
    {
        Jail jail = new(Options(maxRetry: 1));
        jail.CountAt("192.0.2.2", 1);
        jail.CountAt("192.0.2.1", 0);
        Assert.Equal(At(600), jail.NextExpiry);
        Assert.Empty(jail.Expire(At(600)));
        Assert.Equal([s_id], jail.Expire(At(600.001)).Select(ban => ban.Id));
        Assert.Equal([BanId.FromText("192.0.2.2")], jail.Expire(At(9999)).Select(ban => ban.Id));
        Assert.Null(jail.NextExpiry);
        Assert.Equal((0, 2L), (jail.Statistics.CurrentlyBanned, jail.Statistics.TotalBanned));
    }

    [Fact]
    public void Further_failures_prolong_a_ban_when_they_end_it_later()
    {
        Jail jail = new(Options(maxRetry: 2));
        jail.CountAt("192.0.2.1", 0);
        jail.CountAt("192.0.2.1", 1);
        Assert.Equal(At(601), Assert.IsType<Counted>(jail.CountAt("192.0.2.1", 100)).InForce?.Expires);
        Prolonged prolonged = Assert.IsType<Prolonged>(jail.CountAt("192.0.2.1", 110));
        Assert.Equal((At(601), At(710), At(1)), (prolonged.Before.Expires, prolonged.Ban.Expires, prolonged.Ban.Time));
        Assert.Empty(jail.Expire(At(709)));
        Assert.Single(jail.Expire(At(711)));
        Assert.Equal(1, jail.Statistics.TotalBanned);
    }

    [Fact]
    public void Late_failures_do_not_shorten_a_ban()
    {
        Jail jail = new(Options(maxRetry: 1));
        jail.CountAt("192.0.2.1", 100);
        Assert.Equal(At(700), Assert.IsType<AlreadyBanned>(jail.CountAt("192.0.2.1", 50)).Ban.Expires);
        Assert.IsType<AlreadyBanned>(jail.CountAt("192.0.2.1", 100));
    }

    [Fact]
    public void A_permanent_ban_never_ends_and_a_ban_can_become_permanent()
    {
        Jail jail = new(Options(maxRetry: 1, banTime: -1));
        Assert.Null(Assert.IsType<Banned>(jail.CountAt("192.0.2.1", 0)).Ban.Expires);
        Assert.IsType<Banned>(jail.Ban(BanId.FromText("192.0.2.2"), At(0), Duration.FromSeconds(5)));
        Assert.Null(Assert.IsType<Prolonged>(jail.Ban(BanId.FromText("192.0.2.2"), At(1), Duration.Permanent)).Ban.Expires);
        Assert.Empty(jail.Expire(DateTimeOffset.MaxValue));
        Assert.Equal(2, jail.Bans.Count);
    }

    [Fact]
    public void Bans_by_hand_take_prefixes_and_text_and_count_from_now()
    {
        Jail jail = new(Options(ignore: "192.0.2.0/24"), IgnoreList.Create(Options(ignore: "192.0.2.0/24"), null, null));
        Ban ban = Assert.IsType<Banned>(jail.Ban(BanId.FromText("192.0.2.0/28"), At(5), Duration.FromSeconds(60))).Ban;
        Assert.Equal((At(65), 0), (ban.Expires, ban.Failures));
        Assert.IsType<Banned>(jail.Ban(BanId.FromText("mallory"), At(5)));
        Assert.Equal(["192.0.2.0/28", "mallory"], jail.Bans.Select(each => each.Id.ToString()));
    }

    [Fact]
    public void Unbanning_a_prefix_ends_all_bans_inside_it()
    {
        Jail jail = new(Options(maxRetry: 1));
        foreach (string id in (string[])["192.0.2.1", "192.0.2.200", "192.0.3.1", "2001:db8::1", "user"])
        {
            jail.CountAt(id, 0);
        }

        jail.Ban(BanId.FromText("192.0.2.0/30"), At(0));
        Assert.Equal(["192.0.2.0/30", "192.0.2.1", "192.0.2.200"], jail.Unban(BanId.FromText("192.0.2.0/24"), Start).Select(ban => ban.Id.ToString()).Order());
        Assert.Equal(["192.0.3.1", "2001:db8::1", "user"], jail.Bans.Select(ban => ban.Id.ToString()));
        Assert.Empty(jail.Unban(s_id, Start));
        Assert.Single(jail.Unban(BanId.FromText("user"), Start));
        Assert.Equal(2, jail.UnbanAll(Start).Count);
        Assert.Empty(jail.Expire(At(9999)));
    }

    [Fact]
    public void Unbanning_by_hand_begins_the_count_anew()
    {
        Jail jail = new(Options(maxRetry: 2));
        jail.CountAt("192.0.2.1", 0);
        jail.CountAt("192.0.2.1", 1);
        jail.CountAt("192.0.2.1", 2);
        jail.Unban(s_id, Start);
        Assert.Equal(1, Assert.IsType<Counted>(jail.CountAt("192.0.2.1", 3)).Failures);
    }

    [Fact]
    public void A_ban_set_anew_after_an_unban_has_an_end_of_its_own()
    {
        Jail jail = new(Options(maxRetry: 1));
        jail.CountAt("192.0.2.1", 0);
        jail.Unban(s_id, Start);
        jail.CountAt("192.0.2.1", 300);
        Assert.Empty(jail.Expire(At(601)));
        Assert.Single(jail.Expire(At(901)));
    }

    [Fact]
    public void Bans_of_an_earlier_run_are_taken_over_where_they_still_hold()
    {
        Jail jail = new(Options(ignore: "198.51.100.1"), IgnoreList.Create(Options(ignore: "198.51.100.1"), null, null));
        Ban stored = new("sshd", s_id, At(0), Duration.FromSeconds(600)) { Count = 3, Failures = 7, State = BanState.Active, Matches = ["line"] };
        Ban restored = Assert.IsType<Banned>(jail.Restore(stored, At(100), Duration.FromSeconds(300))).Ban;
        Assert.Equal((true, BanState.Pending, At(300), 3, 7), (restored.Restored, restored.State, restored.Expires, restored.Count, restored.Failures));
        Assert.Equal(["line"], restored.Matches);
        Assert.IsType<AlreadyBanned>(jail.Restore(stored, At(100)));
        Assert.IsType<Expired>(jail.Restore(stored with { Id = BanId.FromText("192.0.2.2") }, At(601)));
        Assert.IsType<Ignored>(jail.Restore(stored with { Id = BanId.FromText("198.51.100.1") }, At(100)));
    }

    [Fact]
    public void The_state_of_a_ban_is_what_the_packet_filter_says()
    {
        Jail jail = new(Options(maxRetry: 1));
        jail.CountAt("192.0.2.1", 0);
        Assert.True(jail.SetState(s_id, BanState.Active));
        Assert.Equal(BanState.Active, jail.Find(s_id)?.State);
        Assert.False(jail.SetState(BanId.FromText("192.0.2.2"), BanState.Active));
    }

    [Fact]
    public void The_ban_that_ends_first_leaves_when_there_are_too_many()
    {
        Jail jail = new(Options(maxRetry: 1), limits: new JailLimits { Bans = 2 });
        jail.Ban(BanId.FromText("192.0.2.9"), At(0), Duration.Permanent);
        for (int i = 1; i <= 4; i++)
        {
            jail.CountAt($"192.0.2.{i}", 10 - i);
        }

        Assert.Equal(["192.0.2.4", "192.0.2.3"], jail.Expire(At(20)).Select(ban => ban.Id.ToString()));
        Assert.Equal((3, 2L), (jail.Statistics.CurrentlyBanned, jail.Statistics.Displaced));
    }

    [Fact]
    public void Prolonging_and_unbanning_over_and_over_leaves_nothing_behind()
    {
        BanList bans = new("sshd", new JailLimits());
        for (int i = 0; i < 10_000; i++)
        {
            bans.Add(new Ban("sshd", s_id, At(i), Duration.FromSeconds(60)));
            Assert.True(bans.Prolong(s_id, At(i + 1), Duration.FromSeconds(60)));
            Assert.NotNull(bans.Remove(s_id));
        }

        Assert.InRange(bans.QueuedCount, 0, 1024);
        Assert.Equal(0, bans.EndingCount);
    }

    [Fact]
    public void What_is_handed_out_is_a_copy()
    {
        Jail jail = new(Options(maxRetry: 1));
        jail.CountAt("192.0.2.1", 0);
        IReadOnlyList<Ban> before = jail.Bans;
        jail.CountAt("192.0.2.2", 1);
        Assert.Single(before);
    }
}
