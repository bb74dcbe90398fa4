using System.Text.RegularExpressions;

namespace PSBan.Matching.Patterns;

/// <summary>A pattern of fail2ban's dialect (Python's <c>re</c> and tags such as <c>&lt;HOST&gt;</c>), ready to match. Immutable to its callers; safe to share.</summary>
public sealed class Pattern
{
    private readonly Regex _regex;

    private Pattern(string text, PatternOptions options)
    {
        Text = text;
        Expanded = text.Replace("<HOST>", @"(?:\[?(?:(?P<ip4>(?:\d{1,3}\.){3}\d{1,3})|(?P<ip6>(?:[0-9a-fA-F]{1,4}::?|:){1,7}(?:[0-9a-fA-F]{1,4}|(?<=:):)))\]?|(?P<dns>[\w\-.^_]*\w))", StringComparison.Ordinal);
        Expanded = Regex.Replace(Expanded, "<F-([A-Z0-9_]+)>", m => $"(?P<{m.Groups[1].Value.ToLowerInvariant()}>", RegexOptions.None, options.MatchTimeout);
        Expanded = Regex.Replace(Expanded, "</F-([A-Z0-9_]+)>", ")", RegexOptions.None, options.MatchTimeout);
        DotNetPattern = Expanded.Replace("(?P<", "(?<", StringComparison.Ordinal);
        _regex = new Regex(DotNetPattern, RegexOptions.CultureInvariant, options.MatchTimeout);
        GroupNames = [.. _regex.GetGroupNames().Where(name => !char.IsAsciiDigit(name[0]))];
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
    public bool IsLinear { get; }

    /// <summary>Strings of which a text must contain one to match; null where none can be proven.</summary>
    public PatternLiterals? Literals { get; }

    /// <summary>What works but probably not as meant, such as a place where an attacker could put an address of his choice.</summary>
    public IReadOnlyList<string> Warnings { get; } = [];

    /// <summary>Expands the tags, reads and translates a pattern.</summary>
    /// <param name="text">The pattern.</param>
    /// <param name="options">What its surroundings decide; null for the defaults.</param>
    /// <exception cref="PatternException">The pattern is not one that Python's <c>re</c> would take.</exception>
    public static Pattern Compile(string text, PatternOptions? options = null) => new(text, options ?? new PatternOptions());

    /// <summary>Searches the text for the leftmost match.</summary>
    /// <param name="input">The text.</param>
    /// <param name="match">The match.</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="RegexMatchTimeoutException">The pattern is not linear and took too long for this text.</exception>
    public bool TryMatch(string input, out PatternMatch match)
    {
        Match found = _regex.Match(input);
        match = default;
        if (!found.Success)
        {
            return false;
        }

        var spans = new int[2 + (2 * GroupNames.Count)];
        (spans[0], spans[1]) = (found.Index, found.Index + found.Length);
        for (int i = 0; i < GroupNames.Count; i++)
        {
            Group group = found.Groups[GroupNames[i]];
            (spans[2 + (2 * i)], spans[3 + (2 * i)]) = group.Success ? (group.Index, group.Index + group.Length) : (-1, -1);
        }

        match = new PatternMatch(this, input, spans);
        return true;
    }

    /// <summary>Whether the pattern matches anywhere in the text.</summary>
    /// <param name="input">The text.</param>
    /// <exception cref="RegexMatchTimeoutException">The pattern is not linear and took too long for this text.</exception>
    public bool IsMatch(ReadOnlySpan<char> input) => _regex.IsMatch(input);

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
