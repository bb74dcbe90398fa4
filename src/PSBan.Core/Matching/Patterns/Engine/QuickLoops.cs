using System.Runtime.CompilerServices;

namespace PSBan.Matching.Patterns.Engine;

/// <summary>Characters of a set, several times.</summary>
internal abstract class SetLoop : QuickStep
{
    private readonly int _most;
    private readonly QuickSet _set;
    private readonly QuickStep? _stop;

    /// <summary>Makes the step.</summary>
    /// <param name="least">How many at least.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="set">The set.</param>
    /// <param name="stop">What must not match where a character is taken, with an end of its own and no groups; null for none.</param>
    /// <param name="next">What follows.</param>
    protected SetLoop(int least, int most, QuickSet set, QuickStep? stop, QuickStep next)
    {
        (Least, _most, _set, _stop, Next) = (least, most, set, stop, next);
        First = least > 0 ? set : set.Or(next.First);
        GoesAtEnd = least == 0 && next.GoesAtEnd;
        NextText = next.Start;
        Needs = next.Needs;
    }

    /// <summary>How many at least.</summary>
    protected int Least { get; }

    /// <summary>What follows.</summary>
    protected QuickStep Next { get; }

    /// <summary>The characters that must follow; null where they are not known.</summary>
    protected string? NextText { get; }

    /// <summary>Whether no character that is taken could begin what follows.</summary>
    protected bool IsApart => _set.IsApartFrom(Next.First) && _stop is null;

    /// <summary>How many characters can be taken; less than <see cref="Least"/> where they are too few.</summary>
    /// <param name="run">The search.</param>
    /// <param name="at">The place.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected int Count(ref QuickRun run, int at)
    {
        ReadOnlySpan<char> rest = run.Text[at..];
        rest = _most < rest.Length ? rest[.._most] : rest;
        int count = _set.CountIn(rest);
        count = run.Work(count) ? count : -1;
        return _stop is null || count <= 0 ? count : UpToStop(ref run, at, count);
    }

    /// <summary>Goes on behind some of the characters.</summary>
    /// <param name="run">The search.</param>
    /// <param name="at">The place behind them.</param>
    protected int GoOn(ref QuickRun run, int at) => Next.CanGo(run.Text, at) && run.Work() ? Next.Go(ref run, at) : -1;

    private int UpToStop(ref QuickRun run, int at, int count)
    {
        if (_stop is LiteralStep { Next: EndStep } literal)
        {
            // It may reach beyond the characters that are taken.
            ReadOnlySpan<char> within = run.Text.Slice(at, Math.Min(run.Text.Length - at, count + literal.Text.Length - 1));
            int found = within.IndexOf(literal.Text);
            return found < 0 ? count : found;
        }

        for (int i = 0; i < count; i++)
        {
            if (_stop!.CanGo(run.Text, at + i) && run.Work() && _stop.Go(ref run, at + i) >= 0)
            {
                return i;
            }
        }

        return run.GaveUp ? -1 : count;
    }
}

/// <summary>As many as there are, then fewer.</summary>
internal sealed class GreedySetLoop : SetLoop
{
    private readonly bool _isApart;

    /// <inheritdoc cref="SetLoop(int, int, QuickSet, QuickStep?, QuickStep)"/>
    public GreedySetLoop(int least, int most, QuickSet set, QuickStep? stop, QuickStep next)
        : base(least, most, set, stop, next) => _isApart = IsApart;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int Go(ref QuickRun run, int at)
    {
        int count = Count(ref run, at);
        if (_isApart)
        {
            return count < Least ? -1 : GoOn(ref run, at + count);
        }

        while (count >= Least)
        {
            if (NextText is not null)
            {
                // The last place where what must follow does.
                ReadOnlySpan<char> where = run.Text.Slice(at + Least, Math.Min(run.Text.Length - at - Least, count - Least + NextText.Length));
                int last = where.LastIndexOf(NextText);
                count = run.Work(where.Length) && last >= 0 ? Least + last : -1;
                if (count < 0)
                {
                    return -1;
                }
            }

            int end = GoOn(ref run, at + count);
            if (end >= 0 || run.GaveUp)
            {
                return end;
            }

            count--;
        }

        return -1;
    }
}

/// <summary>As few as possible, then more.</summary>
internal sealed class LazySetLoop : SetLoop
{
    /// <inheritdoc cref="SetLoop(int, int, QuickSet, QuickStep?, QuickStep)"/>
    public LazySetLoop(int least, int most, QuickSet set, QuickStep? stop, QuickStep next)
        : base(least, most, set, stop, next)
    {
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int Go(ref QuickRun run, int at)
    {
        int most = Count(ref run, at);
        for (int count = Least; count <= most; count++)
        {
            if (NextText is not null)
            {
                ReadOnlySpan<char> where = run.Text.Slice(at + count, Math.Min(run.Text.Length - at - count, most - count + NextText.Length));
                int first = where.IndexOf(NextText);
                if (first < 0 || !run.Work(where.Length))
                {
                    return -1;
                }

                count += first;
            }

            int end = GoOn(ref run, at + count);
            if (end >= 0 || run.GaveUp)
            {
                return end;
            }
        }

        return -1;
    }
}

/// <summary>As many as there are, and no fewer.</summary>
internal sealed class PossessiveSetLoop : SetLoop
{
    /// <inheritdoc cref="SetLoop(int, int, QuickSet, QuickStep?, QuickStep)"/>
    public PossessiveSetLoop(int least, int most, QuickSet set, QuickStep? stop, QuickStep next)
        : base(least, most, set, stop, next)
    {
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int Go(ref QuickRun run, int at) => Count(ref run, at) is var count && count < Least ? -1 : GoOn(ref run, at + count);
}

/// <summary>A part any number of times; it takes something each time.</summary>
/// <param name="next">What follows.</param>
/// <param name="isLazy">Whether fewer rounds are tried first.</param>
internal sealed class RoundStep(QuickStep next, bool isLazy) : QuickStep
{
    private QuickStep? _part;
    private int _steps;

    /// <summary>Closes the circle.</summary>
    /// <param name="part">The part, whose end leads here again.</param>
    /// <param name="steps">How many steps it has.</param>
    public void Close(QuickStep part, int steps)
    {
        (_part, _steps) = (part, steps);
        First = part.First.Or(next.First);
        GoesAtEnd = next.GoesAtEnd;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int Go(ref QuickRun run, int at)
    {
        QuickStep first = isLazy ? next : _part!, second = isLazy ? _part! : next;
        if (!run.Enter(_steps))
        {
            return -1;
        }

        int end = first.CanGo(run.Text, at) ? first.Go(ref run, at) : -1;
        end = end < 0 && !run.GaveUp && second.CanGo(run.Text, at) ? second.Go(ref run, at) : end;
        run.Leave(_steps);
        return end;
    }
}
