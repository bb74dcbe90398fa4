using PSBan.Configuration;
using PSBan.Jails;
using PSBan.Model;

namespace PSBan.Tests.Jails;

/// <summary>Bans of whole prefixes: addresses are counted one by one, and the neighbours of the one that fails too often are banned with it.</summary>
public sealed class PrefixBanTests
{
    [Theory]
    [InlineData("203.0.113.7", "203.0.113.0/24")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("203.0.113.128/25", "203.0.113.0/24")]
    [InlineData("203.0.0.0/16", "203.0.0.0/16")]
    [InlineData("session-4711", "session-4711")]
    public void The_prefix_is_banned_in_place_of_the_address(string id, string expected)
    {
        Jail jail = Make();
        Assert.IsType<Counted>(jail.CountAt(id, 0));
        Banned banned = Assert.IsType<Banned>(jail.CountAt(id, 1));
        Assert.Equal((expected, null), (banned.Ban.Id.ToString(), banned.Spared));
    }

    [Fact]
    public void Neighbours_are_counted_by_themselves_and_prolong_the_ban_of_all()
    {
        Jail jail = Make();
        jail.CountAt("203.0.113.7", 0);
        Assert.IsType<Counted>(jail.CountAt("203.0.113.8", 1));
        Assert.IsType<Banned>(jail.CountAt("203.0.113.7", 2));
        Prolonged prolonged = Assert.IsType<Prolonged>(jail.CountAt("203.0.113.8", 100));
        Assert.Equal("203.0.113.0/24", prolonged.Id.ToString());
        Assert.Equal("203.0.113.0/24", Assert.IsType<Counted>(jail.CountAt("203.0.113.9", 101)).InForce?.Id.ToString());
        Assert.Equal(1, jail.Statistics.CurrentlyBanned);
    }

    [Theory]
    [InlineData("203.0.113.99", "203.0.113.7", "ip")]
    [InlineData("203.0.113.64/26", "203.0.113.7", "ip")]
    [InlineData("203.0.113.255", "203.0.113.7", "ip")]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:3:4:5:6", "ip")]
    public void A_prefix_that_holds_somebody_who_is_ignored_is_not_banned_and_the_address_is(string ignored, string id, string reason)
    {
        Jail jail = Make("198.51.100.0/24", "203.0.112.255", "203.0.114.0", ignored, "2001:db8:1:3::/64");
        jail.CountAt(id, 0);
        Banned banned = Assert.IsType<Banned>(jail.CountAt(id, 1));
        Assert.Equal(id, banned.Ban.Id.ToString());
        Assert.Equal(reason, banned.Spared!.Reason.ToString());
        Assert.True(banned.Spared.Prefix.Contains(Address.Parse(id)));
        jail.CountAt(id, 2);
        Assert.Equal(id, Assert.IsType<Prolonged>(jail.CountAt(id, 3)).Id.ToString());
    }

    [Fact]
    public void Neighbours_of_the_prefix_that_are_ignored_are_no_obstacle()
    {
        Jail jail = Make("203.0.112.255", "203.0.114.0", "203.0.114.0/23", "2001:db8::1");
        jail.CountAt("203.0.113.7", 0);
        Assert.Equal("203.0.113.0/24", Assert.IsType<Banned>(jail.CountAt("203.0.113.7", 1)).Ban.Id.ToString());
    }

    [Fact]
    public void A_restored_prefix_that_now_holds_somebody_who_is_ignored_is_let_go()
    {
        Ban earlier = new("sshd", Address.Parse("203.0.113.0/24"), JailBuilder.At(0), Duration.FromSeconds(600)) { Failures = 2 };
        Assert.IsType<Ignored>(Make("203.0.113.9").Restore(earlier, JailBuilder.At(1)));
        Assert.IsType<Banned>(Make().Restore(earlier, JailBuilder.At(1)));

        // By hand a prefix is what somebody wanted.
        Assert.IsType<Banned>(Make("203.0.113.9").Restore(earlier with { Failures = 0 }, JailBuilder.At(1)));
    }

    [Fact]
    public void An_address_is_freed_with_its_prefix_and_a_ban_by_hand_is_as_wide_as_asked()
    {
        Jail jail = Make();
        jail.CountAt("203.0.113.7", 0);
        jail.CountAt("203.0.113.7", 1);
        Assert.Equal("203.0.113.0/24", Assert.Single(jail.Unban(Address.Parse("203.0.113.200"), JailBuilder.At(2))).Id.ToString());
        Assert.Equal("203.0.113.7", Assert.IsType<Banned>(jail.Ban(Address.Parse("203.0.113.7"), JailBuilder.At(3))).Ban.Id.ToString());
        Assert.Equal("203.0.113.7", Assert.Single(jail.Unban(Address.Parse("203.0.113.7"), JailBuilder.At(4))).Id.ToString());
        Assert.Empty(jail.Unban(Address.Parse("203.0.113.7"), JailBuilder.At(5)));
    }

    private static Jail Make(params string[] ignore)
    {
        JailOptions options = JailBuilder.Options(maxRetry: 2, ignore: ignore) with
        {
            BanPrefix4 = new Located<int>(24, default),
            BanPrefix6 = new Located<int>(64, default),
        };
        return new Jail(options, IgnoreList.Create(options, null, null));
    }
}
