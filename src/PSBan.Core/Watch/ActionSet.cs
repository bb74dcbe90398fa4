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

    private readonly List<List<ActionRun>> _jails = [];

    /// <summary>How many commands wait.</summary>
    public int Pending => _jails.Sum(actions => actions.Sum(action => action.Pending));

    private IEnumerable<ActionRun> All => _jails.SelectMany(actions => actions);

    /// <summary>Makes the actions of a jail; they start when the set runs.</summary>
    /// <param name="plan">The jail.</param>
    /// <param name="jail">Its counters.</param>
    public IReadOnlyList<ActionRun> Open(JailPlan plan, Jail jail)
    {
        List<ActionRun> actions = [.. plan.Commands.Select(command => new ActionRun(command, MakeShell(command), () => jail.Statistics, events, options.Clock))];
        _jails.Add(actions);
        return actions;
    }

    /// <summary>Works until cancelled.</summary>
    public Task RunAsync(CancellationToken cancelToken) =>
        Task.WhenAll(All.Select(action => action.RunAsync(cancelToken)).Append(Task.Delay(Timeout.InfiniteTimeSpan, options.Clock, cancelToken)
            .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default)));

    /// <summary>Stops the actions: of each jail the last first, the jails side by side. A second call does nothing.</summary>
    public async Task CloseAsync()
    {
        using CancellationTokenSource patience = new(s_closePatience, options.Clock);
        await Task.WhenAll(_jails.Select(actions => CloseAsync(actions, patience.Token))).ConfigureAwait(false);
    }

    /// <summary>What people are shown: <c>, 3 actions of commands</c>, or nothing.</summary>
    public override string ToString() => All.Count() is > 0 and var count ? string.Create(CultureInfo.InvariantCulture, $", {count} action{(count == 1 ? "" : "s")} of commands") : string.Empty;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ActionRun action in All)
        {
            action.Dispose();
        }
    }

    private static async Task CloseAsync(List<ActionRun> actions, CancellationToken patience)
    {
        foreach (ActionRun action in Enumerable.Reverse(actions))
        {
            await action.CloseAsync(patience).ConfigureAwait(false);
        }
    }

    private IShell MakeShell(CommandDefinition command) => options.Firewall == FirewallBackEnds.DryRun
        ? new DryRunShell(script => events.Publish(BanEventKind.DryRun, $"Would run for the action '{command.Name}': {script}", command.Jail))
        : new Shell(options.Clock);
}
