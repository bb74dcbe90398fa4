using PSBan.Matching.Patterns.Tree;

namespace PSBan.Matching.Patterns;

/// <summary>Finds strings of which every match of a pattern contains one, and among all such sets the one that spares the most work.</summary>
internal sealed class LiteralFinder
{
    private const int MostStrings = 32;
    private const int LongestString = 48;
    private const int MostMembers = 10;

    // A search without regard to case is slower; it has to be worth this much more.
    private const double IgnoreCaseCost = 3;

    private readonly bool _expandCases;
    private bool _sawCases;

    private LiteralFinder(bool expandCases) => _expandCases = expandCases;

    /// <summary>Finds the best set; null where there is none worth searching for.</summary>
    /// <param name="root">The pattern.</param>
    public static PatternLiterals? Find(Node root)
    {
        var expanding = new LiteralFinder(expandCases: true);
        LiteralSet? best = expanding.Required(root).Best;
        if (expanding._sawCases && new LiteralFinder(expandCases: false).Required(root).Best is { IgnoreCase: true } folded
            && folded.Score - IgnoreCaseCost > (best?.Score ?? 0))
        {
            best = folded;
        }

        return best is { Score: > 0 } ? new PatternLiterals([.. best.Strings], best.IgnoreCase) : null;
    }

    private Requirement Required(Node node)
    {
        switch (node)
        {
            case CharacterNode character:
                return Members(character.Set);
            case SequenceNode sequence:
                return Sequence(sequence.Items);
            case AlternationNode alternation:
                return Either([.. alternation.Branches]);
            case ConditionalNode conditional:
                return Either([conditional.Yes, conditional.No]);
            case GroupNode group:
                return Required(group.Body);
            case CaptureNode capture:
                return Required(capture.Body);
            case AtomicNode atomic:
                return Required(atomic.Body);
            case RepeatNode repeat:
                return Repeat(repeat);
            case AnchorNode or LookNode:
                return new Requirement(LiteralSet.Empty);
            default:
                return default;
        }
    }

    private Requirement Members(CharacterSet set)
    {
        if (set.Single is { } single and < 128)
        {
            return new Requirement(LiteralSet.Of((char)single));
        }

        if (set.Members(MostMembers) is not { Count: > 0 } members || members.Any(member => member is >= 0xD800 and <= 0xDFFF))
        {
            return default;
        }

        bool isCasePair = members is [var upper, var lower] && lower - upper == 'a' - 'A' && char.IsAsciiLetterUpper((char)upper) && upper < 128;
        _sawCases |= isCasePair;
        return isCasePair && !_expandCases
            ? new Requirement(new LiteralSet([char.ConvertFromUtf32(members[1])], IgnoreCase: true))
            : new Requirement(new LiteralSet([.. members.Select(char.ConvertFromUtf32)], IgnoreCase: false));
    }

    private Requirement Sequence(IReadOnlyList<Node> items)
    {
        LiteralSet run = LiteralSet.Empty;

        // What came since the run was last multiplied: ten strings of "[a-j] tail" are worth less than " tail".
        LiteralSet tail = LiteralSet.Empty;
        LiteralSet? best = null;
        bool whole = true;
        foreach (Node item in items)
        {
            Requirement required = Required(item);
            LiteralSet? longer = required.Exact is null ? null : run.Then(required.Exact, MostStrings, LongestString);
            if (longer is not null && longer.Strings.Count <= run.Strings.Count)
            {
                run = longer;
                tail = tail.Then(required.Exact!, MostStrings, LongestString) ?? required.Exact!;
                continue;
            }

            best = LiteralSet.Better(LiteralSet.Better(best, run.Searchable()), tail.Searchable());
            best = LiteralSet.Better(best, required.Best);
            whole &= longer is not null;
            run = longer ?? required.Exact ?? LiteralSet.Empty;
            tail = LiteralSet.Empty;
        }

        best = LiteralSet.Better(LiteralSet.Better(best, run.Searchable()), tail.Searchable());
        return new Requirement(whole ? run : null, best);
    }

    private Requirement Either(IReadOnlyList<Node> branches)
    {
        LiteralSet? exact = LiteralSet.None;
        LiteralSet? best = LiteralSet.None;
        foreach (Node branch in branches)
        {
            Requirement required = Required(branch);
            exact = required.Exact is null ? null : exact?.Or(required.Exact, MostStrings);
            best = required.Best is null ? null : best?.Or(required.Best, MostStrings);
        }

        return new Requirement(exact, best);
    }

    private Requirement Repeat(RepeatNode repeat)
    {
        Requirement body = Required(repeat.Body);
        if (repeat is { Min: 0, Max: 1 })
        {
            return new Requirement(body.Exact?.Or(LiteralSet.Empty, MostStrings), null);
        }

        if (repeat.Min == 0)
        {
            return repeat.Max == 0 ? new Requirement(LiteralSet.Empty) : default;
        }

        LiteralSet? exact = repeat.Min == repeat.Max ? LiteralSet.Empty : null;

        // After that many rounds the strings are too long, unless they are empty and stay so.
        for (int i = 0; i < Math.Min(repeat.Min, LongestString + 1) && exact is not null; i++)
        {
            exact = body.Exact is null ? null : exact.Then(body.Exact, MostStrings, LongestString);
        }

        return new Requirement(exact, body.Best);
    }

    /// <summary>What is known of a part.</summary>
    /// <param name="Exact">All that the part can match; null where that is too much.</param>
    /// <param name="Inner">The best set of strings that something inside of the part requires.</param>
    private readonly record struct Requirement(LiteralSet? Exact, LiteralSet? Inner = null)
    {
        /// <summary>The best set of strings that a match of the part contains one of.</summary>
        public LiteralSet? Best => LiteralSet.Better(Inner, Exact?.Searchable());
    }
}
