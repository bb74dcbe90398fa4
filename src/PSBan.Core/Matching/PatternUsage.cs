using PSBan.Matching.Patterns;
using PSBan.Model;

namespace PSBan.Matching;

/// <summary>What a pattern of a filter is for.</summary>
public enum PatternRole
{
    /// <summary>It recognises a failure.</summary>
    FailRegex,

    /// <summary>It recognises lines that are not to be counted.</summary>
    IgnoreRegex,

    /// <summary>It must be found before any failregex is tried.</summary>
    PrefRegex,
}

/// <summary>How one pattern of a filter has fared so far.</summary>
/// <param name="Role">What it is for.</param>
/// <param name="Index">Its place among those of its kind, from 0.</param>
/// <param name="Pattern">The pattern.</param>
/// <param name="Location">Where it is written.</param>
/// <param name="Hits">How many lines it matched.</param>
/// <param name="TimedOut">On how many lines it exceeded its time.</param>
/// <param name="MaxLength">The longest text it is still tried on; <see cref="int.MaxValue"/> as long as it has not been put aside.</param>
public sealed record PatternUsage(PatternRole Role, int Index, Pattern Pattern, SourceLocation Location, long Hits, long TimedOut, int MaxLength)
{
    /// <summary>How long the searches for it took, where <see cref="LineFilterOptions.MeasuresTime"/> asked for that; zero where it did not.</summary>
    public TimeSpan TimeSpent { get; init; }

    /// <summary>The pattern as written, tags unexpanded.</summary>
    public string Text => Pattern.Text;

    /// <summary>Whether it exceeded its time so often that longer lines are kept from it.</summary>
    public bool IsPutAside => MaxLength != int.MaxValue;
}

/// <summary>How often a date template found a date.</summary>
/// <param name="Name">Its name, as fail2ban's reports have it.</param>
/// <param name="Pattern">The date pattern it was made of; null for Unix time and TAI64N.</param>
/// <param name="Regex">The regex made of it, in Python's dialect.</param>
/// <param name="Hits">The number of dates found.</param>
public sealed record DateTemplateUsage(string Name, string? Pattern, string Regex, long Hits);
