using PSBan.Matching;
using PSBan.Model;

namespace PSBan.Tests.Matching.Conversations;

public sealed class ConversationTests
{
    private const string Session = @"^\[<F-MLFID>\w+</F-MLFID>\] ";

    private static readonly string[] s_patterns =
    [
        Session + "<F-NOFAIL>connect from</F-NOFAIL> <ADDR>",
        Session + @"bad password for <F-USER>\w+</F-USER>",
        Session + "<F-MLFFORGET>bye</F-MLFFORGET>",
        Session + @"<F-MLFFORGET><F-MLFGAINED>welcome</F-MLFGAINED></F-MLFFORGET> <F-USER>\w+</F-USER>",
        Session + "<F-NOFAIL><F-MLFFORGET>closed</F-MLFFORGET></F-NOFAIL> <ADDR>",
    ];

    // For each line what it reports: the address and the number of lines in the failure.
    [Theory]
    [InlineData("connect|bad u1|bad u1|bye|bad u2", "|A/2|A/1|A/1|")]
    [InlineData("bad u1|connect|closed", "|A/2|")]
    [InlineData("connect|bad u1|welcome u1", "|A/2|")]
    [InlineData("connect|welcome u1", "|")]
    [InlineData("connect|bad u1|welcome u2", "|A/2|A/1")]
    [InlineData("bad u1|closed", "|A/2")]
    [InlineData("connect|closed|bad u1", "||")]
    [InlineData("bad u1|bad u2|connect", "||A/3")]
    public void Lines_of_one_session_make_up_failures(string lines, string expected)
    {
        TestedFilter filter = TestedFilter.Create(s_patterns);

        string[] reported = filter.FeedAll([.. lines.Split('|').Select(Line)]);

        Assert.Equal(expected.Replace("A", "192.0.2.7", StringComparison.Ordinal), string.Join('|', reported));
    }

    [Fact]
    public void Sessions_do_not_mix()
    {
        TestedFilter filter = TestedFilter.Create(s_patterns);

        Assert.Equal(["", "", "192.0.2.2/2", "192.0.2.1/2"], filter.FeedAll("[a] connect from 192.0.2.1", "[b] connect from 192.0.2.2", "[b] bad password for x", "[a] bad password for y"));
    }

    [Fact]
    public void Every_user_of_a_session_is_named()
    {
        TestedFilter filter = TestedFilter.Create(s_patterns);
        filter.FeedAll("[a] bad password for zoe", "[a] bad password for adam");

        Failure failure = filter.FeedOne("[a] connect from 192.0.2.1");

        Assert.Equal(["adam", "zoe"], failure.Users);
        Assert.Equal("adam", failure.User);
        Assert.Equal(["[a] bad password for zoe", "[a] bad password for adam", "[a] connect from 192.0.2.1"], failure.Matches);
    }

    [Fact]
    public void A_session_lasts_five_minutes_from_its_first_line()
    {
        TestedFilter filter = TestedFilter.Create(s_patterns);
        filter.Feed("[a] connect from 192.0.2.1");
        filter.Clock.Advance(TimeSpan.FromSeconds(200));
        Assert.Single(filter.Feed("[a] bad password for x"));

        filter.Clock.Advance(TimeSpan.FromSeconds(100));
        Assert.Empty(filter.Feed("[a] bad password for x"));
    }

    [Fact]
    public void A_hundred_sessions_are_remembered_and_the_oldest_leaves()
    {
        TestedFilter filter = TestedFilter.Create(s_patterns);
        for (int i = 0; i <= 100; i++)
        {
            filter.Feed($"[s{i}] connect from 192.0.2.1");
        }

        Assert.Empty(filter.Feed("[s0] bad password for x"));
        Assert.Single(filter.Feed("[s100] bad password for x"));
        Assert.Single(filter.Feed("[s2] bad password for x"));
    }

    [Fact]
    public void However_long_a_session_it_keeps_a_hundred_lines_and_users()
    {
        TestedFilter filter = TestedFilter.Create(s_patterns);
        for (int i = 0; i < 1000; i++)
        {
            filter.Feed($"[a] bad password for u{i}");
        }

        Failure failure = filter.FeedOne("[a] connect from 192.0.2.1");
        Assert.Equal(100, failure.Matches.Count);
        Assert.Equal("[a] bad password for u999", failure.Matches[^2]);
        Assert.Equal(100, failure.Users.Count);
    }

    [Fact]
    public void What_a_session_waits_for_counts_as_matched_and_what_is_no_failure_as_ignored()
    {
        TestedFilter filter = TestedFilter.Create(s_patterns);
        filter.Feed(Line("bad u1"));
        Assert.Equal(LineVerdict.Matched, filter.Verdict);
        filter.Feed("[other] connect from 192.0.2.7");
        Assert.Equal(LineVerdict.Ignored, filter.Verdict);
    }

    [Fact]
    public void A_lone_nofail_counts_in_a_jail_and_is_ignored_in_a_report()
    {
        string[] patterns = ["<F-NOFAIL>try</F-NOFAIL> from <HOST>"];
        Assert.Single(TestedFilter.Create(patterns).Feed("try from 192.0.2.7"));

        TestedFilter report = TestedFilter.Create(patterns, options: options => options with { CheckAllRegex = true });
        Assert.Empty(report.Feed("try from 192.0.2.7"));
        Assert.Equal(LineVerdict.Ignored, report.Verdict);
    }

    private static string Line(string word) => word.Split(' ') switch
    {
        ["connect"] => "[s] connect from 192.0.2.7",
        ["bad", var user] => $"[s] bad password for {user}",
        ["welcome", var user] => $"[s] welcome {user}",
        ["closed"] => "[s] closed 192.0.2.7",
        _ => $"[s] {word}",
    };
}
