using System.Globalization;

namespace PSBan.Matching.Dates;

/// <summary>What a template captured of a date, as numbers; null where it did not.</summary>
internal struct DateFields
{
    private static readonly string[] s_months =
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

    private static readonly string[] s_days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    // The days that a month has in any year.
    private static readonly byte[] s_leastDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

    /// <summary>The names of groups that carry a date; all others are no business of a date.</summary>
    public const string Codes = "yYmBbdHIMSAawjUWzZp";

    private int? _hour12;
    private bool _isPm;

    /// <summary>Takes what is known already.</summary>
    /// <param name="year">The year; null where it is to be guessed.</param>
    /// <param name="month">The month.</param>
    /// <param name="day">The day of the month.</param>
    /// <param name="time">The time of day.</param>
    /// <param name="offset">Minutes east of Greenwich; null where there is no zone.</param>
    public DateFields(int? year, int month, int day, TimeSpan time, int? offset)
    {
        (Year, Month, Day, Offset) = (year, month, day, offset);
        (Hour, Minute, Second) = (time.Hours, time.Minutes, time.Seconds);
    }

    /// <summary>The year of the common era.</summary>
    public int? Year { get; private set; }

    /// <summary>The month, 1 to 12.</summary>
    public int? Month { get; private set; }

    /// <summary>The day of the month.</summary>
    public int? Day { get; private set; }

    /// <summary>The hour, 0 to 29: the pattern may accept more than there are.</summary>
    public int Hour { get; private set; }

    /// <summary>The minute.</summary>
    public int Minute { get; private set; }

    /// <summary>The second, 0 to 61.</summary>
    public int Second { get; private set; }

    /// <summary>The day of the week, 0 for Monday.</summary>
    public int? Weekday { get; private set; }

    /// <summary>The day of the year, from 1.</summary>
    public int? YearDay { get; private set; }

    /// <summary>The week of the year, from 0.</summary>
    public int? Week { get; private set; }

    /// <summary>Whether weeks begin on Monday and not on Sunday.</summary>
    public bool WeekFromMonday { get; private set; }

    /// <summary>Minutes east of Greenwich.</summary>
    public int? Offset { get; private set; }

    /// <summary>Takes one captured group.</summary>
    /// <param name="code">The name of the group, a character of <see cref="Codes"/>.</param>
    /// <param name="text">What it captured.</param>
    /// <returns>Whether the text is a value of its kind.</returns>
    public bool Take(char code, ReadOnlySpan<char> text)
    {
        switch (code)
        {
            case 'z' or 'Z':
                bool isZone = ZoneOffset.TryParse(text, out int minutes);
                Offset = minutes;
                return isZone;
            case 'p':
                _isPm = text.Equals("pm", StringComparison.OrdinalIgnoreCase);
                SetHour12();
                return _isPm || text.Equals("am", StringComparison.OrdinalIgnoreCase) || text.IsEmpty;
            case 'B' or 'b':
                return (Month = IndexOf(s_months, text, code == 'b') + 1) > 0;
            case 'A' or 'a':
                return (Weekday = IndexOf(s_days, text, code == 'a')) >= 0;
            default:
                return TryNumber(text, out int number) && TakeNumber(code, number);
        }
    }

    /// <summary>The date as a stamp, where it is one of day and month that exists in every year that could be meant.</summary>
    /// <param name="stamp">The stamp.</param>
    public readonly bool TryStamp(out DateStamp stamp)
    {
        stamp = default;
        if (Year is < 1970 or > 2999 || Month is not (>= 1 and <= 12) || Day is not >= 1 || Day > (Year is { } year ? DateTime.DaysInMonth(year, Month.Value) : s_leastDays[Month.Value - 1])
            || Hour > 23 || Minute > 59 || Second > 59 || Offset is <= DateStamp.NoOffset or > short.MaxValue)
        {
            return false;
        }

        stamp = new DateStamp((short)(Year ?? 0), (byte)Month.Value, (byte)Day.Value, (((Hour * 60) + Minute) * 60) + Second, (short?)Offset ?? DateStamp.NoOffset);
        return true;
    }

    private bool TakeNumber(char code, int number)
    {
        switch (code)
        {
            case 'y': Year = number <= 2000 ? number + 2000 : number; break;
            case 'Y': Year = number; break;
            case 'm': Month = number; break;
            case 'd': Day = number; break;
            case 'H': Hour = number; _hour12 = null; break;
            case 'I': _hour12 = number; SetHour12(); break;
            case 'M': Minute = number; break;
            case 'S': Second = number; break;
            case 'w': Weekday = number == 0 ? 6 : number - 1; break;
            case 'j': YearDay = number; break;
            case 'U' or 'W': (Week, WeekFromMonday) = (number, code == 'W'); break;
        }

        return true;
    }

    private void SetHour12()
    {
        if (_hour12 is { } hour)
        {
            Hour = (hour == 12 ? 0 : hour) + (_isPm ? 12 : 0);
        }
    }

    private static int IndexOf(string[] names, ReadOnlySpan<char> text, bool isShort)
    {
        for (int i = 0; i < names.Length; i++)
        {
            if (text.Equals(isShort ? names[i].AsSpan(0, 3) : names[i], StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Digits of any script, as a regex's <c>\d</c> accepts them, with blanks around.</summary>
    private static bool TryNumber(ReadOnlySpan<char> text, out int number)
    {
        text = text.Trim();
        number = 0;
        foreach (char c in text)
        {
            int digit = char.IsAsciiDigit(c) ? c - '0' : CharUnicodeInfo.GetDecimalDigitValue(c);
            if (digit < 0 || number > 99_999)
            {
                return false;
            }

            number = (number * 10) + digit;
        }

        return !text.IsEmpty;
    }
}
