using System.Text.RegularExpressions;
using PSBan.Matching.Patterns.Engine;
using PSBan.Matching.Patterns.Tree;

namespace PSBan.Matching.Patterns;

/// <summary>A pattern of fail2ban's dialect (Python's <c>re</c> and tags such as <c>&lt;HOST&gt;</c>), ready to match. Immutable to its callers; safe to share.</summary>
public sealed class Pattern
{
    private readonly Matcher _matcher;
    private readonly Lazy<IReadOnlyList<string>> _warnings;
    private readonly FirstCharacters? _firstCharacters;

    private Pattern(string text, PatternOptions options)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new PatternException(text, 0, "empty pattern", "a regular expression");
        }

        ExpandedPattern expanded = TagExpander.Expand(text, options.UseDns);
        PatternTree tree = new(expanded, options.Multiline ? PatternFlags.Multiline : PatternFlags.None);
        ParsedPattern parsed = tree.Value;
        Text = text;
        Expanded = expanded.Text;
        DotNetPattern = DotNetWriter.Write(parsed);
        GroupNames = [.. parsed.Groups.OfType<string>().Select(string.Intern)];
        Literals = LiteralFinder.Find(parsed.Root);
        _firstCharacters = FirstCharacters.Of(parsed.Root);
        _warnings = new Lazy<IReadOnlyList<string>>(() => ForgeLint.Check(tree.Value.Root));
        _matcher = new Matcher(tree, DotNetPattern, options.MatchTimeout);
    }

    /// <summary>The pattern as it was written.</summary>
    public string Text { get; }

    /// <summary>The Python pattern after the tags were expanded.</summary>
    public string Expanded { get; }

    /// <summary>The same in .NET's dialect.</summary>
    public string DotNetPattern { get; }

    /// <summary>The names of the groups, in the order of their opening parentheses.</summary>
    public IReadOnlyList<string> GroupNames { get; }

    /// <summary>Whether the time of a match grows with the length of the text and no faster, whatever the text.</summary>
    public bool IsLinear => _matcher.IsLinear;

    /// <summary>Strings of which a text must contain one to match; null where none can be proven.</summary>
    public PatternLiterals? Literals { get; }

    /// <summary>What works but probably not as meant, such as a place where an attacker could put an address of his choice.</summary>
    public IReadOnlyList<string> Warnings => _warnings.Value;

    /// <summary>Expands the tags, reads and translates a pattern.</summary>
    /// <param name="text">The pattern.</param>
    /// <param name="options">What its surroundings decide; null for the defaults.</param>
    /// <exception cref="PatternException">The pattern is not one that Python's <c>re</c> would take.</exception>
    public static Pattern Compile(string text, PatternOptions? options = null) =>
        SharedPatterns.Get(text, options ?? PatternOptions.Default, static (text, options) => new Pattern(text, options));

    /// <summary>Searches the text for the leftmost match.</summary>
    /// <param name="input">The text.</param>
    /// <param name="match">The match.</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="RegexMatchTimeoutException">
    /// The pattern is not linear and took too many steps for this text, or the text is too long to be judged safely (some hundred thousand characters).
    /// </exception>
    public bool TryMatch(string input, out PatternMatch match) => TryMatch(input, out match, null);

    /// <summary>Searches the text for the leftmost match, within what work a line may cause.</summary>
    /// <param name="input">The text.</param>
    /// <param name="match">The match.</param>
    /// <param name="budget">What work the line may still cause.</param>
    internal bool TryMatch(string input, out PatternMatch match, WorkBudget? budget)
    {
        bool found = _matcher.TrySearch(input, out int[] spans, budget);
        match = found ? new PatternMatch(this, input, spans) : default;
        return found;
    }

    /// <summary>How many numbers tell where the match and every named group start and end.</summary>
    internal int SpanCount => 2 + (2 * GroupNames.Count);

    /// <summary>Whether a text that begins with a character can match.</summary>
    /// <param name="first">The character.</param>
    internal bool MayBeginWith(char first) => _firstCharacters?.Allow([first]) != false;

    /// <summary>Searches the text for the leftmost match by the quick engine alone.</summary>
    /// <param name="input">The text.</param>
    /// <param name="spans">Receives <see cref="SpanCount"/> numbers where there is a match; -1 for groups that took no part.</param>
    /// <returns>Whether there is one; null where it is for other engines to tell.</returns>
    internal bool? TryMatchQuickly(ReadOnlySpan<char> input, Span<int> spans) => _matcher.TryQuickly(input, spans);

    /// <summary>Whether a text can match, told without searching it by the pattern.</summary>
    /// <param name="input">The text.</param>
    /// <returns>False only where there is no match.</returns>
    internal bool MayMatch(ReadOnlySpan<char> input) => _firstCharacters?.Allow(input) != false && Literals?.FoundIn(input) != false;

    /// <summary>Whether the pattern matches anywhere in the text.</summary>
    /// <param name="input">The text.</param>
    /// <exception cref="RegexMatchTimeoutException">As for <see cref="TryMatch(string, out PatternMatch)"/>.</exception>
    public bool IsMatch(ReadOnlySpan<char> input) => _matcher.IsMatch(input);

    /// <summary>The place of a group's name in <see cref="GroupNames"/>; negative where there is none.</summary>
    internal int GroupIndex(string name)
    {
        for (int i = 0; i < GroupNames.Count; i++)
        {
            if (GroupNames[i] == name)
            {
                return i;
            }
        }

        return -1;
    }
}
