using System.Globalization;
using PSBan.Model;

namespace PSBan.Firewalls.WindowsFirewall;

/// <summary>
/// Bans through the Windows Firewall: rules with some hundreds of addresses each, of which a batch rewrites only those that it touches, with one <c>netsh</c> process.
/// There are no times in it: whoever calls removes what has ended, and what a dead watcher leaves stays until the next one opens.
/// </summary>
/// <param name="tool">Runs <c>netsh</c>.</param>
/// <param name="policy">Shows what the firewall has stored.</param>
/// <param name="time">The clock.</param>
internal sealed class NetshFirewall(NetshTool tool, IFirewallPolicy policy, TimeProvider time) : IFirewall, IFirewallNotes
{
    // A script of thousands of rules takes its time; what it has done by then stays.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    private readonly NetshWriter _writer = new(tool, policy);
    private readonly Dictionary<string, ChunkBook> _books = new(StringComparer.Ordinal);
    private IReadOnlyList<string> _troubles = [];
    private long? _lastPass;

    /// <summary>How long a batch waits after the last one: each pass has the firewall compile its rules anew, and meanwhile more gathers.</summary>
    /// <value>The default is one second.</value>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public string Name => FirewallBackEnds.Windows;

    /// <inheritdoc/>
    public IReadOnlyList<string> Notes => [.. _troubles, .. _writer.Notes];

    /// <inheritdoc/>
    public bool Covers(Address address) => Reachable.Is(address) && !_writer.Refused.Contains(address);

    /// <summary>Makes the back end of this machine.</summary>
    /// <param name="time">The clock.</param>
    /// <exception cref="FirewallException">This is not Windows.</exception>
    public static NetshFirewall Create(TimeProvider time) => OperatingSystem.IsWindows()
        ? new NetshFirewall(new NetshTool(new CommandRunner(time) { Timeout = s_patience }), new RegistryPolicy(), time)
        : throw new FirewallException(FirewallFailure.Unavailable, "The Windows Firewall is part of Windows alone; choose another firewall (nft).");

    /// <summary>Finds out, without changing anything, whether the tool, the right and the service are there.</summary>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="FirewallException">One of them is missing.</exception>
    public async Task ProbeAsync(CancellationToken cancelToken)
    {
        if (OperatingSystem.IsWindows() && !Environment.IsPrivilegedProcess)
        {
            throw new FirewallException(FirewallFailure.AccessDenied, "The Windows Firewall is changed by administrators alone: run as an administrator (an elevated console), or as a service of the system.");
        }

        await _writer.ProbeAsync(cancelToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task OpenAsync(IReadOnlyList<FirewallRule> rules, CancellationToken cancelToken)
    {
        await ProbeAsync(cancelToken).ConfigureAwait(false);
        NetshLayout[] layouts = [.. rules.Select(rule => new NetshLayout(rule))];
        NetshListing standing = NetshListing.Read(policy);
        List<ChunkBook> books = [.. layouts.Select(layout => standing.ToBook(layout))];
        await _writer.WriteAsync(books, standing.Strangers(layouts), cancelToken).ConfigureAwait(false);
        foreach (ChunkBook book in books)
        {
            _books[book.Layout.Rule.Name] = book;
        }

        _troubles = [.. policy.ReadTroubles(), .. Orphans(standing)];
    }

    /// <inheritdoc/>
    public async Task ApplyAsync(IReadOnlyList<FirewallChange> changes, CancellationToken cancelToken)
    {
        foreach (FirewallChange change in changes)
        {
            ArgumentOutOfRangeException.ThrowIfEqual(change.Address.IsDefault, true, nameof(changes));
            ChunkBook book = _books.GetValueOrDefault(change.Rule.Name) ?? throw new InvalidOperationException($"The rule '{change.Rule.Name}' has not been opened.");
            if (change.Add && change.Remaining > Duration.Zero && Covers(change.Address))
            {
                book.Add(change.Address);
            }
            else
            {
                // Nothing can be left of a time that is over.
                book.Remove(change.Address);
            }
        }

        if (_books.Values.Any(book => book.Dirty.Any()))
        {
            await PauseAsync(cancelToken).ConfigureAwait(false);
            await _writer.WriteAsync(_books.Values, [], cancelToken).ConfigureAwait(false);
            _lastPass = time.GetTimestamp();
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<FirewallEntry>> ListAsync(CancellationToken cancelToken)
    {
        List<FirewallEntry> entries = [];
        if (_writer.IsBlind)
        {
            entries.AddRange(_books.Values.SelectMany(book => book.Addresses.Select(address => new FirewallEntry(book.Layout.Rule, address, null))));
            return Task.FromResult<IReadOnlyList<FirewallEntry>>(entries);
        }

        NetshListing standing = NetshListing.Read(policy);
        foreach (string name in _books.Keys.ToArray())
        {
            ChunkBook known = _books[name];
            ChunkBook book = standing.ToBook(known.Layout, known);
            if (book.Dirty.FirstOrDefault() is { } changed)
            {
                throw new FirewallException(FirewallFailure.Gone,
                    $"A rule of PSBan's in the Windows Firewall was changed by somebody: {known.Layout.NameOf(known.Layout.Parts[0], changed.Number)} no longer blocks what it should.");
            }

            _books[name] = book;
            entries.AddRange(book.Addresses.Select(address => new FirewallEntry(known.Layout.Rule, address, null)));
        }

        return Task.FromResult<IReadOnlyList<FirewallEntry>>(entries);
    }

    /// <inheritdoc/>
    public async Task CloseAsync(IReadOnlyList<FirewallRule> rules, CancellationToken cancelToken)
    {
        HashSet<string> ids = [.. rules.Select(NetshNames.Id)];
        await _writer.DeleteAsync(NetshListing.Read(policy).NamesOf(ids.Contains), cancelToken).ConfigureAwait(false);
        foreach (FirewallRule rule in rules)
        {
            _books.Remove(rule.Name);
        }
    }

    /// <summary>Removes all that PSBan has in the Windows Firewall, whoever made it.</summary>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="FirewallException">The Windows Firewall refused.</exception>
    public async Task ClearAsync(CancellationToken cancelToken)
    {
        await ProbeAsync(cancelToken).ConfigureAwait(false);
        await _writer.DeleteAsync(NetshListing.Read(policy).NamesOf(_ => true), cancelToken).ConfigureAwait(false);
        _books.Clear();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // No time of their own ends them, and they may just as well be another watch's: they are left alone, and said.
    private IEnumerable<string> Orphans(NetshListing standing)
    {
        HashSet<string> ids = [.. _books.Values.Select(book => book.Layout.Id)];
        IReadOnlyList<string> names = standing.NamesOf(id => !ids.Contains(id));
        if (names.Count > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"The Windows Firewall holds {names.Count} rules of PSBan's that belong to no jail of this watch, such as {names.Order(StringComparer.Ordinal).First()}. ")
                + "If no other watch runs here, a watch that was killed has left them; they block until they are removed (netsh advfirewall firewall delete rule name=…, or psban clear for all of them).";
        }
    }

    private async Task PauseAsync(CancellationToken cancelToken)
    {
        if (_lastPass is { } last && Pause - time.GetElapsedTime(last) is var rest && rest > TimeSpan.Zero)
        {
            await Task.Delay(rest, time, cancelToken).ConfigureAwait(false);
        }
    }
}
