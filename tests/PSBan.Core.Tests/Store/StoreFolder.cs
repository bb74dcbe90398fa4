using PSBan.Model;
using PSBan.Store;
using PSBan.Tests.Support;

namespace PSBan.Tests.Store;

/// <summary>A folder with a store in it, and the words to fill it with.</summary>
internal sealed class StoreFolder : IDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("psban-store-");

    public string Path => System.IO.Path.Combine(_folder.FullName, StoredBans.FileName);

    public ManualTimeProvider Clock { get; } = new(Start);

    public StoreOptions Options => new(Path) { Clock = Clock };

    public IBanStore Open() => StoreLoader.Open(Options);

    public StoredState Reload()
    {
        using IBanStore store = Open();
        return store.Load();
    }

    public static DateTimeOffset At(double seconds) => Start.AddSeconds(seconds);

    public static Ban Ban(string id, double time = 0, double duration = 600, string jail = "sshd", params string[] matches) =>
        new(jail, BanId.FromText(id), At(time), Duration.FromSeconds(duration)) { Failures = 3, Matches = matches };

    public static BanChange Entered(Ban ban) => new(BanChangeKind.Entered, ban);

    public static BanChange Ended(Ban ban, double at, BanEnd how = BanEnd.Expired) => new(BanChangeKind.Ended, ban, At(at), how);

    public static Checkpoint Bans(params BanChange[] changes) =>
        new(Start) { Jails = [.. changes.GroupBy(change => change.Ban.Jail).Select(jail => new JailChanges(jail.Key, 0, 0) { Bans = [.. jail] })] };

    public static Checkpoint Position(string source, long offset) =>
        new(Start) { Positions = new Dictionary<PositionKey, LogPosition> { [new PositionKey(source, source)] = new LogPosition("1:2:3", offset, 7) } };

    public void Dispose() => _folder.Delete(recursive: true);
}
