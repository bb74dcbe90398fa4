using System.Buffers;
using System.Globalization;

namespace PSBan.Sources;

/// <summary>The names that rotation gives: <c>auth.log.1</c>, <c>auth.log-20260301</c>, <c>auth.log-2026-03-01</c>, each also with <c>.gz</c>.</summary>
internal static class RotatedNames
{
    /// <summary>How the name of a compressed log ends.</summary>
    public const string Compressed = ".gz";

    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789-");

    /// <summary>Whether a path is that of a compressed log, by its name.</summary>
    /// <param name="path">The path.</param>
    public static bool IsCompressed(ReadOnlySpan<char> path) => path.EndsWith(Compressed, StringComparison.Ordinal);

    /// <summary>Where the ending begins that rotation gave to a name: what stands before it is the name of the log. -1 where there is none.</summary>
    /// <param name="path">A path or name.</param>
    public static int EndingOf(ReadOnlySpan<char> path)
    {
        ReadOnlySpan<char> name = IsCompressed(path) ? path[..^Compressed.Length] : path;
        int digits = name.LastIndexOfAnyExcept(s_digits) + 1;

        // The name of the log may end in a digit itself: web1-20260301.
        int hyphen = name[digits..].IndexOf('-');
        int start = digits > 0 && digits < name.Length && name[digits - 1] == '.' ? digits - 1
            : hyphen < 0 ? -1
            : digits + hyphen;
        return start > 0 && name[start - 1] is not ('/' or '\\') && name[(start + 1)..].ContainsAnyInRange('0', '9') ? start : -1;
    }

    /// <summary>The path of the log that a rotated file was; any other path as it is.</summary>
    /// <param name="path">The path.</param>
    public static string LogOf(string path) => EndingOf(path) is int end and > 0 ? path[..end] : path;

    /// <summary>Whether a path is that of a log with the ending of a rotation.</summary>
    /// <param name="path">The path.</param>
    /// <param name="log">The log.</param>
    public static bool IsRotatedFrom(ReadOnlySpan<char> path, ReadOnlySpan<char> log)
    {
        if (!path.StartsWith(log, StringComparison.Ordinal))
        {
            return false;
        }

        ReadOnlySpan<char> ending = path[log.Length..];
        ending = IsCompressed(ending) ? ending[..^Compressed.Length] : ending;
        return ending is ['.' or '-', _, ..] && !ending[1..].ContainsAnyExcept(s_digits) && ending.ContainsAnyInRange('0', '9');
    }

    /// <summary>
    /// Compares two names of one log by age, the older first: <c>.2</c> comes before <c>.1</c>, <c>-20260301</c> before <c>-20260302</c> and this before
    /// <c>-20260302-2</c>, and the log itself comes last. Null where one has a number and the other a date, of which nothing tells the order.
    /// </summary>
    /// <param name="left">A path or name.</param>
    /// <param name="right">Another.</param>
    public static int? Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        int first = EndingOf(left), second = EndingOf(right);
        if (first < 0 || second < 0)
        {
            return (first < 0).CompareTo(second < 0);
        }

        bool isCounted = IsCounted(left);
        int order = CompareParts(left[first..], right[second..]);
        return isCounted != IsCounted(right) ? null : isCounted ? -order : order;
    }

    /// <summary>Whether the ending of a name counts the rotations since, and is no date.</summary>
    /// <param name="path">A path or name that has such an ending.</param>
    public static bool IsCounted(ReadOnlySpan<char> path)
    {
        const int MostDigits = 5;
        ReadOnlySpan<char> ending = path[EndingOf(path)..];
        ending = IsCompressed(ending) ? ending[..^Compressed.Length] : ending;
        return ending[0] == '.' && ending.Length <= 1 + MostDigits && !ending.Contains('-');
    }

    private static int CompareParts(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (true)
        {
            bool hasLeft = TakeNumber(ref left, out UInt128 first), hasRight = TakeNumber(ref right, out UInt128 second);
            if (!hasLeft || !hasRight || first != second)
            {
                return hasLeft && hasRight ? first.CompareTo(second) : hasLeft.CompareTo(hasRight);
            }
        }
    }

    private static bool TakeNumber(ref ReadOnlySpan<char> text, out UInt128 number)
    {
        int start = text.IndexOfAnyInRange('0', '9');
        text = start < 0 ? default : text[start..];
        int length = text.IndexOfAnyExceptInRange('0', '9');
        length = length < 0 ? text.Length : length;
        bool any = UInt128.TryParse(text[..length], NumberStyles.None, CultureInfo.InvariantCulture, out number);
        text = text[length..];
        return any;
    }
}
