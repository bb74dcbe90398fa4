using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace PSBan.Matching.Patterns;

/// <summary>
/// Finds some strings in bytes that are ASCII text, as <see cref="System.Buffers.SearchValues{T}"/> does in characters, at half the memory and without decoding. Of each string
/// its four rarest characters in a row are looked for at 16 or 32 places at a time, by the halves of their bytes: the search that Hyperscan calls Teddy
/// (Wang et al., Hyperscan: A Fast Multi-pattern Regex Matcher for Modern CPUs, 2019). Immutable; threads may share it.
/// </summary>
internal sealed class AsciiSearch
{
    private const int Window = sizeof(uint);
    private const int Buckets = 8;

    // More in a bucket are too often taken for each other.
    private const int MostStrings = 64;

    private readonly Entry[][] _buckets = [.. Enumerable.Repeat<Entry[]>([], Buckets)];

    // For each character of the window the buckets that have a byte with this low half there, and those that have one with this high half.
    private readonly Vector128<byte>[] _low = new Vector128<byte>[Window];
    private readonly Vector128<byte>[] _high = new Vector128<byte>[Window];

    private AsciiSearch(IEnumerable<Entry> entries)
    {
        // Alike windows share a bucket, so that the others have fewer.
        IGrouping<string, Entry>[] windows = [.. entries.GroupBy(entry => entry.Window, StringComparer.OrdinalIgnoreCase).OrderBy(group => group.Key, StringComparer.OrdinalIgnoreCase)];
        byte[][] low = [.. Enumerable.Range(0, Window).Select(_ => new byte[16])], high = [.. Enumerable.Range(0, Window).Select(_ => new byte[16])];
        for (int i = 0; i < windows.Length; i++)
        {
            int bucket = i * Math.Min(Buckets, windows.Length) / windows.Length;
            _buckets[bucket] = [.. _buckets[bucket], .. windows[i]];
            foreach (Entry entry in windows[i])
            {
                for (int at = 0; at < Window; at++)
                {
                    char c = entry.Window[at];
                    foreach (char other in entry.IgnoreCase ? [char.ToLowerInvariant(c), char.ToUpperInvariant(c)] : (ReadOnlySpan<char>)[c])
                    {
                        low[at][other & 0xF] |= (byte)(1 << bucket);
                        high[at][other >> 4] |= (byte)(1 << bucket);
                    }
                }
            }
        }

        for (int at = 0; at < Window; at++)
        {
            (_low[at], _high[at]) = (Vector128.Create(low[at]), Vector128.Create(high[at]));
        }
    }

    /// <summary>Makes a search.</summary>
    /// <param name="literals">The strings.</param>
    /// <returns>The search; null where a string is too short, there are too many, or the processor has no such instructions.</returns>
    public static AsciiSearch? TryCreate(PatternLiterals literals)
    {
        // What is no ASCII is in no ASCII text.
        string[] values = [.. literals.Values.Where(value => Ascii.IsValid(value))];
        return values.Length <= MostStrings && (Ssse3.IsSupported || AdvSimd.Arm64.IsSupported) && values.All(value => value.Length >= Window && !value.Contains('\n'))
            ? new AsciiSearch(values.Select(value => new Entry(value, RarestWindow(value), literals.IgnoreCase)))
            : null;
    }

    /// <summary>Finds a string.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where to begin: the start of a line.</param>
    /// <returns>A place within the first line that contains one of the strings; -1 where there is none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int IndexOf(ReadOnlySpan<byte> text, int start)
    {
        ref byte first = ref MemoryMarshal.GetReference(text);
        int at = start;
        if (Avx2.IsSupported)
        {
            Vector256<byte> low0 = Twice(_low[0]), low1 = Twice(_low[1]), low2 = Twice(_low[2]), low3 = Twice(_low[3]);
            Vector256<byte> high0 = Twice(_high[0]), high1 = Twice(_high[1]), high2 = Twice(_high[2]), high3 = Twice(_high[3]);
            Vector256<byte> half = Vector256.Create((byte)0xF);
            for (; at <= text.Length - Vector256<byte>.Count - (Window - 1); at += Vector256<byte>.Count)
            {
                Vector256<byte> a = Vector256.LoadUnsafe(ref first, (nuint)at), b = Vector256.LoadUnsafe(ref first, (nuint)at + 1);
                Vector256<byte> c = Vector256.LoadUnsafe(ref first, (nuint)at + 2), d = Vector256.LoadUnsafe(ref first, (nuint)at + 3);
                Vector256<byte> found = Avx2.Shuffle(low0, a & half) & Avx2.Shuffle(high0, (a >>> 4) & half)
                    & Avx2.Shuffle(low1, b & half) & Avx2.Shuffle(high1, (b >>> 4) & half)
                    & Avx2.Shuffle(low2, c & half) & Avx2.Shuffle(high2, (c >>> 4) & half)
                    & Avx2.Shuffle(low3, d & half) & Avx2.Shuffle(high3, (d >>> 4) & half);
                if (found != Vector256<byte>.Zero
                    && Check(text, start, at, (~Vector256.Equals(found, Vector256<byte>.Zero)).ExtractMostSignificantBits(), ref Unsafe.As<Vector256<byte>, byte>(ref found)) is >= 0 and int place)
                {
                    return place;
                }
            }
        }
        else
        {
            Vector128<byte> half = Vector128.Create((byte)0xF);
            for (; at <= text.Length - Vector128<byte>.Count - (Window - 1); at += Vector128<byte>.Count)
            {
                Vector128<byte> found = Vector128<byte>.AllBitsSet;
                for (int i = 0; i < Window; i++)
                {
                    Vector128<byte> bytes = Vector128.LoadUnsafe(ref first, (nuint)(at + i));
                    found &= Vector128.ShuffleNative(_low[i], bytes & half) & Vector128.ShuffleNative(_high[i], (bytes >>> 4) & half);
                }

                if (found != Vector128<byte>.Zero
                    && Check(text, start, at, (~Vector128.Equals(found, Vector128<byte>.Zero)).ExtractMostSignificantBits(), ref Unsafe.As<Vector128<byte>, byte>(ref found)) is >= 0 and int place)
                {
                    return place;
                }
            }
        }

        for (byte any = byte.MaxValue; at <= text.Length - Window; at++)
        {
            if (Check(text, start, at, 1, ref any) is >= 0 and int place)
            {
                return place;
            }
        }

        return -1;
    }

    private static Vector256<byte> Twice(Vector128<byte> half) => Vector256.Create(half, half);

    private static int RarestWindow(string value) => Enumerable.Range(0, value.Length - Window + 1).MaxBy(at => LiteralSet.Weight(value.Substring(at, Window)));

    /// <summary>The first of some places at which a window stands whose whole string is there; -1 where there is none.</summary>
    private int Check(ReadOnlySpan<byte> text, int start, int at, uint places, ref byte buckets)
    {
        for (; places != 0; places &= places - 1)
        {
            int place = BitOperations.TrailingZeroCount(places);
            int bits = Unsafe.Add(ref buckets, place);
            place += at;
            uint window = BinaryPrimitives.ReadUInt32LittleEndian(text[place..]);
            for (; bits != 0; bits &= bits - 1)
            {
                foreach (Entry entry in _buckets[BitOperations.TrailingZeroCount(bits)])
                {
                    if (entry.HasWindow(window) && place - entry.Offset >= start && entry.StandsAt(text[(place - entry.Offset)..]))
                    {
                        return place;
                    }
                }
            }
        }

        return -1;
    }

    /// <summary>A string.</summary>
    private sealed class Entry
    {
        // The bit that tells the cases of a letter apart, of which other characters lose little by being without it.
        private readonly uint _case;
        private readonly uint _window;
        private readonly string _text;

        public Entry(string text, int offset, bool ignoreCase)
        {
            (_text, Offset, IgnoreCase, Window) = (text, offset, ignoreCase, text.Substring(offset, AsciiSearch.Window));
            _case = ignoreCase ? 0x20202020u : 0;
            _window = BinaryPrimitives.ReadUInt32LittleEndian(Encoding.ASCII.GetBytes(Window)) | _case;
        }

        /// <summary>Where its rarest characters stand.</summary>
        public int Offset { get; }

        /// <summary>Whether case makes no difference.</summary>
        public bool IgnoreCase { get; }

        /// <summary>Its rarest characters.</summary>
        public string Window { get; }

        public bool HasWindow(uint window) => (window | _case) == _window;

        public bool StandsAt(ReadOnlySpan<byte> text) =>
            text.Length >= _text.Length && (IgnoreCase ? Ascii.EqualsIgnoreCase(text[.._text.Length], _text) : Ascii.Equals(text[.._text.Length], _text));
    }
}
