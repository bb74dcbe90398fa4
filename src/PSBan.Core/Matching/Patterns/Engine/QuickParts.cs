using System.Runtime.CompilerServices;

namespace PSBan.Matching.Patterns.Engine;

/// <summary>A part that must match here, or end here, or must not.</summary>
/// <param name="part">The part, with an end of its own.</param>
/// <param name="back">How far before the place it begins.</param>
/// <param name="isNegative">Whether it must not match.</param>
/// <param name="captures">Whether there are groups in it.</param>
/// <param name="next">What follows.</param>
internal sealed class LookStep(QuickStep part, int back, bool isNegative, bool captures, QuickStep next) : QuickStep
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int Go(ref QuickRun run, int at)
    {
        Span<int> groups = captures ? stackalloc int[run.Groups.Length] : [];
        run.Groups[..groups.Length].CopyTo(groups);
        int from = at - back;
        bool found = from >= 0 && part.CanGo(run.Text, from) && run.Work() && part.Go(ref run, from) >= 0;
        int end = found != isNegative && !run.GaveUp ? next.Go(ref run, at) : -1;
        if (end < 0)
        {
            groups.CopyTo(run.Groups);
        }

        return end;
    }
}

/// <summary>A part that keeps its first way of matching.</summary>
/// <param name="part">The part, with an end of its own.</param>
/// <param name="captures">Whether there are groups in it.</param>
/// <param name="next">What follows.</param>
internal sealed class AtomicStep(QuickStep part, bool captures, QuickStep next) : QuickStep
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int Go(ref QuickRun run, int at)
    {
        Span<int> groups = captures ? stackalloc int[run.Groups.Length] : [];
        run.Groups[..groups.Length].CopyTo(groups);
        int middle = run.Work() ? part.Go(ref run, at) : -1;
        int end = middle >= 0 && !run.GaveUp ? next.Go(ref run, middle) : -1;
        if (end < 0)
        {
            groups.CopyTo(run.Groups);
        }

        return end;
    }
}
