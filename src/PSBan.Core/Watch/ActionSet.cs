using System.Globalization;
using PSBan.Firewalls;
using PSBan.Firewalls.Command;
using PSBan.Jails;
using PSBan.Model;

namespace PSBan.Watch;

/// <summary>The actions of a watch that are made of commands.</summary>
internal sealed class ActionSet(WatchOptions options, EventHub events) : IDisposable
{
    // Lifting ten thousand bans takes a minute where each is a command; a service manager waits a minute and a half before it kills.
    private static readonly TimeSpan s_closePatience = TimeSpan.FromSeconds(45);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, IReadOnlyList<ActionRun>> _jails = new(StringComparer.Ordinal);
    private readonly Dictionary<ActionRun, CrewMember> _working = [];
    private readonly Dictionary<string, List<ActionRun>> _leaving = new(StringComparer.Ordinal);

    /// <summary>How many commands wait.</summary>
    public int Pending => All.Sum(action => action.Pending);

    private IReadOnlyList<ActionRun> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _jails.Values.SelectMany(actions => actions)];
            }
        }
    }

    /// <summary>The actions of a jail: those that it has already where they are the same, and new ones, which begin with <see cref="Start"/>.</summary>
    /// <param name="plan">The jail.</param>
    /// <param name="jail">Its counters.</param>
    public IReadOnlyList<ActionRun> Open(JailPlan plan, Jail jail)
    {
        lock (_lock)
        {
            List<ActionRun> before = [.. _jails.GetValueOrDefault(plan.Options.Name) ?? []];
            List<ActionRun> actions = [];
            foreach (CommandPlan command in plan.Commands)
            {
                ActionRun? same = before.Find(action => action.Text == command.Text);
                before.Remove(same!);
                actions.Add(same ?? new ActionRun(command, MakeShell(command.Definition), () => jail.Statistics, events, options.Clock));
            }

            Leave(plan.Options.Name, before);
            return _jails[plan.Options.Name] = actions;
        }
    }

    /// <summary>A jail has gone: its actions are to be stopped by <see cref="TidyAsync"/>.</summary>
    public void Drop(string jail)
    {
        lock (_lock)
        {
            if (_jails.Remove(jail, out IReadOnlyList<ActionRun>? actions))
            {
                Leave(jail, actions);
            }
        }
    }

    /// <summary>Stops the actions that no jail has any more: of each jail the last first. What stands in them is lifted.</summary>
    public async Task TidyAsync()
    {
        List<List<ActionRun>> leaving;
        lock (_lock)
        {
            leaving = [.. _leaving.Values.Select(actions => actions.ToList())];
        }

        using CancellationTokenSource patience = new(s_closePatience, options.Clock);
        await Task.WhenAll(leaving.Select(actions => CloseAsync(actions, patience.Token))).ConfigureAwait(false);
        lock (_lock)
        {
            _leaving.Clear();
        }

        leaving.ForEach(actions => actions.ForEach(action => action.Dispose()));
    }

    /// <summary>
    /// Lets the actions work that do not yet. Those of a jail that others are to leave wait for <see cref="TidyAsync"/>: what an action sets up often has the name of
    /// what another takes down.
    /// </summary>
    public void Start(TaskCrew crew)
    {
        lock (_lock)
        {
            foreach (ActionRun action in _jails.Where(jail => !_leaving.ContainsKey(jail.Key)).SelectMany(jail => jail.Value).Where(action => !_working.ContainsKey(action)))
            {
                _working.Add(action, crew.Start(action.RunAsync));
            }
        }
    }

    /// <summary>Stops the actions: of each jail the last first, the jails side by side. A second call does nothing.</summary>
    public async Task CloseAsync()
    {
        await TidyAsync().ConfigureAwait(false);
        using CancellationTokenSource patience = new(s_closePatience, options.Clock);
        await Task.WhenAll(_jails.Values.Select(actions => CloseAsync(actions, patience.Token))).ConfigureAwait(false);
    }

    /// <summary>What people are shown: <c>, 3 actions of commands</c>, or nothing.</summary>
    public override string ToString() => All.Count is > 0 and var count ? string.Create(CultureInfo.InvariantCulture, $", {count} action{(count == 1 ? "" : "s")} of commands") : string.Empty;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ActionRun action in All)
        {
            action.Dispose();
        }
    }

    private async Task CloseAsync(IReadOnlyList<ActionRun> actions, CancellationToken patience)
    {
        foreach (ActionRun action in actions.Reverse())
        {
            CrewMember? member;
            lock (_lock)
            {
                _working.Remove(action, out member);
            }

            await (member?.StopAsync() ?? Task.CompletedTask).ConfigureAwait(false);

            await action.CloseAsync(patience).ConfigureAwait(false);
        }
    }

    private void Leave(string jail, IReadOnlyCollection<ActionRun> actions)
    {
        if (actions.Count == 0)
        {
            return;
        }

        if (_leaving.TryGetValue(jail, out List<ActionRun>? leaving))
        {
            leaving.AddRange(actions);
        }
        else
        {
            _leaving[jail] = [.. actions];
        }
    }

    private IShell MakeShell(CommandDefinition command) => options.Firewall == FirewallBackEnds.DryRun
        ? new DryRunShell(script => events.Publish(BanEventKind.DryRun, $"Would run for the action '{command.Name}': {script}", command.Jail))
        : new Shell(options.Clock);
}
