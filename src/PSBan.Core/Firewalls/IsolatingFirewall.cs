using PSBan.Model;

namespace PSBan.Firewalls;

/// <summary>
/// Keeps one rule that is refused, or one set that is full, from holding up the others: what fails together is done again rule by rule, and the exception
/// names those that failed. What concerns the tool as a whole (missing, no right, hanging) is passed on as it is.
/// </summary>
/// <param name="inner">The packet filter.</param>
internal sealed class IsolatingFirewall(IFirewall inner) : IFirewall, IFirewallNotes
{
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => inner.Name;

    /// <inheritdoc/>
    public int MostChanges => inner.MostChanges;

    /// <inheritdoc/>
    public long? CountForeignChanges() => inner.CountForeignChanges();

    /// <inheritdoc/>
    public IReadOnlyList<string> Notes => (inner as IFirewallNotes)?.Notes ?? [];

    /// <inheritdoc/>
    public bool Covers(Address address) => (inner as IFirewallNotes)?.Covers(address) != false;

    /// <inheritdoc/>
    public Task OpenAsync(IReadOnlyList<FirewallRule> rules, CancellationToken cancelToken) => IsolateAsync(
        rules,
        rule => rule,
        async some =>
        {
            await inner.OpenAsync(some, cancelToken).ConfigureAwait(false);
            _open.UnionWith(some.Select(rule => rule.Name));
        });

    /// <inheritdoc/>
    public async Task ApplyAsync(IReadOnlyList<FirewallChange> changes, CancellationToken cancelToken)
    {
        FirewallChange[] open = [.. changes.Where(change => _open.Contains(change.Rule.Name))];
        await IsolateAsync(open, change => change.Rule, some => inner.ApplyAsync(some, cancelToken)).ConfigureAwait(false);
        if (open.Length < changes.Count)
        {
            string[] closed = [.. changes.Select(change => change.Rule.Name).Where(name => !_open.Contains(name)).Distinct()];
            throw new FirewallException(FirewallFailure.CommandFailed, $"The rule '{closed[0]}' could not be set up yet.", null, closed);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<FirewallEntry>> ListAsync(CancellationToken cancelToken) => inner.ListAsync(cancelToken);

    /// <inheritdoc/>
    public async Task CloseAsync(IReadOnlyList<FirewallRule> rules, CancellationToken cancelToken)
    {
        await inner.CloseAsync(rules, cancelToken).ConfigureAwait(false);
        _open.ExceptWith(rules.Select(rule => rule.Name));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private static async Task IsolateAsync<T>(IReadOnlyList<T> all, Func<T, FirewallRule> ruleOf, Func<IReadOnlyList<T>, Task> work)
    {
        FirewallException trouble;
        try
        {
            await work(all).ConfigureAwait(false);
            return;
        }
        catch (FirewallException exception) when (IsOfRule(exception))
        {
            trouble = exception;
        }

        IGrouping<string, T>[] groups = [.. all.GroupBy(item => ruleOf(item).Name, StringComparer.Ordinal)];
        List<(string Rule, FirewallException Trouble)> failed = [];
        foreach (IGrouping<string, T> group in groups)
        {
            try
            {
                if (groups.Length > 1)
                {
                    await work([.. group]).ConfigureAwait(false);
                    continue;
                }
            }
            catch (FirewallException exception) when (IsOfRule(exception))
            {
                trouble = exception;
            }

            failed.Add((group.Key, trouble));
        }

        if (failed.Count > 0)
        {
            // What is refused weighs more than what will come by itself.
            failed.Sort((left, right) => left.Trouble.Failure.CompareTo(right.Trouble.Failure));
            (_, FirewallException first) = failed[0];
            FirewallRule rule = ruleOf(all.First(item => ruleOf(item).Name == failed[0].Rule));
            string whose = first.Message.Contains($"'{rule.Name}'", StringComparison.Ordinal) ? "" : $"The rule '{rule.Name}' of the jail '{rule.Jail}': ";
            string more = failed.Count == 1 ? "" : $" The same or the like happened to {string.Join(", ", failed.Skip(1).Select(failure => $"'{failure.Rule}'"))}.";
            throw new FirewallException(first.Failure, whose + first.Message + more, first, [.. failed.Select(failure => failure.Rule)]);
        }
    }

    private static bool IsOfRule(FirewallException exception) => exception.Failure is FirewallFailure.CommandFailed or FirewallFailure.NotYet;
}
