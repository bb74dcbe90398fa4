using PSBan.Matching.Patterns.Tree;

namespace PSBan.Matching.Patterns.Engine;

/// <summary>Turns a tree into the steps of a <see cref="SafeProgram"/>.</summary>
internal sealed class SafeCompiler
{
    private const int MostInstructions = 20_000;

    // Each condition doubles what has to be remembered.
    private const int MostConditions = 4;

    // So does each loop around a step whose rounds may take nothing.
    private const int MostLoopsAround = 6;

    // A look or an atomic group is looked at again from every place, which is linear only while it cannot reach far.
    private const int FarReach = 300;

    private readonly ParsedPattern _pattern;
    private readonly List<Instruction> _code = [];
    private readonly Dictionary<int, int> _slots = [];
    private readonly HashSet<int> _conditions = [];
    private readonly HashSet<int> _references = [];
    private readonly List<int> _around = [];
    private int _branches;
    private int _runs;
    private int _rounds;
    private bool _isLinear = true;
    private bool _isPossible = true;

    /// <summary>Makes a compiler for one pattern.</summary>
    /// <param name="pattern">The pattern.</param>
    public SafeCompiler(ParsedPattern pattern)
    {
        _pattern = pattern;
        for (int group = 1; group <= pattern.Groups.Count; group++)
        {
            if (pattern.Groups[group - 1] is not null || pattern.ReferredGroups.Contains(group))
            {
                _slots.Add(group, 2 * _slots.Count);
            }
        }
    }

    /// <summary>Compiles it; null where it cannot be.</summary>
    public SafeProgram? Compile()
    {
        Emit(_pattern.Root);
        Add(new Instruction(Operation.End));
        if (!_isPossible || _conditions.Count > MostConditions)
        {
            return null;
        }

        int[] named = [.. Enumerable.Range(1, _pattern.Groups.Count).Where(group => _pattern.Groups[group - 1] is not null).Select(group => _slots[group])];
        return new SafeProgram([.. _code], _branches, _runs, (2 * _slots.Count) + _rounds, [.. _conditions], [.. _references], named, _isLinear && _references.Count == 0);
    }

    private int Add(Instruction instruction)
    {
        _isPossible &= _code.Count < MostInstructions;
        if (_isPossible)
        {
            _code.Add(instruction);
        }

        return _code.Count - 1;
    }

    private void Patch(int at, int? x = null, int? y = null)
    {
        Instruction old = _code[at];
        _code[at] = old with { X = x ?? old.X, Y = y ?? old.Y };
    }

    private void Emit(Node node)
    {
        switch (node)
        {
            case CharacterNode { Set.Single: { } single }:
                Add(new Instruction(Operation.Character, single));
                break;
            case CharacterNode character:
                Add(new Instruction(Operation.Set, Set: character.Set));
                break;
            case AnchorNode anchor:
                Add(new Instruction(Operation.Anchor, (int)anchor.Kind));
                break;
            case SequenceNode sequence:
                foreach (Node item in sequence.Items)
                {
                    Emit(item);
                }

                break;
            case AlternationNode alternation:
                EmitBranches(alternation);
                break;
            case RepeatNode { Kind: RepeatKind.Possessive } repeat:
                EmitPossessive(repeat);
                break;
            case RepeatNode repeat:
                EmitRepeat(repeat);
                break;
            case GroupNode group:
                Emit(group.Body);
                break;
            case CaptureNode capture when _slots.TryGetValue(capture.Index, out int slot):
                Add(new Instruction(Operation.Save, slot));
                Emit(capture.Body);
                Add(new Instruction(Operation.Save, slot + 1));
                break;
            case CaptureNode capture:
                Emit(capture.Body);
                break;
            case AtomicNode atomic:
                EmitPart(Operation.Atomic, 0, () => Emit(atomic.Body), Width.Of(atomic.Body));
                break;
            case LookNode look:
                EmitPart(look.Negative ? Operation.NotLook : Operation.Look, Math.Max(0, look.Width), () => Emit(look.Body), Width.Of(look.Body));
                break;
            case ConditionalNode conditional:
                EmitConditional(conditional);
                break;
            case BackreferenceNode reference:
                _references.Add(_slots[reference.Group]);
                Add(new Instruction(Operation.Backreference, _slots[reference.Group], reference.IgnoreCase ? 1 : 0));
                break;
            default:
                throw new InvalidOperationException($"No way to run {node.GetType().Name}.");
        }
    }

    private void EmitBranches(AlternationNode alternation)
    {
        var ends = new List<int>();
        for (int i = 0; i < alternation.Branches.Length; i++)
        {
            bool last = i == alternation.Branches.Length - 1;
            int split = last ? -1 : Split();
            Emit(alternation.Branches[i]);
            if (!last)
            {
                ends.Add(Add(new Instruction(Operation.Jump)));
                Patch(split, split + 1, _code.Count);
            }
        }

        foreach (int end in ends)
        {
            Patch(end, _code.Count);
        }
    }

    private int Split() => Add(Remembering(new Instruction(Operation.Split)));

    private Instruction Remembering(Instruction instruction)
    {
        int number = _branches;
        _branches += 1 << _around.Count;
        return instruction with { Extra = number, Rounds = _around.Count > 0 ? [.. _around] : null };
    }

    private void EmitRepeat(RepeatNode repeat)
    {
        bool unlimited = repeat.Max == RepeatNode.Unlimited;
        bool canBeEmpty = Width.Of(repeat.Body).Min == 0;
        for (int i = 0; i < repeat.Min - (unlimited ? 1 : 0) && _isPossible; i++)
        {
            int before = _code.Count;
            Emit(repeat.Body);
            if (_code.Count == before)
            {
                break;
            }
        }

        var leaves = new List<int>();
        if (unlimited)
        {
            if (repeat.Min == 0)
            {
                leaves.Add(Split());
            }

            int again = _code.Count;
            int slot = EmitRound(repeat.Body, canBeEmpty);
            int loop = canBeEmpty ? Add(Remembering(new Instruction(Operation.Loop, Slot: slot, Leave: _code.Count + 1))) : Split();
            Choose(repeat, loop, again, _code.Count);
        }

        var emptyRounds = new List<int>();
        for (int i = repeat.Min; i < repeat.Max && !unlimited && _isPossible; i++)
        {
            leaves.Add(Split());
            bool last = i == repeat.Max - 1;
            int slot = EmitRound(repeat.Body, canBeEmpty && !last);
            if (canBeEmpty && !last)
            {
                emptyRounds.Add(Add(new Instruction(Operation.LeaveIfEmpty, Slot: slot)));
            }
        }

        leaves.ForEach(leave => Choose(repeat, leave, leave + 1, _code.Count));
        emptyRounds.ForEach(round => _code[round] = _code[round] with { Leave = _code.Count });
    }

    /// <summary>Emits a round of a loop; where it may take nothing, notes where it begins and gives the slot.</summary>
    private int EmitRound(Node body, bool noteStart)
    {
        if (!noteStart)
        {
            Emit(body);
            return -1;
        }

        int slot = (2 * _slots.Count) + _rounds++;
        Add(new Instruction(Operation.Save, slot));
        _around.Add(slot);
        _isPossible &= _around.Count <= MostLoopsAround;
        Emit(body);
        _around.RemoveAt(_around.Count - 1);
        return slot;
    }

    private void Choose(RepeatNode repeat, int split, int again, int leave)
    {
        bool lazy = repeat.Kind == RepeatKind.Lazy;
        Patch(split, lazy ? leave : again, lazy ? again : leave);
    }

    private void EmitPossessive(RepeatNode repeat)
    {
        if (repeat.Body is CharacterNode character)
        {
            Add(new Instruction(Operation.Run, repeat.Min, repeat.Max, _runs++, character.Set));
            return;
        }

        var round = new AtomicNode(repeat.Position, repeat.Body);
        EmitPart(Operation.Atomic, 0, () => EmitRepeat(repeat with { Body = round, Kind = RepeatKind.Greedy }), Width.Of(repeat));
    }

    private void EmitPart(Operation operation, int back, Action body, Width width)
    {
        _isLinear &= width.Max <= FarReach;
        int start = Add(new Instruction(operation, back));
        body();
        Add(new Instruction(Operation.End));
        Patch(start, y: _code.Count);
    }

    private void EmitConditional(ConditionalNode conditional)
    {
        int slot = _slots[conditional.Group];
        _conditions.Add(slot);
        int condition = Add(new Instruction(Operation.Condition, Extra: slot));
        Emit(conditional.Yes);
        int end = Add(new Instruction(Operation.Jump));
        Patch(condition, condition + 1, _code.Count);
        Emit(conditional.No);
        Patch(end, _code.Count);
    }
}
