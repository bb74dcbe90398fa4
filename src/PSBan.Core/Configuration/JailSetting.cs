using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>One option as a jail sees it.</summary>
/// <param name="Jail">The name of the jail.</param>
/// <param name="Option">The name of the option.</param>
/// <param name="Value">The value with its references resolved; null where they cannot be.</param>
/// <param name="Location">Where the option is written.</param>
public sealed record JailSetting(string Jail, string Option, string? Value, SourceLocation Location)
{
    /// <summary>The file in which the option is written; null where it is none (what the program itself sets).</summary>
    public string? File => Location.File;

    /// <summary>The line, counted from 1.</summary>
    public int Line => Location.Line;

    /// <summary>The value as it is written.</summary>
    public string Raw { get; init; } = string.Empty;

    /// <summary>Whether the jail itself says it, and not <c>[DEFAULT]</c>.</summary>
    public bool IsOwn { get; init; }

    /// <summary>
    /// Whether it concerns this jail: it is an option that every jail has, the jail says it itself, or the value of one that does leads to it. The others are there
    /// for other jails.
    /// </summary>
    public bool IsUsed { get; init; }

    /// <summary>The values, as written, that this one took the place of, the nearest first: those of earlier files, then those of <c>[DEFAULT]</c>.</summary>
    public IReadOnlyList<Located<string>> Overrides { get; init; } = [];
}
