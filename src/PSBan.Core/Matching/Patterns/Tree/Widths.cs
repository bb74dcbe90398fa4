namespace PSBan.Matching.Patterns.Tree;

/// <summary>How many characters a part of a pattern can take.</summary>
/// <param name="Min">At least.</param>
/// <param name="Max">At most; <see cref="Unlimited"/> for no limit.</param>
internal sealed record Width(long Min, long Max)
{
    /// <summary>Stands for no upper limit, and for every number too large to matter.</summary>
    public const long Unlimited = int.MaxValue;

    /// <summary>No characters.</summary>
    public static Width None { get; } = new(0, 0);

    /// <summary>Whether it is always the same number.</summary>
    public bool IsFixed => Min == Max && Max < Unlimited;

    /// <summary>The width of a part.</summary>
    /// <param name="node">The part.</param>
    /// <param name="ofGroup">The width of a group that is referred to, by its number.</param>
    public static Width Of(Node node, Func<int, Width>? ofGroup = null)
    {
        switch (node)
        {
            case CharacterNode:
                return new Width(1, 1);
            case SequenceNode sequence:
                Width sum = None;
                foreach (Node item in sequence.Items)
                {
                    Width width = Of(item, ofGroup);
                    sum = new Width(Cap(sum.Min + width.Min), Cap(sum.Max + width.Max));
                }

                return sum;
            case AlternationNode alternation:
                Width any = Of(alternation.Branches[0], ofGroup);
                foreach (Node branch in alternation.Branches)
                {
                    any = any.Or(Of(branch, ofGroup));
                }

                return any;
            case RepeatNode repeat:
                Width body = Of(repeat.Body, ofGroup);
                return new Width(Cap(body.Min * repeat.Min), Cap(body.Max * repeat.Max));
            case GroupNode group:
                return Of(group.Body, ofGroup);
            case CaptureNode capture:
                return Of(capture.Body, ofGroup);
            case AtomicNode atomic:
                return Of(atomic.Body, ofGroup);
            case ConditionalNode conditional:
                return Of(conditional.Yes, ofGroup).Or(Of(conditional.No, ofGroup));
            case BackreferenceNode reference:
                return ofGroup?.Invoke(reference.Group) ?? new Width(0, Unlimited);
            default:
                return None;
        }
    }

    private Width Or(Width other) => new(Math.Min(Min, other.Min), Math.Max(Max, other.Max));

    private static long Cap(long width) => Math.Min(width, Unlimited);
}
