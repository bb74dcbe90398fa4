using PSBan.Model;

namespace PSBan.Firewalls.WindowsFirewall;

/// <summary>
/// Writes what has changed, and looks afterwards whether it stands: first all as one script, then anew what did not come about, and in the end one command at a time,
/// so that an address the firewall refuses is found and left out instead of taking two hundred others with it.
/// </summary>
/// <param name="tool">Runs <c>netsh</c>.</param>
/// <param name="policy">Shows what the firewall has stored.</param>
internal sealed class NetshWriter(NetshTool tool, IFirewallPolicy policy)
{
    // Of the documentation (RFC 5737): nobody bears it.
    private static readonly Address[] s_example = [Address.Parse("192.0.2.1")];

    private readonly SortedSet<string> _notes = new(StringComparer.Ordinal);

    /// <summary>What does not work, one sentence an entry.</summary>
    public IReadOnlyCollection<string> Notes => _notes;

    /// <summary>Whether the stored rules have turned out to be written in a way that is not understood; the exit code of netsh is all that is left then.</summary>
    public bool IsBlind { get; private set; }

    /// <summary>The addresses that the firewall has refused.</summary>
    public HashSet<Address> Refused { get; } = [];

    /// <summary>Asks the firewall something that changes nothing.</summary>
    /// <param name="cancelToken">Ends the call early.</param>
    public async Task ProbeAsync(CancellationToken cancelToken)
    {
        CommandResult result = await tool.RunAsync(NetshScript.Probe, cancelToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            throw new FirewallException(FirewallFailure.Unavailable, $"The Windows Firewall does not answer (does its service, MpsSvc, run?): {NetshTool.Words(result)}");
        }
    }

    /// <summary>Writes the chunks that differ.</summary>
    /// <param name="books">The rules.</param>
    /// <param name="strangers">Names of rules to delete on the way.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    public async Task WriteAsync(IReadOnlyCollection<ChunkBook> books, IReadOnlyList<string> strangers, CancellationToken cancelToken)
    {
        List<Change> changes = [.. books.SelectMany(book => book.Dirty.Select(chunk => new Change(book, chunk)))];
        if (changes.Count + strangers.Count == 0)
        {
            return;
        }

        NetshListing standing = NetshListing.Read(policy);
        CommandResult result = await tool.RunScriptAsync([.. strangers.Select(NetshScript.Delete), .. changes.SelectMany(change => change.Update(standing))], cancelToken).ConfigureAwait(false);
        if (IsBlind && result.Succeeded)
        {
            changes.ForEach(change => change.Book.MarkWritten(change.Chunk));
            return;
        }

        changes = Check(changes, standing = NetshListing.Read(policy));
        if (changes.Count > 0)
        {
            // Somebody may have removed or doubled a rule in between: those that are left are made from nothing.
            await tool.RunScriptAsync([.. changes.SelectMany(change => change.Renew(standing))], cancelToken).ConfigureAwait(false);
            changes = Check(changes, NetshListing.Read(policy));
        }

        foreach (Change change in changes)
        {
            await RescueAsync(change, cancelToken).ConfigureAwait(false);
        }
    }

    /// <summary>Deletes rules.</summary>
    /// <param name="names">Their names.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    public async Task DeleteAsync(IReadOnlyList<string> names, CancellationToken cancelToken)
    {
        if (names.Count == 0)
        {
            return;
        }

        CommandResult result = await tool.RunScriptAsync([.. names.Select(NetshScript.Delete)], cancelToken).ConfigureAwait(false);
        NetshListing standing = NetshListing.Read(policy);
        if (names.FirstOrDefault(name => standing.Named(name).Count > 0) is { } left)
        {
            throw new FirewallException(FirewallFailure.CommandFailed, $"netsh could not remove the rule {left}: {NetshTool.Words(result)}");
        }
    }

    private static List<Change> Check(List<Change> changes, NetshListing standing)
    {
        List<Change> left = [];
        foreach (Change change in changes)
        {
            if (standing.Holds(change.Book.Layout, change.Chunk))
            {
                change.Book.MarkWritten(change.Chunk);
            }
            else
            {
                left.Add(change);
            }
        }

        return left;
    }

    private async Task RescueAsync(Change change, CancellationToken cancelToken)
    {
        NetshLayout layout = change.Book.Layout;
        foreach (NetshPart part in layout.Parts)
        {
            string name = layout.NameOf(part, change.Chunk.Number);
            await tool.RunAsync(NetshScript.Delete(name), cancelToken).ConfigureAwait(false);
            if (change.Chunk.Addresses.Count > 0)
            {
                await AddAsync(change, name, part, cancelToken).ConfigureAwait(false);
            }
        }

        NetshListing standing = NetshListing.Read(policy);
        if (!standing.Holds(layout, change.Chunk))
        {
            string name = layout.NameOf(layout.Parts[0], change.Chunk.Number);
            if (change.Chunk.Addresses.Count == 0)
            {
                throw new FirewallException(FirewallFailure.CommandFailed, $"netsh could not remove the rule {name}.");
            }

            // netsh says that it is done; the reader may not know how this version of Windows writes it down.
            IsBlind = true;
            _notes.Add("The Windows Firewall stores rules otherwise than PSBan reads them, so it cannot be told whether bans stand: please report the text of a rule "
                + @"(its name begins with PSBan-) below HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules.");
        }

        change.Book.MarkWritten(change.Chunk);
    }

    private async Task AddAsync(Change change, string name, NetshPart part, CancellationToken cancelToken)
    {
        CommandResult result = await tool.RunAsync(NetshScript.Add(name, part, change.Chunk.Addresses), cancelToken).ConfigureAwait(false);
        if (result.Succeeded)
        {
            return;
        }

        // Is it the rule, or one of its addresses?
        CommandResult example = await tool.RunAsync(NetshScript.Add(name, part, s_example), cancelToken).ConfigureAwait(false);
        if (!example.Succeeded)
        {
            throw new FirewallException(FirewallFailure.CommandFailed, $"netsh could not make the rule {name}: {NetshTool.Words(example)}");
        }

        foreach (Address refused in await FindRefusedAsync(name, [.. change.Chunk.Addresses], cancelToken).ConfigureAwait(false))
        {
            Refused.Add(refused);
            change.Book.Remove(refused);
            _notes.Add($"The Windows Firewall refuses the address {refused}, so it is not banned: {NetshTool.Words(result)}");
        }

        string last = change.Chunk.Addresses.Count == 0 ? NetshScript.Delete(name) : NetshScript.Set(name, change.Chunk.Addresses);
        CommandResult rest = await tool.RunAsync(last, cancelToken).ConfigureAwait(false);
        if (!rest.Succeeded)
        {
            throw new FirewallException(FirewallFailure.CommandFailed, $"netsh could not write the rule {name}: {NetshTool.Words(rest)}");
        }
    }

    private async Task<IReadOnlyList<Address>> FindRefusedAsync(string name, Address[] addresses, CancellationToken cancelToken)
    {
        CommandResult result = await tool.RunAsync(NetshScript.Set(name, addresses), cancelToken).ConfigureAwait(false);
        if (result.Succeeded || addresses.Length == 1)
        {
            return result.Succeeded ? [] : addresses;
        }

        int half = addresses.Length / 2;
        return [
            .. await FindRefusedAsync(name, addresses[..half], cancelToken).ConfigureAwait(false),
            .. await FindRefusedAsync(name, addresses[half..], cancelToken).ConfigureAwait(false)];
    }

    private sealed record Change(ChunkBook Book, Chunk Chunk)
    {
        /// <summary>The commands that bring the chunk about, given what stands.</summary>
        public IEnumerable<string> Update(NetshListing standing) => Book.Layout.Parts.SelectMany(part =>
        {
            string name = Book.Layout.NameOf(part, Chunk.Number);
            IReadOnlyList<PolicyRule> rules = standing.Named(name);
            return Chunk.Addresses.Count > 0 && rules.Count == 1 && part.IsSaidBy(rules[0]) ? [NetshScript.Set(name, Chunk.Addresses)] : Renew(part, name, rules);
        });

        /// <summary>The commands that make the chunk from nothing, given what stands.</summary>
        public IEnumerable<string> Renew(NetshListing standing) => Book.Layout.Parts.SelectMany(part =>
        {
            string name = Book.Layout.NameOf(part, Chunk.Number);
            return Renew(part, name, standing.Named(name));
        });

        private IEnumerable<string> Renew(NetshPart part, string name, IReadOnlyList<PolicyRule> rules)
        {
            if (rules.Count > 0)
            {
                yield return NetshScript.Delete(name);
            }

            if (Chunk.Addresses.Count > 0)
            {
                yield return NetshScript.Add(name, part, Chunk.Addresses);
            }
        }
    }
}
