using PSBan.Configuration;
using PSBan.Model;
using PSBan.Sources.Journal;
using PSBan.Watch;

namespace PSBan.Tests.Watch;

/// <summary>What a jail reads.</summary>
public sealed class SourcePlanTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("psban-");
    private readonly List<Problem> _problems = [];

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_systemd_backend_reads_the_journal_and_no_file()
    {
        JailOptions jail = Jail("systemd[journalpath=/j]", Here(), match: "A=1");
        Assert.Equal(["systemd-journal[journalpath=\"/j\"] A=1"], Keys(jail));
        Assert.Empty(_problems);
    }

    [Fact]
    public void A_journal_without_a_match_is_read_whole_and_that_is_said()
    {
        Assert.Equal(["systemd-journal"], Keys(Jail("systemd", Here())));
        Assert.Equal("NoJournalMatch", Assert.Single(_problems).Code);
    }

    [Fact]
    public void A_match_that_is_none_stops_the_jail()
    {
        Keys(Jail("systemd", Here(), match: "sshd"));
        Assert.Equal(ProblemSeverity.Error, Assert.Single(_problems).Severity);
    }

    [Fact]
    public void Files_are_read_where_there_is_one()
    {
        Assert.Equal([Here()], Keys(Jail("auto", Here(), match: "A=1", ownMatch: true)));
        Assert.Empty(_problems);
    }

    [Fact]
    public void Without_a_file_auto_reads_the_journal_if_the_jail_itself_has_a_match_and_the_machine_a_journal()
    {
        string expected = JournalLogSource.IsAvailable ? "systemd-journal A=1" : Gone();
        Assert.Equal([expected], Keys(Jail("auto", Gone(), match: "A=1", ownMatch: true)));
        Assert.Equal([Gone()], Keys(Jail("auto", Gone(), match: "A=1", ownMatch: false)));
        Assert.Equal([Gone()], Keys(Jail("polling", Gone(), match: "A=1", ownMatch: true)));
        Assert.Equal([Gone()], Keys(Jail("auto", Gone(), match: "A=1", ownMatch: true) with { SystemdIfNoLogs = new(false, default) }));
    }

    [Fact]
    public void Without_a_file_a_jail_can_be_passed_over()
    {
        JailOptions jail = Jail("polling", Gone()) with { SkipIfNoLogs = new(true, default) };
        Assert.Null(SourcePlan.Choose(jail, mayBeNone: false, _problems));
        Assert.Equal(("JailSkipped", ProblemSeverity.Warning), (_problems[0].Code, _problems[0].Severity));
    }

    [Fact]
    public void Files_that_are_not_there_yet_are_waited_for()
    {
        Assert.Equal([Gone()], Keys(Jail("auto", Gone())));
        Assert.Empty(_problems);
    }

    [Fact]
    public void Nothing_to_read_is_an_error()
    {
        JailOptions jail = Jail("auto", null);
        Assert.Null(SourcePlan.Choose(jail, mayBeNone: false, _problems));
        Assert.Equal(ProblemCodes.NoLogPath, Assert.Single(_problems).Code);
        Assert.Empty(SourcePlan.Choose(jail, mayBeNone: true, [])!);
    }

    [Fact]
    public void An_unknown_backend_follows_files_and_is_said()
    {
        Assert.Equal([Here()], Keys(Jail("inotfy", Here())));
        Assert.Contains("'inotfy'", Assert.Single(_problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_encoding_stops_the_jail()
    {
        Assert.Null(SourcePlan.Choose(Jail("auto", Here()) with { LogEncoding = new("klingon", default) }, mayBeNone: false, _problems));
        Assert.Equal(ProblemSeverity.Error, Assert.Single(_problems).Severity);
    }

    [Fact]
    public void The_event_log_is_named_by_what_is_read_of_it()
    {
        string[] keys = Keys(Jail("eventlog[channel=Security, query=\"*[System[EventID=4625]]\"]", null));
        Assert.Equal(["eventlog[channel=\"Security\", query=\"*[System[EventID=4625]]\"]"], keys);
        Assert.Equal(OperatingSystem.IsWindows(), _problems.Count == 0);
    }

    private string Here()
    {
        string path = Path.Combine(_folder.FullName, "here.log");
        File.WriteAllText(path, string.Empty);
        return path;
    }

    private string Gone() => Path.Combine(_folder.FullName, "gone.log");

    private string[] Keys(JailOptions jail) => [.. SourcePlan.Choose(jail, mayBeNone: false, _problems)!.Select(plan => plan.Key)];

    private static JailOptions Jail(string backend, string? path, string? match = null, bool ownMatch = false) => new()
    {
        Name = "j",
        Filter = new FilterOptions { Name = "f", JournalMatch = match is null ? [] : [new Located<string>(match, default)] },
        Backend = new Located<string>(backend, default),
        LogPaths = path is null ? [] : [new LogPath(path, false, default)],
        HasOwnJournalMatch = ownMatch,
    };
}
