using PSBan.Jails;
using PSBan.Model;
using static PSBan.Tests.Jails.JailBuilder;

namespace PSBan.Tests.Jails;

public class CountingTests
{
    [Fact]
    public void Bans_when_maxretry_failures_lie_within_findtime()
    {
        Jail jail = new(Options());
        Assert.Equal(new Counted(BanId.FromText("192.0.2.1"), 1, 3), jail.CountAt("192.0.2.1", 0));
        Assert.Equal(new Counted(BanId.FromText("192.0.2.1"), 2, 3), jail.CountAt("192.0.2.1", 100));
        Banned banned = Assert.IsType<Banned>(jail.CountAt("192.0.2.1", 600));
        Assert.Equal(3, banned.Ban.Failures);
        Assert.Equal(At(600), banned.Ban.Time);
        Assert.Equal(At(1200), banned.Ban.Expires);
        Assert.Equal(BanState.Pending, banned.Ban.State);
        Assert.Equal(new JailStatistics(0, 3, 1, 1, 0, 0), jail.Statistics);
    }

    [Fact]
    public void A_failure_that_has_left_the_window_does_not_count()
    {
        Jail jail = new(Options());
        jail.CountAt("192.0.2.1", 0);
        jail.CountAt("192.0.2.1", 100);
        Assert.Equal(2, Assert.IsType<Counted>(jail.CountAt("192.0.2.1", 600.001)).Failures);
        Assert.IsType<Banned>(jail.CountAt("192.0.2.1", 650));
    }

    [Fact]
    public void Slow_failures_never_ban_where_the_rate_estimate_of_fail2ban_would()
    {
        // fail2ban's own table: failures at these times reach a retry of 5 and 6 although no 600 seconds hold five of them.
        Jail jail = new(Options(maxRetry: 5));
        double[] times = [0, 100, 200, 300, 900, 950, 960, 2000];
        int[] expected = [1, 2, 3, 4, 2, 2, 3, 1];
        Assert.Equal(expected, times.Select(time => Assert.IsType<Counted>(jail.CountAt("192.0.2.1", time)).Failures));
    }

    [Theory]
    [InlineData(new double[] { 10, 0, 5 }, 10)]
    [InlineData(new double[] { 660, 60, 300 }, 660)]
    [InlineData(new double[] { 0, 660, 600, 300 }, 660)]
    public void A_late_line_completes_the_window_it_lies_in(double[] times, double banTime)
    {
        Jail jail = new(Options(banTime: 5000));
        JailDecision? last = null;
        foreach (double time in times)
        {
            last = jail.Count(Fail("192.0.2.1", time), At(660));
        }

        Assert.Equal(At(banTime), Assert.IsType<Banned>(last).Ban.Time);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Agrees_with_counting_by_hand_on_shuffled_logs(int seed)
    {
        Random random = new(seed);
        for (int round = 0; round < 300; round++)
        {
            int needed = random.Next(1, 9);
            Jail jail = new(Options(maxRetry: needed, findTime: 100, banTime: 1e9));
            List<int> seen = [];
            int clock = 0;
            for (int i = 0; i < 60 && jail.Statistics.TotalBanned == 0; i++)
            {
                clock += random.Next(0, 40);
                int stamp = clock - random.Next(0, 61);
                seen.Add(stamp);
                bool expected = seen.Any(end => seen.Count(other => other <= end && other >= end - 100) >= needed);
                JailDecision decision = jail.Count(Fail("192.0.2.1", stamp), At(clock));
                Assert.Equal(expected, decision is Banned);
            }
        }
    }

    [Fact]
    public void Text_and_address_of_the_same_letters_are_counted_apart()
    {
        Jail jail = new(Options(maxRetry: 2));
        jail.Count(Fail("192.0.2.1", 0), At(0));
        Failure opaque = Fail("x", 1) with { Id = BanId.Opaque("192.0.2.1") };
        Assert.Equal(1, Assert.IsType<Counted>(jail.Count(opaque, At(1))).Failures);
    }

    [Fact]
    public void The_last_maxmatches_lines_and_the_data_of_the_last_failure_go_with_the_ban()
    {
        Jail jail = new(Options(maxMatches: 2));
        jail.CountAt("192.0.2.1", 0, "one");
        jail.CountAt("192.0.2.1", 1, "two, line 1", "two, line 2");
        Failure last = Fail("192.0.2.1", 2, "three \uFFFD\0") with { Data = new Dictionary<string, string> { ["user"] = "root", ["fport"] = "22" } };
        Ban ban = Assert.IsType<Banned>(jail.Count(last, At(2))).Ban;
        Assert.Equal(["two, line 2", "three \uFFFD\0"], ban.Matches);
        Assert.Equal("root", ban.Data["user"]);
        Assert.Equal("22", ban.Data["fport"]);
        Assert.Equal(2, ban.Data.Count);
        Ban copy = Assert.IsType<Ban>(jail.Find(BanId.FromText("192.0.2.1")));
        Assert.Equal((ban.Time, ban.Duration, ban.Failures), (copy.Time, copy.Duration, copy.Failures));
        Assert.Equal(ban.Matches, copy.Matches);
        Assert.Equal(ban.Data, copy.Data);
    }

    [Fact]
    public void No_lines_are_kept_where_maxmatches_is_0()
    {
        Jail jail = new(Options(maxRetry: 1, maxMatches: 0));
        Assert.Empty(Assert.IsType<Banned>(jail.CountAt("192.0.2.1", 0, "line")).Ban.Matches);
    }

    [Fact]
    public void A_long_line_is_kept_up_to_its_limit()
    {
        Jail jail = new(Options(maxRetry: 1), limits: new JailLimits { MatchLength = 10 });
        Assert.Equal(["0123456789…"], Assert.IsType<Banned>(jail.CountAt("192.0.2.1", 0, "0123456789ABCDEF")).Ban.Matches);
    }

    [Fact]
    public void Failures_that_cannot_count_any_more_are_forgotten_in_time()
    {
        Jail jail = new(Options());
        for (int i = 0; i < 100; i++)
        {
            jail.CountAt($"192.0.2.{i}", i);
        }

        jail.Expire(At(660 + 50));
        Assert.Equal(50, jail.Statistics.CurrentlyFailed);
        jail.Expire(At(660 + 100));
        Assert.Equal(0, jail.Statistics.CurrentlyFailed);
    }

    [Fact]
    public void The_quietest_address_is_given_up_when_the_limit_is_reached()
    {
        Jail jail = new(Options(), limits: new JailLimits { TrackedAddresses = 3 });
        jail.CountAt("192.0.2.1", 0);
        jail.CountAt("192.0.2.2", 1);
        jail.CountAt("192.0.2.3", 2);
        jail.CountAt("192.0.2.1", 3);
        jail.CountAt("192.0.2.4", 4);
        Assert.Equal((3, 1L), (jail.Statistics.CurrentlyFailed, jail.Statistics.Forgotten));
        Assert.Equal(3, Assert.IsType<Banned>(jail.CountAt("192.0.2.1", 5)).Ban.Failures);
        Assert.Equal(1, Assert.IsType<Counted>(jail.CountAt("192.0.2.2", 6)).Failures);
    }

    [Fact]
    public void Identifiers_too_long_for_any_action_are_not_counted()
    {
        Jail jail = new(Options(maxRetry: 1));
        Assert.Equal(IgnoreKind.TooLong, Assert.IsType<Ignored>(jail.CountAt(new string('a', 1025), 0)).Reason.Kind);
        Assert.IsType<Banned>(jail.CountAt(new string('a', 1024), 0));
    }

    [Fact]
    public void One_failure_of_a_known_offender_weighs_more()
    {
        Jail jail = new(Options(maxRetry: 5), terms: new FixedTerms(weight: 3));
        jail.CountAt("192.0.2.1", 0);
        Ban ban = Assert.IsType<Banned>(jail.CountAt("192.0.2.1", 1)).Ban;
        Assert.Equal((2, 4, Duration.FromSeconds(7200)), (ban.Failures, ban.Count, ban.Duration));
    }

    [Fact]
    public void Changed_settings_take_effect_and_keep_what_was_counted()
    {
        Jail jail = new(Options(maxRetry: 10));
        jail.CountAt("192.0.2.1", 0);
        jail.CountAt("192.0.2.1", 1);
        jail.Update(Options(maxRetry: 3, banTime: 60), null);
        Assert.Equal(At(62), Assert.IsType<Banned>(jail.CountAt("192.0.2.1", 2)).Ban.Expires);
    }

    [Fact]
    public void What_was_counted_survives_being_stored()
    {
        Jail first = new(Options());
        first.CountAt("192.0.2.1", 0, "a");
        first.CountAt("192.0.2.9", 1, "b");
        first.CountAt("192.0.2.1", 2, "c");
        Jail second = new(Options());
        second.Import(first.Export());
        Assert.Equal(first.Export().Tracked.Select(Describe), second.Export().Tracked.Select(Describe));
        Assert.Equal(["a", "c", "d"], Assert.IsType<Banned>(second.CountAt("192.0.2.1", 3, "d")).Ban.Matches);
        Assert.Equal(4, second.Statistics.TotalFailed);

        static string Describe(TrackedFailures tracked) => $"{tracked.Id}: {string.Join(' ', tracked.Times)} {string.Join(' ', tracked.Matches)}";
    }

    [Fact]
    public void A_window_for_ever_and_failures_long_ago_do_not_overflow()
    {
        Jail jail = new(Options(maxRetry: 2, findTime: -1, banTime: 1e13));
        jail.Count(Fail("192.0.2.1", 0) with { Time = DateTimeOffset.MinValue }, Start);
        Ban ban = Assert.IsType<Banned>(jail.Count(Fail("192.0.2.1", 0) with { Time = DateTimeOffset.MaxValue }, Start)).Ban;
        Assert.Null(ban.Expires);
    }

    private sealed class FixedTerms(int weight) : IBanTerms
    {
        public Duration LongestBan => Duration.Permanent;

        public int WeightOf(BanId id, DateTimeOffset time) => weight;

        public BanTerms TermsOf(BanId id, DateTimeOffset time, Duration banTime) => new(Duration.FromSeconds(7200), 4);

        public void Note(Ban ban)
        {
        }

        public void Forgive(BanId id)
        {
        }
    }
}
