using System.Buffers;
using System.Text.RegularExpressions;
using PSBan.Matching.Patterns.Tree;

namespace PSBan.Matching.Patterns.Engine;

/// <summary>Runs a <see cref="SafeProgram"/>: tries the ways to match in Python's order, but none twice.</summary>
/// <remarks>
/// A way that once failed from a step and a place will fail again, whatever came before it, unless something refers back to what a group took. So every pair
/// of step and place is tried once, and the time is bounded by the product of both, however the text is made up. With back-references the groups' places count
/// too; there, and where a look may reach far, the number of steps is limited. Characters are code points, as they are in Python.
/// The idea is the bit-state matcher of RE2 (https://github.com/google/re2), here with looks, atomic groups and conditions.
/// </remarks>
internal sealed partial class SafeEngine
{
    // Half a thousand million pairs of step and place: 64 megabytes.
    private const long MostVisits = 1L << 29;

    // Of a program that is not linear: about a quarter of a second.
    private const long MostSteps = 5_000_000;

    private readonly SafeProgram _program;
    private readonly int[] _slots;
    private readonly (int Start, int End)[] _runs;
    private ulong[] _visited = [];
    private (int Step, int Place)[] _stack = ArrayPool<(int, int)>.Shared.Rent(64);
    private int _height;
    private readonly List<long> _visitsOfPart = [];
    private readonly VisitsByGroups? _visitsByGroups;
    private long _stepsLeft;

    private SafeEngine(SafeProgram program)
    {
        _program = program;
        _slots = new int[program.Slots];
        _runs = new (int, int)[program.Runs];
        _visitsByGroups = program.References.Count > 0 ? new VisitsByGroups(program) : null;
    }

    /// <summary>Searches a text for the leftmost match.</summary>
    /// <param name="program">The program.</param>
    /// <param name="text">The text.</param>
    /// <param name="spans">Start and end of the match and of every named group; -1 for those that took no part.</param>
    /// <param name="budget">How many steps may be taken; null where the program being linear is bound enough.</param>
    /// <exception cref="RegexMatchTimeoutException">The text is too long to remember every place, or it took too many steps.</exception>
    public static bool TrySearch(SafeProgram program, ReadOnlySpan<char> text, out int[] spans, WorkBudget? budget = null)
    {
        var engine = new SafeEngine(program);
        long steps = Math.Min(program.IsLinear ? budget is null ? long.MaxValue : WorkBudget.StepsOfPattern : MostSteps, budget?.StepsLeft ?? long.MaxValue);
        engine._stepsLeft = steps;
        long visits = program.References.Count > 0 ? 0 : (long)program.Branches * (text.Length + 1) << program.Conditions.Count;
        if (visits > MostVisits)
        {
            throw new RegexMatchTimeoutException("The text is too long for the pattern.");
        }

        int words = (int)((visits + 63) / 64);
        engine._visited = ArrayPool<ulong>.Shared.Rent(words);
        engine._visited.AsSpan(0, words).Clear();
        try
        {
            return engine.Search(text, out spans);
        }
        finally
        {
            budget?.Spend(steps - Math.Max(0, engine._stepsLeft));
            ArrayPool<ulong>.Shared.Return(engine._visited);
            ArrayPool<(int, int)>.Shared.Return(engine._stack);
        }
    }

    private bool Search(ReadOnlySpan<char> text, out int[] spans)
    {
        Array.Fill(_runs, (-1, -1));
        for (int start = 0; start <= text.Length; start += start < text.Length ? WidthAt(text, start) : 1)
        {
            Array.Fill(_slots, -1);
            int end = Run(text, 0, start, inPart: false);
            if (end >= 0)
            {
                spans = Spans(start, end);
                return true;
            }

            if (_program.IsTiedToStart)
            {
                break;
            }
        }

        spans = [];
        return false;
    }

    private int[] Spans(int start, int end)
    {
        var spans = new int[2 + (2 * _program.GroupSlots.Count)];
        (spans[0], spans[1]) = (start, end);
        for (int group = 0; group < _program.GroupSlots.Count; group++)
        {
            int slot = _program.GroupSlots[group];
            bool tookPart = TookPart(slot);
            spans[2 + (2 * group)] = tookPart ? _slots[slot] : -1;
            spans[3 + (2 * group)] = tookPart ? _slots[slot + 1] : -1;
        }

        return spans;
    }

    private bool TookPart(int slot) => _slots[slot] >= 0 && _slots[slot + 1] >= _slots[slot];

    /// <summary>Runs from a step and a place to the next end; gives the place there, or -1.</summary>
    private int Run(ReadOnlySpan<char> text, int firstStep, int firstPlace, bool inPart)
    {
        int bottom = _height;
        Push(firstStep, firstPlace);
        while (_height > bottom)
        {
            (int step, int place) = _stack[--_height];
            if (step < 0)
            {
                _slots[~step] = place;
                continue;
            }

            int end = Follow(text, step, place, inPart);
            if (end >= 0)
            {
                KeepRestores(bottom);
                return end;
            }
        }

        return -1;
    }

    /// <summary>Drops the ways not tried, and keeps what sets slots back should the way that led here fail later.</summary>
    private void KeepRestores(int bottom)
    {
        int kept = bottom;
        for (int i = bottom; i < _height; i++)
        {
            if (_stack[i].Step < 0)
            {
                _stack[kept++] = _stack[i];
            }
        }

        _height = kept;
    }

    private int Follow(ReadOnlySpan<char> text, int step, int place, bool inPart)
    {
        while (true)
        {
            if (--_stepsLeft < 0)
            {
                throw new RegexMatchTimeoutException("The pattern took too many steps.");
            }

            ref readonly Instruction now = ref _program.Code[step];
            switch (now.Operation)
            {
                case Operation.Character or Operation.Set:
                    if (place >= text.Length)
                    {
                        return -1;
                    }

                    int c = CodePointAt(text, place, out int width);
                    if (now.Set is null ? c != now.X : !now.Set.Contains(c))
                    {
                        return -1;
                    }

                    place += width;
                    step++;
                    break;
                case Operation.Run:
                    place = RunEnd(text, now, place);
                    if (place < 0)
                    {
                        return -1;
                    }

                    step++;
                    break;
                case Operation.Loop when _slots[now.Slot] == place:
                    step = now.Leave;
                    break;
                case Operation.Split or Operation.Loop:
                    if (!Visit(now, place, text.Length, inPart))
                    {
                        return -1;
                    }

                    Push(now.Y, place);
                    step = now.X;
                    break;
                case Operation.LeaveIfEmpty:
                    step = _slots[now.Slot] == place ? now.Leave : step + 1;
                    break;
                case Operation.Jump:
                    step = now.X;
                    break;
                case Operation.Save:
                    Push(~now.X, _slots[now.X]);
                    _slots[now.X] = place;
                    step++;
                    break;
                case Operation.Anchor:
                    if (!Anchors.IsAt((AnchorKind)now.X, text, place))
                    {
                        return -1;
                    }

                    step++;
                    break;
                case Operation.Condition:
                    step = TookPart(now.Extra) ? now.X : now.Y;
                    break;
                case Operation.Backreference:
                    place = Repeated(text, now, place);
                    if (place < 0)
                    {
                        return -1;
                    }

                    step++;
                    break;
                case Operation.End:
                    return place;
                default:
                    int end = Part(text, now, step + 1, place);
                    if (end < 0)
                    {
                        return -1;
                    }

                    place = end;
                    step = now.Y;
                    break;
            }
        }
    }

    /// <summary>Notes that a step was reached at a place; false where it was already, under the same conditions.</summary>
    private bool Visit(in Instruction step, int place, int length, bool inPart)
    {
        int branch = step.Extra;
        for (int i = 0; i < step.Rounds?.Length; i++)
        {
            branch += _slots[step.Rounds[i]] == place ? 1 << i : 0;
        }

        if (_visitsByGroups is not null)
        {
            return _visitsByGroups.Add(branch, place, _slots, inPart);
        }

        int conditions = 0;
        foreach (int slot in _program.Conditions)
        {
            conditions = (conditions << 1) | (TookPart(slot) ? 1 : 0);
        }

        long bit = (((long)conditions * _program.Branches) + branch) * (length + 1) + place;
        ref ulong word = ref _visited[bit >> 6];
        ulong mask = 1UL << (int)(bit & 63);
        if ((word & mask) != 0)
        {
            return false;
        }

        word |= mask;
        if (inPart)
        {
            _visitsOfPart.Add(bit);
        }

        return true;
    }

    private void Push(int step, int place)
    {
        if (_height == _stack.Length)
        {
            (int, int)[] larger = ArrayPool<(int, int)>.Shared.Rent(2 * _height);
            _stack.CopyTo(larger, 0);
            ArrayPool<(int, int)>.Shared.Return(_stack);
            _stack = larger;
        }

        _stack[_height++] = (step, place);
    }

    private static int WidthAt(ReadOnlySpan<char> text, int place)
    {
        CodePointAt(text, place, out int width);
        return width;
    }

    private static int CodePointAt(ReadOnlySpan<char> text, int place, out int width)
    {
        char c = text[place];
        if (char.IsHighSurrogate(c) && place + 1 < text.Length && char.IsLowSurrogate(text[place + 1]))
        {
            width = 2;
            return char.ConvertToUtf32(c, text[place + 1]);
        }

        width = 1;
        return c;
    }
}
