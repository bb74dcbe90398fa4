namespace PSBan.Matching.Dates;

/// <summary>A date read by a <see cref="DateLayout"/>: it exists, in every year that could be meant.</summary>
/// <param name="Year">The year; 0 where the layout has none.</param>
/// <param name="Month">The month, 1 to 12.</param>
/// <param name="Day">The day of the month.</param>
/// <param name="SecondOfDay">The time of day in seconds.</param>
/// <param name="Offset">Minutes east of Greenwich; <see cref="NoOffset"/> where the layout has no zone.</param>
internal readonly record struct DateStamp(short Year, byte Month, byte Day, int SecondOfDay, short Offset)
{
    /// <summary>Stands for no zone.</summary>
    public const short NoOffset = short.MinValue;

    /// <summary>The same as a template would have captured it.</summary>
    public DateFields ToFields() =>
        new(Year == 0 ? null : Year, Month, Day, TimeSpan.FromSeconds(SecondOfDay), Offset == NoOffset ? null : Offset);
}
