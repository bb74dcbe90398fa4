using PSBan.Firewalls;
using PSBan.Model;

namespace PSBan.Watch;

/// <summary>Comparing and repairing on demand, and what came of it.</summary>
internal sealed partial class Enforcer
{
    private readonly List<TaskCompletionSource<IReadOnlyList<FirewallRepair>>> _asked = [];
    private readonly Dictionary<string, (int Restored, int Removed)> _repairs = new(StringComparer.Ordinal);
    private TaskCompletionSource _hurry = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _wereMadeAnew;

    /// <summary>Why the last attempt failed; null where it did not.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Compares both sides now and repairs what differs, without waiting for the end of a back-off.</summary>
    /// <returns>What was repaired, an entry for each jail; where it could not be, why.</returns>
    public Task<IReadOnlyList<FirewallRepair>> SyncAsync(CancellationToken cancelToken)
    {
        var answer = new TaskCompletionSource<IReadOnlyList<FirewallRepair>>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _asked.Add(answer);
            EndHolds();
            _hurry.TrySetResult();
        }

        WantReconcile();
        return answer.Task.WaitAsync(cancelToken);
    }

    /// <summary>Waits for the next attempt after a failure; somebody who asks ends the wait.</summary>
    private async Task WaitForRetryAsync(TimeSpan retry, CancellationToken cancelToken)
    {
        Task hurry;
        lock (_lock)
        {
            hurry = _hurry.Task;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancelToken);
        await Task.WhenAny(Task.Delay(retry, _clock, end.Token), hurry).ConfigureAwait(false);
        await end.CancelAsync().ConfigureAwait(false);
        cancelToken.ThrowIfCancellationRequested();
    }

    /// <summary>Begins a new tally before both sides are compared.</summary>
    private void BeginTally()
    {
        lock (_lock)
        {
            _repairs.Clear();
        }
    }

    /// <summary>Notes a difference. Called under the lock.</summary>
    private void Tally(string rule, int restored, int removed)
    {
        (int Restored, int Removed) sum = _repairs.GetValueOrDefault(rule);
        _repairs[rule] = (sum.Restored + restored, sum.Removed + removed);
    }

    /// <summary>Notes that all bans of all rules are put back, because the rules were gone. Called under the lock.</summary>
    private void TallyAll()
    {
        _wereMadeAnew = true;
        _repairs.Clear();
        foreach (FirewallTarget target in _desired.Keys)
        {
            Tally(target.Rule, 1, 0);
        }
    }

    /// <summary>Answers everybody who asked.</summary>
    /// <param name="trouble">Why it could not be done; null where it was.</param>
    private void Answer(string? trouble)
    {
        TaskCompletionSource<IReadOnlyList<FirewallRepair>>[] asked;
        IReadOnlyList<FirewallRepair> repairs;
        lock (_lock)
        {
            Trouble = trouble;
            asked = [.. _asked];
            if (asked.Length == 0)
            {
                return;
            }

            _asked.Clear();
            _hurry = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            repairs = [.. _rules.Values.GroupBy(rule => rule.Jail, StringComparer.Ordinal).Select(group => ToRepair(group.Key, [.. group], trouble))];
            _wereMadeAnew = false;
        }

        foreach (TaskCompletionSource<IReadOnlyList<FirewallRepair>> answer in asked)
        {
            answer.TrySetResult(repairs);
        }
    }

    private FirewallRepair ToRepair(string jail, FirewallRule[] rules, string? trouble)
    {
        HashSet<string> names = [.. rules.Select(rule => rule.Name)];
        string? waiting = rules.Select(rule => _holds.GetValueOrDefault(rule.Name)?.Trouble.Message).FirstOrDefault(message => message is not null);
        return new FirewallRepair(Name, jail)
        {
            Wanted = _desired.Keys.Count(target => names.Contains(target.Rule)),
            Restored = trouble is null ? names.Sum(name => _repairs.GetValueOrDefault(name).Restored) : 0,
            Removed = trouble is null ? names.Sum(name => _repairs.GetValueOrDefault(name).Removed) : 0,
            RulesMadeAnew = _wereMadeAnew && trouble is null,
            Trouble = trouble ?? waiting,
        };
    }
}
