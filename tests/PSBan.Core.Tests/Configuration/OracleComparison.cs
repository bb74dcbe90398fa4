using System.Globalization;
using System.Text.Json;
using PSBan.Configuration;
using PSBan.Model;

namespace PSBan.Tests.Configuration;

/// <summary>Compares what we read with what fail2ban reads and lists every difference.</summary>
internal static class OracleComparison
{
    private static readonly string[] s_hooks = ["actionstart", "actionstop", "actionflush", "actionreload", "actioncheck", "actionrepair", "actionban", "actionprolong", "actionreban", "actionunban"];

    public static IEnumerable<string> Filter(string name, JsonElement told, FilterOptions? ours)
    {
        bool refused = told.TryGetProperty("refused", out _);
        if (ours is null || refused)
        {
            return ours is null && refused ? [] : [refused ? $"{name}: read by us alone" : $"{name}: not read"];
        }

        JsonElement set = told.GetProperty("set");
        JsonElement add = told.GetProperty("add");
        return new[]
        {
            Differ(name, "failregex", List(add, "failregex"), ours.FailRegex.Select(regex => regex.Value)),
            Differ(name, "ignoreregex", List(add, "ignoreregex"), ours.IgnoreRegex.Select(regex => regex.Value)),
            Differ(name, "prefregex", [Text(set, "prefregex") ?? ""], [ours.PrefRegex?.Value ?? ""]),
            Differ(name, "datepattern", [Text(set, "datepattern") ?? "(none)"], [ours.DatePattern?.Value ?? "(none)"]),
            Differ(name, "maxlines", [Text(set, "maxlines") ?? "1"], [ours.MaxLines.ToString(CultureInfo.InvariantCulture)]),
            Differ(name, "usedns", [Text(set, "usedns") ?? "warn"], [ours.UseDns.ToString().ToLowerInvariant()]),
            Differ(name, "journalmatch", List(add, "journalmatch"), ours.JournalMatch.Select(match => string.Join('\u001f', ShellWords.Split(match.Value)!))),
        }.OfType<string>();
    }

    public static IEnumerable<string> Jail(string name, JsonElement told, JailOptions? ours)
    {
        if (ours is null)
        {
            return told.GetProperty("error").ValueKind == JsonValueKind.Null ? [$"{name}: not read"] : [];
        }

        JsonElement set = told.GetProperty("set");
        JsonElement options = told.GetProperty("options");
        List<string?> differences =
        [
            .. Filter(name, told, ours.Filter),
            Differ(name, "backend", [told.GetProperty("backend").GetString()!], [ours.Backend.Value]),
            Differ(name, "maxretry", [Text(set, "maxretry") ?? "3"], [ours.MaxRetry.ToString()]),
            Differ(name, "maxmatches", [Text(set, "maxmatches") ?? "5"], [ours.MaxMatches.ToString()]),
            Differ(name, "findtime", [Seconds(Text(set, "findtime"))], [Seconds(ours.FindTime.Value)]),
            Differ(name, "bantime", [Seconds(Text(set, "bantime"))], [Seconds(ours.BanTime.Value)]),
            Differ(name, "ignorecommand", [Text(set, "ignorecommand") ?? ""], [ours.IgnoreCommand?.Value ?? ""]),
            Differ(name, "ignoreself", [Text(set, "ignoreself") ?? "True"], [ours.IgnoreSelf.ToString()]),
            Differ(name, "ignoreip", List(told.GetProperty("add"), "ignoreip"), ours.IgnoreIp.Select(word => word.Value)),
            Differ(name, "ignorecache", [Text(set, "ignorecache") ?? ""], [ours.IgnoreCache?.Value ?? ""]),
            Differ(name, "logtimezone", [Text(set, "logtimezone") ?? ""], [ours.Filter.LogTimeZone?.Value ?? ""]),
            Differ(name, "logencoding", [Text(set, "logencoding") ?? "auto"], [ours.LogEncoding.Value]),
            Differ(name, "logpath", (Text(options, "logpath") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries), ours.LogPaths.Select(path => path.Glob + (path.Tail ? " tail" : ""))),
            Differ(
                name,
                "bantime.*",
                set.EnumerateObject().Where(pair => pair.Name.StartsWith("bantime.", StringComparison.Ordinal)).Select(pair => $"{pair.Name}={pair.Value}".ToLowerInvariant()).Order(),
                ours.BanTimeIncrement.Select(pair => $"bantime.{pair.Key}={pair.Value}".ToLowerInvariant()).Order()),
            .. Actions(name, told.GetProperty("actions"), ours.Actions),
        ];
        return differences.OfType<string>();
    }

    private static IEnumerable<string?> Actions(string jail, JsonElement told, IReadOnlyList<ActionOptions> ours)
    {
        yield return Differ(jail, "actions", told.EnumerateArray().Select(action => action.GetProperty("name").GetString()!), ours.Select(action => action.Name));
        foreach ((JsonElement action, ActionOptions our) in told.EnumerateArray().Zip(ours))
        {
            foreach (JsonProperty property in action.GetProperty("properties").EnumerateObject().Where(property => property.Value.ValueKind != JsonValueKind.Null))
            {
                string theirs = property.Value.ToString();

                // Hooks are substituted by fail2ban's client as well; what is no hook it leaves to run time.
                if (property.Name.Contains('?', StringComparison.Ordinal) && our.Parameters.ContainsKey(property.Name.Split('?')[0]))
                {
                    // Since 1.1 a parameter replaces the conditional variants of its option too; Debian's 1.0 leaves them.
                    continue;
                }

                bool isFlag = property.Value.ValueKind is JsonValueKind.True or JsonValueKind.False;
                if (s_hooks.Contains(property.Name) || !theirs.Contains('<', StringComparison.Ordinal))
                {
                    string? value = our.Properties.GetValueOrDefault(property.Name);
                    yield return Differ(jail, $"{our.Name}.{property.Name}", [theirs], [isFlag ? AsFlag(value) : value ?? "(none)"]);
                }
            }
        }
    }

    private static string AsFlag(string? value) => (value?.ToLowerInvariant() is "1" or "on" or "true" or "yes").ToString();

    private static string? Differ(string name, string what, IEnumerable<string> theirs, IEnumerable<string> ours)
    {
        (string t, string o) = (string.Join("\n    ", theirs), string.Join("\n    ", ours));
        return t == o ? null : $"{name}: {what}\n  fail2ban:\n    {t}\n  ours:\n    {o}";
    }

    private static IEnumerable<string> List(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement list)
            ? list.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Array ? string.Join('\u001f', item.EnumerateArray().Select(word => word.GetString())) : item.GetString()!)
            : [];

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value.ToString() : null;

    private static string Seconds(string? time) => Seconds(time is null ? Duration.FromSeconds(600) : Duration.Parse(time));

    private static string Seconds(Duration time) => time.TotalSeconds.ToString(CultureInfo.InvariantCulture);
}
