using PSBan.Model;
using PSBan.Store;
using static PSBan.Tests.Store.StoreFolder;

namespace PSBan.Tests.Store;

public sealed class SqliteStoreTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void New_store_is_empty()
    {
        StoredState state = _folder.Reload();
        Assert.True(state.IsNew);
        Assert.Empty(state.Bans);
    }

    [Fact]
    public void Ban_comes_back_as_it_was()
    {
        Ban ban = Ban("192.0.2.1", 1.2345678, 600.5) with { Count = 4, Failures = 9, Matches = ["a", "b \0 \ud800 ü"], Data = new Dictionary<string, string> { ["user"] = "jo\"e" } };
        using (IBanStore store = _folder.Open())
        {
            store.Save(Bans(Entered(ban)));
        }

        Ban back = Assert.Single(_folder.Reload().Bans);
        Assert.Equal((ban.Jail, ban.Id, ban.Time, ban.Duration, ban.Count, ban.Failures), (back.Jail, back.Id, back.Time, back.Duration, back.Count, back.Failures));
        Assert.Equal(["a", "b \0 \ufffd ü"], back.Matches);
        Assert.Equal("jo\"e", back.Data["user"]);
    }
}
