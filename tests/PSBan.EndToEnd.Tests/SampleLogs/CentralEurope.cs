namespace PSBan.EndToEnd.Tests.SampleLogs;

/// <summary>The zone of fail2ban's tests, <c>CET-01CEST-02,M3.5.0,M10.5.0</c>, independent of what the machine knows of zones.</summary>
internal static class CentralEurope
{
    /// <summary>The zone.</summary>
    public static TimeZoneInfo Zone { get; } = Create();

    private static TimeZoneInfo Create()
    {
        var two = new DateTime(1, 1, 1, 2, 0, 0);
        var summer = TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
            DateTime.MinValue.Date, DateTime.MaxValue.Date, TimeSpan.FromHours(1),
            TimeZoneInfo.TransitionTime.CreateFloatingDateRule(two, 3, 5, DayOfWeek.Sunday),
            TimeZoneInfo.TransitionTime.CreateFloatingDateRule(two, 10, 5, DayOfWeek.Sunday));
        return TimeZoneInfo.CreateCustomTimeZone("fail2ban's tests", TimeSpan.FromHours(1), "CET", "CET", "CEST", [summer]);
    }
}
