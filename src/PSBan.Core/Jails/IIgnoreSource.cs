using PSBan.Model;

namespace PSBan.Jails;

/// <summary>Knows what of an ignore list does not stand in the configuration: the host's own addresses and files. Reading happens behind it.</summary>
public interface IIgnoreSource
{
    /// <summary>The host's own addresses; the same instance for as long as nothing has changed. Must not block or throw.</summary>
    IReadOnlyList<Address> OwnAddresses { get; }

    /// <summary>The entries of a file, one word an entry; none while it cannot be read. Asked for every failure: must be quick and not throw.</summary>
    /// <param name="path">The path behind <c>file:</c>.</param>
    /// <returns>The same instance for as long as nothing has changed.</returns>
    IReadOnlyList<Located<string>> EntriesOf(string path);
}
