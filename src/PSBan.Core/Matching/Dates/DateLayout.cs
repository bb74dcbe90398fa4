using System.Runtime.CompilerServices;

namespace PSBan.Matching.Dates;

/// <summary>
/// A quick reader for a layout that most lines have. What it accepts, the regex of its template matches too, at the same place and with the same fields; what
/// it does not accept is left to the regex. It remembers nothing: any thread may use it.
/// </summary>
internal abstract class DateLayout
{
    /// <summary>The layout of a template.</summary>
    /// <param name="pattern">The template's date pattern.</param>
    /// <returns>The layout; null where there is only the regex.</returns>
    public static DateLayout? Of(string pattern) =>
        !pattern.StartsWith(DateKeywords.LineBegin, StringComparison.Ordinal) ? null
        : pattern.AsSpan(DateKeywords.LineBegin.Length) switch
        {
            DefaultTemplates.MonthDayTime => SyslogLayout.Instance,
            DefaultTemplates.YearMonthDayTime => IsoLayout.Instance,
            _ => null,
        };

    /// <summary>Reads the date of a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="found">The date and where it stands.</param>
    /// <returns>False where it is for the regex to tell.</returns>
    public abstract bool Read(ReadOnlySpan<char> line, out FoundDate found);

    /// <summary>Whether a line begins with the date of the line before it, as many do; quicker than to read it again.</summary>
    /// <param name="line">The line.</param>
    /// <param name="before">A line whose date was read.</param>
    /// <param name="found">That date.</param>
    /// <returns>False where it is to be read.</returns>
    public virtual bool Repeats(ReadOnlySpan<char> line, ReadOnlySpan<char> before, in FoundDate found) => false;

    /// <inheritdoc cref="Repeats(ReadOnlySpan{char}, ReadOnlySpan{char}, in FoundDate)"/>
    public virtual bool Repeats(ReadOnlySpan<byte> line, ReadOnlySpan<byte> before, in FoundDate found) => false;
}

/// <summary>A date that a <see cref="DateLayout"/> found.</summary>
/// <param name="Start">Where it starts.</param>
/// <param name="End">Where it ends.</param>
/// <param name="CutStart">Where the part starts that is cut out of the line.</param>
/// <param name="CutEnd">Where that part ends.</param>
/// <param name="Stamp">The date.</param>
internal readonly record struct FoundDate(int Start, int End, int CutStart, int CutEnd, DateStamp Stamp);

/// <summary>A layout at the start of the line, read by hand.</summary>
internal abstract class LeadingLayout : DateLayout
{
    /// <inheritdoc/>
    public sealed override bool Read(ReadOnlySpan<char> line, out FoundDate found)
    {
        int length = Read(line, out DateStamp stamp);
        found = new FoundDate(0, length, 0, length, stamp);
        return length > 0;
    }

    /// <inheritdoc/>
    public sealed override bool Repeats(ReadOnlySpan<char> line, ReadOnlySpan<char> before, in FoundDate found)
    {
        int length = found.End + 1;
        return length < line.Length && IsNoPart(line[length]) && length < before.Length && line[..length].SequenceEqual(before[..length]);
    }

    /// <inheritdoc/>
    public sealed override bool Repeats(ReadOnlySpan<byte> line, ReadOnlySpan<byte> before, in FoundDate found)
    {
        int length = found.End + 1;
        return length < line.Length && IsNoPart((char)line[length]) && length < before.Length && line[..length].SequenceEqual(before[..length]);
    }

    /// <summary>Whether a character behind a date and a blank, which belongs to what is compared, is part of a date in no layout.</summary>
    private static bool IsNoPart(char c) => c is > ' ' and <= '~' and not ('Z' or 'U' or 'G' or '+' or '-' or '2');

    /// <summary>Reads the date at the start of a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="stamp">The date.</param>
    /// <returns>The length of the date; 0 where it is for the regex to tell.</returns>
    protected abstract int Read(ReadOnlySpan<char> line, out DateStamp stamp);

    /// <summary>Reads two digits.</summary>
    /// <param name="tens">The first.</param>
    /// <param name="ones">The second.</param>
    /// <returns>The number; more than 99 where they are not both digits.</returns>
    protected static uint Number(char tens, char ones)
    {
        uint high = (uint)tens - '0', low = (uint)ones - '0';
        return high <= 9 && low <= 9 ? (high * 10) + low : 100;
    }

    /// <summary>Reads <c>hh:mm:ss</c>.</summary>
    /// <param name="text">Eight characters.</param>
    /// <param name="secondOfDay">The time in seconds.</param>
    /// <returns>Whether it is a time of day.</returns>
    protected static bool TryTime(ReadOnlySpan<char> text, out int secondOfDay)
    {
        uint hour = Number(text[0], text[1]), minute = Number(text[3], text[4]), second = Number(text[6], text[7]);
        secondOfDay = (int)((((hour * 60) + minute) * 60) + second);
        return hour <= 23 && minute <= 59 && second <= 59 && text[2] == ':' && text[5] == ':';
    }
}

/// <summary><c>Nov 20 06:12:24</c> or <c>Nov  2 06:12:24</c>, and a blank behind it; the month as syslog writes it.</summary>
internal sealed class SyslogLayout : LeadingLayout
{
    private const int Length = 15;

    /// <summary>The layout.</summary>
    public static SyslogLayout Instance { get; } = new();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override int Read(ReadOnlySpan<char> line, out DateStamp stamp)
    {
        stamp = default;

        // A number behind the blank could be the year.
        if (line.Length < Length + 2 || line[3] != ' ' || line[6] != ' ' || line[Length] != ' ' || line[Length + 1] == '2')
        {
            return 0;
        }

        uint month = Month(line), day = Number(line[4] == ' ' ? '0' : line[4], line[5]);

        // The last days of a month may not exist in the year that will be guessed.
        if (month == 0 || day is 0 or > 31 || (day > 28 && (month == 2 || (day == 31 && month is 4 or 6 or 9 or 11))) || !TryTime(line.Slice(7, 8), out int time))
        {
            return 0;
        }

        stamp = new DateStamp(0, (byte)month, (byte)day, time, DateStamp.NoOffset);
        return Length;
    }

    private static uint Month(ReadOnlySpan<char> line) => ((uint)line[0] << 16 | (uint)line[1] << 8 | line[2]) switch
    {
        'J' << 16 | 'a' << 8 | 'n' => 1,
        'F' << 16 | 'e' << 8 | 'b' => 2,
        'M' << 16 | 'a' << 8 | 'r' => 3,
        'A' << 16 | 'p' << 8 | 'r' => 4,
        'M' << 16 | 'a' << 8 | 'y' => 5,
        'J' << 16 | 'u' << 8 | 'n' => 6,
        'J' << 16 | 'u' << 8 | 'l' => 7,
        'A' << 16 | 'u' << 8 | 'g' => 8,
        'S' << 16 | 'e' << 8 | 'p' => 9,
        'O' << 16 | 'c' << 8 | 't' => 10,
        'N' << 16 | 'o' << 8 | 'v' => 11,
        'D' << 16 | 'e' << 8 | 'c' => 12,
        _ => 0,
    };
}

/// <summary><c>2026-11-20 06:12:24</c> with a <c>T</c>, a fraction, a zone, slashes or dots, as it comes; a blank behind it.</summary>
internal sealed class IsoLayout : LeadingLayout
{
    private const int Seconds = 19;
    private const int LongestFraction = 6;

    /// <summary>The layout.</summary>
    public static IsoLayout Instance { get; } = new();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override int Read(ReadOnlySpan<char> line, out DateStamp stamp)
    {
        stamp = default;
        if (line.Length < Seconds + 2 || line[0] != '2' || line[1] != '0' || line[2] > '2' || line[4] is not ('-' or '/' or '.') || line[7] != line[4] || line[10] is not ('T' or ' '))
        {
            return 0;
        }

        uint year = Number(line[2], line[3]) + 2000, month = Number(line[5], line[6]), day = Number(line[8], line[9]);
        if (year > 2029 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth((int)year, (int)month) || !TryTime(line.Slice(11, 8), out int time))
        {
            return 0;
        }

        ReadOnlySpan<char> rest = line[Seconds..];
        int fraction = Fraction(rest);
        short offset = DateStamp.NoOffset;
        int zone = fraction < 0 ? -1 : Zone(rest[fraction..], out offset);
        if (zone < 0)
        {
            return 0;
        }

        stamp = new DateStamp((short)year, (byte)month, (byte)day, time, offset);
        return Seconds + fraction + zone;
    }

    /// <summary>The length of a fraction of a second; negative where it is longer than a template takes.</summary>
    private static int Fraction(ReadOnlySpan<char> rest)
    {
        if (rest[0] is not ('.' or ','))
        {
            return 0;
        }

        int digits = rest[1..].IndexOfAnyExceptInRange('0', '9');
        return digits is > 0 and <= LongestFraction ? digits + 1 : -1;
    }

    /// <summary>The length of a zone, 0 where there is none; negative where the text behind it could belong to it.</summary>
    private static int Zone(ReadOnlySpan<char> rest, out short offset)
    {
        offset = DateStamp.NoOffset;
        switch (rest)
        {
            // A zone may stand apart from the time.
            case [' ', (> ' ' and <= '~') and not ('Z' or 'U' or 'G' or '+' or '-'), ..]:
                return 0;
            case ['Z', ' ', ..]:
                offset = 0;
                return 1;
            case [('+' or '-') and var sign, '0' or '1', _, ':', _, _, ' ', ..]:
                return TryOffset(sign, rest[1], rest[2], rest[4], rest[5], out offset) ? 6 : -1;
            case [('+' or '-') and var sign, '0' or '1', _, _, _, ' ', ..]:
                return TryOffset(sign, rest[1], rest[2], rest[3], rest[4], out offset) ? 5 : -1;
            default:
                return -1;
        }
    }

    private static bool TryOffset(char sign, char h1, char h2, char m1, char m2, out short offset)
    {
        uint hours = Number(h1, h2), minutes = Number(m1, m2);
        int east = (int)((hours * 60) + minutes);
        offset = (short)(sign == '-' ? -east : east);
        return hours <= 19 && minutes <= 59;
    }
}
