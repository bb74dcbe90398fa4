using System.Buffers.Binary;
using System.Net;
using PSBan.Model;

namespace PSBan.Firewalls.WindowsFirewall;

/// <summary>A run of addresses of one family; the Windows Firewall stores hosts, prefixes and runs, and may store one where another was written.</summary>
/// <param name="IsIPv6">The family.</param>
/// <param name="First">The lowest address, as a number.</param>
/// <param name="Last">The highest address, as a number.</param>
internal readonly record struct AddressRange(bool IsIPv6, UInt128 First, UInt128 Last)
{
    private int Width => IsIPv6 ? 128 : 32;

    /// <summary>The run that an address or prefix is.</summary>
    /// <param name="address">The address or prefix.</param>
    public static AddressRange From(Address address) => new(address.IsIPv6, ToNumber(address.GetNetwork()), ToNumber(address.GetLastAddress()));

    /// <summary>Reads <c>192.0.2.1</c>, <c>192.0.2.0/24</c>, <c>192.0.2.0/255.255.255.0</c> or <c>192.0.2.1-192.0.2.9</c>, or the same of IPv6.</summary>
    /// <param name="text">The text.</param>
    /// <param name="range">The run.</param>
    /// <returns>Whether it is one; keywords such as <c>LocalSubnet</c> are not.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out AddressRange range)
    {
        range = default;
        if (text.IndexOf('-') is var cut and > 0)
        {
            if (!Address.TryParse(text[..cut], out Address first) || !Address.TryParse(text[(cut + 1)..], out Address last) || first.IsIPv6 != last.IsIPv6)
            {
                return false;
            }

            range = new AddressRange(first.IsIPv6, ToNumber(first), ToNumber(last));
            return range.First <= range.Last;
        }

        if (!Address.TryParse(text, out Address one))
        {
            return false;
        }

        range = From(one);
        return true;
    }

    /// <summary>Sorts runs and joins those that overlap or touch, so that two ways to write the same addresses compare equal.</summary>
    /// <param name="ranges">The runs.</param>
    public static List<AddressRange> Join(IEnumerable<AddressRange> ranges)
    {
        List<AddressRange> joined = [];
        foreach (AddressRange range in ranges.OrderBy(range => range.IsIPv6).ThenBy(range => range.First))
        {
            if (joined.Count > 0 && joined[^1] is var previous && previous.IsIPv6 == range.IsIPv6 && (range.First <= previous.Last || range.First == previous.Last + 1))
            {
                joined[^1] = previous with { Last = UInt128.Max(previous.Last, range.Last) };
            }
            else
            {
                joined.Add(range);
            }
        }

        return joined;
    }

    /// <summary>The fewest hosts and prefixes that make up the run.</summary>
    public IEnumerable<Address> ToAddresses()
    {
        for (UInt128 next = First; ;)
        {
            // The largest block that begins here and does not reach beyond the end.
            int bits = next == 0 ? Width : Math.Min(Width, (int)UInt128.TrailingZeroCount(next));
            while (bits > 0 && (bits >= 128 ? UInt128.MaxValue : ((UInt128)1 << bits) - 1) > Last - next)
            {
                bits--;
            }

            yield return ToAddress(next).Truncate(Width - bits);
            UInt128 end = next + (bits >= 128 ? UInt128.MaxValue : ((UInt128)1 << bits) - 1);
            if (end >= Last)
            {
                yield break;
            }

            next = end + 1;
        }
    }

    private static UInt128 ToNumber(Address address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.ToIPAddress().TryWriteBytes(bytes, out int length);
        return length == 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    private Address ToAddress(UInt128 number)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        return Address.From(new IPAddress(IsIPv6 ? bytes : bytes[12..]));
    }
}
