namespace PSBan.Matching.Dates;

/// <summary>Where a date stood in a line, and the characters at its edges.</summary>
internal readonly struct DateSpan
{
    private const int NoCharacter = -1;
    private const int Unknown = -2;

    private readonly int _before, _first, _last, _behind;

    /// <summary>Remembers a date.</summary>
    /// <param name="line">The line.</param>
    /// <param name="start">Where the date starts.</param>
    /// <param name="end">Where it ends.</param>
    public DateSpan(ReadOnlySpan<char> line, int start, int end)
    {
        (Start, End) = (start, end);
        (_before, _first) = (At(line, start - 1), At(line, start));
        (_last, _behind) = (At(line, end - 1), At(line, end));
    }

    private DateSpan(int start, int end)
    {
        (Start, End) = (start, end);
        (_before, _first, _last, _behind) = (Unknown, Unknown, Unknown, Unknown);
    }

    /// <summary>The state before the first date.</summary>
    public static DateSpan Initial { get; } = new(1, int.MaxValue);

    /// <summary>Where the date starts.</summary>
    public int Start { get; }

    /// <summary>Where the date ends.</summary>
    public int End { get; }

    /// <summary>
    /// Whether a date can be expected at the same place of another line: on both sides the character outside is the same, or the one just
    /// inside is and is neither letter nor digit.
    /// </summary>
    /// <param name="line">The other line.</param>
    public bool StandsIn(ReadOnlySpan<char> line) =>
        (At(line, Start - 1) == _before || IsSameMark(At(line, Start), _first))
        && (At(line, End) == _behind || IsSameMark(At(line, End - 1), _last));

    /// <summary>Whether another line has the same characters outside a date at this place.</summary>
    /// <param name="line">The other line.</param>
    public bool StandsAlikeIn(ReadOnlySpan<char> line) => line.Length >= End && At(line, Start - 1) == _before && At(line, End) == _behind;

    /// <summary>Whether another date stood at the same place, between the same characters.</summary>
    /// <param name="other">The other.</param>
    public bool IsAlike(DateSpan other) => other.Start == Start && other.End == End && other._before == _before && other._behind == _behind;

    private static bool IsSameMark(int character, int known) => character == known && (known < 0 || !char.IsLetterOrDigit((char)known));

    private static int At(ReadOnlySpan<char> line, int index) => (uint)index < (uint)line.Length ? line[index] : NoCharacter;
}
