using PSBan.Configuration;
using PSBan.Model;
using PSBan.Watch;

namespace PSBan.Tests.Watch;

public sealed class StateSettingsTests
{
    private static readonly string s_state = Path.Combine(Path.GetTempPath(), "state");

    [Theory]
    [InlineData(null, null, "psban.db")]
    [InlineData("None", "psban.local", null)]
    [InlineData(":memory:", "psban.local", null)]
    [InlineData("none", "fail2ban.conf", null)]
    [InlineData("other.db", "psban.local", "other.db")]
    [InlineData("other.db", "psban.conf", "other.db")]
    [InlineData("/var/lib/fail2ban/fail2ban.sqlite3", "fail2ban.conf", "psban.db")]
    [InlineData("fail2ban.sqlite3", "fail2ban.local", "psban.db")]
    public void Store_lies_in_the_state_directory_and_never_in_fail2bans_own_database(string? dbfile, string? file, string? expected)
    {
        StateSettings settings = Read(out List<Problem> problems, ("dbfile", dbfile, file));
        Assert.Equal(expected is null ? null : Path.Combine(s_state, expected), settings.Path);
        Assert.Empty(problems);
    }

    [Fact]
    public void Defaults_are_fail2bans()
    {
        StateSettings settings = Read(out _);
        Assert.Equal((TimeSpan.FromDays(1), 10), (settings.PurgeAge, settings.MaxMatches));
    }

    [Fact]
    public void Age_and_matches_are_read()
    {
        StateSettings settings = Read(out List<Problem> problems, ("dbpurgeage", "8d", "fail2ban.local"), ("dbmaxmatches", "3", "fail2ban.local"));
        Assert.Equal((TimeSpan.FromDays(8), 3), (settings.PurgeAge, settings.MaxMatches));
        Assert.Empty(problems);
    }

    [Fact]
    public void Wrong_values_are_told_with_their_place_and_the_default_is_used()
    {
        StateSettings settings = Read(out List<Problem> problems, ("dbpurgeage", "soon", "psban.local"), ("dbmaxmatches", "many", "psban.local"));
        Assert.Equal((TimeSpan.FromDays(1), 10), (settings.PurgeAge, settings.MaxMatches));
        Assert.Equal(["InvalidTime psban.local:3", "InvalidNumber psban.local:3"], problems.Select(problem => $"{problem.Code} {problem.Location}"));
    }

    private static StateSettings Read(out List<Problem> problems, params (string Name, string? Value, string? File)[] settings)
    {
        problems = [];
        WatchConfiguration configuration = new()
        {
            Jails = [],
            JailNames = [],
            Problems = [],
            Files = [],
            Settings = settings.Where(setting => setting.Value is not null).ToDictionary(setting => setting.Name, setting => new Located<string>(setting.Value!, new SourceLocation(setting.File, 3))),
        };
        return StateSettings.Read(configuration, s_state, problems);
    }
}
