using System.Text;

namespace PSBan.Matching.Patterns.Tree;

/// <summary>Which characters are one when case is ignored, as Python's <c>re</c> has it: same lower case, or lower cases that share an upper case.</summary>
/// <remarks>
/// One difference is meant: ASCII letters fold among themselves alone, so that U+0130, U+0131, U+017F and U+212A (dotted I, dotless i, long s, the Kelvin sign)
/// are no <c>i</c>, <c>s</c>, <c>k</c>. Otherwise no literal with one of these letters could be required of a line.
/// </remarks>
internal static class CaseFolding
{
    private static readonly Lazy<Dictionary<int, int[]>> s_others = new(Build);

    /// <summary>Adds to ranges all that is the same when case is ignored.</summary>
    /// <param name="ranges">The ranges.</param>
    /// <param name="asciiOnly">Whether only ASCII letters have two cases.</param>
    public static IEnumerable<CharacterRange> Close(IReadOnlyList<CharacterRange> ranges, bool asciiOnly)
    {
        var closed = new List<CharacterRange>(ranges);
        foreach (CharacterRange range in ranges)
        {
            AddAscii(closed, range, 'a', 'z', 'A' - 'a');
            AddAscii(closed, range, 'A', 'Z', 'a' - 'A');
        }

        if (asciiOnly || ranges.All(range => range.High < 128))
        {
            return closed;
        }

        foreach ((int codePoint, int[] others) in s_others.Value)
        {
            if (ranges.Any(range => range.Low <= codePoint && codePoint <= range.High))
            {
                closed.AddRange(others.Select(other => new CharacterRange(other, other)));
            }
        }

        return closed;
    }

    private static void AddAscii(List<CharacterRange> closed, CharacterRange range, char first, char last, int shift)
    {
        int low = Math.Max(range.Low, first);
        int high = Math.Min(range.High, last);
        if (low <= high)
        {
            closed.Add(new CharacterRange(low + shift, high + shift));
        }
    }

    /// <summary>For every character beyond ASCII that has them, the others of its kind.</summary>
    private static Dictionary<int, int[]> Build()
    {
        var kinds = new Dictionary<int, List<int>>();
        for (int codePoint = 128; codePoint < 0x20000; codePoint++)
        {
            if (codePoint is (>= 0xD800 and <= 0xDFFF) or 0x130 or 0x131 or 0x17F or 0x212A)
            {
                continue;
            }

            // Three pairs share an upper case of several characters only, which the simple mapping does not know.
            int lower = Rune.ToLowerInvariant(new Rune(codePoint)).Value switch
            {
                0x1FD3 => 0x390,
                0x1FE3 => 0x3B0,
                0xFB06 => 0xFB05,
                int other => other,
            };
            int upper = Rune.ToUpperInvariant(new Rune(lower)).Value;
            if (kinds.TryGetValue(upper, out List<int>? kind))
            {
                kind.Add(codePoint);
            }
            else
            {
                kinds.Add(upper, [codePoint]);
            }
        }

        return kinds.Values.Where(kind => kind.Count > 1)
            .SelectMany(kind => kind.Select(member => (member, kind.Where(other => other != member).ToArray())))
            .ToDictionary();
    }
}
