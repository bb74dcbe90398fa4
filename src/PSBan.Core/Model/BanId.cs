namespace PSBan.Model;

/// <summary>
/// What a failure is counted for and what a ban holds: an address or prefix or, where a filter captures <c>&lt;F-ID&gt;</c> or a
/// host name that is not to be resolved, plain text.
/// </summary>
[System.Text.Json.Serialization.JsonConverter(typeof(BanIdJsonConverter))]
public readonly struct BanId : IEquatable<BanId>, IComparable<BanId>, IComparable
{
    private readonly string? _text;

    /// <summary>Takes an address or prefix.</summary>
    /// <param name="address">The address that is counted or banned.</param>
    public BanId(Address address) => Address = address;

    private BanId(string text) => _text = text;

    /// <summary>The address or prefix; the empty value where the identifier is plain text.</summary>
    public Address Address { get; }

    /// <summary>Whether this is an address or prefix, and so can stand in a packet filter.</summary>
    public bool IsAddress => !Address.IsDefault;

    /// <summary>Whether this is the empty value.</summary>
    public bool IsEmpty => _text is null && Address.IsDefault;

    /// <summary>Reads an identifier: an address where the text is one by the strict rules, else the text as it stands.</summary>
    /// <param name="text">The text to take.</param>
    public static BanId FromText(string text) => Address.TryParse(text, out Address address) ? new BanId(address) : new BanId(text);

    /// <summary>Takes text as an opaque identifier, even where it looks like an address.</summary>
    /// <param name="text">The text to take.</param>
    public static BanId Opaque(string text) => new(text);

    /// <summary>Makes an identifier of an address.</summary>
    /// <param name="address">The address.</param>
    public static implicit operator BanId(Address address) => new(address);

    /// <inheritdoc/>
    public bool Equals(BanId other) => Address == other.Address && string.Equals(_text, other._text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BanId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _text is null ? Address.GetHashCode() : string.GetHashCode(_text, StringComparison.Ordinal);

    /// <summary>Orders addresses before text, addresses by number, text by ordinal.</summary>
    /// <param name="other">The identifier to compare with.</param>
    public int CompareTo(BanId other) => (IsAddress, other.IsAddress) switch
    {
        (true, true) => Address.CompareTo(other.Address),
        (true, false) => -1,
        (false, true) => 1,
        _ => string.CompareOrdinal(_text, other._text),
    };

    int IComparable.CompareTo(object? obj) => obj is BanId other ? CompareTo(other) : 1;

    /// <inheritdoc/>
    public override string ToString() => _text ?? Address.ToString();

    /// <summary>Whether both are the same identifier.</summary>
    public static bool operator ==(BanId left, BanId right) => left.Equals(right);

    /// <summary>Whether the two differ.</summary>
    public static bool operator !=(BanId left, BanId right) => !left.Equals(right);

    /// <summary>Whether the left one comes first.</summary>
    public static bool operator <(BanId left, BanId right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left one does not come last.</summary>
    public static bool operator <=(BanId left, BanId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left one comes last.</summary>
    public static bool operator >(BanId left, BanId right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left one does not come first.</summary>
    public static bool operator >=(BanId left, BanId right) => left.CompareTo(right) >= 0;
}
