namespace PSBan.Firewalls;

/// <summary>
/// A packet filter that keeps addresses out. One object serves all jails that use it; calls do not overlap.
/// Every method that changes something may throw <see cref="FirewallException"/>; the caller retries with back-off, an implementation does not.
/// </summary>
public interface IFirewall : IAsyncDisposable
{
    /// <summary>The short name: <c>nft</c>, <c>iptables</c>, <c>ipset</c>, <c>windows-firewall</c>, <c>dry-run</c>.</summary>
    string Name { get; }

    /// <summary>How many changes <see cref="ApplyAsync"/> is given at once at most. With more, a ban that comes in the meantime waits longer.</summary>
    /// <value>The default is 20,000.</value>
    int MostChanges => 20_000;

    /// <summary>
    /// Counts how often the packet filter was changed by anybody but this object: while the number stays the same, what was listed and applied stands as it did, but for what
    /// has reached its end. Another's changes may be counted together, and may be changes of something else. Costs next to nothing, and never throws.
    /// </summary>
    /// <returns>The number; null where that cannot be told, which is the default.</returns>
    long? CountForeignChanges() => null;

    /// <summary>Prepares whatever the rules need (table, chains, sets). Idempotent: what is there already is kept, bans included.</summary>
    /// <param name="rules">The rules to have ready; more than one may belong to a jail.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="FirewallException">Missing tool, missing right (with the remedy), or the packet filter refused.</exception>
    Task OpenAsync(IReadOnlyList<FirewallRule> rules, CancellationToken cancelToken);

    /// <summary>Applies a batch, where the packet filter has transactions as one, or as a few where it is very large. Adding what is there renews its time; removing what is not there is no error.</summary>
    /// <param name="changes">What to add and remove, in order.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="FirewallException">Nothing or only a part was applied; applying the batch again is safe.</exception>
    Task ApplyAsync(IReadOnlyList<FirewallChange> changes, CancellationToken cancelToken);

    /// <summary>Reads what stands in the packet filter now for the opened rules. An empty list is an answer; a rule whose set or chain is gone throws.</summary>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="FirewallException">It cannot be read, or what <see cref="OpenAsync"/> made is gone.</exception>
    Task<IReadOnlyList<FirewallEntry>> ListAsync(CancellationToken cancelToken);

    /// <summary>Removes what <see cref="OpenAsync"/> made for the rules, bans included, and nothing else; the table too when its last rule goes.</summary>
    /// <param name="rules">The rules to take down.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="FirewallException">The packet filter refused.</exception>
    Task CloseAsync(IReadOnlyList<FirewallRule> rules, CancellationToken cancelToken);
}
