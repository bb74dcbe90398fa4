using PSBan.Matching.Dates;
using PSBan.Tests.Support;

namespace PSBan.Tests.Matching.Dates;

/// <summary>The clock of the sample logs, 14 August 2005, noon in Zürich, and short ways to ask for a date.</summary>
internal static class DateSupport
{
    public static readonly TimeZoneInfo Zurich = TimeZoneInfo.FindSystemTimeZoneById("Europe/Zurich");

    public static ManualTimeProvider Clock(string? now = null) =>
        new(now is null ? DateTimeOffset.FromUnixTimeSeconds(1124013600) : DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture), Zurich);

    public static DateDetector Detector(string? pattern = null, TimeProvider? clock = null) =>
        new(DatePattern.CreateAll(pattern, 2029), clock ?? Clock());

    /// <summary>What is cut out of the line and the local time read from it; null where no date is found.</summary>
    public static (string Cut, string? Time)? Read(string line, string? pattern = null, string? now = null, string? zone = null)
    {
        ManualTimeProvider clock = Clock(now);
        DateMatch match = Detector(pattern, clock).Match(line);
        if (!match.Success)
        {
            return null;
        }

        int? offset = zone is null ? null : ZoneOffset.TryParse(zone, out int minutes) ? minutes : throw new ArgumentException(zone);
        return match.Template.TryRead(match.Match, new TimestampRules(clock, offset), out DateTimeOffset time)
            ? (match.Cut.Value, TimeZoneInfo.ConvertTime(time, Zurich).ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFzzz", System.Globalization.CultureInfo.InvariantCulture))
            : (match.Cut.Value, null);
    }
}
