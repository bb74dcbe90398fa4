using PSBan.Firewalls;
using PSBan.Model;

namespace PSBan.Watch;

/// <content>The end of an action: what stands is lifted, what waits is sent, and the action is stopped.</content>
internal sealed partial class ActionRun
{
    private static readonly TimeSpan s_stopPatience = TimeSpan.FromSeconds(20);

    private readonly RareWords _endFailures = new(s_tellEvery);
    private bool _isClosed;

    /// <summary>Lifts what stands, sends what waits, and stops the action. Nothing of it throws; a second call does nothing.</summary>
    /// <param name="patience">Ends lifting and sending; the action is stopped all the same.</param>
    public async Task CloseAsync(CancellationToken patience)
    {
        if (_isClosed || _working is null)
        {
            return;
        }

        _isClosed = true;
        await _working.ConfigureAwait(false);
        try
        {
            if (Definition.HasUnban)
            {
                await LiftAllAsync(patience).ConfigureAwait(false);
            }
            else
            {
                await SendRestAsync(patience).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            Tell(BanEventKind.FirewallFailed, Definition.HasUnban
                ? $"The action '{Definition.Name}' takes too long to lift its bans; it is stopped with some left."
                : $"The action '{Definition.Name}' takes too long over what it still has to tell; the rest is not told.");
        }

        using CancellationTokenSource limit = new(s_stopPatience, _clock);
        try
        {
            await TryAsync(() => _action.StopAsync(limit.Token)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Tell(BanEventKind.FirewallFailed, $"The action '{Definition.Name}' takes too long to stop and is left as it is.");
        }
    }

    private async Task LiftAllAsync(CancellationToken patience)
    {
        IReadOnlyList<(Ban Ban, bool IsInForce)> bans = _book.Tried();
        if (bans.Count > 0 && Definition.Has("actionflush") && await TryAsync(() => _action.FlushAsync(patience)).ConfigureAwait(false))
        {
            return;
        }

        foreach ((Ban ban, bool isInForce) in bans)
        {
            // Where banning failed there is perhaps nothing to lift.
            await TryAsync(() => isInForce ? _action.UnbanAsync(ban, patience) : _action.CleanAsync(ban, patience)).ConfigureAwait(false);
        }
    }

    private async Task SendRestAsync(CancellationToken patience)
    {
        while (_book.Take(_clock.GetUtcNow(), out _) is { } step)
        {
            await CarryOutAsync(step, patience).ConfigureAwait(false);
            patience.ThrowIfCancellationRequested();
        }
    }

    private async Task<bool> TryAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
            return true;
        }
        catch (FirewallException exception)
        {
            if (_endFailures.Next(_clock.GetUtcNow()) is { } more)
            {
                Tell(BanEventKind.FirewallFailed, exception.Message + more);
            }

            return false;
        }
    }
}
