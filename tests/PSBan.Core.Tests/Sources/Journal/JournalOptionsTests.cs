using PSBan.Sources.Journal;

namespace PSBan.Tests.Sources.Journal;

/// <summary>What a configuration says about the journal, and what journalctl is asked for then.</summary>
public sealed class JournalOptionsTests
{
    [Theory]
    [InlineData("_SYSTEMD_UNIT=ssh.service", "-- _SYSTEMD_UNIT=ssh.service")]
    [InlineData("_SYSTEMD_UNIT=ssh.service + _COMM=sshd", "-- _SYSTEMD_UNIT=ssh.service + _COMM=sshd")]
    [InlineData("A=1 A=2 B=3 + + C=4 +", "-- A=1 A=2 B=3 + C=4")]
    [InlineData("'A=b c' \"D=e\\\"f\"", "-- A=b c D=e\"f")]
    [InlineData("A=1\nB=2", "-- A=1 + B=2")]
    [InlineData("A=--file=/etc/shadow", "-- A=--file=/etc/shadow")]
    [InlineData("", "")]
    public void Matches_become_arguments(string lines, string arguments)
    {
        List<string> errors = [];
        JournalOptions options = JournalOptions.Read("systemd[journalpath=/j]", lines.Split('\n'), errors);
        Assert.Empty(errors);
        Assert.Equal(arguments, string.Join(' ', JournalArguments.From(options, follow: false).SkipWhile(word => word != "--")));
    }

    [Theory]
    [InlineData("sshd")]
    [InlineData("/usr/sbin/sshd")]
    [InlineData("--file=/x")]
    [InlineData("_comm=sshd")]
    [InlineData("__CURSOR=x")]
    [InlineData("=x")]
    [InlineData("A='b")]
    public void What_is_no_match_is_an_error(string match)
    {
        List<string> errors = [];
        JournalOptions.Read("systemd", [match], errors);
        Assert.Single(errors);
    }

    [Theory]
    [InlineData("systemd", "")]
    [InlineData("systemd[journalpath=\"/var/log/journal\"]", "--directory=/var/log/journal")]
    [InlineData("systemd[journalfiles=\"/a/*.journal /b.journal\"]", "--file=/a/*.journal --file=/b.journal")]
    [InlineData("systemd[journalflags=4]", "--system")]
    [InlineData("systemd[journalflags=9]", "--user")]
    [InlineData("systemd[journalflags=12]", "")]
    [InlineData("systemd[journalflags=2]", "--directory=/run/log/journal")]
    [InlineData("systemd[journalflags=16, journalpath=/mnt]", "--root=/mnt")]
    [InlineData("systemd[journalflags=32]", "--namespace=*")]
    [InlineData("systemd[namespace=web]", "--namespace=web")]
    [InlineData("systemd[namespace=web, journalflags=65]", "--namespace=+web")]
    [InlineData("systemd[rotated=on]", "--system")]
    [InlineData("systemd[rotated=off]", "")]
    public void Options_of_the_backend_become_arguments(string backend, string expected)
    {
        List<string> errors = [];
        JournalOptions options = JournalOptions.Read(backend, [], errors) with { Machine = null };
        Assert.Empty(errors);
        Assert.Equal(expected, string.Join(' ', JournalArguments.Last(options).Where(word => !word.StartsWith("--output", StringComparison.Ordinal) && word is not ("--no-pager" or "--merge" or "--lines=1"))));
    }

    [Theory]
    [InlineData("systemd[journalpth=/x]")]
    [InlineData("systemd[journalflags=x]")]
    [InlineData("systemd[journalflags=-1]")]
    [InlineData("systemd[rotated=perhaps]")]
    [InlineData("systemd[")]
    public void Wrong_options_are_errors(string backend)
    {
        List<string> errors = [];
        JournalOptions.Read(backend, [], errors);
        Assert.Single(errors);
    }

    [Fact]
    public void The_machines_own_journal_has_its_own_entries_alone()
    {
        JournalOptions own = JournalOptions.Read("systemd", ["A=1 + B=2"], []) with { Machine = "m" };
        Assert.Equal(["--", "A=1", "_MACHINE_ID=m", "+", "B=2", "_MACHINE_ID=m"], JournalArguments.Last(own).SkipWhile(word => word != "--"));
        JournalOptions all = JournalOptions.Read("systemd", [], []) with { Machine = "m" };
        Assert.Equal(["--", "_MACHINE_ID=m"], JournalArguments.Last(all).SkipWhile(word => word != "--"));
        JournalOptions remote = JournalOptions.Read("systemd[journalflags=0]", ["A=1"], []) with { Machine = "m" };
        Assert.Equal(["--", "A=1"], JournalArguments.Last(remote).SkipWhile(word => word != "--"));
    }

    [Fact]
    public void A_journal_is_named_by_what_is_read_of_it()
    {
        JournalOptions options = JournalOptions.Read("systemd[journalpath=\"/j\", namespace=web]", ["A=1 'B=2 3' + C=4"], []);
        Assert.Equal("systemd-journal[journalpath=\"/j\", namespace=\"web\"] A=1 'B=2 3' + C=4", new JournalLogSource(options).Name);
    }
}
