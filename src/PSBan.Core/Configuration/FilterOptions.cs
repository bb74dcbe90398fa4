using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>What becomes of a host name that a filter captured in place of an address (<c>usedns</c>).</summary>
public enum UseDns
{
    /// <summary>It is resolved, and the look-up is said; fail2ban's default.</summary>
    Warn,

    /// <summary>It is resolved.</summary>
    Yes,

    /// <summary>Only literal addresses count; <c>&lt;HOST&gt;</c> does not match names.</summary>
    No,

    /// <summary>The name itself is counted and banned.</summary>
    Raw,
}

/// <summary>The settings of one filter, as text that patterns are made of. Immutable.</summary>
public sealed record FilterOptions
{
    /// <summary>The name of the filter, or a short form of the pattern text where it has none.</summary>
    public required string Name { get; init; }

    /// <summary>The patterns that recognise a failure, one an entry, with fail2ban's tags unexpanded.</summary>
    public IReadOnlyList<Located<string>> FailRegex { get; init; } = [];

    /// <summary>The patterns whose lines are not to be counted.</summary>
    public IReadOnlyList<Located<string>> IgnoreRegex { get; init; } = [];

    /// <summary>The pattern that must be found first and may narrow the text with <c>&lt;F-CONTENT&gt;</c>; null where there is none.</summary>
    public Located<string>? PrefRegex { get; init; }

    /// <summary>The date patterns, one a line; null for the default list, empty text where no date is to be recognised.</summary>
    public Located<string>? DatePattern { get; init; }

    /// <summary>How many lines a pattern may span.</summary>
    /// <value>The default is 1.</value>
    public int MaxLines { get; init; } = 1;

    /// <summary>What becomes of host names.</summary>
    /// <value>The default is <see cref="Configuration.UseDns.Warn"/>.</value>
    public UseDns UseDns { get; init; }

    /// <summary>The journal matches, one group of words a <c>journalmatch</c> line (words may be <c>+</c>).</summary>
    public IReadOnlyList<Located<string>> JournalMatch { get; init; } = [];

    /// <summary>The fixed zone of stamps that carry none (<c>UTC+0200</c>, <c>CET</c>, <c>-0400</c>); null for local time.</summary>
    public Located<string>? LogTimeZone { get; init; }
}
