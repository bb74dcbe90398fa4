namespace PSBan.Firewalls.Nft;

/// <summary>
/// Bans through nftables: one table of PSBan's own; for each rule a base chain in each hook and hash sets of addresses whose times the kernel keeps.
/// Every call is one transaction of one <c>nft</c> process; very many changes are several, of which one is written while the one before it is being applied.
/// </summary>
/// <param name="runner">Runs <c>nft</c>.</param>
/// <param name="readGeneration">Reads the generation of the ruleset that <c>nft</c> changes (<see cref="NftGeneration"/>); null for that of this process's network namespace.</param>
internal sealed class NftFirewall(CommandRunner runner, Func<uint?>? readGeneration = null) : IFirewall
{
    // Above this, the quick script would more likely be wasted than save its 15 ms.
    private const int QuickLimit = 256;

    // The answers to many more would not fit into nft's socket.
    private const int PieceSize = 20_000;

    private const string Missing = "No such file or directory";
    private const string Exists = "File exists";
    private const string SocketFull = "No buffer space available";

    private static readonly string[] s_read = ["-f", "-"];
    private static readonly string[] s_check = ["-c", "-f", "-"];
    private static readonly string[] s_list = ["-j", "list", "table", "inet", "psban"];
    private static readonly string[] s_listWithoutElements = ["-j", "-t", "list", "table", "inet", "psban"];

    private readonly Dictionary<string, NftLayout> _layouts = new(StringComparer.Ordinal);

    // A runner may work elsewhere.
    private readonly Func<uint?> _readGeneration = readGeneration ?? (runner.Prefix.Count == 0 ? NftGeneration.Read : () => null);

    // As long as nothing stood before and nothing was added twice, the quick script is sure as well, and three times as fast.
    private bool _isAllNew;

    private long _foreignChanges;
    private uint? _generation;

    /// <inheritdoc/>
    public string Name => FirewallBackEnds.Nft;

    /// <inheritdoc/>
    public int MostChanges => 10 * PieceSize;

    /// <inheritdoc/>
    public long? CountForeignChanges()
    {
        uint? generation = _readGeneration();
        _foreignChanges += generation == _generation ? 0 : 1;
        _generation = generation;
        return generation is null ? null : _foreignChanges;
    }

    /// <summary>Finds out, without changing anything, whether the tool, the right and the kernel's part are there.</summary>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="FirewallException">One of them is missing.</exception>
    public async Task ProbeAsync(CancellationToken cancelToken) =>
        Check(await runner.RunAsync("nft", s_check, NftScript.Probe, cancelToken).ConfigureAwait(false), "change the packet filter");

    /// <inheritdoc/>
    public async Task OpenAsync(IReadOnlyList<FirewallRule> rules, CancellationToken cancelToken)
    {
        if (rules.Count == 0)
        {
            await ProbeAsync(cancelToken).ConfigureAwait(false);
            return;
        }

        NftLayout[] layouts = [.. rules.Select(rule => new NftLayout(rule))];
        NftListing standing = await ListTableAsync(s_listWithoutElements, cancelToken).ConfigureAwait(false) ?? NftListing.Nothing;
        _isAllNew = ReferenceEquals(standing, NftListing.Nothing);
        foreach (string set in standing.Sets.Keys)
        {
            if (NftNames.TryParseSet(set, out string id, out NftSetKind kind) && layouts.FirstOrDefault(layout => layout.Id == id) is { } owner)
            {
                owner.Remember(kind);
            }
        }

        CommandResult result = await CommitAsync(NftScript.Open(layouts, standing), cancelToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            throw await FindCulpritAsync(layouts, standing, cancelToken).ConfigureAwait(false) ?? CommandFailures.ToException(result, "set up the rules");
        }

        foreach (NftLayout layout in layouts)
        {
            _layouts[layout.Rule.Name] = layout;
        }
    }

    /// <inheritdoc/>
    public async Task ApplyAsync(IReadOnlyList<FirewallChange> changes, CancellationToken cancelToken)
    {
        Task applying = Task.CompletedTask;
        try
        {
            for (int first = 0; first < changes.Count; first += PieceSize)
            {
                IReadOnlyList<FirewallChange> piece = changes.Count <= PieceSize ? changes : [.. changes.Skip(first).Take(PieceSize)];
                NftBatch batch = new(piece, _layouts);
                string? quick = piece.Count <= QuickLimit || _isAllNew ? batch.ToQuickScript() : null;
                await applying.ConfigureAwait(false);
                applying = ApplyAsync(piece, batch, quick, cancelToken);
                if (batch.MakesSets)
                {
                    await applying.ConfigureAwait(false);
                }
            }

            await applying.ConfigureAwait(false);
        }
        finally
        {
            // Calls must not overlap, whatever has happened here.
            await applying.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ApplyAsync(IReadOnlyList<FirewallChange> changes, NftBatch batch, string? quick, CancellationToken cancelToken)
    {
        if (batch.IsEmpty)
        {
            return;
        }

        CommandResult? result = null;

        // The sure script runs twice: an element may reach its end between the two commands that make sure of it and remove it.
        string? sure = null;
        for (int tries = quick is null ? 1 : 0; tries < 3; tries++)
        {
            string script = tries == 0 ? quick! : sure ??= batch.ToSureScript();
            result = await CommitAsync(script, cancelToken).ConfigureAwait(false);
            if (result.Succeeded)
            {
                batch.Remember();
                return;
            }

            _isAllNew = false;
            if (Says(result, SocketFull) && changes.Count > QuickLimit)
            {
                // The answers to so many commands did not fit into nft's socket, as happens on a busy machine; two halves ask for half as much.
                int half = changes.Count / 2;
                await ApplyAsync([.. changes.Take(half)], cancelToken).ConfigureAwait(false);
                await ApplyAsync([.. changes.Skip(half)], cancelToken).ConfigureAwait(false);
                return;
            }

            if (!Says(result, Missing) && !Says(result, Exists))
            {
                break;
            }
        }

        throw Says(result!, Missing) ? Gone(CommandFailures.Words(result!)) : CommandFailures.ToException(result!, "change the sets");
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FirewallEntry>> ListAsync(CancellationToken cancelToken)
    {
        if (_layouts.Count == 0)
        {
            return [];
        }

        NftListing standing = await ListTableAsync(s_list, cancelToken).ConfigureAwait(false) ?? throw Gone($"the table {NftNames.Table} is not there.");
        List<FirewallEntry> entries = [];
        foreach (NftLayout layout in _layouts.Values)
        {
            CheckChains(layout, standing);
            foreach (NftSetKind kind in layout.Sets)
            {
                List<NftElement> elements = standing.Sets.GetValueOrDefault(NftNames.Set(layout.Id, kind)) ?? throw Gone($"the set {layout.SetPath(kind)} is not there.");
                entries.AddRange(elements.Select(element => new FirewallEntry(layout.Rule, element.Address.Truncate(kind.PrefixLength), element.Remaining)));
            }
        }

        return entries;
    }

    /// <inheritdoc/>
    public async Task CloseAsync(IReadOnlyList<FirewallRule> rules, CancellationToken cancelToken)
    {
        HashSet<string> ids = [.. rules.Select(NftNames.Id)];
        await CloseAsync(ids, cancelToken).ConfigureAwait(false);
        foreach (FirewallRule rule in rules)
        {
            _layouts.Remove(rule.Name);
        }
    }

    /// <summary>Removes all that PSBan has in nftables, whoever made it.</summary>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="FirewallException">nft refused.</exception>
    public async Task ClearAsync(CancellationToken cancelToken)
    {
        if (await ListTableAsync(s_listWithoutElements, cancelToken).ConfigureAwait(false) is not null)
        {
            Check(await CommitAsync($"delete table {NftNames.Table}\n", cancelToken).ConfigureAwait(false), "remove its table");
        }

        _layouts.Clear();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static void CheckChains(NftLayout layout, NftListing standing)
    {
        foreach (string hook in layout.Hooks)
        {
            if (standing.Chains.GetValueOrDefault(NftNames.Chain(layout.Id, hook)) is not { } chain || chain.Hook != hook || chain.Rules.Count < layout.RulesPerChain)
            {
                throw Gone($"the chain {layout.ChainPath(hook)} or a rule in it is not there.");
            }
        }
    }

    private static FirewallException Gone(string detail) =>
        new(FirewallFailure.Gone, $"What PSBan had set up in nftables is gone (was the ruleset flushed?): {detail}");

    private static bool Says(CommandResult result, string words) => result.Error.Contains(words, StringComparison.Ordinal);

    private async Task CloseAsync(HashSet<string> ids, CancellationToken cancelToken)
    {
        if (await ListTableAsync(s_listWithoutElements, cancelToken).ConfigureAwait(false) is { } standing
            && NftScript.Close(ids, standing) is { Length: > 0 } script)
        {
            Check(await CommitAsync(script, cancelToken).ConfigureAwait(false), "remove the rules");
        }
    }

    // A transaction fails as a whole; trying the rules one by one, without committing, tells which of them nft does not take.
    private async Task<FirewallException?> FindCulpritAsync(NftLayout[] layouts, NftListing standing, CancellationToken cancelToken)
    {
        foreach (NftLayout layout in layouts.Length > 1 ? layouts : [])
        {
            CommandResult result = await runner.RunAsync("nft", s_check, NftScript.Open([layout], standing), cancelToken).ConfigureAwait(false);
            if (!result.Succeeded)
            {
                return CommandFailures.ToException(result, $"set up the rule '{layout.Rule.Name}' of the jail '{layout.Rule.Jail}'");
            }
        }

        return null;
    }

    private async Task<NftListing?> ListTableAsync(string[] arguments, CancellationToken cancelToken)
    {
        CommandResult result = await runner.RunAsync("nft", arguments, null, cancelToken).ConfigureAwait(false);
        return result.Succeeded ? NftListing.Parse(result.Output)
            : Says(result, Missing) ? null
            : throw CommandFailures.ToException(result, "list its table");
    }

    /// <summary>Runs a script as one transaction, which is told apart from those of others.</summary>
    private async Task<CommandResult> CommitAsync(string script, CancellationToken cancelToken)
    {
        _ = CountForeignChanges();
        CommandResult result = await runner.RunAsync("nft", s_read, script, cancelToken).ConfigureAwait(false);
        if (result.Succeeded && _generation is uint before && _readGeneration() == before + 1)
        {
            _generation = before + 1;
        }

        return result;
    }

    private static void Check(CommandResult result, string purpose)
    {
        if (!result.Succeeded)
        {
            throw CommandFailures.ToException(result, purpose);
        }
    }
}
