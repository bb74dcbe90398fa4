using System.Collections.Immutable;

namespace PSBan.Matching.Patterns.Tree;

/// <summary>
/// A pattern without all that only memory or looking around can decide: it matches every text that the pattern matches, and perhaps more. What is left a
/// finite automaton can search for in one pass.
/// </summary>
internal static class RelaxedTree
{
    private static readonly CharacterSet s_any = new([new CharacterRange(0, 0x10FFFF)]);

    /// <summary>Relaxes a pattern.</summary>
    /// <param name="pattern">The pattern.</param>
    public static ParsedPattern Of(ParsedPattern pattern) => new(Of(pattern.Root), [], ImmutableHashSet<int>.Empty);

    private static Node Of(Node node) => node switch
    {
        SequenceNode sequence => sequence with { Items = [.. sequence.Items.Select(Of)] },
        AlternationNode alternation => alternation with { Branches = [.. alternation.Branches.Select(Of)] },
        RepeatNode repeat => repeat with { Body = Of(repeat.Body), Kind = RepeatKind.Greedy },
        GroupNode group => group with { Body = Of(group.Body) },
        CaptureNode capture => new GroupNode(capture.Position, Of(capture.Body)),
        AtomicNode atomic => new GroupNode(atomic.Position, Of(atomic.Body)),
        LookNode => new SequenceNode(node.Position, []),
        ConditionalNode conditional => new GroupNode(node.Position, new AlternationNode(node.Position, [Of(conditional.Yes), Of(conditional.No)])),
        BackreferenceNode => new RepeatNode(node.Position, new CharacterNode(node.Position, s_any), 0, RepeatNode.Unlimited, RepeatKind.Greedy),
        _ => node,
    };
}
