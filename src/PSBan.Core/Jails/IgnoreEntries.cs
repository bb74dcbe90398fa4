using PSBan.Model;

namespace PSBan.Jails;

/// <summary>Entries of an ignore list sorted by what they are: addresses to look up, and the names and files that have to be asked each time.</summary>
internal sealed class IgnoreEntries
{
    private const string FilePrefix = "file:";

    private readonly List<Located<string>> _addresses = [];
    private readonly List<LiveAddresses> _names = [];
    private readonly List<LiveFile> _files = [];
    private readonly PrefixSet _set;

    /// <summary>Sorts entries.</summary>
    /// <param name="entries">The entries, one word each.</param>
    /// <param name="names">Resolves host names; null where names are of no use.</param>
    /// <param name="source">Reads files; null where files are of no use.</param>
    /// <param name="report">Is told of entries that are nothing of all this.</param>
    public IgnoreEntries(IEnumerable<Located<string>> entries, INameResolver? names, IIgnoreSource? source, Action<Problem> report)
    {
        List<Address> addresses = [];
        foreach (Located<string> entry in entries)
        {
            string text = entry.Value;
            if (Address.TryParse(text, out Address address))
            {
                addresses.Add(address);
                _addresses.Add(entry);
            }
            else if (text.StartsWith(FilePrefix, StringComparison.Ordinal) && text.Length > FilePrefix.Length && source is not null)
            {
                string path = text[FilePrefix.Length..];
                _files.Add(new LiveFile(entry, () => source.EntriesOf(path), changed => new IgnoreEntries(changed, names, null, report)));
            }
            else if (IsHostName(text) && names is not null)
            {
                _names.Add(new LiveAddresses(entry, () => names.AddressesOf(text)));
            }
            else
            {
                report(new Problem(ProblemSeverity.Warning, "InvalidIgnoreIp", Explain(text, names, source), entry.Location));
            }
        }

        _set = new PrefixSet(addresses);
    }

    /// <summary>Says which entry holds an address or prefix; null where none does.</summary>
    /// <param name="address">The address or prefix.</param>
    /// <param name="orShares">Whether an entry that shares a part of the prefix counts as well.</param>
    public IgnoreReason? Match(Address address, bool orShares = false)
    {
        int index = orShares ? _set.FindShared(address) : _set.Find(address);
        if (index >= 0)
        {
            return new IgnoreReason(IgnoreKind.Address, _addresses[index].Value, _addresses[index].Location);
        }

        foreach (LiveAddresses name in _names)
        {
            if (name.Contains(address, orShares))
            {
                return new IgnoreReason(IgnoreKind.HostName, name.Entry.Value, name.Entry.Location);
            }
        }

        foreach (LiveFile file in _files)
        {
            if (file.Match(address, orShares) is IgnoreReason inside)
            {
                return new IgnoreReason(IgnoreKind.File, file.Entry.Value, inside.Location.File is null ? file.Entry.Location : inside.Location);
            }
        }

        return null;
    }

    private static string Explain(string text, INameResolver? names, IIgnoreSource? source) =>
        text.StartsWith(FilePrefix, StringComparison.Ordinal) && source is null
            ? $"'{text}' cannot be used here: a file of addresses must not name another file."
            : IsHostName(text) && names is null
                ? $"'{text}' is a host name, and host names cannot be resolved here; write its address."
                : $"'{text}' is neither an address, nor a prefix, nor a host name; write 192.0.2.1, 192.0.2.0/24, 2001:db8::/32, host.example.org or file:PATH.";

    /// <summary>Whether text has the form of a host name (RFC 1123, and the underscore that people use all the same).</summary>
    private static bool IsHostName(string text)
    {
        string[] labels = text.TrimEnd('.').Split('.');
        return text.Length is > 0 and <= 253
            && labels.All(label => label.Length is > 0 and <= 63 && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') && label[0] != '-')
            && !labels[^1].All(char.IsAsciiDigit);
    }

    /// <summary>A set of addresses that is asked for anew each time and sorted again only where it has changed.</summary>
    internal sealed class LiveAddresses(Located<string> entry, Func<IReadOnlyList<Address>> ask)
    {
        private IReadOnlyList<Address>? _known;
        private PrefixSet? _set;

        public Located<string> Entry { get; } = entry;

        public bool Contains(Address address, bool orShares = false)
        {
            IReadOnlyList<Address> current = ask();
            if (_set is null || !ReferenceEquals(current, _known))
            {
                (_known, _set) = (current, new PrefixSet(current));
            }

            return (orShares ? _set.FindShared(address) : _set.Find(address)) >= 0;
        }
    }

    private sealed class LiveFile(Located<string> entry, Func<IReadOnlyList<Located<string>>> ask, Func<IReadOnlyList<Located<string>>, IgnoreEntries> sort)
    {
        private IReadOnlyList<Located<string>>? _known;
        private IgnoreEntries? _entries;

        public Located<string> Entry { get; } = entry;

        public IgnoreReason? Match(Address address, bool orShares)
        {
            IReadOnlyList<Located<string>> current = ask();
            if (_entries is null || !ReferenceEquals(current, _known))
            {
                (_known, _entries) = (current, sort(current));
            }

            return _entries.Match(address, orShares);
        }
    }
}
