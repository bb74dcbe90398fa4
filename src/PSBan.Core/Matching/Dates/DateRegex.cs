using System.Text.RegularExpressions;

namespace PSBan.Matching.Dates;

/// <summary>Builds the .NET regex of a date from Python's dialect.</summary>
internal static class DateRegex
{
    /// <summary>Translates and builds.</summary>
    /// <param name="pattern">The regex in Python's dialect.</param>
    public static Regex Build(string pattern) =>
        new(pattern.Replace("(?P<", "(?<", StringComparison.Ordinal).Replace("(?P=_sep)", @"\k<_sep>", StringComparison.Ordinal), RegexOptions.CultureInvariant);
}
