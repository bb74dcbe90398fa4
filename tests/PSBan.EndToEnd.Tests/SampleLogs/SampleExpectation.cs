using System.Globalization;
using System.Text.Json;
using PSBan.Model;

namespace PSBan.EndToEnd.Tests.SampleLogs;

/// <summary>What is expected of one line of a sample log.</summary>
internal sealed class SampleExpectation(JsonElement value)
{
    private static readonly string[] s_notData = ["time", "match", "desc", "constraint"];

    /// <summary>Whether the line must be a failure.</summary>
    public bool Matches => Get("match") is { ValueKind: JsonValueKind.True };

    /// <summary>The expression under which the line is to be tried; null for always.</summary>
    public string? Constraint => Get("constraint")?.GetString();

    /// <summary>Compares a failure with the expectation.</summary>
    /// <returns>Every difference, in words.</returns>
    public IEnumerable<string> Compare(Failure failure, TimeZoneInfo zone)
    {
        if (Get("time")?.GetString() is { } text)
        {
            DateTime local = DateTime.Parse(text, CultureInfo.InvariantCulture);
            var expected = new DateTimeOffset(local, zone.GetUtcOffset(local));
            if (expected != failure.Time)
            {
                yield return $"time {failure.Time:o} instead of {expected.ToUniversalTime():o}";
            }
        }

        foreach (JsonProperty property in value.EnumerateObject().Where(property => !s_notData.Contains(property.Name)))
        {
            string expected = Show(property.Value), actual = Actual(failure, property.Name);
            bool isSame = expected == actual || BanId.FromText(expected) == BanId.FromText(actual);
            if (!isSame)
            {
                yield return $"{property.Name} '{actual}' instead of '{expected}'";
            }
        }
    }

    private JsonElement? Get(string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out JsonElement found) && found.ValueKind != JsonValueKind.Null ? found : null;

    private static string Actual(Failure failure, string name) => name switch
    {
        "users" => string.Join('|', failure.Users.Order(StringComparer.Ordinal)),
        "host" => failure.Data.GetValueOrDefault(name) ?? failure.Id.ToString(),
        "attempts" => failure.Data.GetValueOrDefault(name) ?? failure.Matches.Count.ToString(CultureInfo.InvariantCulture),
        _ => failure.Data.GetValueOrDefault(name) ?? "(none)",
    };

    private static string Show(JsonElement expected) => expected.ValueKind switch
    {
        JsonValueKind.Null => "(none)",
        JsonValueKind.Array => string.Join('|', expected.EnumerateArray().Select(Show).Order(StringComparer.Ordinal)),
        _ => expected.ToString(),
    };
}
