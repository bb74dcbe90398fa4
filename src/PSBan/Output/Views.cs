using System.Globalization;
using PSBan.Model;

namespace PSBan.Output;

/// <summary>What the format and type files call: small pieces of text for the views. Whatever came out of a log is made visible here.</summary>
public static class Views
{
    /// <summary>Text fit for a terminal.</summary>
    /// <param name="value">Anything with a text.</param>
    public static string Text(object? value) => VisibleText.Of(value?.ToString());

    /// <summary>A moment in local time, to the second; empty where there is none.</summary>
    /// <param name="time">The moment.</param>
    public static string Time(DateTimeOffset? time) =>
        time?.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? string.Empty;

    /// <summary>All items on one line, however many there are.</summary>
    /// <param name="items">Names, paths, addresses.</param>
    public static string List(System.Collections.IEnumerable? items) => items is null ? string.Empty : string.Join(' ', items.Cast<object?>().Select(Text));

    /// <summary>All items, one a line.</summary>
    /// <param name="lines">Lines of a log.</param>
    public static string Lines(IEnumerable<string>? lines) => string.Join('\n', (lines ?? []).Select(Text));

    /// <summary>Captured groups as <c>name=value</c>.</summary>
    /// <param name="data">The groups.</param>
    public static string Pairs(IReadOnlyDictionary<string, string>? data) =>
        data is null ? string.Empty : string.Join(' ', data.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{Text(pair.Key)}={Text(pair.Value)}"));

    /// <summary>A problem as compilers print theirs; a caret below a pattern stays where it is.</summary>
    /// <param name="problem">The problem.</param>
    public static string Problem(Problem problem) => Lines(problem?.ToString().Split('\n'));

    /// <summary>The followed logs, one a line, with what is wrong with them.</summary>
    /// <param name="sources">The logs of a watch.</param>
    public static string Sources(IEnumerable<SourceInfo>? sources) =>
        Lines((sources ?? []).Select(source => source.Trouble is null ? source.Name : $"{source.Name} ({source.Trouble})"));

    /// <summary>All problems, one below the other.</summary>
    /// <param name="problems">What is wrong in a configuration.</param>
    public static string Problems(IEnumerable<Problem>? problems) => string.Join('\n', (problems ?? []).Select(Problem));

    /// <summary>Why a packet filter is not usable, else what is worth knowing about it, one sentence a line.</summary>
    /// <param name="status">The packet filter.</param>
    public static string Remarks(FirewallStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        return Lines(status.Reason is { } reason ? [reason, .. status.Notes] : status.Notes);
    }

    /// <summary>What was found about a ban, and what to do.</summary>
    /// <param name="check">The finding.</param>
    public static string Finding(BanCheck check)
    {
        ArgumentNullException.ThrowIfNull(check);
        return Lines(check.Remedy is { } remedy ? [check.Reason, remedy] : [check.Reason]);
    }

    /// <summary>How long a ban still lasts.</summary>
    /// <param name="ban">The ban.</param>
    public static Duration Remaining(Ban ban)
    {
        ArgumentNullException.ThrowIfNull(ban);
        TimeSpan? rest = ban.Expires - TimeProvider.System.GetUtcNow();
        return rest is null ? Duration.Permanent : rest > TimeSpan.Zero ? Duration.From(rest.Value) : Duration.Zero;
    }
}
