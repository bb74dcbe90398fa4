using PSBan.Firewalls.Command;
using PSBan.Model;

namespace PSBan.Watch;

/// <summary>
/// Asks the <c>ignorecommand</c> of one jail, away from the counting: what waits for an answer is one failure, not the jail. Several commands run side by side, the same
/// question is asked once however many failures wait for it, and how many wait and how long is bounded.
/// </summary>
/// <remarks>
/// The command's exit code is the answer: 0 spares, 1 does not. Anything else, or none in time, is told and spares nobody, as in fail2ban; so does a question for which there
/// was no room.
/// </remarks>
internal sealed class IgnoreCommand : IDisposable
{
    // So many commands of one jail at a time, and so many failures that wait for them.
    private const int MaxRunning = 8;
    private const int MaxWaiting = 10_000;
    private static readonly TimeSpan s_tellEvery = TimeSpan.FromMinutes(10);

    private readonly IgnoreCommandOptions _options;
    private readonly IShell _shell;
    private readonly Func<JailNumbers> _numbers;
    private readonly EventHub _events;
    private readonly TimeProvider _clock;
    private readonly IgnoreAnswers? _answers;
    private readonly Lock _lock = new();
    private readonly Queue<Question> _queue = [];
    private readonly Dictionary<string, Question> _asked = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _end = new();
    private readonly RareWords _failures = new(s_tellEvery);
    private readonly RareWords _overflow = new(s_tellEvery);
    private TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private int _waiting;

    /// <param name="options">The command.</param>
    /// <param name="shell">Runs it.</param>
    /// <param name="numbers">The numbers of the jail, asked on the thread that asks here.</param>
    /// <param name="events">Is told of a command that fails.</param>
    /// <param name="clock">The clock.</param>
    public IgnoreCommand(IgnoreCommandOptions options, IShell shell, Func<JailNumbers> numbers, EventHub events, TimeProvider clock)
    {
        (_options, _shell, _numbers, _events, _clock) = (options, shell, numbers, events, clock);
        _answers = options.CacheKey is null ? null : new IgnoreAnswers(options.MaxCount, options.MaxTime, clock);
        _idle.SetResult();
    }

    /// <summary>Its settings.</summary>
    public IgnoreCommandOptions Options => _options;

    /// <summary>How many failures wait for an answer.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Asks whether a failure is to be ignored. Called from one place at a time.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="done">Is called once with the answer, on another thread, where this returns none.</param>
    /// <returns>The answer where it is known at once; else null.</returns>
    public bool? Ask(Failure failure, Action<bool> done)
    {
        var ban = new Ban(_options.Jail, failure.Id, failure.Time, _options.BanTime) { Failures = 1, Matches = failure.Matches, Data = failure.Data };
        var ticket = new CommandTicket(_options.Jail, ban, string.Empty, failure.Time, _numbers()) { BanTime = _options.BanTime };
        if (_answers is not null && !WantsHost(_options.CacheKey!) && _answers.Find(KeyOf(ticket)) is { } known)
        {
            return known;
        }

        if (TryQueue(ticket, done))
        {
            return null;
        }

        if (_overflow.Next(_clock.GetUtcNow()) is { } more)
        {
            Tell(BanEventKind.LimitReached, $"{MaxWaiting} failures wait for the ignorecommand; it is not asked about {failure.Id}, which is counted{more}.", failure.Id);
        }

        return false;
    }

    /// <summary>Waits until nobody waits for an answer, or until cancelled.</summary>
    public async Task WhenIdleAsync(CancellationToken cancelToken)
    {
        Task idle;
        lock (_lock)
        {
            idle = _idle.Task;
        }

        await idle.WaitAsync(cancelToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Kills the commands that run; who waits gets no answer.</summary>
    public void Dispose() => _end.Cancel();

    private bool TryQueue(CommandTicket ticket, Action<bool> done)
    {
        // The same script with the same values, of the same address: the same answer.
        ShellScript script = ScriptWriter.Write(_options.Command, ticket.ValueOf);
        string identity = string.Join('\0', [ticket.Ban!.Id.ToString(), script.Text, .. script.Arguments, _answers is null ? string.Empty : KeyOf(ticket)]);
        lock (_lock)
        {
            if (_waiting >= MaxWaiting || _end.IsCancellationRequested)
            {
                return false;
            }

            _waiting++;
            if (_idle.Task.IsCompleted)
            {
                _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            if (_asked.TryGetValue(identity, out Question? same))
            {
                same.Done.Add(done);
                return true;
            }

            var question = new Question(identity, ticket, _clock.GetUtcNow()) { Done = { done } };
            _asked.Add(identity, question);
            _queue.Enqueue(question);
            if (_running >= MaxRunning)
            {
                return true;
            }

            _running++;
        }

        _ = Task.Run(WorkAsync);
        return true;
    }

    private async Task WorkAsync()
    {
        while (Next() is { } question)
        {
            bool isSpared = false;
            try
            {
                isSpared = await AnswerAsync(question).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
#pragma warning disable CA1031 // What a failure holds is written by strangers; whatever it brings about, whoever waits for the answer gets one.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Fail(question, $"{e.GetType().Name}: {e.Message}");
            }

            Finish(question, isSpared);
        }
    }

    private Question? Next()
    {
        lock (_lock)
        {
            if (!_end.IsCancellationRequested && _queue.TryDequeue(out Question? question))
            {
                return question;
            }

            _running--;
            return null;
        }
    }

    private void Finish(Question question, bool isSpared)
    {
        lock (_lock)
        {
            // Whoever asks from here on asks anew.
            _asked.Remove(question.Identity);
        }

        question.Done.ForEach(done => done(isSpared));
        lock (_lock)
        {
            _waiting -= question.Done.Count;
            if (_waiting == 0)
            {
                _idle.TrySetResult();
            }
        }
    }

    private async Task<bool> AnswerAsync(Question question)
    {
        if (_clock.GetUtcNow() - question.Since >= _options.Timeout)
        {
            // Others have taken all the time there is; a ban is not put off any longer.
            Fail(question, $"{_options.Timeout.TotalSeconds} s have passed and it could not be run, since {MaxRunning} others are still running");
            return false;
        }

        string wanted = $"{_options.Command} {_options.CacheKey}";
        CommandTicket ticket = question.Ticket with
        {
            Hosts = await CommandHosts.ForAsync(wanted, question.Ticket.Address, _clock, _end.Token).ConfigureAwait(false),
        };
        string key = _answers is null ? string.Empty : KeyOf(ticket);
        if (_answers?.Find(key) is { } known)
        {
            return known;
        }

        ShellResult result = await _shell.RunAsync(ScriptWriter.Write(_options.Command, ticket.ValueOf), _options.Timeout, _end.Token).ConfigureAwait(false);
        if (result.ExitCode is not (0 or 1))
        {
            Fail(question, result.Complaint);
        }

        _answers?.Keep(key, result.Succeeded);
        return result.Succeeded;
    }

    private void Fail(Question question, string why)
    {
        BanId id = question.Ticket.Ban!.Id;
        if (_failures.Next(_clock.GetUtcNow()) is { } more)
        {
            Tell(BanEventKind.IgnoreCommandFailed, $"The ignorecommand gave no answer about {id}, which is therefore not spared: {why}{more}.", id);
        }
    }

    private void Tell(BanEventKind kind, string message, BanId id) => _events.Publish(kind, message, _options.Jail, id);

    private string KeyOf(CommandTicket ticket) => TagScanner.Replace(_options.CacheKey!, (tag, _) => ticket.ValueOf(tag)?.Text);

    private static bool WantsHost(string text) => text.Contains("<ip-host>", StringComparison.Ordinal);

    /// <summary>Something that is asked, and who waits for the answer.</summary>
    private sealed record Question(string Identity, CommandTicket Ticket, DateTimeOffset Since)
    {
        public List<Action<bool>> Done { get; } = [];
    }
}
