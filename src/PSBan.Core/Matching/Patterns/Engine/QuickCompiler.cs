using System.Runtime.CompilerServices;
using PSBan.Matching.Patterns.Tree;

namespace PSBan.Matching.Patterns.Engine;

/// <summary>
/// Turns a tree into the steps of a <see cref="QuickProgram"/>. What follows a branch is compiled anew where the branch decides a condition further on: then
/// the condition costs nothing, and each way knows what it will need.
/// </summary>
internal sealed class QuickCompiler
{
    // Steps call each other: so many fit the stack of any thread.
    private const int MostSteps = 1_000;
    private const int MostParts = 2_500;
    private const int NumbersPerGroup = 3;

    private static readonly EndStep s_nothing = new();

    private readonly Dictionary<int, int> _slots = [];
    private readonly List<int> _asked;
    private readonly ParsedPattern _pattern;
    private int _steps;
    private int _parts;
    private bool _isPossible = true;

    /// <summary>Makes a compiler for one pattern.</summary>
    /// <param name="pattern">The pattern.</param>
    public QuickCompiler(ParsedPattern pattern)
    {
        _pattern = pattern;
        _asked = [.. TreeWalk.All(pattern.Root).OfType<ConditionalNode>().Select(conditional => conditional.Group).Distinct().Take(Known.MostPlaces)];
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
        QuickStep start = FromStart();
        if (!_isPossible && _asked.Count > 0)
        {
            // It may be too long for the ways that conditions made of one.
            _asked.Clear();
            (_isPossible, _steps, _parts) = (true, 0, 0);
            start = FromStart();
        }

        int[] named = [.. Enumerable.Range(1, _pattern.Groups.Count).Where(group => _pattern.Groups[group - 1] is not null).Select(group => _slots[group])];
        return _isPossible && _slots.Count <= QuickProgram.MostGroups ? new QuickProgram(start, _slots.Count * NumbersPerGroup, named, FirstCharacters.IsBound(_pattern.Root)) : null;
    }

    private QuickStep FromStart() => Compile(_pattern.Root, Known.AtStart, Continuation.To(Count(new EndStep())));

    private T Count<T>(T step)
        where T : QuickStep
    {
        _isPossible &= ++_steps <= MostSteps;
        return step;
    }

    private QuickStep Compile(Node node, Known known, Continuation next)
    {
        // What follows a part is compiled within it: as deep as the pattern is long.
        _isPossible &= ++_parts <= MostParts && RuntimeHelpers.TryEnsureSufficientExecutionStack();
        if (!_isPossible)
        {
            return s_nothing;
        }

        switch (node)
        {
            case CharacterNode { Set.Single: { } single and < 0xD800 }:
                return Count(new LiteralStep(((char)single).ToString(), next.From(known)));
            case CharacterNode character:
                return Count(new SetStep(QuickSet.Of(character.Set), next.From(known)));
            case AnchorNode anchor:
                return Count(new AnchorStep(anchor.Kind, next.From(known)));
            case SequenceNode sequence:
                return Sequence(sequence, 0, known, next);
            case AlternationNode alternation:
                return Count(new BranchStep([.. alternation.Branches.Select(branch => Compile(branch, known, next))]));
            case RepeatNode repeat:
                return Repeat(repeat, known, next);
            case GroupNode group:
                return Compile(group.Body, known, next);
            case CaptureNode capture when _slots.TryGetValue(capture.Index, out int slot):
                return Count(new OpenStep(slot, Compile(capture.Body, known, new Continuation(then => Count(new CloseStep(slot, next.From(then.With(Place(capture.Index)))))))));
            case CaptureNode capture:
                return Compile(capture.Body, known, next);
            case AtomicNode atomic:
                return Count(new AtomicStep(Part(atomic.Body, known), Captures(atomic.Body), next.From(Forget(known, atomic.Body))));
            case LookNode look:
                return Count(new LookStep(Part(look.Body, known), Math.Max(0, look.Width), look.Negative, Captures(look.Body), next.From(Forget(known, look.Body))));
            case ConditionalNode conditional:
                return Conditional(conditional, known, next);
            case BackreferenceNode reference:
                return Count(new RepeatedGroupStep(_slots[reference.Group], reference.IgnoreCase, next.From(known)));
            default:
                _isPossible = false;
                return s_nothing;
        }
    }

    private QuickStep Part(Node node, Known known) => Compile(node, known, Continuation.To(Count(new EndStep())));

    private QuickStep Conditional(ConditionalNode conditional, Known known, Continuation next)
    {
        int place = Place(conditional.Group);
        return known.Has(place) ? Compile(conditional.Yes, known, next)
            : known.Lacks(place) ? Compile(conditional.No, known, next)
            : Count(new ConditionStep(_slots[conditional.Group], Compile(conditional.Yes, known, next), Compile(conditional.No, known, next)));
    }

    // Conditions ask for few groups; what nobody asks for need not be known.
    private int Place(int group) => _asked.IndexOf(group);

    private Known Forget(Known known, Node body) =>
        TreeWalk.All(body).OfType<CaptureNode>().Aggregate(known, (left, capture) => left.Without(Place(capture.Index)));

    private QuickStep Sequence(SequenceNode sequence, int at, Known known, Continuation next)
    {
        if (at == sequence.Items.Length)
        {
            return next.From(known);
        }

        int end = at;
        while (end < sequence.Items.Length && sequence.Items[end] is CharacterNode { Set.Single: < 0xD800 })
        {
            end++;
        }

        if (end == at)
        {
            return Compile(sequence.Items[at], known, at + 1 == sequence.Items.Length ? next : new Continuation(then => Sequence(sequence, at + 1, then, next)));
        }

        string text = string.Concat(sequence.Items.Skip(at).Take(end - at).Select(item => (char)((CharacterNode)item).Set.Single!.Value));
        return Count(new LiteralStep(text, Sequence(sequence, end, known, next)));
    }

    private QuickStep Repeat(RepeatNode repeat, Known known, Continuation next)
    {
        (CharacterSet? set, QuickStep? stop) = SetOf(repeat.Body);
        if (set is not null)
        {
            var quick = QuickSet.Of(set);
            QuickStep behind = next.From(known);
            return Count<QuickStep>(repeat.Kind switch
            {
                RepeatKind.Greedy => new GreedySetLoop(repeat.Min, repeat.Max, quick, stop, behind),
                RepeatKind.Lazy => new LazySetLoop(repeat.Min, repeat.Max, quick, stop, behind),
                _ => new PossessiveSetLoop(repeat.Min, repeat.Max, quick, stop, behind),
            });
        }

        // In a round that takes nothing Python's loops end in a way of their own.
        if (repeat.Max > 1 && Width.Of(repeat.Body).Min == 0)
        {
            _isPossible = false;
            return s_nothing;
        }

        if (repeat.Kind == RepeatKind.Possessive)
        {
            RepeatNode rounds = repeat with { Body = new AtomicNode(repeat.Position, repeat.Body), Kind = RepeatKind.Greedy };
            return Count(new AtomicStep(Repeat(rounds, known, Continuation.To(Count(new EndStep()))), Captures(repeat.Body), next.From(Forget(known, repeat.Body))));
        }

        return Rounds(repeat, repeat.Min, known, next);
    }

    private QuickStep Rounds(RepeatNode repeat, int least, Known known, Continuation next)
    {
        if (least > 0)
        {
            return Compile(repeat.Body, known, new Continuation(then => Rounds(repeat, least - 1, then, next)));
        }

        return repeat.Max == RepeatNode.Unlimited ? Circle(repeat, Forget(known, repeat.Body), next) : Optional(repeat, repeat.Max - repeat.Min, known, next);
    }

    private QuickStep Optional(RepeatNode repeat, int most, Known known, Continuation next)
    {
        if (most == 0)
        {
            return next.From(known);
        }

        QuickStep behind = next.From(known);
        QuickStep once = Compile(repeat.Body, known, new Continuation(then => Optional(repeat, most - 1, then, next)));
        return Count(new BranchStep(repeat.Kind == RepeatKind.Lazy ? [behind, once] : [once, behind]));
    }

    private RoundStep Circle(RepeatNode repeat, Known known, Continuation next)
    {
        RoundStep round = Count(new RoundStep(next.From(known), repeat.Kind == RepeatKind.Lazy));
        int before = _steps;
        round.Close(Compile(repeat.Body, known, Continuation.To(round)), _steps - before + 1);
        return round;
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
                return (character.Set, Part(look.Body, Known.Nothing));
            default:
                return default;
        }
    }

    private bool Captures(Node node) => TreeWalk.All(node).OfType<CaptureNode>().Any(capture => _slots.ContainsKey(capture.Index));
}
