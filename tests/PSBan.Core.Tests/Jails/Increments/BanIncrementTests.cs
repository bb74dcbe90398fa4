using PSBan.Configuration;
using PSBan.Jails;
using PSBan.Jails.Increments;
using PSBan.Model;
using static PSBan.Tests.Jails.JailBuilder;

namespace PSBan.Tests.Jails.Increments;

public sealed class BanIncrementTests
{
    private const string Exponential = "ban.Time * math.exp(float(ban.Count+1)*banFactor)/math.exp(1*banFactor)";
    private static readonly BanId s_id = BanId.FromText("192.0.2.1");

    private readonly Offenders _offenders = new();
    private readonly List<Problem> _problems = [];

    // What fail2ban 1.1 gives for a bantime of 600 s and an identifier that has been banned so often before.
    [Theory]
    [InlineData("", 1, 1200)]
    [InlineData("", 2, 2400)]
    [InlineData("", 3, 4800)]
    [InlineData("", 5, 19200)]
    [InlineData("", 10, 614400)]
    [InlineData("factor=2", 1, 2400)]
    [InlineData("factor=2", 2, 4800)]
    [InlineData("factor=2", 3, 9600)]
    [InlineData("factor=2", 5, 38400)]
    [InlineData("factor=2", 10, 1228800)]
    [InlineData("multipliers=1 2 4 8", 1, 1200)]
    [InlineData("multipliers=1 2 4 8", 2, 2400)]
    [InlineData("multipliers=1 2 4 8", 3, 4800)]
    [InlineData("multipliers=1 2 4 8", 5, 4800)]
    [InlineData("multipliers=1 2 4 8", 10, 4800)]
    [InlineData("multipliers=1 5 30;factor=0.5", 1, 1500)]
    [InlineData("multipliers=1 5 30;factor=0.5", 2, 9000)]
    [InlineData("multipliers=1 5 30;factor=0.5", 3, 9000)]
    [InlineData("multipliers=1 5 30;factor=0.5", 5, 9000)]
    [InlineData("multipliers=1 5 30;factor=0.5", 10, 9000)]
    [InlineData("factor=0.1", 1, 600)]
    [InlineData("factor=0.1", 2, 600)]
    [InlineData("factor=0.1", 3, 600)]
    [InlineData("factor=0.1", 5, 1920)]
    [InlineData("factor=0.1", 10, 61440)]
    [InlineData("formula=" + Exponential, 1, 1630.97)]
    [InlineData("formula=" + Exponential, 2, 4433.43)]
    [InlineData("formula=" + Exponential, 3, 12051.32)]
    [InlineData("formula=" + Exponential, 5, 89047.90)]
    [InlineData("formula=" + Exponential, 10, 13215879.48)]
    [InlineData("formula=ban.Time * (1<<(ban.Count if ban.Count<20 else 20)) * banFactor", 3, 4800)]
    [InlineData("formula=ban.Time * (1<<(ban.Count if ban.Count<20 else 20)) * banFactor", 25, 629145600)]
    [InlineData("formula=10", 3, 600)]
    [InlineData("formula=10;multipliers=1 2", 3, 1200)]
    [InlineData("maxtime=1h", 3, 3600)]
    [InlineData("", 25, 629145600)]
    public void Length_grows_as_in_fail2ban(string settings, int count, double seconds)
    {
        BanIncrement terms = Terms(settings);
        _offenders.Load([new Offender("sshd", s_id, At(0), Duration.FromSeconds(600), count)]);
        BanTerms given = terms.TermsOf(s_id, At(10), Duration.FromSeconds(600));
        Assert.Equal(seconds, Math.Round(given.Duration.TotalSeconds, 2));
        Assert.Equal(count + 1, given.Count);
    }

    [Fact]
    public void Random_part_comes_on_top_of_the_limit()
    {
        BanIncrement terms = Terms("maxtime=1000;rndtime=100");
        _offenders.Load([new Offender("sshd", s_id, At(0), Duration.FromSeconds(600), 9)]);
        double[] lengths = [.. Enumerable.Range(0, 50).Select(_ => terms.TermsOf(s_id, At(10), Duration.FromSeconds(600)).Duration.TotalSeconds)];
        Assert.All(lengths, length => Assert.InRange(length, 1000, 1100));
        Assert.True(lengths.Distinct().Count() > 40);
    }

    [Fact]
    public void First_ban_has_the_jails_own_length()
    {
        Assert.Equal(new BanTerms(Duration.FromSeconds(600), 1), Terms("rndtime=100").TermsOf(s_id, At(10), Duration.FromSeconds(600)));
    }

    [Fact]
    public void Permanent_ban_stays_permanent_and_is_counted()
    {
        BanIncrement terms = Terms("maxtime=1h");
        _offenders.Load([new Offender("sshd", s_id, At(0), Duration.FromSeconds(600), 2)]);
        Assert.Equal(new BanTerms(Duration.Permanent, 3), terms.TermsOf(s_id, At(10), Duration.Permanent));
    }

    [Theory]
    [InlineData("", 1200, 2)]
    [InlineData("overalljails=true", 19200, 6)]
    public void Other_jails_count_when_told_so(string settings, double seconds, int count)
    {
        BanIncrement terms = Terms(settings);
        _offenders.Load([new Offender("sshd", s_id, At(0), Duration.FromSeconds(600), 1), new Offender("nginx", s_id, At(5), Duration.FromSeconds(600), 4)]);
        Assert.Equal(new BanTerms(Duration.FromSeconds(seconds), count), terms.TermsOf(s_id, At(10), Duration.FromSeconds(600)));
    }

    [Fact]
    public void Lines_read_twice_give_the_same_ban_again()
    {
        BanIncrement terms = Terms("");
        _offenders.Load([new Offender("sshd", s_id, At(100), Duration.FromSeconds(2400), 3)]);
        Assert.Equal(new BanTerms(Duration.FromSeconds(2400), 3), terms.TermsOf(s_id, At(100), Duration.FromSeconds(600)));
        Assert.Equal(1, terms.WeightOf(s_id, At(100)));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(3, 5)]
    [InlineData(4, 9)]
    [InlineData(30, 524289)]
    public void Failure_of_a_known_offender_weighs_more(int count, int weight)
    {
        BanIncrement terms = Terms("");
        _offenders.Load([new Offender("sshd", s_id, At(0), Duration.FromSeconds(600), count), new Offender("nginx", BanId.FromText("192.0.2.2"), At(0), Duration.Zero, 9)]);
        Assert.Equal(weight, terms.WeightOf(s_id, At(10)));
        Assert.Equal(1, terms.WeightOf(BanId.FromText("192.0.2.2"), At(10)));
    }

    [Fact]
    public void Without_increment_bans_are_counted_and_nothing_grows()
    {
        BanIncrement terms = new BanIncrement(Options(), IncrementOptions.Read(Options(), _problems), _offenders);
        _offenders.Load([new Offender("sshd", s_id, At(0), Duration.FromSeconds(600), 4)]);
        Assert.Equal(new BanTerms(Duration.FromSeconds(600), 5), terms.TermsOf(s_id, At(10), Duration.FromSeconds(600)));
        Assert.Equal(1, terms.WeightOf(s_id, At(10)));
        Assert.Equal(Duration.FromSeconds(600), terms.LongestBan);
    }

    [Fact]
    public void Each_ban_of_a_jail_is_longer_until_it_is_lifted_by_hand()
    {
        Jail jail = new(Options(maxRetry: 1), terms: Terms(""));
        double at = 0;
        foreach (double seconds in (double[])[600, 1200, 2400])
        {
            Banned banned = Assert.IsType<Banned>(jail.CountAt("192.0.2.1", at));
            Assert.Equal(seconds, banned.Ban.Duration.TotalSeconds);
            at += seconds + 1;
            Assert.Single(jail.Expire(At(at)));
        }

        jail.Ban(s_id, At(at));
        jail.Unban(s_id, At(at));
        Assert.Equal(600, Assert.IsType<Banned>(jail.CountAt("192.0.2.1", at + 10)).Ban.Duration.TotalSeconds);
    }

    [Theory]
    [InlineData("formula=ban.Time *", "InvalidFormula")]
    [InlineData("formula=__import__('os')", "InvalidFormula")]
    [InlineData("factor=1/0", "InvalidFormula")]
    [InlineData("multipliers=1 x", "InvalidNumber")]
    public void Wrong_setting_is_an_error_with_its_place(string settings, string code)
    {
        Terms(settings);
        Problem problem = Assert.Single(_problems);
        Assert.Equal((ProblemSeverity.Error, code, 7), (problem.Severity, problem.Code, problem.Location.Line));
    }

    [Theory]
    [InlineData("formula=math.sqrt(0-ban.Count)")]
    [InlineData("formula=ban.Time / (ban.Count - 3)")]
    [InlineData("factor=-5;multipliers=1")]
    public void Formula_without_a_value_leaves_the_jails_own_length(string settings)
    {
        BanIncrement terms = Terms(settings);
        _offenders.Load([new Offender("sshd", s_id, At(0), Duration.FromSeconds(600), 3)]);
        Assert.Equal(600, terms.TermsOf(s_id, At(10), Duration.FromSeconds(600)).Duration.TotalSeconds);
    }

    private BanIncrement Terms(string settings)
    {
        Dictionary<string, Located<string>> written = new() { ["increment"] = new Located<string>("true", default) };
        foreach (string setting in settings.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            int sign = setting.IndexOf('=', StringComparison.Ordinal);
            written[setting[..sign]] = new Located<string>(setting[(sign + 1)..], new SourceLocation("jail.local", 7));
        }

        JailOptions options = Options() with { BanTimeIncrement = written };
        return new BanIncrement(options, IncrementOptions.Read(options, _problems), _offenders, new Random(1));
    }
}
