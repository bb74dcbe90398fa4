using System.Diagnostics;
using System.Text.RegularExpressions;
using PSBan.Matching.Patterns.Tree;

namespace PSBan.Matching.Patterns;

/// <summary>
/// Rules long texts out before the safe engine looks at them: an automaton for a <see cref="RelaxedTree"/>, which no text can stall. Of texts made to stall,
/// nearly all fail; it tells so in 2 to 5 ns a character where the safe engine takes 20 to 200. It costs some 10 ms to build, so it is built when first needed.
/// </summary>
/// <remarks>
/// The automaton works without a limit of time: with one, .NET 10.0 loses matches in texts of more than some 50,000 characters. Texts made to show it ever new
/// states slow it down to 0.7 µs a character at worst; where that comes to pass it is given up, and the safe engine does without.
/// </remarks>
/// <param name="tree">The pattern.</param>
internal sealed class CoarseFilter(PatternTree tree)
{
    /// <summary>How long a text must be to be worth it.</summary>
    public const int LeastLength = 1_000;

    // The first ones pay for what is built as it goes.
    private const int UsesToWarmUp = 5;
    private const double MostNanosecondsPerCharacter = 250;

    private Lazy<Regex?>? _automaton = new(() => Build(tree.Value));
    private int _uses;

    /// <summary>Whether a text may match; false only where it cannot.</summary>
    /// <param name="text">The text, in which .NET and Python must see the same characters.</param>
    public bool Allows(ReadOnlySpan<char> text)
    {
        if (_automaton?.Value is not { } automaton)
        {
            return true;
        }

        long start = Stopwatch.GetTimestamp();
        bool allows = automaton.IsMatch(text);
        if (++_uses > UsesToWarmUp && text.Length >= LeastLength && Stopwatch.GetElapsedTime(start).TotalNanoseconds > MostNanosecondsPerCharacter * text.Length)
        {
            _automaton = null;
        }

        return allows;
    }

    private static Regex? Build(ParsedPattern pattern)
    {
        try
        {
            return new Regex(DotNetWriter.Write(RelaxedTree.Of(pattern)), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, Regex.InfiniteMatchTimeout);
        }
        catch (NotSupportedException)
        {
            // The automaton would be too large.
            return null;
        }
    }
}
