using System.Text;
using PSBan.Control;
using PSBan.Model;
using PSBan.Store;
using PSBan.Watch;

namespace PSBan.Tests.Control;

/// <summary>The endpoint over a real socket (a real pipe on Windows), with a watch in memory behind it.</summary>
public sealed class ControlTests : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("psban-");
    private readonly CancellationTokenSource _stop = new(TimeSpan.FromMinutes(2));
    private readonly EventHub _events = new(TimeProvider.System);
    private readonly ListWatch _watch = new();
    private readonly IControlListener _listener;
    private readonly Task _serving;

    public ControlTests()
    {
        _listener = ControlEndpoint.Listen(_folder.FullName);
        _serving = new ControlServer(_listener, _watch, _watch, () => _events.Subscribe(), (query, _) => Task.FromResult(History(query)), TimeProvider.System).RunAsync(_stop.Token, _stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Dispose();
        _folder.Delete(recursive: true);
        _stop.Dispose();
    }

    [Fact]
    public async Task History_travels_whole_and_by_its_query()
    {
        await using WatchClient client = await WatchClient.ConnectAsync(_folder.FullName, _stop.Token);
        List<BanHistoryEntry> entries = [];
        var query = new HistoryQuery { Jail = "sshd", Id = BanId.FromText("192.0.2.0/24"), After = DateTimeOffset.UnixEpoch, Before = DateTimeOffset.MaxValue };
        await foreach (BanHistoryEntry entry in client.GetHistoryAsync(query, _stop.Token))
        {
            entries.Add(entry);
        }

        BanHistoryEntry expected = History(query).Single() with { Matches = [] };
        Assert.Equal(expected, Assert.Single(entries) with { Matches = expected.Matches });
        Assert.Equal(["a line"], entries[0].Matches);
    }

    [Fact]
    public async Task History_that_cannot_be_read_is_refused_with_the_reason()
    {
        await using WatchClient client = await WatchClient.ConnectAsync(_folder.FullName, _stop.Token);
        ControlException e = await Assert.ThrowsAsync<ControlException>(async () => await client.GetHistoryAsync(new HistoryQuery(), _stop.Token).GetAsyncEnumerator().MoveNextAsync());
        Assert.Equal((ControlErrorCode.Failed, "No jail, no history."), (e.Code, e.Message));
    }

    private static IEnumerable<BanHistoryEntry> History(HistoryQuery query)
    {
        string jail = query.Jail ?? throw new StoreException(StoreFailure.Unavailable, "No jail, no history.");
        yield return new BanHistoryEntry(jail, query.Id!.Value, query.After!.Value, Duration.FromSeconds(600))
        {
            Count = 2,
            Failures = 5,
            Ended = query.Before,
            End = BanEnd.Lifted,
            Matches = ["a line"],
        };
    }

    [Fact]
    public async Task Every_request_gets_its_answer_and_the_connection_serves_many()
    {
        await using WatchClient client = await WatchClient.ConnectAsync(_folder.FullName, _stop.Token);
        Assert.Equal(42, (await client.GetWatchAsync(_stop.Token)).ProcessId);
        Ban ban = Assert.Single(await client.AddBanAsync("sshd", Address.Parse("2001:db8::1"), Duration.Permanent, _stop.Token));
        Assert.Equal(("sshd", "2001:db8::1", true), (ban.Jail, ban.Address.ToString(), ban.Duration.IsPermanent));
        List<Ban> bans = [];
        await foreach (Ban each in client.GetBansAsync(null, _stop.Token))
        {
            bans.Add(each);
        }

        Assert.Equal(ban.Id, Assert.Single(bans).Id);
        ControlException refused = await Assert.ThrowsAsync<ControlException>(() => client.RemoveBanAsync("nosuch", null, _stop.Token));
        Assert.Equal(ControlErrorCode.JailNotFound, refused.Code);
        Assert.Single(await client.RemoveBanAsync(null, ban.Id, _stop.Token));
    }

    [Fact]
    public async Task Changes_travel_whole()
    {
        await using WatchClient client = await WatchClient.ConnectAsync(_folder.FullName, _stop.Token);
        ReloadResult done = await client.ReloadAsync(onlyCompares: false, _stop.Token);
        Assert.Equal((true, "added a; changed b; removed c; 1 jail unchanged"), (done.IsApplied, done.ToString()));
        ReloadResult refused = await client.ReloadAsync(onlyCompares: true, _stop.Token);
        Assert.Equal(("no", "jail.local:7: error: [sshd] Wrong."), (refused.Refusal, Assert.Single(refused.Problems).ToString()));
        JailInfo jail = await client.ChangeJailAsync(
            "sshd", new JailSettings { MaxRetry = 3, FindTime = Duration.Parse("5m"), BanTime = Duration.Permanent, AddIgnoreIp = ["192.0.2.1"] }, _stop.Token);
        Assert.Equal(("sshd", 3, "5m", true), (jail.Name, jail.MaxRetry, jail.FindTime.ToString(), jail.BanTime.IsPermanent));
        Assert.Equal(["192.0.2.1"], jail.IgnoreIp);
        Assert.Equal(JailState.Suspended, (await client.SuspendJailAsync("sshd", _stop.Token)).State);
        Assert.Equal(JailState.Running, (await client.ResumeJailAsync("sshd", _stop.Token)).State);
    }

    [Fact]
    public async Task A_hundred_thousand_bans_come_over_in_full()
    {
        for (int i = 0; i < 100_000; i++)
        {
            _watch.Bans.Add(new Ban("sshd", BanId.FromText($"10.{i >> 16}.{(i >> 8) & 255}.{i & 255}"), DateTimeOffset.UnixEpoch, Duration.FromSeconds(60)));
        }

        await using WatchClient client = await WatchClient.ConnectAsync(_folder.FullName, _stop.Token);
        HashSet<BanId> ids = [];
        await foreach (Ban ban in client.GetBansAsync("sshd", _stop.Token))
        {
            ids.Add(ban.Id);
        }

        Assert.Equal(100_000, ids.Count);
    }

    [Fact]
    public async Task Events_arrive_as_they_were_published()
    {
        await using WatchClient client = await WatchClient.ConnectAsync(_folder.FullName, _stop.Token);
        await using IAsyncEnumerator<BanEvent> events = client.WatchEventsAsync(_stop.Token).GetAsyncEnumerator(_stop.Token);
        ValueTask<bool> next = events.MoveNextAsync();
        Failure failure = new(Address.Parse("192.0.2.7"), DateTimeOffset.UnixEpoch, ["line \u001b"], new Dictionary<string, string> { ["user"] = "bob" }, 3, 17);

        // The subscription stands once the endpoint has answered; publishing until then shows that nothing blocks.
        while (!next.IsCompleted)
        {
            _events.Publish(new BanEvent(BanEventKind.Found, DateTimeOffset.UnixEpoch, "Found 192.0.2.7") { Jail = "sshd", Id = failure.Id, Failure = failure });
            await Task.Delay(10, _stop.Token);
        }

        Assert.True(await next);
        BanEvent item = events.Current;
        Assert.Equal((BanEventKind.Found, "sshd", "192.0.2.7"), (item.Kind, item.Jail, item.Id.ToString()));
        Assert.Equal(("bob", 17L, "line \u001b"), (item.Failure!.User, item.Failure.LineNumber, item.Failure.Matches[0]));
    }

    [Theory]
    [InlineData("garbage\n", "BadRequest")]
    [InlineData("{\"version\":1,\"command\":\"Nonsense\"}\n", "BadRequest")]
    [InlineData("{\"version\":1,\"command\":99}\n", "BadRequest")]
    [InlineData("{\"version\":1,\"command\":\"Ban\"}\n", "BadRequest")]
    [InlineData("{\"version\":7,\"command\":\"Watch\"}\n", "VersionMismatch")]
    [InlineData("null\n", "BadRequest")]
    [InlineData("{\"version\":1,\"command\":\"Watch\"} and more\n", "BadRequest")]
    [InlineData("{\"version\":1,\"command\":\"Watch\"}{}\n", "BadRequest")]
    [InlineData("\u0000\u0001\n", "BadRequest")]
    public async Task What_is_no_request_gets_an_error_and_does_not_disturb_others(string sent, string code)
    {
        await using WatchClient other = await WatchClient.ConnectAsync(_folder.FullName, _stop.Token);
        await using Stream stream = await ControlEndpoint.ConnectAsync(_folder.FullName, _stop.Token);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(sent), _stop.Token);
        string? answer = await new StreamReader(stream).ReadLineAsync(_stop.Token);
        Assert.Contains($"\"errorCode\":\"{code}\"", answer, StringComparison.Ordinal);
        Assert.Equal(42, (await other.GetWatchAsync(_stop.Token)).ProcessId);
    }

    [Fact]
    public async Task A_request_without_end_is_refused_at_its_limit()
    {
        await using Stream stream = await ControlEndpoint.ConnectAsync(_folder.FullName, _stop.Token);
        byte[] block = Encoding.UTF8.GetBytes(new string('x', 16 * 1024));
        using StreamReader answers = new(stream);
        Task<string?> answer = answers.ReadLineAsync(_stop.Token).AsTask();
        try
        {
            for (int i = 0; i < 64 && !answer.IsCompleted; i++)
            {
                await stream.WriteAsync(block, _stop.Token);
            }
        }
        catch (IOException)
        {
            // The endpoint hung up in the middle of it, as it should.
        }

        Assert.Contains("is longer than 65536 bytes", await answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stuck_clients_block_nobody()
    {
        List<Stream> stuck = [];
        for (int i = 0; i < 20; i++)
        {
            Stream stream = await ControlEndpoint.ConnectAsync(_folder.FullName, _stop.Token);
            await stream.WriteAsync("{\"version\":1,\"comm"u8.ToArray(), _stop.Token);
            stuck.Add(stream);
        }

        await using WatchClient client = await WatchClient.ConnectAsync(_folder.FullName, _stop.Token);
        Assert.Equal(42, (await client.GetWatchAsync(_stop.Token)).ProcessId);
        foreach (Stream stream in stuck)
        {
            await stream.DisposeAsync();
        }
    }

    [Fact]
    public async Task Without_a_watch_the_client_says_what_to_do()
    {
        string nobody = Path.Combine(_folder.FullName, "nobody");
        WatchNotRunningException missing = await Assert.ThrowsAsync<WatchNotRunningException>(() => WatchClient.ConnectAsync(nobody, _stop.Token));
        Assert.Contains("Start-BanWatch", missing.Message, StringComparison.Ordinal);
        Assert.False(missing.AccessDenied);
    }

    [Fact]
    public void The_socket_is_the_owners_alone()
    {
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(ControlEndpoint.SocketPath(_folder.FullName)));
        }
    }

    [Fact]
    public void A_path_too_long_for_a_socket_is_said_plainly()
    {
        if (!OperatingSystem.IsWindows())
        {
            IOException tooLong = Assert.Throws<IOException>(() => ControlEndpoint.Listen(Path.Combine(_folder.FullName, new string('x', 120))));
            Assert.Contains("longer than the 107 bytes", tooLong.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>A watch that only keeps a list of bans.</summary>
    private sealed class ListWatch : IWatchControl, IJailControl
    {
        public List<Ban> Bans { get; } = [];

        public Task<WatchInfo> GetWatchAsync(CancellationToken cancelToken) => Task.FromResult(new WatchInfo(42, DateTimeOffset.UnixEpoch));

        public Task<IReadOnlyList<JailInfo>> GetJailsAsync(CancellationToken cancelToken) => Task.FromResult<IReadOnlyList<JailInfo>>([new JailInfo("sshd")]);

        public IAsyncEnumerable<Ban> GetBansAsync(string? jail, CancellationToken cancelToken) => Bans.ToList().ToAsyncEnumerable();

        public Task<IReadOnlyList<Ban>> BanAsync(string jail, BanId id, Duration? duration, CancellationToken cancelToken)
        {
            Ban ban = new(jail, id, DateTimeOffset.UnixEpoch, duration ?? Duration.Zero);
            Bans.Add(ban);
            return Task.FromResult<IReadOnlyList<Ban>>([ban]);
        }

        public Task<IReadOnlyList<Ban>> UnbanAsync(string? jail, BanId? id, CancellationToken cancelToken)
        {
            if (jail is not (null or "sshd"))
            {
                throw new ControlException(ControlErrorCode.JailNotFound, "There is no such jail.");
            }

            List<Ban> lifted = Bans.FindAll(ban => id is null || ban.Id == id);
            Bans.RemoveAll(lifted.Contains);
            return Task.FromResult<IReadOnlyList<Ban>>(lifted);
        }

        public Task<IReadOnlyList<BanCheck>> CheckAsync(string? jail, BanId? id, CancellationToken cancelToken) =>
            Task.FromResult<IReadOnlyList<BanCheck>>([.. Bans.Where(ban => id is null || ban.Id == id).Select(ban => new BanCheck(ban.Jail, ban.Id) { Firewall = "nft", Cause = BanCheckCause.NotHooked, Reason = "It is not." })]);

        public Task<IReadOnlyList<FirewallRepair>> SyncAsync(CancellationToken cancelToken) =>
            Task.FromResult<IReadOnlyList<FirewallRepair>>([new FirewallRepair("nft", "sshd") { Wanted = Bans.Count, Restored = 1, RulesMadeAnew = true }]);

        public void RequestStop()
        {
        }

        public Task<ReloadResult> ReloadAsync(bool onlyCompares, CancellationToken cancelToken) => Task.FromResult(
            onlyCompares
                ? new ReloadResult { Refusal = "no", Problems = [new Problem(ProblemSeverity.Error, "Code", "Wrong.", new SourceLocation("jail.local", 7), "sshd")] }
                : new ReloadResult { IsApplied = true, Added = ["a"], Changed = ["b"], Removed = ["c"], Unchanged = ["d"] });

        public Task<JailInfo> ChangeAsync(string jail, JailSettings settings, CancellationToken cancelToken) => Task.FromResult(
            new JailInfo(jail) { MaxRetry = settings.MaxRetry ?? 0, FindTime = settings.FindTime ?? default, BanTime = settings.BanTime ?? default, IgnoreIp = settings.AddIgnoreIp ?? [] });

        public Task<JailInfo> SuspendAsync(string jail, bool isSuspended, CancellationToken cancelToken) =>
            Task.FromResult(new JailInfo(jail) { State = isSuspended ? JailState.Suspended : JailState.Running });
    }
}
