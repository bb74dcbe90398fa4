using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>One entry of <c>logpath</c>: a path or glob and where reading begins.</summary>
/// <param name="Glob">The path, with <c>*</c>, <c>?</c> and <c>[…]</c> as in a shell (no <c>**</c>; a hidden file wants its dot written).</param>
/// <param name="Tail">Whether to begin at the end of the file instead of <c>findtime</c> back.</param>
/// <param name="Location">Where it is written.</param>
public sealed record LogPath(string Glob, bool Tail, SourceLocation Location);

/// <summary>The validated settings of one jail. Immutable. Names and meanings are fail2ban's (jail.conf(5)).</summary>
public sealed record JailOptions
{
    /// <summary>The most failures that one address may have before it is banned when nothing else is said.</summary>
    public const int DefaultMaxRetry = 5;

    /// <summary>The window and the ban in seconds when nothing else is said.</summary>
    public const int DefaultSeconds = 600;

    /// <summary>The name of the jail; its section.</summary>
    public required string Name { get; init; }

    /// <summary>The filter, with the jail's own patterns merged in.</summary>
    public required FilterOptions Filter { get; init; }

    /// <summary>The back end that reads the logs (<c>auto</c>, <c>polling</c>, <c>pyinotify</c>, <c>systemd</c>, …), with its bracket options.</summary>
    public Located<string> Backend { get; init; } = new("auto", default);

    /// <summary>The logs to read.</summary>
    public IReadOnlyList<LogPath> LogPaths { get; init; } = [];

    /// <summary>The encoding of the logs, or <c>auto</c>.</summary>
    public Located<string> LogEncoding { get; init; } = new("auto", default);

    /// <summary>The number of failures within <see cref="FindTime"/> that bans.</summary>
    public Located<int> MaxRetry { get; init; } = new(DefaultMaxRetry, default);

    /// <summary>How many matching lines are kept with a ban.</summary>
    public Located<int> MaxMatches { get; init; } = new(DefaultMaxRetry, default);

    /// <summary>The length of the window.</summary>
    public Located<Duration> FindTime { get; init; } = new(Duration.FromSeconds(DefaultSeconds), default);

    /// <summary>The length of a ban.</summary>
    public Located<Duration> BanTime { get; init; } = new(Duration.FromSeconds(DefaultSeconds), default);

    /// <summary>How many bits of an IPv4 address are banned (<c>banprefix4</c>): 24 bans the 256 addresses around an offender. PSBan's own.</summary>
    /// <value>The default is 32: the address alone.</value>
    public Located<int> BanPrefix4 { get; init; } = new(32, default);

    /// <summary>How many bits of an IPv6 address are banned (<c>banprefix6</c>): 64 bans the network that one subscriber has. PSBan's own.</summary>
    /// <value>The default is 128: the address alone.</value>
    public Located<int> BanPrefix6 { get; init; } = new(128, default);

    /// <summary>The <c>bantime.*</c> settings by their name behind the dot (<c>increment</c>, <c>factor</c>, …), as written.</summary>
    public IReadOnlyDictionary<string, Located<string>> BanTimeIncrement { get; init; } = System.Collections.Immutable.ImmutableDictionary<string, Located<string>>.Empty;

    /// <summary>Who is never counted: addresses, prefixes, host names, <c>file:</c> entries; one word an entry.</summary>
    public IReadOnlyList<Located<string>> IgnoreIp { get; init; } = [];

    /// <summary>Whether the host's own addresses are never counted.</summary>
    /// <value>The default is true.</value>
    public Located<bool> IgnoreSelf { get; init; } = new(true, default);

    /// <summary>A command that decides whether to ignore; null where there is none.</summary>
    public Located<string>? IgnoreCommand { get; init; }

    /// <summary>The cache in front of <see cref="IgnoreCommand"/>, as written; null where there is none.</summary>
    public Located<string>? IgnoreCache { get; init; }

    /// <summary>What is done with a ban, in order.</summary>
    public IReadOnlyList<ActionOptions> Actions { get; init; } = [];

    /// <summary>Whether a jail without any log file is passed over (<c>skip_if_nologs</c>).</summary>
    /// <value>The default is false.</value>
    public Located<bool> SkipIfNoLogs { get; init; } = new(false, default);

    /// <summary>
    /// Whether a jail with back end <c>auto</c>, without any log file and with a journal match of its own reads the journal
    /// (<c>systemd_if_nologs</c>).
    /// </summary>
    /// <value>The default is true.</value>
    public Located<bool> SystemdIfNoLogs { get; init; } = new(true, default);

    /// <summary>
    /// Whether the jail itself (or <c>[DEFAULT]</c>) has a <c>journalmatch</c>; one that only the filter has does not count for
    /// <see cref="SystemdIfNoLogs"/>.
    /// </summary>
    public bool HasOwnJournalMatch { get; init; }

    /// <summary>
    /// Every other option the jail sees (<c>port</c>, <c>banaction</c>, …), its own and those of <c>[DEFAULT]</c>, resolved; what cannot be
    /// resolved is left out.
    /// </summary>
    public IReadOnlyDictionary<string, Located<string>> Variables { get; init; } = System.Collections.Immutable.ImmutableDictionary<string, Located<string>>.Empty;

    /// <summary>Where the jail's section begins, in the file that speaks last.</summary>
    public SourceLocation Location { get; init; }
}
