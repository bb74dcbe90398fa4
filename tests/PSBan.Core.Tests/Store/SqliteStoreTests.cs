using System.Buffers.Binary;
using System.Text;
using PSBan.Model;
using PSBan.Store;
using static PSBan.Tests.Store.StoreFolder;

namespace PSBan.Tests.Store;

public sealed class SqliteStoreTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Ban_comes_back_as_it_was()
    {
        Ban ban = Ban("2001:db8::1", 1.2345678, 600.5) with { Count = 4, Failures = 9, Matches = ["a", "b \0 \ud800 ü"], Data = new Dictionary<string, string> { ["user"] = "jo\"e" } };
        using (IBanStore store = _folder.Open())
        {
            store.Save(Bans(Entered(ban)));
        }

        Ban back = Assert.Single(_folder.Reload().Bans);
        Assert.Equal((ban.Jail, ban.Id, ban.Time, ban.Duration, ban.Count, ban.Failures), (back.Jail, back.Id, back.Time, back.Duration, back.Count, back.Failures));
        Assert.Equal(["a", "b \0 \ufffd ü"], back.Matches);
        Assert.Equal("jo\"e", back.Data["user"]);
    }

    public static TheoryData<string> Texts => ["jane", "'; DROP TABLE bans; --", "192.0.2.1", "utf16:00", "a\0b", "\ud800", "x\u001b[31m", new string('ü', 1000), "10.0.0.0/8", ""];

    [Theory]
    [MemberData(nameof(Texts))]
    public void Identifier_that_is_text_stays_the_text_it_is(string text)
    {
        Ban ban = new("sshd", BanId.Opaque(text), Start, Duration.FromSeconds(60));
        using (IBanStore store = _folder.Open())
        {
            store.Save(Bans(Entered(ban)));
        }

        Assert.Equal(ban.Id, Assert.Single(_folder.Reload().Bans).Id);
        using (IBanStore store = _folder.Open())
        {
            store.Save(Bans(Ended(ban, 60)));
            Assert.Equal(BanEnd.Expired, Assert.Single(store.ReadHistory(new HistoryQuery { Id = ban.Id })).End);
        }
    }

    [Fact]
    public void What_was_saved_outlives_a_process_that_never_closes_it()
    {
        using IBanStore store = _folder.Open();
        store.Save(Bans(Entered(Ban("192.0.2.1"))));
        store.Save(Position("/var/log/a", 42));

        // What a killed process leaves: the files as they lie there at this moment.
        using StoreFolder left = new();
        foreach (string companion in (string[])["", "-wal"])
        {
            File.Copy(_folder.Path + companion, left.Path + companion);
        }

        StoredState state = left.Reload();
        Assert.Single(state.Bans);
        Assert.Equal(42, Assert.Single(state.Positions).Value.Offset);
    }

    [Fact]
    public void Checkpoint_is_stored_as_a_whole_or_not_at_all()
    {
        using IBanStore store = _folder.Open();
        store.Save(Position("/var/log/a", 1));
        Checkpoint broken = Position("/var/log/a", 2) with { Jails = [new JailChanges("sshd", 1, 1) { Tracked = [null!] }] };
        Assert.ThrowsAny<Exception>(() => store.Save(broken));
        Assert.Equal(1, Assert.Single(store.Load().Positions).Value.Offset);
        store.Save(Position("/var/log/a", 3));
        Assert.Equal(3, Assert.Single(store.Load().Positions).Value.Offset);
    }

    [Fact]
    public void Second_watch_is_refused_by_name()
    {
        using IBanStore store = _folder.Open();
        StoreException e = Assert.Throws<StoreException>(_folder.Open);
        Assert.Equal(StoreFailure.Locked, e.Failure);
        Assert.StartsWith($"The store {_folder.Path} is in use by another watch (process {Environment.ProcessId}, since ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Store_can_be_looked_into_while_it_is_written()
    {
        using IBanStore store = _folder.Open();
        store.Save(Bans(Entered(Ban("192.0.2.1", 0, 600)), Entered(Ban("192.0.2.2", -700, 600)), Entered(Ban("192.0.2.3") with { Duration = Duration.Permanent })));
        Assert.Equal(["192.0.2.1", "192.0.2.3"], StoredBans.ReadBans(_folder.Path, _folder.Clock).Select(ban => ban.Id.ToString()));
        Assert.Equal(3, StoredBans.ReadHistory(_folder.Path, new HistoryQuery()).Count());
        store.Save(Bans(Entered(Ban("192.0.2.4"))));
        Assert.Equal(4, StoredBans.ReadHistory(_folder.Path, new HistoryQuery()).Count());
    }

    [Fact]
    public void No_store_means_no_bans_and_looking_makes_none()
    {
        Assert.Empty(StoredBans.ReadBans(_folder.Path, _folder.Clock));
        Assert.Empty(StoredBans.ReadHistory(_folder.Path, new HistoryQuery()));
        Assert.False(File.Exists(_folder.Path));
    }

    [Fact]
    public void File_is_the_owners_alone()
    {
        using IBanStore store = _folder.Open();
        store.Save(Position("/var/log/a", 1));
        foreach (string companion in (string[])["", "-wal", "-shm"])
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? UnixFileMode.UserRead | UnixFileMode.UserWrite : File.GetUnixFileMode(_folder.Path + companion));
        }
    }

    [Fact]
    public void File_shrinks_when_what_is_old_is_forgotten()
    {
        using IBanStore store = _folder.Open();
        string line = new('x', 200);
        Ban[] bans = [.. Enumerable.Range(0, 25_000).Select(i => Ban($"10.0.{i >> 8}.{i & 255}", 0, 600, "sshd", line))];
        store.Save(Bans([.. bans.Select(Entered)]));
        store.Save(Bans([.. bans.Select(ban => Ended(ban, 600))]));
        int rounds = 1;
        for (; store.Purge(new PurgeLimits(At(200_000), TimeSpan.FromDays(1), ["sshd"])); rounds++)
        {
            Assert.True(rounds < 100);
        }

        Assert.True(rounds > 1, "it was forgotten in one piece");
        Assert.Empty(store.ReadHistory(new HistoryQuery()));
        Assert.InRange(new FileInfo(_folder.Path).Length, 1, 100_000);
    }

    [Fact]
    public void Bans_and_counters_of_jails_that_are_gone_do_not_stay_for_ever()
    {
        using IBanStore store = _folder.Open();
        store.Save(Bans(Entered(Ban("192.0.2.1", 0, 600, "gone")), Entered(Ban("192.0.2.1", 0, 600, "sshd"))));
        store.Save(new Checkpoint(Start) { Jails = [.. new[] { "gone", "sshd" }.Select(jail => new JailChanges(jail, 1, 1) { Tracked = [new TrackedFailures(BanId.FromText("192.0.2.9"), [At(0)], [])] })] });
        store.Purge(new PurgeLimits(At(700), TimeSpan.FromDays(1), ["sshd"]));
        Assert.Equal([("gone", At(600)), ("sshd", null)], store.ReadHistory(new HistoryQuery()).Select(entry => (entry.Jail, entry.Ended)).Order());

        store.Purge(new PurgeLimits(At(200_000), TimeSpan.FromDays(1), ["sshd"]));
        Assert.Equal("sshd", Assert.Single(store.Load().Jails).Key);
    }

    public static TheoryData<string> Damages => ["header", "middle", "text", "half", "tables"];

    [Theory]
    [MemberData(nameof(Damages))]
    public void Damaged_store_is_set_aside_and_a_new_one_begun(string damage)
    {
        using (IBanStore store = _folder.Open())
        {
            store.Save(Bans([.. Enumerable.Range(0, 2000).Select(i => Entered(Ban($"10.0.{i >> 8}.{i & 255}", 0, 600, "sshd", "a line")))]));
        }

        Damage(damage);
        byte[] damaged = File.ReadAllBytes(_folder.Path);
        OpenedStore opened = OpenedStore.Open(_folder.Options);
        using (opened.Store)
        {
            Assert.True(opened.State.IsNew);
            string aside = _folder.Path + ".damaged-20260301-120000";
            Assert.Contains(aside, opened.Damage, StringComparison.Ordinal);
            Assert.Equal(damaged, File.ReadAllBytes(aside));
            opened.Store.Save(Bans(Entered(Ban("192.0.2.1"))));
        }

        opened = OpenedStore.Open(_folder.Options);
        opened.Store.Dispose();
        Assert.Null(opened.Damage);
        Assert.Single(opened.State.Bans);
    }

    [Fact]
    public void Second_damaged_store_of_the_same_second_gets_another_name()
    {
        for (int i = 0; i < 3; i++)
        {
            File.WriteAllText(_folder.Path, "This is no database, and it is longer than the header of one is: a hundred bytes are needed for that, at the least.");
            OpenedStore.Open(_folder.Options).Store.Dispose();
            File.Delete(_folder.Path);
        }

        Assert.Equal(3, Directory.GetFiles(Path.GetDirectoryName(_folder.Path)!, "*damaged*").Length);
    }

    [Theory]
    [InlineData(68, 7, "is a database, but not one of PSBan")]
    [InlineData(60, 99, "was written by a later PSBan (layout 99, this one knows 1)")]
    public void Store_of_somebody_else_is_left_alone(int offset, int value, string message)
    {
        // Application id and layout stand in the header (The SQLite Database File Format, 1.3).
        _folder.Open().Dispose();
        byte[] before = File.ReadAllBytes(_folder.Path);
        BinaryPrimitives.WriteInt32BigEndian(before.AsSpan(offset), value);
        File.WriteAllBytes(_folder.Path, before);
        StoreException e = Assert.Throws<StoreException>(() => OpenedStore.Open(_folder.Options));
        Assert.Equal(StoreFailure.Foreign, e.Failure);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_folder.Path));
    }

    private void Damage(string how)
    {
        byte[] bytes = File.ReadAllBytes(_folder.Path);
        switch (how)
        {
            case "header":
                Encoding.ASCII.GetBytes("Not SQLite at all").CopyTo(bytes, 0);
                break;
            case "middle":
                bytes.AsSpan(8192, bytes.Length - 16384).Fill(0xA5);
                break;
            case "text":
                bytes = [.. Enumerable.Repeat((byte)'\n', 5000)];
                break;
            case "half":
                bytes = bytes[..(bytes.Length / 2)];
                break;
            case "tables":
                "TABLE failurez"u8.CopyTo(bytes.AsSpan(bytes.AsSpan().IndexOf("TABLE failures"u8)));
                break;
        }

        File.WriteAllBytes(_folder.Path, bytes);
    }
}
