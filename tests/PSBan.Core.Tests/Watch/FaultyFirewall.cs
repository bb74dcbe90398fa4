using System.Collections.Concurrent;
using PSBan.Firewalls;
using PSBan.Model;

namespace PSBan.Tests.Watch;

/// <summary>A packet filter in memory that fails when told to, and forgets everything when told to.</summary>
internal sealed class FaultyFirewall : IFirewall
{
    private readonly ConcurrentDictionary<(string Rule, Address Address), Duration> _entries = new();
    private bool _isOpen;

    public string Name => "faulty";

    /// <summary>How many of the next calls of <see cref="ApplyAsync"/> fail.</summary>
    public int Failures { get; set; }

    public int Opened { get; private set; }

    /// <summary>The rules that stand, with their ports.</summary>
    public SortedDictionary<string, string?> Rules { get; } = new(StringComparer.Ordinal);

    /// <summary>The rules that are refused when they are opened.</summary>
    public HashSet<string> Refused { get; } = [];

    /// <summary>How many of the next calls of <see cref="CloseAsync"/> fail.</summary>
    public int CloseFailures { get; set; }

    /// <summary>The rules that cannot be set up.</summary>
    public HashSet<string> ClosedRules { get; } = [];

    /// <summary>The rules whose sets take nothing more.</summary>
    public HashSet<string> FullRules { get; } = [];

    public IReadOnlyCollection<string> Standing => [.. _entries.Keys.Select(key => $"{key.Rule} {key.Address}").Order(StringComparer.Ordinal)];

    public List<int> Batches { get; } = [];

    /// <summary>What is told of changes by others; null where nothing is known of them.</summary>
    public long? ForeignChanges { get; set; }

    /// <summary>How often it was listed.</summary>
    public int Listings { get; private set; }

    /// <summary>How many of the next calls of <see cref="ListAsync"/> fail.</summary>
    public int ListFailures { get; set; }

    /// <summary>How often it was asked for changes by others.</summary>
    public int Asked { get; private set; }

    public long? CountForeignChanges()
    {
        Asked++;
        return ForeignChanges;
    }

    /// <summary>Holds every batch up until it is set.</summary>
    public TaskCompletionSource? Gate { get; set; }

    public void Flush()
    {
        _entries.Clear();
        _isOpen = false;
    }

    public void Drop(Address address)
    {
        foreach ((string Rule, Address Address) key in _entries.Keys.Where(key => key.Address == address))
        {
            _entries.TryRemove(key, out _);
        }
    }

    public Task OpenAsync(IReadOnlyList<FirewallRule> rules, CancellationToken cancelToken)
    {
        foreach (FirewallRule rule in rules)
        {
            // One after the other, as a packet filter without transactions does.
            if (Refused.Contains(rule.Name))
            {
                throw new FirewallException(FirewallFailure.CommandFailed, $"The rule {rule.Name} was refused.");
            }

            Rules[rule.Name] = rule.Ports;
        }

        _isOpen = true;
        Opened++;
        string[] closed = [.. rules.Select(rule => rule.Name).Where(ClosedRules.Contains)];
        return closed.Length == 0 ? Task.CompletedTask : throw new FirewallException(FirewallFailure.CommandFailed, "It cannot be set up.", null, closed);
    }

    public async Task ApplyAsync(IReadOnlyList<FirewallChange> changes, CancellationToken cancelToken)
    {
        if (Gate is { } gate)
        {
            await gate.Task.WaitAsync(cancelToken);
        }

        if (!_isOpen)
        {
            throw new FirewallException(FirewallFailure.Gone, "The table is gone.");
        }

        if (Failures > 0)
        {
            Failures--;
            throw new FirewallException(FirewallFailure.CommandFailed, "It was refused.");
        }

        Batches.Add(changes.Count);
        foreach (FirewallChange change in changes.Where(change => !FullRules.Contains(change.Rule.Name)))
        {
            Assert.DoesNotContain(change.Rule.Name, ClosedRules);
            if (change.Add)
            {
                _entries[(change.Rule.Name, change.Address)] = change.Remaining;
            }
            else
            {
                _entries.TryRemove((change.Rule.Name, change.Address), out _);
            }
        }

        if (changes.Any(change => FullRules.Contains(change.Rule.Name)))
        {
            throw new FirewallException(FirewallFailure.CommandFailed, "It is full.", null, [.. FullRules]);
        }
    }

    public Task<IReadOnlyList<FirewallEntry>> ListAsync(CancellationToken cancelToken)
    {
        Listings++;
        if (ListFailures > 0)
        {
            ListFailures--;
            throw new FirewallException(FirewallFailure.CommandFailed, "It does not answer.");
        }

        return _isOpen
            ? Task.FromResult<IReadOnlyList<FirewallEntry>>([.. _entries.Select(entry => new FirewallEntry(new FirewallRule { Jail = "j", Name = entry.Key.Rule }, entry.Key.Address, entry.Value))])
            : throw new FirewallException(FirewallFailure.Gone, "The table is gone.");
    }

    public Task CloseAsync(IReadOnlyList<FirewallRule> rules, CancellationToken cancelToken)
    {
        if (CloseFailures > 0)
        {
            CloseFailures--;
            throw new FirewallException(FirewallFailure.CommandFailed, "It is in use.");
        }

        HashSet<string> gone = [.. rules.Select(rule => rule.Name)];
        foreach ((string Rule, Address Address) key in _entries.Keys.Where(key => gone.Contains(key.Rule)))
        {
            _entries.TryRemove(key, out _);
        }

        foreach (string name in gone)
        {
            Rules.Remove(name);
        }

        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
