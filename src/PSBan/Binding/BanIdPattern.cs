using System.Management.Automation;
using PSBan.Model;

namespace PSBan.Binding;

/// <summary>
/// Chooses bans by their identifier. An address finds its own ban and that of a prefix around it, a prefix finds everything inside it,
/// and text with wildcards is compared with the identifier's text.
/// </summary>
public sealed class BanIdPattern
{
    private readonly Address _address;
    private readonly WildcardPattern _wildcard;

    internal BanIdPattern(string text)
    {
        Text = text;
        _ = Address.TryParse(text, out _address);

        // An IPv6 address in brackets is an address, and not a set of characters.
        IsLiteral = !_address.IsDefault || !WildcardPattern.ContainsWildcardCharacters(text);
        _wildcard = WildcardPattern.Get(text, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
    }

    /// <summary>The pattern as it was given.</summary>
    public string Text { get; }

    /// <summary>Whether it names one address, prefix or text, so that finding nothing is an error.</summary>
    public bool IsLiteral { get; }

    /// <summary>Whether the identifier is chosen.</summary>
    /// <param name="id">The identifier of a ban.</param>
    public bool IsMatch(BanId id) =>
        _address.IsDefault ? _wildcard.IsMatch(id.ToString()) : id.IsAddress && (_address.Contains(id.Address) || id.Address.Contains(_address));

    /// <inheritdoc/>
    public override string ToString() => Text;
}
