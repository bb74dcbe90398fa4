using PSBan.Sources;

namespace PSBan.Watch;

/// <summary>What a watch is started with.</summary>
public sealed record WatchOptions
{
    /// <summary>The configuration directory; null for the stock configuration alone.</summary>
    public string? ConfigPath { get; init; }

    /// <summary>The stock configuration that is overlaid; the folder <c>config</c> beside the program.</summary>
    public string StockConfigPath { get; init; } = DefaultPaths.StockConfig;

    /// <summary>The state directory: lock, control endpoint. It is made with rights for the owner alone.</summary>
    public string StatePath { get; init; } = DefaultPaths.State;

    /// <summary>
    /// The packet filter to use for every native action: <c>nft</c>, <c>iptables</c>, <c>ipset</c>, <c>windows-firewall</c>, <c>dry-run</c> (which runs no command of any action either); <c>command</c> to
    /// run every action by its file in action.d; null to follow the configuration.
    /// </summary>
    public string? Firewall { get; init; }

    /// <summary>The jails to run, <c>*</c> and <c>?</c> allowed; empty for every enabled one.</summary>
    public IReadOnlyList<string> Jails { get; init; } = [];

    /// <summary>
    /// Where the lines of every jail come from, in place of its logs: a pipeline. Name the jails then. Where it ends, the watch ends too, and leaves the bans in packet
    /// filters that keep the time by themselves.
    /// </summary>
    /// <value>The default is null: jails read their logs.</value>
    public ILogSource? Input { get; init; }

    /// <summary>The clock.</summary>
    /// <value>The default is the system's.</value>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
