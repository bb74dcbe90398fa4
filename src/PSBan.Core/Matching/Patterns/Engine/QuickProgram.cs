using System.Runtime.CompilerServices;

namespace PSBan.Matching.Patterns.Engine;

/// <summary>A pattern as steps that call each other: the quickest way for the lines of every day, given up as soon as a text makes it too much work.</summary>
/// <param name="start">The first step.</param>
/// <param name="groupNumbers">How many numbers the groups take in a <see cref="QuickRun"/>.</param>
/// <param name="named">Where those of the named groups start, in the order of the names.</param>
/// <param name="isBound">Whether every match begins at the start of the text.</param>
internal sealed class QuickProgram(QuickStep start, int groupNumbers, int[] named, bool isBound)
{
    /// <summary>How many groups a pattern may have.</summary>
    public const int MostGroups = 40;

    private const long LeastWork = 4_000;
    private const int WorkPerCharacter = 32;
    private const int MostNeeds = 2;

    // A look for them is cheaper than the search; the longest are the rarest.
    private readonly string[] _needs = [.. start.Needs.Where(need => need != start.Start).OrderByDescending(need => need.Length).Take(MostNeeds)];

    /// <summary>Compiles a pattern; null where it has what this engine does not do.</summary>
    /// <param name="pattern">The pattern.</param>
    public static QuickProgram? Compile(Tree.ParsedPattern pattern) => new QuickCompiler(pattern).Compile();

    /// <summary>Searches a text for the leftmost match.</summary>
    /// <param name="text">The text, without characters that take two places.</param>
    /// <param name="spans">Receives start and end of the match and of every named group, -1 for those that took no part; empty where they are not asked for.</param>
    /// <returns>Whether there is a match; null where the search was given up.</returns>
    public bool? TrySearch(ReadOnlySpan<char> text, Span<int> spans)
    {
        foreach (string need in _needs)
        {
            if (!text.Contains(need, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return TrySearch(text, 0, isBound ? 0 : text.Length, spans);
    }

    /// <summary>Looks for a match that begins at a place.</summary>
    /// <param name="text">The text, without characters that take two places.</param>
    /// <param name="at">The place.</param>
    /// <param name="spans">As for <see cref="TrySearch(ReadOnlySpan{char}, Span{int})"/>.</param>
    /// <returns>Whether there is one; null where the search was given up.</returns>
    public bool? TryMatchAt(ReadOnlySpan<char> text, int at, Span<int> spans) => TrySearch(text, at, at, spans);

    /// <summary>Whether every match begins at the start of the text.</summary>
    public bool IsBound => isBound;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool? TrySearch(ReadOnlySpan<char> text, int first, int last, Span<int> spans)
    {
        Span<int> groups = stackalloc int[groupNumbers];
        groups.Fill(-1);
        QuickRun run = new(text, groups, LeastWork + ((long)WorkPerCharacter * text.Length));
        for (int at = first; at <= last; at++)
        {
            int end = start.CanGo(text, at) && run.Work() ? start.Go(ref run, at) : -1;
            if (run.GaveUp)
            {
                return null;
            }

            if (end >= 0)
            {
                Note(at, end, groups, spans);
                return true;
            }
        }

        return false;
    }

    private void Note(int start, int end, ReadOnlySpan<int> groups, Span<int> spans)
    {
        if (spans.IsEmpty)
        {
            return;
        }

        (spans[0], spans[1]) = (start, end);
        for (int i = 0; i < named.Length; i++)
        {
            (spans[2 + (2 * i)], spans[3 + (2 * i)]) = (groups[named[i]], groups[named[i] + 1]);
        }
    }
}
