using System.Globalization;
using System.Text.RegularExpressions;
using PSBan.Matching.Patterns.Engine;
using PSBan.Matching.Patterns.Tree;

namespace PSBan.Matching.Patterns;

/// <summary>Chooses the engine for every text: .NET's backtracking one, which is the fastest, or the <see cref="SafeEngine"/>, which nothing can stall.</summary>
/// <remarks>
/// .NET's engine always runs under a limit of time. Where the pattern has a safe program, the limit is short and the safe engine then finds the verdict;
/// texts as long as the one that ran into the limit go to it directly for a while. It also takes the few texts on which .NET's notion of a character
/// or a word differs from Python's. The pattern is interpreted at first and compiled to machine code when it was used often enough to earn that.
/// </remarks>
internal sealed class Matcher
{
    /// <summary>How many texts are interpreted before the pattern is compiled: 5 to 10 ms to compile, about 2 µs a text gained.</summary>
    internal const int UsesToCompile = 2_000;

    private const int TextsToDistrust = 1_000;

    private static readonly TimeSpan s_shortTimeout = TimeSpan.FromMilliseconds(20);

    private readonly ParsedPattern _pattern;
    private readonly TimeSpan _timeout;
    private readonly string _dotNetPattern;
    private readonly bool _hasBoundary;
    private readonly bool _isDoubtful;
    private readonly Lazy<SafeProgram?> _program;
    private readonly string[] _groups;
    private volatile Regex? _regex;
    private int _uses;
    private int _distrusted;
    private int _distrustedLength;

    /// <summary>Makes a matcher; nothing is compiled yet.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="dotNetPattern">The same as .NET has it.</param>
    /// <param name="timeout">How long .NET's engine may take.</param>
    public Matcher(ParsedPattern pattern, string dotNetPattern, TimeSpan timeout)
    {
        (_pattern, _dotNetPattern, _timeout) = (pattern, dotNetPattern, timeout);
        _hasBoundary = TreeWalk.All(pattern.Root).Any(node => node is AnchorNode { Kind: >= AnchorKind.WordBoundary });
        _isDoubtful = TreeWalk.All(pattern.Root).Any(IsDoubtful);
        _program = new Lazy<SafeProgram?>(() => SafeProgram.Compile(_pattern));
        _groups = [.. Enumerable.Range(1, pattern.Groups.Count).Where(group => pattern.Groups[group - 1] is not null).Select(group => DotNetWriter.GroupName(pattern, group))];
    }

    /// <summary>Whether the time of a match is bounded by the length of the text times the length of the pattern.</summary>
    public bool IsLinear => _program.Value is { IsLinear: true };

    /// <summary>How often .NET's engine ran into its limit of time.</summary>
    public int Timeouts { get; private set; }

    /// <summary>Searches a text for the leftmost match.</summary>
    /// <param name="text">The text.</param>
    /// <param name="spans">Start and end of the match and of every named group; -1 for those that took no part.</param>
    public bool TrySearch(string text, out int[] spans)
    {
        spans = [];
        if (NeedsSafeEngine(text) && _program.Value is { } program)
        {
            return SafeEngine.TrySearch(program, text, out spans);
        }

        try
        {
            Match match = Regex().Match(text);
            spans = match.Success ? Spans(match) : [];
            return match.Success;
        }
        catch (RegexMatchTimeoutException)
        {
            return TrySearchAfterTimeout(text, out spans);
        }
    }

    /// <summary>Whether the pattern matches anywhere in a text.</summary>
    /// <param name="text">The text.</param>
    public bool IsMatch(ReadOnlySpan<char> text)
    {
        if (NeedsSafeEngine(text) && _program.Value is { } program)
        {
            return SafeEngine.TrySearch(program, text, out _);
        }

        try
        {
            return Regex().IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return TrySearchAfterTimeout(text, out _);
        }
    }

    private bool TrySearchAfterTimeout(ReadOnlySpan<char> text, out int[] spans)
    {
        Timeouts++;
        if (_program.Value is not { } program)
        {
            throw new RegexMatchTimeoutException(text.ToString(), _dotNetPattern, _timeout);
        }

        _distrustedLength = _distrusted > 0 ? Math.Min(_distrustedLength, text.Length) : text.Length;
        _distrusted = TextsToDistrust;
        return SafeEngine.TrySearch(program, text, out spans);
    }

    /// <summary>Whether .NET is known to err: in loops of rounds that may take nothing, and in loops of what gives nothing back.</summary>
    /// <remarks>
    /// <c>(?:(?:a|)+?)+</c> matches three characters of an empty text, <c>(?:(?&gt;\D|))*-</c> does not match a hyphen, and <c>(?:(?&gt;a+)){2}</c> matches
    /// <c>aa</c>; seen in .NET 10.
    /// </remarks>
    private static bool IsDoubtful(Node node) => node is RepeatNode repeat && repeat.Body is not CharacterNode
        && ((repeat.Max > 1 && Width.Of(repeat.Body).Min == 0)
            || repeat.Kind == RepeatKind.Possessive
            || TreeWalk.All(repeat.Body).Any(inner => inner is AtomicNode or RepeatNode { Kind: RepeatKind.Possessive }));

    private bool NeedsSafeEngine(ReadOnlySpan<char> text)
    {
        if (_isDoubtful)
        {
            return true;
        }

        if (_distrusted > 0 && text.Length >= _distrustedLength)
        {
            _distrusted--;
            return true;
        }

        return text.IsEmpty ? _hasBoundary : text.ContainsAnyExceptInRange('\0', '\x7F') && HasStrangeCharacter(text);
    }

    /// <summary>Whether a text holds what .NET counts as two characters, or what only one of the two counts as part of a word.</summary>
    private bool HasStrangeCharacter(ReadOnlySpan<char> text)
    {
        if (text.ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return true;
        }

        if (!_hasBoundary)
        {
            return false;
        }

        foreach (char c in text)
        {
            if (c > '\x7F' && char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
                or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber or UnicodeCategory.ConnectorPunctuation or UnicodeCategory.Format)
            {
                return true;
            }
        }

        return false;
    }

    private Regex Regex()
    {
        if (_regex is { } regex && (_uses > UsesToCompile || ++_uses <= UsesToCompile))
        {
            return regex;
        }

        bool earned = _uses > UsesToCompile;
        TimeSpan timeout = _timeout > s_shortTimeout && _program.Value is not null ? s_shortTimeout : _timeout;
        RegexOptions options = RegexOptions.CultureInvariant | (earned ? RegexOptions.Compiled : RegexOptions.None);
        return _regex = new Regex(_dotNetPattern, options, timeout);
    }

    private int[] Spans(Match match)
    {
        var spans = new int[2 + (2 * _groups.Length)];
        (spans[0], spans[1]) = (match.Index, match.Index + match.Length);
        for (int i = 0; i < _groups.Length; i++)
        {
            Group group = match.Groups[_groups[i]];
            (spans[2 + (2 * i)], spans[3 + (2 * i)]) = group.Success ? (group.Index, group.Index + group.Length) : (-1, -1);
        }

        return spans;
    }
}
