namespace PSBan.Matching.Dates;

/// <summary>The dates that are recognised where a filter has no <c>datepattern</c>, and those that <c>{DATE}</c> stands for.</summary>
internal sealed class DefaultTemplates
{
    /// <summary>A date at the start of the line is by far the likelier one: anything further in may have been written by the attacker.</summary>
    public const double LineBeginWeight = 100;

    /// <summary>ISO 8601 and its relatives.</summary>
    public const string YearMonthDayTime = @"%ExY(?P<_sep>[-/.])%m(?P=_sep)%d(?:T|  ?)%H:%M:%S(?:[.,]%f)?(?:\s*%z)?";

    /// <summary>The stamp of syslog.</summary>
    public const string MonthDayTime = @"(?:%a )?%b %d %k:%M:%S" + Fraction + @"(?: %ExY)?";

    private const string Fraction = @"(?:\.%f)?";

    // All that are asked for within ten years are the same.
    private static volatile DefaultTemplates? s_latest;

    private static readonly string[] s_patterns =
    [
        YearMonthDayTime,
        MonthDayTime,
        @"(?:%a )?%b %d %ExY %k:%M:%S" + Fraction,
        @"%d(?P<_sep>[-/])%m(?P=_sep)(?:%ExY|%Exy) %k:%M:%S",
        @"%d(?P<_sep>[-/])%b(?P=_sep)%ExY[ :]?%H:%M:%S" + Fraction + @"(?: %z)?",
        "%m/%d/%ExY:%H:%M:%S",
        "%m-%d-%ExY %k:%M:%S" + Fraction,
        DatePattern.Epoch,
        DateKeywords.LineBegin + "%H:%M:%S",
        "^<%m/%d/%Exy@%H:%M:%S>",
        "%Exy%Exm%Exd  ?%H:%M:%S",
        "%b %d, %ExY %I:%M:%S %p",
        "^%b-%d-%Exy %k:%M:%S",
        @"%ExY%Exm%Exd(?:-|T|  ?)%ExH:?%ExM:?%ExS(?:[.,]%f)?(?:\s*%z)?",
        "(?:%Z )?" + MonthDayTime,
        "(?:%z )?" + MonthDayTime,
        DatePattern.Tai64n,
    ];

    private readonly int _decade;

    private DefaultTemplates(int latestYear)
    {
        _decade = latestYear / 10;
        Base = [.. s_patterns.Select(pattern => DatePattern.Create(pattern, latestYear))];
        List<DateTemplate> atLineBegin = [.. s_patterns
            .Where(pattern => !pattern.StartsWith('^') && !pattern.StartsWith(DateKeywords.LineBegin, StringComparison.Ordinal))
            .Select(pattern => DatePattern.Create(DateKeywords.LineBegin + pattern, latestYear, LineBeginWeight))];
        All = [.. atLineBegin, .. Base];
    }

    /// <summary>The plain list, in order.</summary>
    public IReadOnlyList<DateTemplate> Base { get; }

    /// <summary>The variants bound to the start of the line, then the plain list.</summary>
    public IReadOnlyList<DateTemplate> All { get; }

    /// <summary>The lists for a time.</summary>
    /// <param name="latestYear">The last year that dates may carry.</param>
    public static DefaultTemplates For(int latestYear) => s_latest is { } latest && latest._decade == latestYear / 10 ? latest : s_latest = new DefaultTemplates(latestYear);
}
