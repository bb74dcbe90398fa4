using System.Text.RegularExpressions;
using PSBan.Matching.Patterns;

namespace PSBan.Matching.Dates;

/// <summary>Makes templates of the text of a <c>datepattern</c>.</summary>
internal static partial class DatePattern
{
    /// <summary>The word for Unix time.</summary>
    public const string Epoch = "EPOCH";

    /// <summary>The word for the stamp of multilog.</summary>
    public const string Tai64n = "TAI64N";

    private const string LongEpoch = "LEPOCH";

    /// <summary>Makes the list of templates for a whole value, one pattern a line.</summary>
    /// <param name="value">The value; null or blank for the default list.</param>
    /// <param name="latestYear">The last year to accept where the century is not free.</param>
    /// <exception cref="DatePatternException">A pattern cannot be used.</exception>
    public static IReadOnlyList<DateTemplate> CreateAll(string? value, int latestYear)
    {
        DefaultTemplates defaults = DefaultTemplates.For(latestYear);
        List<DateTemplate> templates = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (string line in (value ?? string.Empty).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            foreach (DateTemplate template in CreateLine(line, defaults, latestYear))
            {
                // The same layout twice changes nothing.
                if (names.Add(template.Name))
                {
                    templates.Add(template);
                }
            }
        }

        return templates.Count == 0 ? defaults.All : templates;
    }

    /// <summary>Makes the template of one pattern that is no keyword for a list.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="latestYear">The last year to accept where the century is not free.</param>
    /// <param name="weight">How it counts against others.</param>
    public static DateTemplate Create(string pattern, int latestYear, double weight = 1)
    {
        string key = Key(pattern);
        if (EpochWord().Match(pattern) is { Success: true } word)
        {
            return EpochTemplate.Create(pattern[..word.Index], pattern[(word.Index + word.Length)..], word.Length == LongEpoch.Length + 2, pattern);
        }

        string? bare = key.StartsWith(DateKeywords.LineBegin, StringComparison.Ordinal) ? key[DateKeywords.LineBegin.Length..]
            : key.StartsWith('^') ? key[1..]
            : null;
        return (bare ?? key) switch
        {
            Epoch or LongEpoch => EpochTemplate.Create((bare ?? key) == LongEpoch, bare is not null),
            Tai64n => Tai64nTemplate.Create(bare is not null),
            _ => FieldTemplate.Create(pattern, latestYear, weight),
        };
    }

    private static IEnumerable<DateTemplate> CreateLine(string line, DefaultTemplates defaults, int latestYear)
    {
        string key = Key(line);
        if (key == DateKeywords.Default)
        {
            return defaults.All;
        }

        if (key == DateKeywords.LineBegin)
        {
            return defaults.All.Where(template => template.IsAnchored);
        }

        DateTemplate[] templates = key.Contains(DateKeywords.Date, StringComparison.Ordinal)
            ? [.. defaults.Base.Select(template => Embed(line, template, latestYear))]
            : [Create(key == DateKeywords.None ? DateKeywords.Unbound + "^" : line, latestYear)];
        try
        {
            Array.ForEach(templates, template => DateRegex.Validate(template.RegexText));
            return templates;
        }
        catch (PatternException e)
        {
            throw Explain(line, e);
        }
    }

    /// <summary>Tells an error of the expanded regex of the pattern as written.</summary>
    private static DatePatternException Explain(string line, PatternException expanded)
    {
        try
        {
            // The same pattern with letters in place of codes has its errors at the same places, but for a code that stands there twice.
            DateRegex.Validate(Code().Replace(line, code => new string('c', code.Length)));
            return new DatePatternException($"{expanded.Problem} in what its codes stand for; expected {expanded.Expected}.", line, -1);
        }
        catch (PatternException e)
        {
            return new DatePatternException($"{e.Problem} at position {e.Position}; expected {e.Expected}.", line, e.Position);
        }
    }

    /// <summary>Puts a default date in the place of <c>{DATE}</c>.</summary>
    private static DateTemplate Embed(string pattern, DateTemplate template, int latestYear)
    {
        string date = DateBounds.Unbound(template.Pattern ?? template.Name);
        return Create(DateWord().Replace(pattern, _ => date), latestYear);
    }

    /// <summary>Keywords are known in any case, but only where no code could be meant.</summary>
    private static string Key(string pattern) => pattern.Contains('%') ? pattern : pattern.ToUpperInvariant();

    [GeneratedRegex(@"(?<!\\)\{L?EPOCH\}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex EpochWord();

    [GeneratedRegex(@"%(?:Ex)?.|^\*\*|\*\*$", RegexOptions.CultureInvariant)]
    private static partial Regex Code();

    [GeneratedRegex(@"(?<!\\)\{DATE\}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex DateWord();
}
