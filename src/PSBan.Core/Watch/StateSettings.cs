using System.Globalization;
using PSBan.Configuration;
using PSBan.Model;
using PSBan.Store;

namespace PSBan.Watch;

/// <summary>Where the state of a watch is kept, and how much of it: the settings <c>dbfile</c>, <c>dbpurgeage</c> and <c>dbmaxmatches</c>.</summary>
/// <param name="Path">The file of the store; null for memory alone.</param>
/// <param name="PurgeAge">How long what has ended is remembered.</param>
/// <param name="MaxMatches">How many matching lines are kept with a ban.</param>
public sealed record StateSettings(string? Path, TimeSpan PurgeAge, int MaxMatches)
{
    /// <summary>How long is remembered when nothing else is said.</summary>
    public static readonly TimeSpan DefaultPurgeAge = TimeSpan.FromDays(1);

    /// <summary>Reads the settings.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="statePath">The state directory.</param>
    /// <param name="problems">Takes what is wrong; the default is used then.</param>
    public static StateSettings Read(WatchConfiguration configuration, string statePath, ICollection<Problem> problems)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(problems);
        TimeSpan age = DefaultPurgeAge;
        if (Find("dbpurgeage") is { } written)
        {
            if (Duration.TryParse(written.Value, out Duration duration))
            {
                age = duration.ToTimeSpan();
            }
            else
            {
                Complain(written, "InvalidTime", $"'{written.Value}' is no time for 'dbpurgeage'; write seconds or units, such as 1d. One day is used.");
            }
        }

        int matches = StoreOptions.DefaultMaxMatches;
        if (Find("dbmaxmatches") is { } number && !(int.TryParse(number.Value, NumberStyles.None, CultureInfo.InvariantCulture, out matches)))
        {
            matches = StoreOptions.DefaultMaxMatches;
            Complain(number, "InvalidNumber", $"'{number.Value}' is no value for 'dbmaxmatches'; write a whole number, such as 10, which is used.");
        }

        return new StateSettings(PathOf(Find("dbfile"), statePath), age, matches);

        Located<string>? Find(string name) => configuration.Settings.TryGetValue(name, out Located<string>? value) && value.Value.Trim().Length > 0 ? value : null;

        void Complain(Located<string> value, string code, string message) => problems.Add(new Problem(ProblemSeverity.Warning, code, message, value.Location));
    }

    /// <summary>Whether a setting is one of PSBan's own, and not one of a fail2ban whose configuration is used.</summary>
    internal static bool IsOwn(Located<string> setting) =>
        System.IO.Path.GetFileName(setting.Location.File ?? string.Empty).StartsWith("psban", StringComparison.Ordinal);

    // A path in fail2ban's own settings is that of fail2ban's own database, which stays untouched.
    private static string? PathOf(Located<string>? file, string statePath) =>
        file is not { } written ? StoredBans.PathOf(statePath)
        : written.Value.Trim() is var name && (name.Equals("None", StringComparison.OrdinalIgnoreCase) || name == ":memory:") ? null
        : IsOwn(written) ? System.IO.Path.Combine(statePath, name)
        : StoredBans.PathOf(statePath);
}
