using System.Buffers;
using System.Globalization;

namespace PSBan.Sources;

/// <summary>Orders the files that rotation makes of one log by when they were last written to; those of the same moment by what their names say.</summary>
/// <param name="Modified">When it was last written to, as ticks of the universal time; a program that compresses a log keeps it.</param>
/// <param name="Order">What <see cref="RotatedNames.OrderOf"/> says of its name.</param>
internal readonly record struct RotationAge(long Modified, long Order) : IComparable<RotationAge>
{
    /// <summary>What is older than every file of the same moment.</summary>
    public static RotationAge Before(long modified) => new(modified, long.MinValue);

    /// <inheritdoc/>
    public int CompareTo(RotationAge other) => (Modified, Order).CompareTo((other.Modified, other.Order));
}

/// <summary>The names that rotation gives: <c>auth.log.1</c>, <c>auth.log-20260301</c>, either with <c>.gz</c>.</summary>
internal static class RotatedNames
{
    /// <summary>How the name of a compressed log ends.</summary>
    public const string Compressed = ".gz";

    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789-");

    /// <summary>Orders the endings <c>.1</c> (the higher the older) and <c>-20260301</c> (the higher the newer); null for any other, which no rotation makes.</summary>
    /// <param name="ending">What stands behind the name of the log.</param>
    public static long? OrderOf(ReadOnlySpan<char> ending)
    {
        ending = ending.EndsWith(Compressed) ? ending[..^Compressed.Length] : ending;
        if (ending.Length < 2 || ending[0] is not ('.' or '-') || ending[1..].ContainsAnyExcept(s_digits))
        {
            return null;
        }

        bool isNumber = long.TryParse(ending[1..], NumberStyles.None, CultureInfo.InvariantCulture, out long number);
        return isNumber ? ending[0] == '.' ? -number : number : 0;
    }

    /// <summary>Orders whole paths, of which any may be rotated or not; a log that is not comes after those that are.</summary>
    /// <param name="path">The path.</param>
    public static long OrderOfPath(string path)
    {
        ReadOnlySpan<char> name = Path.GetFileName(path.AsSpan());
        name = name.EndsWith(Compressed) ? name[..^Compressed.Length] : name;
        int digits = name.Length;
        while (digits > 0 && (char.IsAsciiDigit(name[digits - 1]) || name[digits - 1] == '-'))
        {
            digits--;
        }

        return digits > 0 && name[digits - 1] == '.' && digits < name.Length ? OrderOf(name[(digits - 1)..]) ?? long.MaxValue
            : digits < name.Length && name[digits] == '-' ? OrderOf(name[digits..]) ?? long.MaxValue
            : long.MaxValue;
    }

    /// <summary>Whether a path is that of a log with the ending of a rotation.</summary>
    /// <param name="path">The path.</param>
    /// <param name="log">The log.</param>
    public static bool IsRotatedFrom(string path, string log) => path.StartsWith(log, StringComparison.Ordinal) && OrderOf(path.AsSpan(log.Length)) is not null;
}
