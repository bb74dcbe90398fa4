using System.Text;
using PSBan.Model;

namespace PSBan.Firewalls.Nft;

/// <summary>A batch of changes, sorted by set, with the last word on each address.</summary>
internal sealed class NftBatch
{
    private readonly List<Part> _parts = [];

    /// <summary>Sorts the changes.</summary>
    /// <param name="changes">The changes, in order.</param>
    /// <param name="layouts">The opened rules by name.</param>
    /// <exception cref="InvalidOperationException">A rule has not been opened.</exception>
    public NftBatch(IReadOnlyList<FirewallChange> changes, IReadOnlyDictionary<string, NftLayout> layouts)
    {
        Dictionary<(string Rule, Address Address), FirewallChange> last = new(changes.Count);
        foreach (FirewallChange change in changes)
        {
            // The empty value has prefix length 0; written down it would be everybody.
            ArgumentOutOfRangeException.ThrowIfEqual(change.Address.IsDefault, true, nameof(changes));
            last[(change.Rule.Name, change.Address)] = change;
        }

        Dictionary<(string Rule, NftSetKind Kind), Part> parts = [];
        foreach (FirewallChange change in last.Values)
        {
            NftSetKind kind = NftSetKind.Of(change.Address);
            if (!parts.TryGetValue((change.Rule.Name, kind), out Part? part))
            {
                NftLayout layout = layouts.TryGetValue(change.Rule.Name, out NftLayout? found)
                    ? found
                    : throw new InvalidOperationException($"The rule '{change.Rule.Name}' has not been opened.");
                parts[(change.Rule.Name, kind)] = part = new Part(layout, kind);
            }

            // Nothing can be left of a time that is over.
            (change.Add && change.Remaining > Duration.Zero ? part.Adds : part.Removes).Add(change);
        }

        // Where a prefix set does not stand yet, there is nothing to remove from it.
        _parts.AddRange(parts.Values.Where(part => part.Stands || part.Adds.Count > 0));
    }

    /// <summary>Whether it makes sets, which later batches have to know of.</summary>
    public bool MakesSets => _parts.Exists(part => !part.Stands);

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsEmpty => _parts.Count == 0;

    /// <summary>
    /// The quick script for new addresses: it fails where one is there already. A transaction without a deletion ends in 2 ms;
    /// with one, nft waits some 15 ms for the kernel to let go of what was deleted.
    /// </summary>
    public string ToQuickScript()
    {
        StringBuilder script = new();
        foreach (Part part in _parts)
        {
            Prepare(script, part);
            NftScript.Elements(script, "create", part.Set, part.Adds, withTimes: true);
            Remove(script, part, part.Removes);
        }

        return script.ToString();
    }

    /// <summary>The script that works whatever stands: adding an address twice would leave its old time on older kernels, so each is removed before.</summary>
    public string ToSureScript()
    {
        StringBuilder script = new();
        foreach (Part part in _parts)
        {
            Prepare(script, part);
            Remove(script, part, [.. part.Adds, .. part.Removes]);
            NftScript.Elements(script, "add", part.Set, part.Adds, withTimes: true);
        }

        return script.ToString();
    }

    /// <summary>Remembers the sets that the batch made.</summary>
    public void Remember()
    {
        // Where there is no new one nothing is touched: the next batch may be looking at them meanwhile.
        foreach (Part part in _parts.Where(part => !part.Stands))
        {
            part.Layout.Remember(part.Kind);
        }
    }

    private static void Prepare(StringBuilder script, Part part)
    {
        if (!part.Stands)
        {
            NftScript.AddSetAndRules(script, part.Layout, part.Kind);
        }
    }

    // Deleting what is not there fails the transaction; adding it first, which does nothing where it is there, makes sure that it is.
    private static void Remove(StringBuilder script, Part part, IReadOnlyList<FirewallChange> changes)
    {
        NftScript.Elements(script, "add", part.Set, changes, withTimes: false);
        NftScript.Elements(script, "delete", part.Set, changes, withTimes: false);
    }

    private sealed record Part(NftLayout Layout, NftSetKind Kind)
    {
        public List<FirewallChange> Adds { get; } = [];

        public List<FirewallChange> Removes { get; } = [];

        public string Set { get; } = Layout.SetPath(Kind);

        public bool Stands => Layout.Sets.Contains(Kind);
    }
}
