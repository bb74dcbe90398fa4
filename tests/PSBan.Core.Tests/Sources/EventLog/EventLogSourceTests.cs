using PSBan.Model;
using PSBan.Sources;
using PSBan.Sources.EventLog;

namespace PSBan.Tests.Sources.EventLog;

/// <summary>Reading and resuming, on a log of given events.</summary>
public sealed class EventLogSourceTests
{
    private static readonly DateTimeOffset s_time = new(2026, 11, 20, 6, 0, 0, TimeSpan.Zero);

    private readonly ScriptedEventLog _log = new();

    private EventLogSource Source => new(new EventLogOptions { Channel = "Application", Query = "*[System[EventID<9]]" }, _log);

    [Fact]
    public async Task Events_come_in_order_with_their_times_and_those_behind_the_end_are_of_now()
    {
        for (ulong i = 1; i <= 5; i++)
        {
            _log.Add(i, s_time.AddSeconds(i), $"{i}");
        }

        await using Follower follower = new(Source);
        await follower.UntilLine("Test 1 SRV1 text=\"5\"");
        await follower.Until(() => _log.Requests.Length == 1);
        _log.Add(6, s_time.AddSeconds(6), "6");
        await follower.UntilLine("Test 1 SRV1 text=\"6\"");

        Assert.Equal(Enumerable.Range(1, 6).Select(i => $"Test 1 SRV1 text=\"{i}\""), follower.Lines);
        Assert.False(follower.Blocks[0].InOperation);
        Assert.True(follower.Blocks[^1].InOperation);
    }

    [Fact]
    public async Task Reading_resumes_behind_the_stored_bookmark()
    {
        _log.Add(1, s_time, "1");
        LogPosition? place;
        await using (Follower first = new(Source))
        {
            await first.UntilLine("Test 1 SRV1 text=\"1\"");
            place = first.Blocks[^1].Position;
        }

        Assert.Equal("2026-11-20T06:00:00.0000000Z <BookmarkList><Bookmark Channel='Application' RecordId='1' IsCurrent='true'/></BookmarkList>", place!.Cursor);
        _log.Add(2, s_time.AddSeconds(1), "2");
        await using Follower second = new(Source, _ => new LogStart(place, NotBefore: s_time.AddMinutes(-10)));
        await second.UntilLine("Test 1 SRV1 text=\"2\"");

        Assert.Single(second.Lines);
        Assert.Equal("<BookmarkList><Bookmark Channel='Application' RecordId='1' IsCurrent='true'/></BookmarkList>", _log.Requests[^1].Bookmark);
        Assert.DoesNotContain("Suppress", _log.Requests[^1].Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_place_that_is_gone_is_said_once_and_reading_goes_on_by_time()
    {
        LogPosition place = new(EventLogSession.Identity, 0, 0, new EventBookmarkOf(7, s_time).Text);
        _log.Add(1, s_time, "old");
        _log.Add(2, s_time.AddSeconds(1), "new");
        _log.Refuse(new EventPlaceGoneException("stale"));
        await using Follower follower = new(Source, _ => new LogStart(place));
        await follower.UntilLine("Test 1 SRV1 text=\"new\"");

        Assert.Equal(["Test 1 SRV1 text=\"new\""], follower.Lines);
        Assert.Single(follower.Observer.All, said => said.Contains("goes on by time", StringComparison.Ordinal));
        Assert.Contains("<Suppress Path=\"Application\">*[System[TimeCreated[@SystemTime &lt; '2026-11-20T06:00:00.000Z']]]</Suppress>", _log.Requests[^1].Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_may_not_be_read_is_said_and_tried_again()
    {
        _log.Refuse(new UnauthorizedAccessException("The event log may not be read."));
        _log.Refuse(new UnauthorizedAccessException("The event log may not be read."));
        _log.Add(1, s_time, "1");
        await using Follower follower = new(Source);
        await follower.UntilLine("Test 1 SRV1 text=\"1\"");

        Assert.Equal(2, follower.Observer.All.Length);
        Assert.StartsWith("lost", follower.Observer.All[0], StringComparison.Ordinal);
        Assert.StartsWith("found", follower.Observer.All[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Once_everything_is_read_the_reading_ends()
    {
        for (ulong i = 1; i <= 7; i++)
        {
            _log.Add(i, s_time.AddSeconds(i), $"{i}");
        }

        List<string> lines = [];
        await foreach (LogBlock block in Source.ReadAsync(default))
        {
            lines.AddRange(block.Text.ToString().Split('\n')[..^1]);
            Assert.Equal(block.Text.Span.Count('\n'), block.Times!.Count);
        }

        Assert.Equal(7, lines.Count);
        Assert.False(_log.Requests[0].Follow);
    }

    [Fact]
    public void The_query_selects_what_is_asked_for()
    {
        EventLogOptions options = new() { Channel = "A&B/Operational", Query = "*[System[EventID<5]]" };
        Assert.Equal(
            "<QueryList><Query Id=\"0\" Path=\"A&amp;B/Operational\"><Select Path=\"A&amp;B/Operational\">*[System[EventID&lt;5]]</Select></Query></QueryList>",
            EventQuery.Of(options, null));
        Assert.Equal("<QueryList/>", EventQuery.Of(new EventLogOptions { Query = " <QueryList/> " }, s_time));
    }

    [Theory]
    [InlineData("eventlog[channel=Security, query=\"*[System[EventID=4625]]\"]", "Security", "*[System[EventID=4625]]", null)]
    [InlineData("eventlog[channel=\"Windows PowerShell\"]", "Windows PowerShell", "*", null)]
    [InlineData("eventlog", null, "*", "wants to know what to read")]
    [InlineData("eventlog[chanel=Security]", null, "*", "no option 'chanel'")]
    [InlineData("eventlog[channel=Security", null, "*", "cannot be read")]
    public void Options_are_read(string backend, string? channel, string query, string? error)
    {
        List<string> errors = [];
        EventLogOptions options = EventLogOptions.Read(backend, errors);
        Assert.Equal((channel, query), (options.Channel, options.Query));
        Assert.Equal(error is null, errors.Count == 0);
        Assert.True(error is null || errors.Any(text => text.Contains(error, StringComparison.Ordinal)), string.Join(' ', errors));
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("2026-11-20T06:00:00Z <BookmarkList>")]
    [InlineData("2026-11-20T06:00:00Z <BookmarkList/>")]
    public void What_is_no_bookmark_is_none(string text) => Assert.Null(EventBookmark.Parse(text));

    private sealed record EventBookmarkOf(ulong Record, DateTimeOffset Time)
    {
        public string Text => $"{Time.UtcDateTime:O} <BookmarkList><Bookmark Channel='Application' RecordId='{Record}' IsCurrent='true'/></BookmarkList>";
    }
}
