using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;

namespace PSBan.Model;

/// <summary>
/// An IPv4 or IPv6 host or prefix, as a value. An IPv4-mapped IPv6 address (<c>::ffff:192.0.2.1</c>) is the IPv4 address;
/// a prefix has its host bits cleared; a prefix of full length is a host.
/// </summary>
/// <remarks>
/// Text is read strictly: four decimal octets without leading zeros (<c>192.030.0.6</c> is no address), or RFC 4291 text without a zone.
/// The text form is RFC 5952: lower case, compressed, no brackets, and no <c>/32</c> or <c>/128</c> behind a host.
/// </remarks>
[System.Text.Json.Serialization.JsonConverter(typeof(AddressJsonConverter))]
public readonly struct Address : IEquatable<Address>, IComparable<Address>, IComparable, ISpanParsable<Address>, ISpanFormattable
{
    // An IPv6 address that ends in an IPv4 one, and the length of a prefix.
    private const int LongestText = 64;

    private static readonly System.Buffers.SearchValues<char> s_ipv6Characters = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF:.");

    // Two halves and no UInt128: what holds one is never compiled ahead of time, nor is any method that is handed it. An IPv4 address is the lower 32 bits.
    private readonly ulong _high;
    private readonly ulong _low;
    private readonly byte _prefixLength;
    private readonly bool _isIPv6;
    private readonly bool _isSet;

    private Address(ulong high, ulong low, int prefixLength, bool isIPv6)
    {
        int hostBits = (isIPv6 ? 128 : 32) - prefixLength;
        _high = high & ~HighOnes(hostBits);
        _low = low & ~LowOnes(hostBits);
        _prefixLength = (byte)prefixLength;
        _isIPv6 = isIPv6;
        _isSet = true;
    }

    /// <summary>Whether this is an IPv6 address or prefix.</summary>
    public bool IsIPv6 => _isIPv6;

    /// <summary>The number of leading bits that are meant, 0 to 32 or 0 to 128.</summary>
    public int PrefixLength => _prefixLength;

    /// <summary>Whether this stands for one host and not for a prefix.</summary>
    public bool IsHost => _isSet && _prefixLength == Width;

    /// <summary>Whether this is the empty value, <c>default(Address)</c>, that stands for no address.</summary>
    public bool IsDefault => !_isSet;

    /// <summary>The canonical text: what <see cref="ToString"/> gives, as a property for those who list properties (ConvertTo-Json, Export-Csv).</summary>
    public string Text => ToString();

    private int Width => _isIPv6 ? 128 : 32;

    private int HostBits => Width - _prefixLength;

    /// <summary>The lowest address of the prefix, without its length.</summary>
    public Address GetNetwork() => new(_high, _low, Width, _isIPv6);

    /// <summary>The highest address of the prefix.</summary>
    public Address GetLastAddress() => new(_high | HighOnes(HostBits), _low | LowOnes(HostBits), Width, _isIPv6);

    /// <summary>Makes a host address from the framework's type; an IPv4-mapped one becomes IPv4 and a zone is dropped.</summary>
    /// <param name="address">The address to take over.</param>
    public static Address From(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int written);
        return written == 4
            ? new Address(0, BinaryPrimitives.ReadUInt32BigEndian(bytes), 32, false)
            : FromIPv6(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), 128);
    }

    /// <summary>The enclosing prefix of the given length.</summary>
    /// <param name="prefixLength">The number of leading bits to keep; not more than <see cref="PrefixLength"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative or longer than this one.</exception>
    public Address Truncate(int prefixLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(prefixLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(prefixLength, PrefixLength);
        return new Address(_high, _low, prefixLength, _isIPv6);
    }

    /// <summary>Whether the other address or prefix lies wholly inside this one.</summary>
    /// <param name="other">The address or prefix to test; one of the other family never lies inside.</param>
    public bool Contains(Address other) =>
        _isSet && other._isSet && _isIPv6 == other._isIPv6 && other._prefixLength >= _prefixLength
        && ((_high ^ other._high) & ~HighOnes(HostBits)) == 0 && ((_low ^ other._low) & ~LowOnes(HostBits)) == 0;

    /// <summary>The framework's type for the (lowest) address.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        if (_isIPv6)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes, _high);
            BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], _low);
            return new IPAddress(bytes);
        }

        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)_low);
        return new IPAddress(bytes[..4]);
    }

    /// <summary>Reads an address, bracketed IPv6 address, <c>address/length</c> or <c>address/mask</c>.</summary>
    /// <param name="text">The text to read; no blanks around it.</param>
    /// <param name="address">The address read.</param>
    /// <returns>Whether the text is an address by the strict rules.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out Address address)
    {
        address = default;
        ReadOnlySpan<char> host = text, tail = default;
        int slash = text.IndexOf('/');
        if (slash >= 0)
        {
            host = text[..slash];
            tail = text[(slash + 1)..];
        }

        if (host.Length > 2 && host[0] == '[' && host[^1] == ']' && host.Contains(':'))
        {
            host = host[1..^1];
        }

        if (!TryParseHost(host, out ulong high, out ulong low, out bool isIPv6))
        {
            return false;
        }

        int prefixLength = isIPv6 ? 128 : 32;
        if (slash >= 0 && !TryParseLength(tail, isIPv6, out prefixLength))
        {
            return false;
        }

        address = isIPv6 ? FromIPv6(high, low, prefixLength) : new Address(0, low, prefixLength, false);
        return true;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, out Address)"/>
    public static bool TryParse([NotNullWhen(true)] string? text, out Address address) => TryParse(text.AsSpan(), out address);

    /// <summary>Reads an address or prefix.</summary>
    /// <param name="text">The text to read.</param>
    /// <exception cref="FormatException">The text is no address by the strict rules.</exception>
    public static Address Parse(string text) =>
        TryParse(text, out Address address)
            ? address
            : throw new FormatException($"'{text}' is neither an IPv4 nor an IPv6 address or prefix (four decimal octets without leading zeros, or RFC 4291 text).");

    static Address IParsable<Address>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<Address>.TryParse(string? s, IFormatProvider? provider, out Address result) => TryParse(s, out result);

    static Address ISpanParsable<Address>.Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s.ToString());

    static bool ISpanParsable<Address>.TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out Address result) => TryParse(s, out result);

    /// <inheritdoc/>
    public bool Equals(Address other) =>
        _low == other._low && _high == other._high && _prefixLength == other._prefixLength && _isIPv6 == other._isIPv6 && _isSet == other._isSet;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Address other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_low, _high, _prefixLength);

    /// <summary>Orders IPv4 before IPv6, then by number, then the wider prefix first.</summary>
    /// <param name="other">The address to compare with.</param>
    public int CompareTo(Address other)
    {
        int byFamily = _isIPv6.CompareTo(other._isIPv6);
        int byHigh = byFamily != 0 ? byFamily : _high.CompareTo(other._high);
        int byNumber = byHigh != 0 ? byHigh : _low.CompareTo(other._low);
        return byNumber != 0 ? byNumber : _prefixLength.CompareTo(other._prefixLength);
    }

    int IComparable.CompareTo(object? obj) => obj is Address other ? CompareTo(other) : 1;

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<char> text = stackalloc char[LongestText];
        TryFormat(text, out int length);
        return text[..length].ToString();
    }

    /// <summary>Writes the canonical text.</summary>
    /// <param name="destination">Where to; 64 characters always suffice.</param>
    /// <param name="charsWritten">How many were written.</param>
    /// <returns>Whether there was room.</returns>
    public bool TryFormat(Span<char> destination, out int charsWritten)
    {
        charsWritten = 0;
        return !_isSet
            || (_isIPv6 ? ToIPAddress().TryFormat(destination, out charsWritten) : TryFormatIPv4(destination, out charsWritten))
            && (IsHost || TryAppend('/', _prefixLength, destination, ref charsWritten));
    }

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    bool ISpanFormattable.TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) => TryFormat(destination, out charsWritten);

    /// <summary>Whether both are the same host or prefix.</summary>
    public static bool operator ==(Address left, Address right) => left.Equals(right);

    /// <summary>Whether the two differ.</summary>
    public static bool operator !=(Address left, Address right) => !left.Equals(right);

    /// <summary>Whether the left one comes first in <see cref="CompareTo(Address)"/> order.</summary>
    public static bool operator <(Address left, Address right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left one does not come last in <see cref="CompareTo(Address)"/> order.</summary>
    public static bool operator <=(Address left, Address right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left one comes last in <see cref="CompareTo(Address)"/> order.</summary>
    public static bool operator >(Address left, Address right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left one does not come first in <see cref="CompareTo(Address)"/> order.</summary>
    public static bool operator >=(Address left, Address right) => left.CompareTo(right) >= 0;

    private bool TryFormatIPv4(Span<char> destination, out int length) =>
        ((byte)(_low >> 24)).TryFormat(destination, out length, default, CultureInfo.InvariantCulture)
        && TryAppend('.', (byte)(_low >> 16), destination, ref length)
        && TryAppend('.', (byte)(_low >> 8), destination, ref length)
        && TryAppend('.', (byte)_low, destination, ref length);

    private static bool TryAppend(char mark, byte number, Span<char> destination, ref int length)
    {
        if (length >= destination.Length || !number.TryFormat(destination[(length + 1)..], out int digits, default, CultureInfo.InvariantCulture))
        {
            return false;
        }

        destination[length] = mark;
        length += 1 + digits;
        return true;
    }

    private static Address FromIPv6(ulong high, ulong low, int prefixLength) =>
        prefixLength >= 96 && high == 0 && low >> 32 == 0xFFFF
            ? new Address(0, (uint)low, prefixLength - 96, false)
            : new Address(high, low, prefixLength, true);

    /// <summary>The upper half of a number of 128 bits of which the so many lowest are set.</summary>
    private static ulong HighOnes(int bits) => bits <= 64 ? 0 : ulong.MaxValue >> (128 - bits);

    /// <summary>The lower half of a number of 128 bits of which the so many lowest are set.</summary>
    private static ulong LowOnes(int bits) => bits == 0 ? 0 : bits >= 64 ? ulong.MaxValue : ulong.MaxValue >> (64 - bits);

    private static bool TryParseHost(ReadOnlySpan<char> text, out ulong high, out ulong low, out bool isIPv6)
    {
        (high, low) = (0, 0);
        isIPv6 = text.Contains(':');
        if (!isIPv6)
        {
            bool ok = TryParseIPv4(text, out uint four);
            low = four;
            return ok;
        }

        if (text.Length > 45 || text.IndexOfAnyExcept(s_ipv6Characters) >= 0)
        {
            return false;
        }

        int lastColon = text.LastIndexOf(':');
        if (text.Contains('.') && !TryParseIPv4(text[(lastColon + 1)..], out _))
        {
            return false;
        }

#pragma warning disable RS0030 // The text has been checked above, so the framework's lenient forms cannot get through.
        if (!IPAddress.TryParse(text, out IPAddress? parsed) || parsed.AddressFamily != AddressFamily.InterNetworkV6)
#pragma warning restore RS0030
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[16];
        parsed.TryWriteBytes(bytes, out _);
        high = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        low = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        return true;
    }

    private static bool TryParseIPv4(ReadOnlySpan<char> text, out uint bits)
    {
        bits = 0;
        int octets = 0, value = 0, digits = 0;
        foreach (char c in text)
        {
            if (char.IsAsciiDigit(c))
            {
                if ((digits > 0 && value == 0) || (value = (value * 10) + (c - '0')) > 255)
                {
                    return false;
                }

                digits++;
            }
            else if (c == '.' && digits > 0 && octets < 3)
            {
                bits = (bits << 8) | (uint)value;
                (octets, value, digits) = (octets + 1, 0, 0);
            }
            else
            {
                return false;
            }
        }

        bits = (bits << 8) | (uint)value;
        return octets == 3 && digits > 0;
    }

    private static bool TryParseLength(ReadOnlySpan<char> text, bool isIPv6, out int prefixLength)
    {
        int width = isIPv6 ? 128 : 32;
        prefixLength = 0;
        if (text.Length is > 0 and <= 3 && text.IndexOfAnyExceptInRange('0', '9') < 0)
        {
            prefixLength = int.Parse(text, CultureInfo.InvariantCulture);
            return prefixLength <= width;
        }

        if (!TryParseHost(text, out ulong high, out ulong low, out bool maskIsIPv6) || maskIsIPv6 != isIPv6)
        {
            return false;
        }

        // Nothing but ones from the left.
        prefixLength = isIPv6 && high == ulong.MaxValue ? 64 + BitOperations.LeadingZeroCount(~low) : BitOperations.LeadingZeroCount(isIPv6 ? ~high : ~(low << 32));
        int hostBits = width - prefixLength;
        return isIPv6 ? high == ~HighOnes(hostBits) && low == ~LowOnes(hostBits) : low == ((~LowOnes(hostBits)) & uint.MaxValue);
    }
}
