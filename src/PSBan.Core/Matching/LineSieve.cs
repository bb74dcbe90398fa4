using System.Buffers;
using System.Runtime.CompilerServices;
using PSBan.Matching.Dates;
using PSBan.Matching.Patterns;

namespace PSBan.Matching;

/// <summary>
/// Tells the lines of a text that a report has to look at from those that only count: they cannot match, and their dates are where they are expected.
/// It remembers nothing from line to line, so that threads may share it and sieve ahead.
/// </summary>
/// <param name="likelihood">Rules lines out.</param>
/// <param name="preparer">Searches lines by the patterns; null where that is not to be done ahead.</param>
internal sealed class LineSieve(LineLikelihood likelihood, LinePreparer? preparer)
{
    private const int MostOnStack = 512;

    // Where most lines that are asked about are not ruled out, only some are asked about: the patterns tell as well, and have to be tried anyway.
    private const int AlwaysAsked = 8;
    private const int AskedNowAndThen = 8;

    private readonly Lazy<SearchValues<string>> _decoded = new(() => LineLikelihood.Search(likelihood.Coarse)!);
    private readonly AsciiSearch? _ascii = AsciiSearch.TryCreate(likelihood.Precise!);

    /// <summary>Whether lines of ASCII need not be decoded.</summary>
    public bool TakesAscii => _ascii is not null;

    /// <summary>Whether fail2ban-regex does not look at such a line at all.</summary>
    /// <param name="line">The line.</param>
    public static bool IsNoLine(ReadOnlySpan<char> line) => line.IsEmpty || line[0] == '#';

    /// <summary>Sieves whole lines.</summary>
    /// <param name="text">The lines, each ended by <c>\n</c>.</param>
    /// <param name="start">Where to begin: the start of a line.</param>
    /// <param name="layout">The layout that dates are expected in; null where there is none.</param>
    /// <param name="found">Receives the lines to look at. Behind the last of them stands one without length, for the lines passed over at the end.</param>
    public void Sift(ReadOnlySpan<char> text, int start, DateLayout? layout, List<SievedLine> found) =>
        Sift(new DecodedText(text, _decoded.Value), start, layout, asks: true, found);

    /// <summary>Sieves whole lines of ASCII, where <see cref="TakesAscii"/>.</summary>
    /// <param name="text">The lines, each ended by <c>\n</c>.</param>
    /// <param name="room">Room for as many characters.</param>
    /// <param name="start">Where to begin: the start of a line.</param>
    /// <param name="layout">The layout that dates are expected in; null where there is none.</param>
    /// <param name="found">Receives the lines to look at, as above.</param>
    public void Sift(ReadOnlySpan<byte> text, Span<char> room, int start, DateLayout? layout, List<SievedLine> found) =>
        Sift(new AsciiText(text, _ascii!, room), start, layout, asks: !likelihood.IsPreciseEnough, found);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sift<T>(T text, int start, DateLayout? layout, bool asks, List<SievedLine> found)
        where T : ISiftedText, allows ref struct
    {
        int hit = text.Next(start);
        int passed = 0, lastPassed = start, firstPassed = start, dated = 0;
        int asked = 0, allowed = 0, unasked = 0;
        FoundDate date = default;
        while (start < text.Length)
        {
            int length = text.LineLength(start);
            if (!text.IsNoLine(start, length))
            {
                bool isDated = layout is not null && ((date.End > 0 && text.Repeats(layout, start, length, dated, date)) || layout.Read(text.Slice(start, length), out date));
                dated = start;
                bool mayMatch = hit < start + length;
                if (mayMatch && asks && (preparer is null || !isDated || asked < AlwaysAsked || allowed < asked * 3 / 4 || ++unasked % AskedNowAndThen == 0))
                {
                    mayMatch = likelihood.Allows(text.Slice(start, length));
                    (asked, allowed) = (asked + 1, allowed + (mayMatch ? 1 : 0));
                }

                PreparedLine? prepared = mayMatch && isDated && start + length < text.Length ? Prepare(text.Slice(start, length + 1), date) : null;
                if (isDated && (!mayMatch || prepared == PreparedLine.Missed))
                {
                    passed++;
                    lastPassed = start;
                }
                else
                {
                    found.Add(new SievedLine(start, length, mayMatch, passed, firstPassed, lastPassed) { Prepared = prepared });
                    (passed, firstPassed) = (0, start + length + 1);
                }
            }

            start += length + 1;
            hit = hit < start ? text.Next(start) : hit;
        }

        found.Add(new SievedLine(text.Length, 0, false, passed, firstPassed, lastPassed));
    }

    private PreparedLine? Prepare(ReadOnlySpan<char> ended, in FoundDate date)
    {
        if (preparer is null || date.CutStart == 0)
        {
            return preparer?.Prepare(ended[date.CutEnd..]);
        }

        int length = ended.Length - (date.CutEnd - date.CutStart);
        Span<char> rest = length <= MostOnStack ? stackalloc char[MostOnStack] : new char[length];
        ended[..date.CutStart].CopyTo(rest);
        ended[date.CutEnd..].CopyTo(rest[date.CutStart..]);
        return preparer.Prepare(rest[..length]);
    }
}

/// <summary>A line to look at, and the lines passed over before it.</summary>
/// <param name="Start">Where it starts in the text.</param>
/// <param name="Length">How many characters it has.</param>
/// <param name="MayMatch">Whether it can match; otherwise only its date is to be found.</param>
/// <param name="Passed">How many lines since the one before it cannot match and have dates in the expected layout.</param>
/// <param name="FirstPassed">Where these lines begin; among them may stand some that are no lines to fail2ban-regex.</param>
/// <param name="LastPassed">Where the last of them starts.</param>
internal readonly record struct SievedLine(int Start, int Length, bool MayMatch, int Passed, int FirstPassed, int LastPassed)
{
    /// <summary>What the patterns found in it; null where it is still to be processed.</summary>
    public PreparedLine? Prepared { get; init; }
}
