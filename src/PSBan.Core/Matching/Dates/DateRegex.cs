using System.Text.RegularExpressions;
using PSBan.Matching.Patterns;
using PSBan.Matching.Patterns.Tree;

namespace PSBan.Matching.Dates;

/// <summary>
/// A date's regex, built of Python's dialect. Interpreted at first, and compiled to machine code once it was used often enough to earn that.
/// </summary>
/// <param name="pattern">The regex in Python's dialect.</param>
internal sealed class DateRegex(string pattern)
{
    // As long as a pattern may take by default: a date pattern that stalls is the administrator's own.
    private static readonly TimeSpan s_timeout = new PatternOptions().MatchTimeout;

    private Regex? _regex;
    private int _uses;

    /// <summary>Looks for the date.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where the search begins; what stands before still counts for boundaries.</param>
    /// <exception cref="RegexMatchTimeoutException">The regex took too long.</exception>
    public Match Match(string text, int start)
    {
        try
        {
            return Current().Match(text, start);
        }
        catch (RegexMatchTimeoutException)
        {
            // The first time may be the machine's fault, which had other things to do; a line must not be lost for that.
            return Current().Match(text, start);
        }
    }

    /// <summary>The names of the groups.</summary>
    public string[] GroupNames => Current().GetGroupNames();

    /// <summary>The number of a group.</summary>
    /// <param name="name">Its name.</param>
    public int GroupNumber(string name) => Current().GroupNumberFromName(name);

    /// <summary>Checks a regex without building it.</summary>
    /// <param name="pattern">The regex in Python's dialect.</param>
    /// <exception cref="PatternException">It is none.</exception>
    public static void Validate(string pattern) => Parse(pattern);

    /// <summary>Parses a regex.</summary>
    /// <param name="pattern">The regex in Python's dialect.</param>
    /// <exception cref="PatternException">It is none.</exception>
    public static ParsedPattern Parse(string pattern) => PatternParser.Parse(new ExpandedPattern(pattern, pattern, [new ExpandedPattern.Piece(0, 0, IsTag: false)]));

    private Regex Current()
    {
        if (_regex is { } regex && (_uses > Matcher.UsesToCompile || ++_uses <= Matcher.UsesToCompile))
        {
            return regex;
        }

        RegexOptions options = RegexOptions.CultureInvariant | (_uses > Matcher.UsesToCompile ? RegexOptions.Compiled : RegexOptions.None);
        return _regex = new Regex(DotNetWriter.Write(Parse(pattern)), options, s_timeout);
    }
}
