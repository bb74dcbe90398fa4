using System.Globalization;

namespace PSBan.EndToEnd.Tests.Filters;

/// <summary>What a filter makes of one line, as either side tells it.</summary>
/// <param name="Hits">The failregexes that were hit, by index.</param>
/// <param name="Ignored">The ignoreregexes that were hit, by index.</param>
/// <param name="Failures">The failures.</param>
internal sealed record LineOutcome(IReadOnlyList<int> Hits, IReadOnlyList<int> Ignored, IReadOnlyList<FoundFailure> Failures)
{
    /// <summary>Matched, ignored or missed, as reports count the line.</summary>
    public required string Verdict { get; init; }

    /// <summary>Why the line was given up; null where it was not.</summary>
    public string? Trouble { get; init; }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Verdict}; failregex {string.Join(' ', Hits)}; ignoreregex {string.Join(' ', Ignored)}; {string.Join(" and ", Failures)}{Trouble}");
}

/// <summary>One failure.</summary>
/// <param name="Index">The failregex.</param>
/// <param name="Id">Whom it blames.</param>
/// <param name="Time">When, in milliseconds since 1970.</param>
/// <param name="Address">The address behind an identifier that is another; null where there is none such.</param>
/// <param name="Data">The captured groups in one text.</param>
/// <param name="Users">Every user name of the session.</param>
/// <param name="Lines">The lines it was found in.</param>
internal sealed record FoundFailure(int Index, string Id, long Time, string? Address, string Data, string Users, IReadOnlyList<string> Lines)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Index}: {Id} at {Time / 1000.0:0.###} {Address} {Data} by {Users} in «{string.Join("»«", Lines)}»");

    /// <summary>The groups in one text, the same for both sides.</summary>
    public static string Describe(IEnumerable<KeyValuePair<string, string>> data) =>
        string.Join(", ", data.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));

    /// <summary>User names in one text.</summary>
    public static string Describe(IEnumerable<string> users) => string.Join('|', users.Order(StringComparer.Ordinal));
}
