using PSBan.Model;

namespace PSBan.Jails;

/// <summary>
/// Finds the prefix that holds an address among any number of them by binary search. Prefixes are either nested or apart, so dropping the nested ones leaves
/// a sorted list in which only the last one that does not begin behind the address can hold it.
/// </summary>
internal sealed class PrefixSet
{
    private readonly Address[] _networks;
    private readonly Address[] _prefixes;
    private readonly int[] _tags;

    /// <summary>Takes addresses and prefixes; each is told by its place in the list.</summary>
    public PrefixSet(IEnumerable<Address> prefixes)
    {
        List<(Address Prefix, int Tag)> kept = [];
        foreach ((Address prefix, int tag) in prefixes.Select((prefix, index) => (prefix, index)).OrderBy(pair => pair.prefix))
        {
            if (kept.Count == 0 || !kept[^1].Prefix.Contains(prefix))
            {
                kept.Add((prefix, tag));
            }
        }

        _prefixes = [.. kept.Select(pair => pair.Prefix)];
        _networks = [.. kept.Select(pair => pair.Prefix.GetNetwork())];
        _tags = [.. kept.Select(pair => pair.Tag)];
    }

    /// <summary>The place in the list of a prefix that shares addresses with a prefix; -1 where there is none.</summary>
    public int FindShared(Address prefix)
    {
        int whole = Find(prefix);
        int place = Array.BinarySearch(_networks, prefix.GetNetwork());
        place = place >= 0 ? place : ~place;

        // What was dropped lies in one that is kept, and that one lies in the prefix or holds the whole of it.
        return whole >= 0 ? whole : place < _prefixes.Length && prefix.Contains(_prefixes[place]) ? _tags[place] : -1;
    }

    /// <summary>The place in the list of a prefix that holds the whole of an address or prefix; -1 where there is none.</summary>
    public int Find(Address address)
    {
        int place = Array.BinarySearch(_networks, address.GetNetwork());
        place = place >= 0 ? place : ~place - 1;
        return place >= 0 && _prefixes[place].Contains(address) ? _tags[place] : -1;
    }
}
