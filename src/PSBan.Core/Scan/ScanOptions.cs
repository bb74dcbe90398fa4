using PSBan.Configuration;
using PSBan.Watch;

namespace PSBan.Scan;

/// <summary>How logs are read once against a filter.</summary>
public sealed record ScanOptions
{
    /// <summary>The most lines of one kind that a report keeps when it is asked for lines at all.</summary>
    public const int DefaultMaxLines = 1_000;

    /// <summary>The filter: a name in <c>filter.d</c> with options (<c>sshd[mode=aggressive]</c>), a file, or the text of a pattern.</summary>
    public required string Filter { get; init; }

    /// <summary>An ignoreregex that replaces those of the filter; null to keep them.</summary>
    public string? IgnoreRegex { get; init; }

    /// <summary>A datepattern that replaces that of the filter; null to keep it.</summary>
    public string? DatePattern { get; init; }

    /// <summary>The back end that the logs are read with: <c>auto</c> for files, <c>systemd</c> for the journal, which decides about <c>logtype</c>.</summary>
    /// <value>The default is <c>auto</c>.</value>
    public string Backend { get; init; } = "auto";

    /// <summary>The entries of the journal to read, as in <c>journalmatch</c>; null for those that the filter asks for.</summary>
    public string? JournalMatch { get; init; }

    /// <summary>The configuration directory whose filters are used; null for the stock ones.</summary>
    public string? ConfigPath { get; init; }

    /// <summary>The stock configuration that is overlaid.</summary>
    public string StockConfigPath { get; init; } = DefaultPaths.StockConfig;

    /// <summary>The encoding of the logs, or <c>auto</c>.</summary>
    public string Encoding { get; init; } = "auto";

    /// <summary>What becomes of host names in place of what the filter says; null to keep that.</summary>
    public UseDns? UseDns { get; init; }

    /// <summary>Whether to measure how long each pattern takes. A log then takes longer to read: every line is looked at by itself.</summary>
    /// <value>The default is false.</value>
    public bool MeasuresTime { get; init; }

    /// <summary>How many lines of each kind (missed, matched, ignored) the report keeps.</summary>
    /// <value>The default is 0: none.</value>
    public int KeepLines { get; init; }

    /// <summary>The clock that years are guessed by.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
