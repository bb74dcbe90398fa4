namespace PSBan.Matching.Dates;

/// <summary>Turns captured fields into a point in time: what is missing is assumed, what cannot be is refused.</summary>
/// <param name="clock">The clock and the local time zone.</param>
/// <param name="defaultOffset">Minutes east of Greenwich for stamps without a zone (<c>logtimezone</c>); null for local time.</param>
internal sealed class TimestampRules(TimeProvider clock, int? defaultOffset = null)
{
    /// <summary>Computes the time.</summary>
    /// <param name="fields">What was captured.</param>
    /// <param name="time">The point in time, in whole seconds.</param>
    /// <returns>False where there is no such date.</returns>
    public bool TryResolve(in DateFields fields, out DateTimeOffset time)
    {
        time = default;
        bool isDated = fields.Year is not null && fields.Month is not null && fields.Day is not null;
        DateTime now = isDated ? default : clock.GetLocalNow().DateTime;
        int year = fields.Year ?? now.Year;
        if (year is < 1 or > 9999)
        {
            return false;
        }

        (int? month, int? day) = (fields.Month, fields.Day);
        if ((month is null || day is null) && DayOfYear(fields, year) is { } dayOfYear)
        {
            if (!TryAddDays(new DateTime(year, 1, 1), dayOfYear - 1, out DateTime date))
            {
                return false;
            }

            (year, month, day) = (date.Year, date.Month, date.Day);
        }

        bool assumesToday = month is null && day is null;
        if (assumesToday)
        {
            (month, day) = (now.Month, now.Day);
        }

        if (!IsDate(year, month, day) || fields.Hour > 23 || fields.Minute > 59 || fields.Second > 59)
        {
            return false;
        }

        int? offset = fields.Offset ?? defaultOffset;
        DateTime stamp = new(year, month!.Value, day!.Value, fields.Hour, fields.Minute, fields.Second);
        if (!TryAddMinutes(ref stamp, -(offset ?? 0)))
        {
            return false;
        }

        // The comparisons below are between a stamp that may be in UTC and the local clock: so fail2ban does it, and so verdicts stay the same.
        if (assumesToday && stamp > now)
        {
            stamp = stamp.AddDays(-1);
        }

        if (fields.Year is null && stamp > now.AddDays(1))
        {
            if (!IsDate(year - 1, month, day))
            {
                return false;
            }

            stamp = new DateTime(year - 1, month.Value, day.Value).Add(stamp.TimeOfDay);
        }

        time = new DateTimeOffset(stamp, offset is null ? LocalOffset(stamp) : TimeSpan.Zero);
        return true;
    }

    /// <summary>A time the clock of the zone skips is read with the winter offset, one it shows twice too.</summary>
    private TimeSpan LocalOffset(DateTime stamp)
    {
        TimeSpan offset = clock.LocalTimeZone.GetUtcOffset(stamp);
        return stamp.Ticks - offset.Ticks is >= 0 and var utc && utc <= DateTime.MaxValue.Ticks ? offset : TimeSpan.Zero;
    }

    private static bool IsDate(int year, int? month, int? day) =>
        year is >= 1 and <= 9999 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month.Value);

    private static int? DayOfYear(in DateFields fields, int year)
    {
        if (fields.YearDay is { } dayOfYear)
        {
            return dayOfYear;
        }

        if (fields.Week is not { } week || fields.Weekday is not { } weekday)
        {
            return null;
        }

        // Days counted from the first day of the week; week 1 begins with the first such day of the year, the days before it are week 0.
        int shift = fields.WeekFromMonday ? 0 : 1;
        int firstOfYear = (((int)new DateTime(year, 1, 1).DayOfWeek + 6 + shift) % 7);
        int dayOfWeek = (weekday + shift) % 7;
        int beforeWeek1 = (7 - firstOfYear) % 7;
        return week == 0 ? 1 + dayOfWeek - firstOfYear : 1 + beforeWeek1 + (7 * (week - 1)) + dayOfWeek;
    }

    private static bool TryAddDays(DateTime date, int days, out DateTime result)
    {
        long ticks = date.Ticks + (days * TimeSpan.TicksPerDay);
        bool fits = ticks >= 0 && ticks <= DateTime.MaxValue.Ticks;
        result = fits ? new DateTime(ticks) : default;
        return fits;
    }

    private static bool TryAddMinutes(ref DateTime stamp, int minutes)
    {
        long ticks = stamp.Ticks + (minutes * TimeSpan.TicksPerMinute);
        bool fits = ticks >= 0 && ticks <= DateTime.MaxValue.Ticks;
        stamp = fits ? new DateTime(ticks) : default;
        return fits;
    }
}
