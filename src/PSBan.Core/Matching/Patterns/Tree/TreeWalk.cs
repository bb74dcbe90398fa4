namespace PSBan.Matching.Patterns.Tree;

/// <summary>Walks through a tree.</summary>
internal static class TreeWalk
{
    /// <summary>A node and everything below it, in no order to rely on.</summary>
    /// <param name="node">The node.</param>
    public static IEnumerable<Node> All(Node node)
    {
        var open = new Stack<Node>();
        open.Push(node);
        while (open.TryPop(out Node? next))
        {
            yield return next;
            foreach (Node child in Children(next))
            {
                open.Push(child);
            }
        }
    }

    /// <summary>The nodes directly below one.</summary>
    /// <param name="node">The node.</param>
    public static IEnumerable<Node> Children(Node node) => node switch
    {
        SequenceNode sequence => sequence.Items,
        AlternationNode alternation => alternation.Branches,
        RepeatNode repeat => [repeat.Body],
        GroupNode group => [group.Body],
        CaptureNode capture => [capture.Body],
        AtomicNode atomic => [atomic.Body],
        LookNode look => [look.Body],
        ConditionalNode conditional => [conditional.Yes, conditional.No],
        _ => [],
    };
}
