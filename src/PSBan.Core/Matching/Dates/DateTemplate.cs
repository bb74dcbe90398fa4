using System.Text.RegularExpressions;

namespace PSBan.Matching.Dates;

/// <summary>One layout of a date: finds it in a line and reads it. Immutable, shared by all filters; its regex is built when first needed.</summary>
/// <param name="name">The text for reports.</param>
/// <param name="date">The regex with its boundaries.</param>
internal abstract class DateTemplate(string name, BoundedDate date)
{
    private int _cutGroup = -1;

    /// <summary>The text for reports.</summary>
    public string Name { get; } = date.GotLineBegin && !name.StartsWith(DateKeywords.LineBegin, StringComparison.Ordinal) ? DateKeywords.LineBegin + name : name;

    /// <summary>The pattern it was made of; null for the built-in kinds that have none.</summary>
    public virtual string? Pattern => null;

    /// <summary>Reads most of its dates without the regex; null where there is only the regex.</summary>
    public virtual DateLayout? Layout => null;

    /// <summary>The regex for the quick engine, made when it is first asked for; null where there is none.</summary>
    public virtual QuickDate? Quick => null;

    /// <summary>Whether it is bound to the start or the end of the line.</summary>
    public bool IsAnchored { get; } = date.IsAnchored;

    /// <summary>Whether it is bound to the end of the line.</summary>
    public bool IsAtEnd { get; } = date.IsAtEnd;

    /// <summary>How it counts against others when the list is sorted by use.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>The regex in Python's dialect, for reports.</summary>
    public string RegexText => date.Regex;

    /// <summary>The regex that finds the date.</summary>
    protected DateRegex Regex { get; } = new(date.Regex);

    /// <summary>Looks for the date in a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="start">Where the search begins; what stands before still counts for boundaries.</param>
    /// <param name="end">Where the text ends for this search.</param>
    public DateMatch Match(string line, int start, int end)
    {
        Match match = Regex.Match(end == line.Length ? line : line[..end], start);
        if (!match.Success)
        {
            return default;
        }

        Group cut = match;
        if (date.CutGroup is not null)
        {
            _cutGroup = _cutGroup < 0 ? Regex.GroupNumber(date.CutGroup) : _cutGroup;
            cut = match.Groups[_cutGroup];
        }

        return new DateMatch(this, match, cut);
    }

    /// <summary>Reads the time out of a match.</summary>
    /// <param name="match">A match of this template.</param>
    /// <param name="rules">How fields become a time.</param>
    /// <param name="time">The time.</param>
    /// <returns>False where there is no such date.</returns>
    public abstract bool TryRead(Match match, TimestampRules rules, out DateTimeOffset time);
}

/// <summary>A date found in a line; the default value stands for none.</summary>
/// <param name="Template">The template that found it.</param>
/// <param name="Match">The regex match.</param>
/// <param name="Cut">The part that is cut out of the line.</param>
internal readonly record struct DateMatch(DateTemplate Template, Match Match, Group Cut)
{
    /// <summary>Whether a date was found.</summary>
    public bool Success => Match is not null;

    /// <summary>Where the match starts.</summary>
    public int Start => Match.Index;

    /// <summary>Where the match ends.</summary>
    public int End => Match.Index + Match.Length;
}
