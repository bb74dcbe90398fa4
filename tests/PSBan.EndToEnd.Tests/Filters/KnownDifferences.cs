using PSBan.EndToEnd.Tests.SampleLogs;

namespace PSBan.EndToEnd.Tests.Filters;

/// <summary>Tells whether two outcomes are the same, and knows the few differences that are meant to be.</summary>
internal static class KnownDifferences
{
    // fail2ban puts the text of the date that a line without one borrows in front of the line; here lines stay as they came.
    private static readonly IEqualityComparer<string> s_withoutBorrowedDate =
        EqualityComparer<string>.Create((expected, actual) => expected == actual || (actual!.Length > 0 && expected!.EndsWith(actual, StringComparison.Ordinal)), _ => 0);

    /// <summary>Compares.</summary>
    /// <returns>What differs, in a word or two; null where nothing does, or the difference is meant to be.</returns>
    public static string? Explain(FilterCase filter, in TimedLine line, LineOutcome expected, LineOutcome actual)
    {
        if (expected.Trouble is not null)
        {
            // The line is lost to fail2ban.
            return null;
        }

        // In a jail nothing but the failures is told.
        if (filter.ChecksAll && expected.Verdict != actual.Verdict)
        {
            return "verdict";
        }

        if (filter.ChecksAll && (!expected.Hits.Order().SequenceEqual(actual.Hits) || !expected.Ignored.Order().SequenceEqual(actual.Ignored)))
        {
            return "hits";
        }

        if (expected.Failures.Count != actual.Failures.Count)
        {
            return "failures";
        }

        // Where one line hits several failregexes in a session, fail2ban's earlier failures come to know the users of the later ones; the last is exact.
        return expected.Failures.Count > 0 && expected.Failures[^1].Users != actual.Failures[^1].Users
            ? "users"
            : expected.Failures.Zip(actual.Failures, Explain).FirstOrDefault(difference => difference is not null);
    }

    private static string? Explain(FoundFailure expected, FoundFailure actual)
    {
        if (expected.Id != actual.Id)
        {
            return "identifier";
        }

        // An hour that occurs twice, or not at all, is whatever the C library made of the stamp before.
        DateTime local = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(actual.Time), CentralEurope.Zone).DateTime;
        bool isChange = CentralEurope.Zone.IsAmbiguousTime(local) || CentralEurope.Zone.IsInvalidTime(local.AddHours(-1)) || CentralEurope.Zone.IsInvalidTime(local);
        // TAI64N can name times beyond the year 9999; here they are its end.
        long expectedTime = Math.Min(expected.Time, DateTimeOffset.MaxValue.ToUnixTimeSeconds() * 1000);
        if (expectedTime != actual.Time && !(isChange && Math.Abs(expectedTime - actual.Time) == 3_600_000))
        {
            return "time";
        }

        return expected.Address is not null && expected.Address != (actual.Address ?? expected.Address) ? "address"
            : expected.Data != actual.Data ? "data"
            : !expected.Lines.SequenceEqual(actual.Lines, s_withoutBorrowedDate) ? "lines" : null;
    }
}
