using PSBan.Model;

namespace PSBan.Firewalls.DryRun;

/// <summary>Keeps in memory what would stand in the packet filter, times included, and runs no command.</summary>
/// <param name="time">The clock that ends bans.</param>
internal sealed class DryRunFirewall(TimeProvider time) : IFirewall
{
    private readonly Dictionary<string, (FirewallRule Rule, Dictionary<Address, DateTimeOffset> Ends)> _rules = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => FirewallBackEnds.DryRun;

    /// <summary>Nobody else can change it.</summary>
    public long? CountForeignChanges() => 0;

    /// <inheritdoc/>
    public Task OpenAsync(IReadOnlyList<FirewallRule> rules, CancellationToken cancelToken)
    {
        foreach (FirewallRule rule in rules)
        {
            _rules[rule.Name] = (rule, _rules.TryGetValue(rule.Name, out var standing) ? standing.Ends : []);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ApplyAsync(IReadOnlyList<FirewallChange> changes, CancellationToken cancelToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        foreach (FirewallChange change in changes)
        {
            Dictionary<Address, DateTimeOffset> ends = _rules.TryGetValue(change.Rule.Name, out var standing)
                ? standing.Ends
                : throw new InvalidOperationException($"The rule '{change.Rule.Name}' has not been opened.");
            if (change.Add)
            {
                ends[change.Address] = End(now, change.Remaining);
            }
            else
            {
                ends.Remove(change.Address);
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<FirewallEntry>> ListAsync(CancellationToken cancelToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        List<FirewallEntry> entries = [];
        foreach ((FirewallRule rule, Dictionary<Address, DateTimeOffset> ends) in _rules.Values)
        {
            foreach (Address over in ends.Where(pair => pair.Value <= now).Select(pair => pair.Key).ToList())
            {
                ends.Remove(over);
            }

            entries.AddRange(ends.Select(pair =>
                new FirewallEntry(rule, pair.Key, pair.Value == DateTimeOffset.MaxValue ? Duration.Permanent : Duration.From(pair.Value - now))));
        }

        return Task.FromResult<IReadOnlyList<FirewallEntry>>(entries);
    }

    /// <inheritdoc/>
    public Task CloseAsync(IReadOnlyList<FirewallRule> rules, CancellationToken cancelToken)
    {
        foreach (FirewallRule rule in rules)
        {
            _rules.Remove(rule.Name);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static DateTimeOffset End(DateTimeOffset now, Duration remaining) =>
        remaining.ToTimeSpan() is var span && span >= DateTimeOffset.MaxValue - now ? DateTimeOffset.MaxValue : now + span;
}
