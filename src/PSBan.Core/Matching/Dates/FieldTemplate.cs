using System.Text.RegularExpressions;

namespace PSBan.Matching.Dates;

/// <summary>A layout made of <c>%</c> codes.</summary>
internal sealed class FieldTemplate : DateTemplate
{
    private readonly Lazy<QuickDate?> _quick;
    private DateGroup[]? _fields;

    private FieldTemplate(string pattern, string name, BoundedDate date)
        : base(name, date)
    {
        (Pattern, Layout) = (pattern, DateLayout.Of(pattern));
        _quick = new Lazy<QuickDate?>(() => QuickDate.TryCreate(date.Regex, date.CutGroup));
    }

    /// <inheritdoc/>
    public override string Pattern { get; }

    /// <inheritdoc/>
    public override DateLayout? Layout { get; }

    /// <inheritdoc/>
    public override QuickDate? Quick => _quick.Value;

    /// <summary>Makes a template of one date pattern.</summary>
    /// <param name="pattern">The pattern, its prefix words and codes unexpanded.</param>
    /// <param name="latestYear">The last year to accept where the century is not free.</param>
    /// <param name="weight">How it counts against others.</param>
    /// <exception cref="DatePatternException">A code is unknown.</exception>
    public static FieldTemplate Create(string pattern, int latestYear, double weight = 1)
    {
        string text = pattern;
        bool isUnbound = Remove(ref text, DateKeywords.Unbound);
        DateBegin begin = isUnbound ? DateBegin.Anywhere : Remove(ref text, DateKeywords.LineBegin) ? DateBegin.Line : DateBegin.Word;
        ExpandedDatePattern expanded = DateCodes.Expand(text, latestYear);
        BoundedDate date = DateBounds.Apply(expanded.Regex, begin, !isUnbound);
        return new FieldTemplate(pattern, expanded.Name, expanded.IgnoreCase ? date with { Regex = "(?i)" + date.Regex } : date) { Weight = weight };
    }

    /// <inheritdoc/>
    public override bool TryRead(Match match, TimestampRules rules, out DateTimeOffset time)
    {
        DateFields fields = default;
        time = default;
        foreach ((char code, int number) in _fields ??= FieldGroups(Regex))
        {
            if (match.Groups[number] is { Success: true } group && !fields.Take(code, group.ValueSpan))
            {
                return false;
            }
        }

        return rules.TryResolve(fields, out time);
    }

    /// <summary>The groups that are fields, in the order of the pattern: of two that say the same the later one counts.</summary>
    private static DateGroup[] FieldGroups(DateRegex regex) =>
        [.. regex.GroupNames
            .Where(name => name.Length == 1 && DateFields.Codes.Contains(name[0], StringComparison.Ordinal))
            .Select(name => new DateGroup(name[0], regex.GroupNumber(name)))
            .OrderBy(field => field.Place)];

    private static bool Remove(ref string text, string prefix)
    {
        bool found = text.StartsWith(prefix, StringComparison.Ordinal);
        text = found ? text[prefix.Length..] : text;
        return found;
    }
}

/// <summary>A group of a date's regex that is a field.</summary>
/// <param name="Code">The letter of its code.</param>
/// <param name="Place">Where it is found among the groups.</param>
internal sealed record DateGroup(char Code, int Place);
