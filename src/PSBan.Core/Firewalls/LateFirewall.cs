using PSBan.Model;

namespace PSBan.Firewalls;

/// <summary>A packet filter that is looked for when it is opened, and looked for again as long as it could not be had: its tool may be installed later.</summary>
/// <param name="name">The name that was asked for.</param>
/// <param name="choose">Looks for it; may throw <see cref="FirewallException"/>.</param>
internal sealed class LateFirewall(string name, Func<CancellationToken, Task<FirewallChoice>> choose) : IFirewall, IFirewallNotes
{
    private FirewallChoice? _choice;

    /// <inheritdoc/>
    public string Name => _choice?.Firewall.Name ?? name;

    /// <summary>As many as what was taken is given; until something could be had one is enough, since it is refused anyway.</summary>
    public int MostChanges => _choice?.Firewall.MostChanges ?? 1;

    /// <inheritdoc/>
    public long? CountForeignChanges() => _choice?.Firewall.CountForeignChanges();

    /// <summary>What was taken, and why; null as long as nothing could be had.</summary>
    public FirewallChoice? Choice => _choice;

    /// <inheritdoc/>
    public IReadOnlyList<string> Notes => [.. _choice is { IsSecondBest: true } ? [_choice.Reason] : Array.Empty<string>(), .. (_choice?.Firewall as IFirewallNotes)?.Notes ?? []];

    /// <inheritdoc/>
    public bool Covers(Address address) => (_choice?.Firewall as IFirewallNotes)?.Covers(address) != false;

    /// <inheritdoc/>
    public async Task OpenAsync(IReadOnlyList<FirewallRule> rules, CancellationToken cancelToken)
    {
        _choice ??= await choose(cancelToken).ConfigureAwait(false);
        await _choice.Firewall.OpenAsync(rules, cancelToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task ApplyAsync(IReadOnlyList<FirewallChange> changes, CancellationToken cancelToken) => Chosen.ApplyAsync(changes, cancelToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<FirewallEntry>> ListAsync(CancellationToken cancelToken) => Chosen.ListAsync(cancelToken);

    /// <inheritdoc/>
    public Task CloseAsync(IReadOnlyList<FirewallRule> rules, CancellationToken cancelToken) =>
        _choice is null ? Task.CompletedTask : _choice.Firewall.CloseAsync(rules, cancelToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _choice is null ? ValueTask.CompletedTask : _choice.Firewall.DisposeAsync();

    // The same failure as that of a packet filter that was flushed: opening is what has to be done.
    private IFirewall Chosen => _choice?.Firewall ?? throw new FirewallException(FirewallFailure.Gone, $"The packet filter {name} could not be opened yet.");
}
