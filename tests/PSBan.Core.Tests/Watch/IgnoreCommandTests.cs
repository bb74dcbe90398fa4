using PSBan.Firewalls.Command;
using PSBan.Model;
using PSBan.Tests.Support;
using PSBan.Watch;

namespace PSBan.Tests.Watch;

public sealed class IgnoreCommandTests : IDisposable
{
    // A guard against waiting for ever; no verdict depends on it.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("psban-");
    private readonly SteppedClock _clock = new();
    private readonly EventHub _events;
    private readonly EventSubscription _told;

    public IgnoreCommandTests()
    {
        _events = new EventHub(_clock);
        _told = _events.Subscribe();
    }

    public void Dispose()
    {
        _told.Dispose();
        _folder.Delete(recursive: true);
    }

    [RequiresTheory("sh")]
    [InlineData("[ <ip> = 192.0.2.1 ]", true, false)]
    [InlineData("[ <ip> != 192.0.2.1 ]", false, false)]
    [InlineData("exit 2", false, true)]
    [InlineData("no-such-program <ip>", false, true)]
    [InlineData("test \"<F-USER>\" = 'a$(touch hostile);b'", true, false)]
    [InlineData("test \"<F-USER>\" = other", false, false)]
    public async Task The_exit_code_is_the_answer_and_what_strangers_wrote_is_no_command(string command, bool isSpared, bool isTold)
    {
        using IgnoreCommand asked = Make(command);
        Assert.Equal(isSpared, await AskAsync(asked, "192.0.2.1", "a$(touch hostile);b"));
        Assert.Equal(isTold, Told().Count == 1);
        Assert.Empty(Directory.GetFiles(Environment.CurrentDirectory, "hostile"));
    }

    [RequiresFact("sh")]
    public async Task A_failing_command_is_told_with_its_own_words_and_not_every_time()
    {
        using IgnoreCommand asked = Make("echo the list is gone >&2; exit 7");
        for (int i = 1; i <= 20; i++)
        {
            Assert.False(await AskAsync(asked, $"192.0.2.{i}"));
        }

        BanEvent told = Assert.Single(Told());
        Assert.Equal((BanEventKind.IgnoreCommandFailed, "jail"), (told.Kind, told.Jail));
        Assert.Equal("The ignorecommand gave no answer about 192.0.2.1, which is therefore not spared: exit code 7: the list is gone.", told.Message);
        _clock.Advance(TimeSpan.FromMinutes(10));
        await AskAsync(asked, "192.0.2.1");
        Assert.Contains("19 more like it", Assert.Single(Told()).Message, StringComparison.Ordinal);
    }

    [RequiresFact("sh")]
    public async Task Many_failures_of_one_address_ask_once_and_others_do_not_wait_for_it()
    {
        // 192.0.2.1 hangs until the gate opens.
        string gate = Path.Combine(_folder.FullName, "gate"), runs = Path.Combine(_folder.FullName, "runs");
        using IgnoreCommand asked = Make($"echo <ip> >> {runs}; case <ip> in 192.0.2.1) while [ ! -e {gate} ]; do sleep 0.02; done;; esac; exit 1");
        List<Task<bool>> waiting = [.. Enumerable.Range(0, 50).Select(_ => AskAsync(asked, "192.0.2.1"))];
        Assert.False(await AskAsync(asked, "192.0.2.2"));
        Assert.Equal(50, asked.Waiting);
        Assert.All(waiting, task => Assert.False(task.IsCompleted));
        await File.WriteAllTextAsync(gate, string.Empty);
        await Task.WhenAll(waiting);
        Assert.Equal(["192.0.2.1", "192.0.2.2"], (await File.ReadAllLinesAsync(runs)).Order(StringComparer.Ordinal));
        await asked.WhenIdleAsync(CancellationToken.None).WaitAsync(s_patience);
        Assert.Equal(0, asked.Waiting);
        Assert.Empty(Told());
    }

    [RequiresFact("sh")]
    public async Task A_command_that_hangs_is_killed_and_spares_nobody()
    {
        using IgnoreCommand asked = new(
            new IgnoreCommandOptions("jail", "sleep 1000", Duration.FromSeconds(600)) { Timeout = TimeSpan.FromMilliseconds(300) }, new Shell(TimeProvider.System), () => default, _events, _clock);
        Assert.False(await AskAsync(asked, "192.0.2.1"));
        Assert.Contains("had not ended after 0.3 s and was killed", Assert.Single(Told()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task There_is_a_limit_to_waiting_and_then_failures_are_counted_unasked()
    {
        using var shell = new HeldShell();
        using IgnoreCommand asked = Make("ask <ip>", shell);
        for (int i = 0; i < 10_000; i++)
        {
            Assert.Null(asked.Ask(FailureOf("192.0.2.1", "root"), _ => { }));
        }

        Assert.False(asked.Ask(FailureOf("192.0.2.2", "root"), _ => Assert.Fail("It has been answered.")));
        Assert.Equal(BanEventKind.LimitReached, Assert.Single(Told()).Kind);
        shell.Release();
        await asked.WhenIdleAsync(CancellationToken.None).WaitAsync(s_patience);
        Assert.True(await AskAsync(asked, "192.0.2.2"));
        Assert.Equal(2, shell.Runs);
    }

    [Fact]
    public async Task Whoever_had_no_turn_in_the_time_of_a_command_is_counted_unasked()
    {
        using var shell = new HeldShell();
        using IgnoreCommand asked = Make("ask <ip>", shell);
        List<Task<bool>> waiting = [.. Enumerable.Range(1, 20).Select(i => AskAsync(asked, $"192.0.2.{i}"))];
        await shell.WhenRunningAsync(8).WaitAsync(s_patience);
        _clock.Advance(TimeSpan.FromSeconds(60));
        shell.Release();
        bool[] spared = await Task.WhenAll(waiting);
        Assert.Equal(8, spared.Count(answer => answer));
        Assert.Equal(8, shell.Runs);
        Assert.Contains("could not be run", Assert.Single(Told()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_are_remembered_by_key_for_a_time_and_up_to_a_number()
    {
        using var shell = new HeldShell();
        shell.Release();
        using IgnoreCommand asked = Make("ask <ip>", shell, "<F-USER>@<ip>", maxCount: 2, maxTime: TimeSpan.FromMinutes(1));
        await AskAsync(asked, "192.0.2.1", "a");
        Assert.True(asked.Ask(FailureOf("192.0.2.1", "a"), _ => Assert.Fail("It has been answered.")));
        await AskAsync(asked, "192.0.2.1", "b");
        Assert.Equal(2, shell.Runs);

        // The third drives out the first.
        await AskAsync(asked, "192.0.2.1", "c");
        await AskAsync(asked, "192.0.2.1", "b");
        Assert.Equal(3, shell.Runs);
        await AskAsync(asked, "192.0.2.1", "a");
        Assert.Equal(4, shell.Runs);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await AskAsync(asked, "192.0.2.1", "a");
        Assert.Equal(5, shell.Runs);
    }

    [Fact]
    public void Answers_that_are_kept_never_exceed_their_number()
    {
        var answers = new IgnoreAnswers(3, TimeSpan.MaxValue, _clock);
        for (int i = 0; i < 100; i++)
        {
            answers.Keep($"{i % 7}", i % 2 == 0);
            answers.Keep($"{i % 7}", i % 2 == 0);
            Assert.InRange(answers.Count, 1, 3);
            Assert.Equal(i % 2 == 0, answers.Find($"{i % 7}"));
        }
    }

    private IgnoreCommand Make(string command, IShell? shell = null, string? key = null, int maxCount = 100, TimeSpan? maxTime = null) => new(
        new IgnoreCommandOptions("jail", command, Duration.FromSeconds(600)) { CacheKey = key, MaxCount = maxCount, MaxTime = maxTime ?? TimeSpan.FromMinutes(5) },
        shell ?? new Shell(TimeProvider.System), () => default, _events, _clock);

    private static async Task<bool> AskAsync(IgnoreCommand command, string address, string user = "root")
    {
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        return command.Ask(FailureOf(address, user), answer.SetResult) ?? await answer.Task.WaitAsync(s_patience);
    }

    private static Failure FailureOf(string address, string user) => new(
        Address.Parse(address), DateTimeOffset.UnixEpoch, [$"Failed password for {user} from {address}"], new Dictionary<string, string> { ["user"] = user }, 0, 1);

    private List<BanEvent> Told()
    {
        List<BanEvent> told = [];
        while (!_told.IsEmpty)
        {
            told.Add(_told.ReadAllAsync(CancellationToken.None).ToBlockingEnumerable().First());
        }

        return told;
    }

    /// <summary>Spares everybody, once it is let.</summary>
    private sealed class HeldShell : IShell, IDisposable
    {
        private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly SemaphoreSlim _started = new(0);
        private int _runs;

        public int Runs => Volatile.Read(ref _runs);

        public void Release() => _gate.SetResult();

        public void Dispose() => _started.Dispose();

        public async Task WhenRunningAsync(int count)
        {
            for (int i = 0; i < count; i++)
            {
                await _started.WaitAsync();
            }
        }

        public async Task<ShellResult> RunAsync(ShellScript script, TimeSpan timeout, CancellationToken cancelToken)
        {
            Interlocked.Increment(ref _runs);
            _started.Release();
            await _gate.Task.WaitAsync(cancelToken);
            return new ShellResult(0, "", "");
        }
    }
}
