using System.Numerics;
using System.Runtime.CompilerServices;
using PSBan.Matching.Patterns.Tree;

namespace PSBan.Matching.Patterns.Engine;

/// <summary>A step of a <see cref="QuickProgram"/>, linked to what follows it.</summary>
internal abstract class QuickStep
{
    /// <summary>The characters that this step and what follows it can go on with; more than that where it is not known.</summary>
    public QuickSet First { get; protected set; } = QuickSet.All;

    /// <summary>Whether they can succeed at the end of the text; true where it is not known.</summary>
    public bool GoesAtEnd { get; protected set; } = true;

    /// <summary>The characters that this step and what follows it begin with; null where they are not known.</summary>
    public string? Start { get; protected set; }

    /// <summary>Texts of which each is in whatever this step and what follows it match.</summary>
    public string[] Needs { get; protected set; } = [];

    /// <summary>Goes on from a place, in Python's order.</summary>
    /// <param name="run">The search.</param>
    /// <param name="at">The place.</param>
    /// <returns>Where the match ends; -1 where there is none, with the groups as they were.</returns>
    public abstract int Go(ref QuickRun run, int at);

    /// <summary>Whether it is worth trying from a place.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">The place.</param>
    public bool CanGo(ReadOnlySpan<char> text, int at) => (uint)at < (uint)text.Length ? First.Has(text[at]) : GoesAtEnd;

    /// <summary>Takes over what is known of what follows, for a step that takes no characters.</summary>
    /// <param name="next">What follows.</param>
    protected void BeAs(QuickStep next) => (First, GoesAtEnd, Start, Needs) = (next.First, next.GoesAtEnd, next.Start, next.Needs);
}

/// <summary>The end of the pattern, or of a part that is looked at by itself.</summary>
internal sealed class EndStep : QuickStep
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int Go(ref QuickRun run, int at) => at;
}

/// <summary>Certain characters one after the other.</summary>
internal sealed class LiteralStep : QuickStep
{
    private const int MostNeeds = 8;

    private readonly QuickStep _next;

    public LiteralStep(string text, QuickStep next)
    {
        (Text, _next) = (text, next);
        First = QuickSet.Of(CharacterSet.Of(text[0]));
        GoesAtEnd = false;
        Start = text;
        Needs = [text, .. next.Needs.Where(need => !text.Contains(need, StringComparison.Ordinal)).Take(MostNeeds - 1)];
    }

    /// <summary>The characters.</summary>
    public string Text { get; }

    /// <summary>What follows.</summary>
    public QuickStep Next => _next;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int Go(ref QuickRun run, int at) =>
        run.Text.Length - at >= Text.Length && run.Text.Slice(at, Text.Length).SequenceEqual(Text) ? _next.Go(ref run, at + Text.Length) : -1;
}

/// <summary>A character out of a set.</summary>
internal sealed class SetStep : QuickStep
{
    private readonly QuickStep _next;

    public SetStep(QuickSet set, QuickStep next) => (First, GoesAtEnd, Needs, _next) = (set, false, next.Needs, next);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int Go(ref QuickRun run, int at) => at < run.Text.Length && First.Has(run.Text[at]) ? _next.Go(ref run, at + 1) : -1;
}

/// <summary>A place of a kind.</summary>
internal sealed class AnchorStep : QuickStep
{
    private readonly AnchorKind _kind;
    private readonly QuickStep _next;

    public AnchorStep(AnchorKind kind, QuickStep next)
    {
        (_kind, _next) = (kind, next);
        BeAs(next);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int Go(ref QuickRun run, int at) => Anchors.IsAt(_kind, run.Text, at) ? _next.Go(ref run, at) : -1;
}

/// <summary>The first of several ways that leads to a match.</summary>
internal sealed class BranchStep : QuickStep
{
    private const int Ascii = 128;
    private const int MostInMask = 32;

    private readonly QuickStep[] _branches;

    // A bit for each branch that can go on with an ASCII character.
    private readonly uint[]? _byCharacter;

    // For each branch what must still come, where that differs from branch to branch; a look for it is cheaper than going there in vain.
    private readonly string?[]? _needs;

    public BranchStep(QuickStep[] branches)
    {
        _branches = branches;
        First = branches.Select(branch => branch.First).Aggregate((left, right) => left.Or(right));
        GoesAtEnd = branches.Any(branch => branch.GoesAtEnd);
        Needs = [.. branches[0].Needs.Where(need => branches.All(branch => branch.Needs.Contains(need)))];
        string?[] needs = [.. branches.Select(branch => branch.Needs.Except(Needs).Where(need => need != branch.Start).MaxBy(need => need.Length))];
        _needs = needs.All(need => need is null) ? null : needs;
        if (branches.Length <= MostInMask)
        {
            _byCharacter = [.. Enumerable.Range(0, Ascii).Select(c => Mask((char)c))];
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int Go(ref QuickRun run, int at)
    {
        uint[]? byCharacter = _byCharacter;
        if (byCharacter is null || (uint)at >= (uint)run.Text.Length || run.Text[at] >= byCharacter.Length)
        {
            return TryAll(ref run, at);
        }

        for (uint left = byCharacter[run.Text[at]]; left != 0; left &= left - 1)
        {
            int branch = BitOperations.TrailingZeroCount(left);
            int end = run.Work() && (_needs is null || IsNeedMet(ref run, branch, at)) ? _branches[branch].Go(ref run, at) : -1;
            if (end >= 0 || run.GaveUp)
            {
                return end;
            }
        }

        return -1;
    }

    private bool IsNeedMet(ref QuickRun run, int branch, int at)
    {
        string? need = _needs![branch];
        return need is null || (run.Work(run.Text.Length - at) && run.Text[at..].Contains(need, StringComparison.Ordinal));
    }

    private int TryAll(ref QuickRun run, int at)
    {
        foreach (QuickStep branch in _branches)
        {
            if (branch.CanGo(run.Text, at))
            {
                int end = run.Work() ? branch.Go(ref run, at) : -1;
                if (end >= 0 || run.GaveUp)
                {
                    return end;
                }
            }
        }

        return -1;
    }

    private uint Mask(char c)
    {
        uint mask = 0;
        for (int i = 0; i < _branches.Length; i++)
        {
            mask |= _branches[i].First.Has(c) ? 1u << i : 0;
        }

        return mask;
    }
}

/// <summary>The start of a group.</summary>
internal sealed class OpenStep : QuickStep
{
    private readonly int _slot;
    private readonly QuickStep _next;

    public OpenStep(int slot, QuickStep next)
    {
        (_slot, _next) = (slot, next);
        BeAs(next);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int Go(ref QuickRun run, int at)
    {
        int before = run.Groups[_slot + 2];
        run.Groups[_slot + 2] = at;
        int end = _next.Go(ref run, at);
        if (end < 0)
        {
            run.Groups[_slot + 2] = before;
        }

        return end;
    }
}

/// <summary>The end of a group.</summary>
internal sealed class CloseStep : QuickStep
{
    private readonly int _slot;
    private readonly QuickStep _next;

    public CloseStep(int slot, QuickStep next)
    {
        (_slot, _next) = (slot, next);
        BeAs(next);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int Go(ref QuickRun run, int at)
    {
        Span<int> group = run.Groups.Slice(_slot, 3);
        (int start, int close) = (group[0], group[1]);
        (group[0], group[1]) = (group[2], at);
        int end = _next.Go(ref run, at);
        if (end < 0)
        {
            (group[0], group[1]) = (start, close);
        }

        return end;
    }
}

/// <summary>What a group took, again.</summary>
/// <param name="slot">The group's.</param>
/// <param name="ignoresCase">Whether letters may come in the other case: what has any is left to others.</param>
/// <param name="next">What follows.</param>
internal sealed class RepeatedGroupStep(int slot, bool ignoresCase, QuickStep next) : QuickStep
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int Go(ref QuickRun run, int at)
    {
        (int start, int close) = (run.Groups[slot], run.Groups[slot + 1]);
        if (ignoresCase && start >= 0 && close >= start && run.Text[start..close].ContainsAnyExceptInRange('!', '@'))
        {
            run.GiveUp();
            return -1;
        }

        return start >= 0 && close >= start && run.Work(close - start) && run.Text[at..].StartsWith(run.Text[start..close]) ? next.Go(ref run, at + close - start) : -1;
    }
}

/// <summary>One of two ways, by whether a group took part.</summary>
internal sealed class ConditionStep(int slot, QuickStep yes, QuickStep no) : QuickStep
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int Go(ref QuickRun run, int at) => (run.Groups[slot + 1] >= 0 ? yes : no).Go(ref run, at);
}
