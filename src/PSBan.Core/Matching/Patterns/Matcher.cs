using System.Text.RegularExpressions;
using PSBan.Matching.Patterns.Engine;
using PSBan.Matching.Patterns.Tree;

namespace PSBan.Matching.Patterns;

/// <summary>Chooses the engine for every text: .NET's backtracking one, which is the fastest, or the <see cref="SafeEngine"/>, which nothing can stall.</summary>
/// <remarks>
/// <para>
/// .NET's engine always runs under a short limit of time; where it meets it, the safe engine finds the verdict, and texts as long go to it directly for a while.
/// It also takes the patterns and the few texts with which .NET is known to differ from Python. The pattern is interpreted at first and compiled to machine
/// code when it was used often enough to earn that.
/// </para>
/// <para>
/// Measured over fail2ban's filters and their sample lines, on average for each search: interpreted 0.1 to 2 µs, compiled 0.02 to 0.1 µs (after 5 to 30 ms of
/// compiling), the safe engine 1 to 3.5 µs (after 0.01 ms). .NET's own non-backtracking engine takes 0.2 to 7 µs (after 10 to 25 ms) and no look-arounds,
/// conditions or back-references, which more than a quarter of the filters have; hence it is not used.
/// </para>
/// </remarks>
internal sealed class Matcher
{
    /// <summary>How many texts are interpreted before the pattern is compiled; by then compiling pays for most of them.</summary>
    internal const int UsesToCompile = 20_000;

    // The first time may be the machine's fault: a process stopped, or the first use of machine code.
    private const int Attempts = 2;

    private static readonly TimeSpan s_shortTimeout = TimeSpan.FromMilliseconds(20);

    private readonly string _dotNetPattern;
    private readonly TimeSpan _timeout;
    private readonly string[] _groups;
    private readonly DotNetDifferences _differences;
    private readonly CoarseFilter _coarse;
    private readonly Lazy<SafeProgram?> _program;
    private readonly Lazy<QuickProgram?> _quick;
    private readonly Distrust _distrust = new();
    private volatile Regex? _regex;
    private int[]? _groupNumbers;
    private int _uses;

    /// <summary>Makes a matcher; nothing is compiled yet.</summary>
    /// <param name="tree">The pattern.</param>
    /// <param name="dotNetPattern">The same as .NET has it.</param>
    /// <param name="timeout">How long .NET's engine may take where the safe one cannot take over.</param>
    /// <param name="isQuick">Whether the quick engine is asked first; otherwise not at all.</param>
    public Matcher(PatternTree tree, string dotNetPattern, TimeSpan timeout, bool isQuick = true)
    {
        (_dotNetPattern, _timeout) = (dotNetPattern, timeout);
        ParsedPattern pattern = tree.Value;
        _differences = new DotNetDifferences(pattern.Root);
        _coarse = new CoarseFilter(tree);
        _program = new Lazy<SafeProgram?>(() => SafeProgram.Compile(tree.Value));
        _quick = new Lazy<QuickProgram?>(() => isQuick ? QuickProgram.Compile(tree.Value) : null);
        _groups = [.. Enumerable.Range(1, pattern.Groups.Count).Where(group => pattern.Groups[group - 1] is not null).Select(group => DotNetWriter.GroupName(pattern, group))];
    }

    /// <summary>Whether the time of a match is bounded by the length of the text times the length of the pattern.</summary>
    public bool IsLinear => _program.Value is { IsLinear: true };

    /// <summary>How often .NET's engine met its limit of time.</summary>
    public int Timeouts => _distrust.Count;

    /// <summary>Searches a text for the leftmost match.</summary>
    /// <param name="text">The text.</param>
    /// <param name="spans">Start and end of the match and of every named group; -1 for those that took no part.</param>
    /// <param name="budget">What work the text may still cause; null where no more than the engines' own limits hold.</param>
    /// <exception cref="RegexMatchTimeoutException">Neither engine found the verdict within its limit.</exception>
    public bool TrySearch(string text, out int[] spans, WorkBudget? budget = null)
    {
        Span<int> places = stackalloc int[_groups.Length <= QuickProgram.MostGroups ? 2 + (2 * _groups.Length) : 0];
        if (TryQuickly(text, places) is { } found)
        {
            spans = found ? places.ToArray() : [];
            return found;
        }

        for (int attempt = 1; !IsForSafeEngine(text, budget); attempt++)
        {
            try
            {
                Match match = Regex().Match(text);
                spans = match.Success ? Spans(match) : [];
                return match.Success;
            }
            catch (RegexMatchTimeoutException)
            {
                NoteTimeout(attempt, text, budget);
            }
        }

        return SearchSafely(text, out spans, budget);
    }

    /// <summary>Whether the pattern matches anywhere in a text.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="RegexMatchTimeoutException">Neither engine found the verdict within its limit.</exception>
    public bool IsMatch(ReadOnlySpan<char> text)
    {
        if (TryQuickly(text, []) is { } found)
        {
            return found;
        }

        for (int attempt = 1; !IsForSafeEngine(text, null); attempt++)
        {
            try
            {
                return Regex().IsMatch(text);
            }
            catch (RegexMatchTimeoutException)
            {
                NoteTimeout(attempt, text, null);
            }
        }

        return SearchSafely(text, out _, null);
    }

    /// <summary>Searches by the quick engine.</summary>
    /// <param name="text">The text.</param>
    /// <param name="spans">Receives the places; empty where they are not asked for.</param>
    /// <returns>Null where it cannot tell.</returns>
    public bool? TryQuickly(ReadOnlySpan<char> text, Span<int> spans)
    {
        if (_quick.Value is not { } quick || text.ContainsAnyInRange('\uD800', '\uDFFF') || _distrust.Spares(text.Length))
        {
            return null;
        }

        bool? found = quick.TrySearch(text, spans);
        if (found is null)
        {
            _distrust.Add(text.Length);
        }

        return found;
    }

    private bool SearchSafely(ReadOnlySpan<char> text, out int[] spans, WorkBudget? budget)
    {
        if (text.Length >= CoarseFilter.LeastLength && !_differences.Matter(text) && !_coarse.Allows(text))
        {
            spans = [];
            return false;
        }

        return SafeEngine.TrySearch(_program.Value!, text, out spans, budget);
    }

    private bool IsForSafeEngine(ReadOnlySpan<char> text, WorkBudget? budget) =>
        (_differences.Matter(text) || _distrust.Spares(text.Length) || budget is { IsHurried: true }) && _program.Value is not null;

    private void NoteTimeout(int attempt, ReadOnlySpan<char> text, WorkBudget? budget)
    {
        if (attempt < Attempts)
        {
            return;
        }

        _distrust.Add(text.Length);
        if (budget is not null)
        {
            budget.IsHurried = true;
        }

        if (_program.Value is null)
        {
            throw new RegexMatchTimeoutException(text.ToString(), _dotNetPattern, _timeout);
        }
    }

    private Regex Regex()
    {
        if (_regex is { } regex && (_uses > UsesToCompile || ++_uses <= UsesToCompile))
        {
            return regex;
        }

        bool earned = _uses > UsesToCompile;
        TimeSpan timeout = _timeout > s_shortTimeout && _program.Value is not null ? s_shortTimeout : _timeout;
        Regex made = new(_dotNetPattern, RegexOptions.CultureInvariant | (earned ? RegexOptions.Compiled : RegexOptions.None), timeout);
        _groupNumbers ??= Array.ConvertAll(_groups, made.GroupNumberFromName);
        return _regex = made;
    }

    private int[] Spans(Match match)
    {
        int[] numbers = _groupNumbers!;
        GroupCollection groups = match.Groups;
        var spans = new int[2 + (2 * _groups.Length)];
        (spans[0], spans[1]) = (match.Index, match.Index + match.Length);
        for (int i = 0; i < _groups.Length; i++)
        {
            Group group = groups[numbers[i]];
            (spans[2 + (2 * i)], spans[3 + (2 * i)]) = group.Success ? (group.Index, group.Index + group.Length) : (-1, -1);
        }

        return spans;
    }
}
