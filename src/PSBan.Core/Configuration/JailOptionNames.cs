using System.Collections.Frozen;

namespace PSBan.Configuration;

/// <summary>The options that mean something in a jail; every other name is a variable.</summary>
internal static class JailOptionNames
{
    public const string Enabled = "enabled";
    public const string Backend = "backend";
    public const string MaxRetry = "maxretry";
    public const string MaxMatches = "maxmatches";
    public const string FindTime = "findtime";
    public const string BanTime = "bantime";
    public const string BanTimePrefix = "bantime.";
    public const string BanPrefix4 = "banprefix4";
    public const string BanPrefix6 = "banprefix6";
    public const string IgnoreCommand = "ignorecommand";
    public const string IgnoreSelf = "ignoreself";
    public const string IgnoreIp = "ignoreip";
    public const string IgnoreCache = "ignorecache";
    public const string Filter = "filter";
    public const string LogTimeZone = "logtimezone";
    public const string LogEncoding = "logencoding";
    public const string LogPath = "logpath";
    public const string SkipIfNoLogs = "skip_if_nologs";
    public const string SystemdIfNoLogs = "systemd_if_nologs";
    public const string Action = "action";

    private static readonly FrozenSet<string> s_known;

    static JailOptionNames()
    {
        Increments = ["increment", "factor", "formula", "multipliers", "maxtime", "rndtime", "findtime", "overalljails"];
        All =
        [
            Enabled, Backend, MaxRetry, MaxMatches, FindTime, BanTime, .. Increments.Select(name => BanTimePrefix + name), BanPrefix4, BanPrefix6, IgnoreCommand, IgnoreSelf, IgnoreIp,
            IgnoreCache, Filter, LogTimeZone, LogEncoding, LogPath, SkipIfNoLogs, SystemdIfNoLogs, Action,
        ];
        s_known = All.Concat(FilterUse.Settings).ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>The names behind <c>bantime.</c></summary>
    public static IReadOnlyList<string> Increments { get; }

    /// <summary>The options that are whole numbers.</summary>
    public static IReadOnlyList<string> Numbers { get; } = [MaxRetry, MaxMatches];

    /// <summary>The options that are true or false.</summary>
    public static IReadOnlyList<string> Flags { get; } = [Enabled, BanTimePrefix + "increment", BanTimePrefix + "overalljails", IgnoreSelf, SkipIfNoLogs, SystemdIfNoLogs];

    /// <summary>The options of a jail, less those it shares with filters.</summary>
    public static IReadOnlyList<string> All { get; }

    /// <summary>The options of a jail, those it shares with filters included.</summary>
    public static IReadOnlyCollection<string> Known => s_known;

    /// <summary>Whether a name is an option and not a variable.</summary>
    public static bool IsKnown(string name) => s_known.Contains(name) || name.StartsWith(BanTimePrefix, StringComparison.Ordinal);

}
