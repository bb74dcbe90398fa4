using PSBan.Matching.Patterns.Tree;

namespace PSBan.Matching.Patterns.Engine;

/// <summary>Turns a tree into the steps of a <see cref="QuickProgram"/>, from its end to its start.</summary>
internal sealed class QuickCompiler
{
    // Steps call each other: so many fit the stack of any thread.
    private const int MostSteps = 1_000;
    private const int NumbersPerGroup = 3;

    private readonly Dictionary<int, int> _slots = [];
    private readonly ParsedPattern _pattern;
    private int _steps;
    private bool _isPossible = true;

    /// <summary>Makes a compiler for one pattern.</summary>
    /// <param name="pattern">The pattern.</param>
    public QuickCompiler(ParsedPattern pattern)
    {
        _pattern = pattern;
        for (int group = 1; group <= pattern.Groups.Count; group++)
        {
            if (pattern.Groups[group - 1] is not null || pattern.ReferredGroups.Contains(group))
            {
                _slots.Add(group, NumbersPerGroup * _slots.Count);
            }
        }
    }

    /// <summary>Compiles it; null where it cannot be.</summary>
    public QuickProgram? Compile()
    {
        QuickStep start = Compile(_pattern.Root, Count(new EndStep()));
        int[] named = [.. Enumerable.Range(1, _pattern.Groups.Count).Where(group => _pattern.Groups[group - 1] is not null).Select(group => _slots[group])];
        return _isPossible && _slots.Count <= QuickProgram.MostGroups ? new QuickProgram(start, _slots.Count * NumbersPerGroup, named, FirstCharacters.IsBound(_pattern.Root)) : null;
    }

    private T Count<T>(T step)
        where T : QuickStep
    {
        _isPossible &= ++_steps <= MostSteps;
        return step;
    }

    private QuickStep Compile(Node node, QuickStep next)
    {
        if (!_isPossible)
        {
            return next;
        }

        switch (node)
        {
            case CharacterNode { Set.Single: { } single and < 0xD800 }:
                return Count(new LiteralStep(((char)single).ToString(), next));
            case CharacterNode character:
                return Count(new SetStep(QuickSet.Of(character.Set), next));
            case AnchorNode anchor:
                return Count(new AnchorStep(anchor.Kind, next));
            case SequenceNode sequence:
                return Sequence(sequence, next);
            case AlternationNode alternation:
                return Count(new BranchStep([.. alternation.Branches.Select(branch => Compile(branch, next))]));
            case RepeatNode repeat:
                return Repeat(repeat, next);
            case GroupNode group:
                return Compile(group.Body, next);
            case CaptureNode capture when _slots.TryGetValue(capture.Index, out int slot):
                return Count(new OpenStep(slot, Compile(capture.Body, Count(new CloseStep(slot, next)))));
            case CaptureNode capture:
                return Compile(capture.Body, next);
            case AtomicNode atomic:
                return Count(new AtomicStep(Part(atomic.Body), Captures(atomic.Body), next));
            case LookNode look:
                return Count(new LookStep(Part(look.Body), Math.Max(0, look.Width), look.Negative, Captures(look.Body), next));
            case ConditionalNode conditional:
                return Count(new ConditionStep(_slots[conditional.Group], Compile(conditional.Yes, next), Compile(conditional.No, next)));
            case BackreferenceNode { IgnoreCase: false } reference:
                return Count(new RepeatedGroupStep(_slots[reference.Group], next));
            default:
                _isPossible = false;
                return next;
        }
    }

    private QuickStep Part(Node node) => Compile(node, Count(new EndStep()));

    private QuickStep Sequence(SequenceNode sequence, QuickStep next)
    {
        for (int i = sequence.Items.Length - 1; i >= 0; i--)
        {
            int end = i;
            while (i >= 0 && sequence.Items[i] is CharacterNode { Set.Single: < 0xD800 })
            {
                i--;
            }

            if (i < end)
            {
                i++;
                next = Count(new LiteralStep(string.Concat(sequence.Items.Skip(i).Take(end - i + 1).Select(item => (char)((CharacterNode)item).Set.Single!.Value)), next));
                continue;
            }

            next = Compile(sequence.Items[i], next);
        }

        return next;
    }

    private QuickStep Repeat(RepeatNode repeat, QuickStep next)
    {
        (CharacterSet? set, QuickStep? stop) = SetOf(repeat.Body);
        if (set is not null)
        {
            var quick = QuickSet.Of(set);
            return Count<QuickStep>(repeat.Kind switch
            {
                RepeatKind.Greedy => new GreedySetLoop(repeat.Min, repeat.Max, quick, stop, next),
                RepeatKind.Lazy => new LazySetLoop(repeat.Min, repeat.Max, quick, stop, next),
                _ => new PossessiveSetLoop(repeat.Min, repeat.Max, quick, stop, next),
            });
        }

        // In a round that takes nothing Python's loops end in a way of their own.
        if (repeat.Max > 1 && Width.Of(repeat.Body).Min == 0)
        {
            _isPossible = false;
            return next;
        }

        if (repeat.Kind == RepeatKind.Possessive)
        {
            RepeatNode rounds = repeat with { Body = new AtomicNode(repeat.Position, repeat.Body), Kind = RepeatKind.Greedy };
            return Count(new AtomicStep(Repeat(rounds, Count(new EndStep())), Captures(repeat.Body), next));
        }

        bool isLazy = repeat.Kind == RepeatKind.Lazy;
        QuickStep behind = next;
        if (repeat.Max == RepeatNode.Unlimited)
        {
            var round = Count(new RoundStep(next, isLazy));
            int before = _steps;
            round.Close(Compile(repeat.Body, round), _steps - before + 1);
            next = round;
        }
        else
        {
            for (int i = repeat.Min; i < repeat.Max && _isPossible; i++)
            {
                QuickStep once = Compile(repeat.Body, next);
                next = Count(new BranchStep(isLazy ? [behind, once] : [once, behind]));
            }
        }

        for (int i = 0; i < repeat.Min && _isPossible; i++)
        {
            next = Compile(repeat.Body, next);
        }

        return next;
    }

    /// <summary>The set, where a part is one character out of it, alone or behind a look at what must not be there.</summary>
    private (CharacterSet? Set, QuickStep? Stop) SetOf(Node node)
    {
        switch (node)
        {
            case CharacterNode character:
                return (character.Set, null);
            case GroupNode group:
                return SetOf(group.Body);
            case SequenceNode { Items: [var only] }:
                return SetOf(only);
            case SequenceNode { Items: [LookNode { Negative: true, Behind: false } look, CharacterNode character] } when !Captures(look.Body):
                return (character.Set, Part(look.Body));
            default:
                return default;
        }
    }

    private bool Captures(Node node) => TreeWalk.All(node).OfType<CaptureNode>().Any(capture => _slots.ContainsKey(capture.Index));
}
