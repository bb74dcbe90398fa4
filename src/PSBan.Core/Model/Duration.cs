using System.Globalization;

namespace PSBan.Model;

/// <summary>
/// A length of time as fail2ban writes it: seconds, or units such as <c>1d12h</c>; <c>-1</c> is for ever.
/// The units are fail2ban's own: a month has 30.4375 days and a year 365.25; <c>m</c> is always minutes.
/// </summary>
[System.Text.Json.Serialization.JsonConverter(typeof(DurationJsonConverter))]
public readonly partial record struct Duration : IComparable<Duration>, IComparable
{
    private readonly double _seconds;

    private Duration(double seconds) => _seconds = seconds;

    /// <summary>For ever; written <c>-1</c>.</summary>
    public static Duration Permanent { get; } = new(double.PositiveInfinity);

    /// <summary>No time at all.</summary>
    public static Duration Zero => default;

    /// <summary>Whether this is for ever.</summary>
    public bool IsPermanent => double.IsPositiveInfinity(_seconds);

    /// <summary>The length in seconds; positive infinity for <see cref="Permanent"/>.</summary>
    public double TotalSeconds => _seconds;

    /// <summary>Takes a number of seconds; a negative one is <see cref="Permanent"/>.</summary>
    /// <param name="seconds">The seconds.</param>
    public static Duration FromSeconds(double seconds) => seconds < 0 ? Permanent : new Duration(seconds);

    /// <summary>Takes a time span; a negative one is <see cref="Permanent"/>.</summary>
    /// <param name="span">The time span.</param>
    public static Duration From(TimeSpan span) => FromSeconds(span.TotalSeconds);

    /// <summary>The length as a time span; <see cref="TimeSpan.MaxValue"/> for <see cref="Permanent"/> and for what does not fit.</summary>
    public TimeSpan ToTimeSpan() => _seconds >= TimeSpan.MaxValue.TotalSeconds ? TimeSpan.MaxValue : TimeSpan.FromSeconds(_seconds);

    /// <inheritdoc/>
    public int CompareTo(Duration other) => _seconds.CompareTo(other._seconds);

    int IComparable.CompareTo(object? obj) => obj is Duration other ? CompareTo(other) : 1;

    /// <summary>Prints at most three units, as fail2ban's log does: <c>1d 12h</c>, <c>10m</c>; <c>permanent</c> for ever.</summary>
    public override string ToString()
    {
        if (IsPermanent)
        {
            return "permanent";
        }

        // Each row: from how many seconds on, rounded to what, printed in which units (fail2ban 1.1 prints log messages by the same rule).
        (double from, double round, (double Seconds, string Unit)[] units) = _seconds switch
        {
            >= 365 * 86400.0 => (0.0, 86400.0, new[] { (31536000.0, "y"), (604800.0, "w"), (86400.0, "d") }),
            >= 604800.0 => (0.0, 3600.0, [(604800.0, "w"), (86400.0, "d"), (3600.0, "h")]),
            >= 86400.0 => (0.0, 60.0, [(86400.0, "d"), (3600.0, "h"), (60.0, "m")]),
            >= 3595.0 => (0.0, 10.0, [(3600.0, "h"), (60.0, "m")]),
            _ => (0.0, 1.0, [(60.0, "m"), (1.0, "s")]),
        };
        double rest = Math.Round((_seconds - from) / round) * round;
        List<string> parts = [];
        foreach ((double seconds, string unit) in units)
        {
            double count = Math.Floor(rest / seconds);
            rest -= count * seconds;
            if (count > 0)
            {
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{count}{unit}"));
            }
        }

        return parts.Count == 0 ? "0" : string.Join(' ', parts);
    }

    /// <summary>Whether the left one is shorter.</summary>
    public static bool operator <(Duration left, Duration right) => left._seconds < right._seconds;

    /// <summary>Whether the left one is not longer.</summary>
    public static bool operator <=(Duration left, Duration right) => left._seconds <= right._seconds;

    /// <summary>Whether the left one is longer.</summary>
    public static bool operator >(Duration left, Duration right) => left._seconds > right._seconds;

    /// <summary>Whether the left one is not shorter.</summary>
    public static bool operator >=(Duration left, Duration right) => left._seconds >= right._seconds;
}
