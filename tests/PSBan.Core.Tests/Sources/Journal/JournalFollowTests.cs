using System.Diagnostics;
using PSBan.Model;
using PSBan.Sources;
using PSBan.Sources.Journal;
using PSBan.Tests.Support;

namespace PSBan.Tests.Sources.Journal;

/// <summary>Following real journal files through a real journalctl.</summary>
public sealed class JournalFollowTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private JournalOptions Options => new() { Directory = _folder.Root };

    public void Dispose() => _folder.Dispose();

    [RequiresFact("journalctl", JournalWriter.Program)]
    public async Task Entries_come_as_lines_while_the_journal_grows()
    {
        using JournalWriter writer = new(_folder["a.journal"]);
        writer.Write("first", fields: [("SYSLOG_IDENTIFIER", "sshd"), ("_PID", "12")]);
        await using Follower follower = new(new JournalLogSource(Options));
        await follower.UntilLine("mx sshd[12]: first");

        writer.Write("second", fields: [("_COMM", "dovecot")]);
        await follower.UntilLine("mx dovecot: second");

        Assert.Equal(["mx sshd[12]: first", "mx dovecot: second"], follower.Lines);
        Assert.True(follower.Observer.All is [['f', 'o', 'u', 'n', 'd', ..]], string.Join(" / ", follower.Observer.All));
    }

    [RequiresFact("journalctl", JournalWriter.Program)]
    public async Task Only_entries_that_match_come()
    {
        using JournalWriter writer = new(_folder["a.journal"]);
        JournalOptions options = Options with { Matches = [["CONTAINER_TAG=mailu-front", "PRIORITY=3", "PRIORITY=4"], ["SYSLOG_IDENTIFIER=sshd"]] };
        await using Follower follower = new(new JournalLogSource(options));
        writer.Write("a", fields: [("CONTAINER_TAG", "mailu-front"), ("PRIORITY", "3")]);
        writer.Write("no", fields: [("CONTAINER_TAG", "mailu-front"), ("PRIORITY", "5")]);
        writer.Write("no", fields: [("CONTAINER_TAG", "mailu-back"), ("PRIORITY", "4")]);
        writer.Write("b", fields: [("CONTAINER_TAG", "mailu-front"), ("PRIORITY", "4")]);
        writer.Write("no", fields: [("_COMM", "sshd")]);
        writer.Write("c", fields: [("SYSLOG_IDENTIFIER", "sshd")]);

        await follower.UntilLine("mx sshd: c");

        Assert.Equal(["mx a", "mx b", "mx sshd: c"], follower.Lines);
    }

    [RequiresFact("journalctl", JournalWriter.Program)]
    public async Task Reading_resumes_at_the_stored_place()
    {
        using JournalWriter writer = new(_folder["a.journal"]);
        writer.Write("one");
        writer.Write("two");
        LogPosition? place;
        await using (Follower first = new(new JournalLogSource(Options)))
        {
            await first.UntilLine("mx two");
            place = first.Blocks[^1].Position;
        }

        writer.Write("three");
        await using Follower second = new(new JournalLogSource(Options), _ => new LogStart(place));
        writer.Write("four");
        await second.UntilLine("mx four");

        Assert.Equal(["mx three", "mx four"], second.Lines);
        Assert.DoesNotContain(second.Observer.All, said => said.StartsWith("warning", StringComparison.Ordinal));
    }

    [RequiresFact("journalctl", JournalWriter.Program)]
    public async Task Without_a_stored_place_reading_begins_by_time()
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using JournalWriter writer = new(_folder["a.journal"]);
        writer.Write("old", now.AddMinutes(-20));
        writer.Write("recent", now.AddMinutes(-5));
        await using Follower follower = new(new JournalLogSource(Options), _ => new LogStart(NotBefore: now.AddMinutes(-10)));
        writer.Write("new");
        await follower.UntilLine("mx new");

        Assert.Equal(["mx recent", "mx new"], follower.Lines);
    }

    [RequiresFact("journalctl", JournalWriter.Program)]
    public async Task Entries_that_were_there_before_are_of_the_past_and_those_behind_them_of_the_present()
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using JournalWriter writer = new(_folder["a.journal"]);
        writer.Write("past 1", now.AddMinutes(-20));
        writer.Write("past 2", now.AddMinutes(-10));
        writer.UntilWritten("past 2");
        await using Follower follower = new(new JournalLogSource(Options));
        await follower.UntilLine("mx past 2");

        // Another machine's clock: what comes now is of now, whatever its stamp says.
        writer.Write("present", now.AddMinutes(-5));
        await follower.UntilLine("mx present");

        Assert.All(follower.Blocks, block => Assert.Equal(block.Text.Contains("present", StringComparison.Ordinal), block.InOperation));
    }

    [RequiresFact("journalctl", JournalWriter.Program)]
    public async Task Entries_from_before_a_restart_of_the_machine_and_of_other_machines_come_too()
    {
        using JournalWriter writer = new(_folder["a.journal"]);
        writer.Write("before");
        writer.Boot = "1123456789abcdef0123456789abcdef";
        writer.Write("after");
        writer.UntilWritten("after");
        await using Follower follower = new(new JournalLogSource(Options));
        await follower.UntilLine("mx after");
        writer.Boot = "2123456789abcdef0123456789abcdef";
        writer.Write("other");
        await follower.UntilLine("mx other");

        Assert.Equal(["mx before", "mx after", "mx other"], follower.Lines);
    }

    [RequiresFact("journalctl", JournalWriter.Program)]
    public async Task A_killed_journalctl_is_started_again_without_loss_or_doubling()
    {
        using JournalWriter writer = new(_folder["a.journal"]);
        await using Follower follower = new(new JournalLogSource(Options));
        List<string> expected = [];
        for (int round = 0; round < 4; round++)
        {
            for (int i = 0; i < 50; i++)
            {
                writer.Write($"{round}.{i}");
                expected.Add($"mx {round}.{i}");
                if (i == 25)
                {
                    await follower.UntilLine($"mx {round}.10");
                    KillJournalctl();
                }
            }

            await follower.UntilLine(expected[^1]);
        }

        Assert.Equal(expected, follower.Lines);
        Assert.Contains(follower.Observer.All, said => said.Contains("journalctl was ended by signal 9", StringComparison.Ordinal));
    }

    [RequiresFact("journalctl", JournalWriter.Program)]
    public async Task A_journalctl_that_hangs_is_replaced()
    {
        using JournalWriter writer = new(_folder["a.journal"]);
        writer.Write("one");
        await using Follower follower = new(new JournalLogSource(Options with { StallCheck = TimeSpan.FromMilliseconds(200) }));
        await follower.UntilLine("mx one");
        using (Process stop = Process.Start("kill", ["-STOP", Journalctl().Single().ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            await stop.WaitForExitAsync();
        }

        writer.Write("two");
        await follower.UntilLine("mx two");

        Assert.Equal(["mx one", "mx two"], follower.Lines);
        Assert.Single(follower.Observer.All, said => said.Contains("ceased to tell", StringComparison.Ordinal));
    }

    [RequiresFact("journalctl", JournalWriter.Program)]
    public async Task An_entry_of_any_length_is_cut_at_the_limit_and_said_once()
    {
        using JournalWriter writer = new(_folder["a.journal"]);
        await using Follower follower = new(new JournalLogSource(Options with { LineLimit = 5000 }));
        writer.Write(new string('x', 3_000_000), fields: [("SYSLOG_IDENTIFIER", "a")]);
        writer.Write(new string('y', 6000), fields: [("SYSLOG_IDENTIFIER", "a")]);
        writer.Write("short", fields: [("SYSLOG_IDENTIFIER", "a")]);
        await follower.UntilLine("mx a: short");

        Assert.Equal(["mx a: " + new string('x', 5000), "mx a: " + new string('y', 5000), "mx a: short"], follower.Lines);

        // Now and then journalctl remarks that a file is being written.
        Assert.Single(
            follower.Observer.All,
            said => said.StartsWith("warning", StringComparison.Ordinal) && !said.Contains("journalctl remarks:", StringComparison.Ordinal));
    }

    [RequiresFact("journalctl", JournalWriter.Program)]
    public async Task A_vacuumed_place_is_said_once_and_reading_goes_on_by_time()
    {
        using (JournalWriter old = new(_folder["a.journal"]))
        {
            old.Write("one");
            old.Write("two");
        }

        LogPosition? place;
        await using (Follower first = new(new JournalLogSource(Options)))
        {
            await first.UntilLine("mx two");
            place = first.Blocks[^1].Position;
        }

        File.Delete(_folder["a.journal"]);
        using JournalWriter writer = new(_folder["b.journal"]);
        writer.Write("three");
        writer.Write("four");
        await using Follower second = new(new JournalLogSource(Options), _ => new LogStart(place));
        await second.UntilLine("mx four");

        Assert.Equal(["mx three", "mx four"], second.Lines);
        Assert.Single(second.Observer.All, said => said.Contains("no longer in the journal", StringComparison.Ordinal));
    }

    [RequiresFact("journalctl", JournalWriter.Program)]
    public async Task A_cursor_that_is_none_does_not_stop_the_reading()
    {
        using JournalWriter writer = new(_folder["a.journal"]);
        writer.Write("one");
        LogPosition broken = new(JournalSession.Identity, 0, 0, "garbage");
        await using Follower follower = new(new JournalLogSource(Options), _ => new LogStart(broken));
        await follower.UntilLine("mx one");

        Assert.Single(follower.Observer.All, said => said.Contains("goes on by time", StringComparison.Ordinal));
    }

    [RequiresFact("journalctl", JournalWriter.Program)]
    public async Task Rotation_within_a_directory_loses_nothing()
    {
        await using Follower follower = new(new JournalLogSource(Options));
        for (int i = 0; i < 3; i++)
        {
            using (JournalWriter writer = new(_folder["system.journal"]))
            {
                writer.Write($"a{i}");
                writer.Write($"b{i}");
            }

            File.Move(_folder["system.journal"], _folder[$"system@{i}.journal"]);
        }

        await follower.UntilLine("mx b2");
        Assert.Equal(["mx a0", "mx b0", "mx a1", "mx b1", "mx a2", "mx b2"], follower.Lines);
    }

    [RequiresFact("journalctl", JournalWriter.Program)]
    public async Task A_file_that_takes_the_place_of_a_named_one_is_followed()
    {
        JournalOptions options = new() { Files = [_folder["s*.journal"]] };
        using (JournalWriter writer = new(_folder["system.journal"]))
        {
            writer.Write("one");
        }

        await using Follower follower = new(new JournalLogSource(options));
        await follower.UntilLine("mx one");
        File.Move(_folder["system.journal"], _folder["archived"]);
        using JournalWriter next = new(_folder["system.journal"]);
        next.Write("two");
        await follower.UntilLine("mx two");

        Assert.Equal(["mx one", "mx two"], follower.Lines);
    }

    [RequiresFact("journalctl", JournalWriter.Program)]
    public async Task A_slow_consumer_holds_the_reader_up()
    {
        using JournalWriter writer = new(_folder["a.journal"]);
        string filler = new('x', 1000);
        for (int i = 0; i < 2000; i++)
        {
            writer.Write($"{i} {filler}");
        }

        await using Follower follower = new(new JournalLogSource(Options), isHeld: true);
        await follower.UntilArrived(1);
        int child = Journalctl().Single();
        await follower.Until(() => State(child) == 'S');
        long before = Written(child);
        Assert.True(before < 1_000_000, $"journalctl has written {before} bytes to a consumer that has taken one block.");

        follower.Release();
        await follower.UntilLine($"mx 1999 {filler}");
        Assert.Equal(2000, follower.Lines.Length);
    }

    [Fact]
    public async Task A_missing_journalctl_is_said_and_looked_for_again()
    {
        string program = _folder["journalctl"];
        await using Follower follower = new(new JournalLogSource(Options with { Program = program }));
        await follower.Until(() => follower.Observer.All.Length > 0);
        Assert.Contains("was not found", follower.Observer.All[0], StringComparison.Ordinal);
    }

    [RequiresFact("journalctl")]
    public async Task A_directory_that_is_not_there_yet_is_followed_when_it_comes()
    {
        JournalOptions options = new() { Directory = _folder["later"] };
        await using Follower follower = new(new JournalLogSource(options));
        await follower.Until(() => follower.Observer.All.Any(said => said.Contains("No such file", StringComparison.Ordinal)));
        Directory.CreateDirectory(_folder["later"]);
        await follower.Until(() => follower.Observer.All.Any(said => said.StartsWith("found", StringComparison.Ordinal)));
    }

    private IEnumerable<int> Journalctl() =>
        Process.GetProcessesByName("journalctl").Where(process => CommandLine(process.Id).Contains(_folder.Root, StringComparison.Ordinal) && CommandLine(process.Id).Contains("--follow", StringComparison.Ordinal))
            .Select(process => process.Id);

    private void KillJournalctl()
    {
        foreach (int id in Journalctl())
        {
            using Process process = Process.GetProcessById(id);
            process.Kill();
        }
    }

    private static string CommandLine(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline");
        }
        catch (IOException)
        {
            return string.Empty;
        }
    }

    private static char State(int id) => File.ReadAllText($"/proc/{id}/stat").Split(") ")[1][0];

    private static long Written(int id) =>
        long.Parse(File.ReadAllLines($"/proc/{id}/io").Single(line => line.StartsWith("wchar", StringComparison.Ordinal)).Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
}
