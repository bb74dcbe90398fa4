namespace PSBan.Matching.Patterns;

/// <summary>A pattern that Python's <c>re</c> would refuse too; the message says where, what was found and what was expected.</summary>
/// <remarks>The message ends with two lines: the pattern (a window of it where it is long) and a caret under the place.</remarks>
public sealed class PatternException : Exception
{
    private const int Window = 100;

    /// <summary>Makes the exception.</summary>
    /// <param name="pattern">The pattern as it was written.</param>
    /// <param name="position">Where in it, in characters from 0.</param>
    /// <param name="problem">What is wrong, as a clause without a full stop.</param>
    /// <param name="expected">What would have been right there.</param>
    public PatternException(string pattern, int position, string problem, string expected)
        : base(Compose(pattern, position, problem, expected)) =>
        (Pattern, Position, Problem, Expected) = (pattern, position, problem, expected);

    /// <summary>The pattern as it was written.</summary>
    public string Pattern { get; }

    /// <summary>Where in <see cref="Pattern"/>, in characters from 0.</summary>
    public int Position { get; }

    /// <summary>What is wrong.</summary>
    public string Problem { get; }

    /// <summary>What would have been right.</summary>
    public string Expected { get; }

    private static string Compose(string pattern, int position, string problem, string expected)
    {
        int at = Math.Clamp(position, 0, pattern.Length);
        int from = pattern.Length <= Window ? 0 : Math.Clamp(at - (Window / 2), 0, pattern.Length - Window);
        int to = Math.Min(pattern.Length, from + Window);
        string before = from > 0 ? "…" : string.Empty;
        string after = to < pattern.Length ? "…" : string.Empty;
        string shown = OneLine(pattern[from..to]);
        return $"{problem} at position {position}; expected {expected}\n{before}{shown}{after}\n{new string(' ', before.Length + at - from)}^";
    }

    /// <summary>Every character of the text on one column of one line, so that the caret stands where it should.</summary>
    private static string OneLine(string text) =>
        string.Create(text.Length, text, static (span, source) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(source[i]) ? '\u00B7' : source[i];
            }
        });
}
