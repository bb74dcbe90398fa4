using System.Text.Json.Serialization;
using PSBan.Model;

namespace PSBan.Scan;

/// <summary>What a filter makes of a log: the counterpart of a <c>fail2ban-regex</c> run.</summary>
public sealed record FilterReport
{
    /// <summary>The filter, as it was named.</summary>
    public string Filter { get; init; } = string.Empty;

    /// <summary>The logs read.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>How many lines were looked at; empty ones and those beginning with <c>#</c> are passed over, as fail2ban-regex does.</summary>
    public long Lines { get; init; }

    /// <summary>How many lines were failures.</summary>
    public long Matched { get; init; }

    /// <summary>How many lines an ignoreregex took out, or matched without being a failure by themselves.</summary>
    public long Ignored { get; init; }

    /// <summary>How many lines no pattern matched.</summary>
    public long Missed { get; init; }

    /// <summary>How many lines exceeded the limit of a pattern; they are among the missed.</summary>
    public long TimedOut { get; init; }

    /// <summary>How long it took, reading included.</summary>
    public double ElapsedSeconds { get; init; }

    /// <summary>
    /// The prefregex with its hits; null where the filter has none. Lines that lack what every failregex needs are not tried on it, unless time is measured.
    /// </summary>
    public PatternReport? PrefPattern { get; init; }

    /// <summary>Each failregex with its hits.</summary>
    public IReadOnlyList<PatternReport> Patterns { get; init; } = [];

    /// <summary>Each ignoreregex with its hits.</summary>
    public IReadOnlyList<PatternReport> IgnorePatterns { get; init; } = [];

    /// <summary>Each date template that was met, with its hits.</summary>
    public IReadOnlyList<DateTemplateReport> DateTemplates { get; init; } = [];

    /// <summary>The lines that no pattern matched, as far as they were asked for.</summary>
    public IReadOnlyList<string> MissedLines { get; init; } = [];

    /// <summary>The lines that were failures, as far as they were asked for.</summary>
    public IReadOnlyList<string> MatchedLines { get; init; } = [];

    /// <summary>The lines that were ignored, as far as they were asked for.</summary>
    public IReadOnlyList<string> IgnoredLines { get; init; } = [];

    /// <summary>What is wrong with the filter; a pattern with an error did not take part.</summary>
    public IReadOnlyList<Problem> Problems { get; init; } = [];
}

/// <summary>One pattern and how often it was found.</summary>
/// <param name="Pattern">The pattern as written, with its tags.</param>
/// <param name="Hits">How many lines it was found in.</param>
public sealed record PatternReport(string Pattern, long Hits)
{
    /// <summary>Where it is written.</summary>
    [JsonIgnore]
    public SourceLocation Location { get; init; }

    /// <summary>How long the searches for it took, where <see cref="ScanOptions.MeasuresTime"/> asked for that; zero where it did not.</summary>
    public TimeSpan TimeSpent { get; init; }

    /// <summary>On how many lines it exceeded its limit.</summary>
    public long TimedOut { get; init; }

    /// <summary>Whether it runs in linear time whatever the line.</summary>
    public bool IsLinear { get; init; }

    /// <summary>Strings of which every match contains at least one; empty where none is known.</summary>
    public IReadOnlyList<string> Literals { get; init; } = [];
}

/// <summary>One date template and how often it was found.</summary>
/// <param name="Template">Its name: the layout with words for the codes.</param>
/// <param name="Hits">How many lines carried it.</param>
public sealed record DateTemplateReport(string Template, long Hits);
