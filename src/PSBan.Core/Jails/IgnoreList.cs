using PSBan.Configuration;
using PSBan.Model;

namespace PSBan.Jails;

/// <summary>
/// Who is never counted (<c>ignoreip</c>, <c>ignoreself</c>). An address or prefix is spared where an entry holds the whole of it; text never is.
/// Used from one place at a time.
/// </summary>
public sealed class IgnoreList
{
    private readonly IgnoreEntries _entries;
    private readonly IgnoreEntries.LiveAddresses? _own;

    private IgnoreList(IgnoreEntries entries, IgnoreEntries.LiveAddresses? own)
    {
        _entries = entries;
        _own = own;
    }

    /// <summary>A list that spares nobody.</summary>
    public static IgnoreList Empty { get; } = new(new IgnoreEntries([], null, null, _ => { }), null);

    /// <summary>Makes the list of a jail.</summary>
    /// <param name="options">The jail's settings.</param>
    /// <param name="names">Resolves host names; null where there is no way to.</param>
    /// <param name="source">Knows the host's own addresses and reads files; null where there is none of both.</param>
    /// <param name="report">
    /// Is told of each entry that cannot be used, with its place: at once for those of the configuration, and for those of a file whenever it has changed.
    /// </param>
    public static IgnoreList Create(JailOptions options, INameResolver? names, IIgnoreSource? source, Action<Problem>? report = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        IgnoreEntries entries = new(options.IgnoreIp, names, source, problem => report?.Invoke(problem with { Jail = options.Name }));
        IgnoreEntries.LiveAddresses? own = options.IgnoreSelf.Value && source is not null
            ? new IgnoreEntries.LiveAddresses(new Located<string>(string.Empty, options.IgnoreSelf.Location), () => source.OwnAddresses)
            : null;
        return new IgnoreList(entries, own);
    }

    /// <summary>Says why an address or prefix is spared; null where it is not.</summary>
    /// <param name="address">The address; the empty value, which stands for text, is never spared.</param>
    public IgnoreReason? Match(Address address) => Match(address, orShares: false);

    /// <summary>Says why a prefix is not to be banned: it holds an address that is spared, or lies within what is; null where it does neither.</summary>
    /// <param name="prefix">The prefix.</param>
    public IgnoreReason? MatchAnyOf(Address prefix) => Match(prefix, orShares: true);

    private IgnoreReason? Match(Address address, bool orShares)
    {
        if (address.IsDefault)
        {
            return null;
        }

        return _own is not null && _own.Contains(address, orShares)
            ? new IgnoreReason(IgnoreKind.Self, string.Empty, _own.Entry.Location)
            : _entries.Match(address, orShares);
    }
}
