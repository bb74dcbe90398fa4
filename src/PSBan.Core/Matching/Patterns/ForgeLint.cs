using PSBan.Matching.Patterns.Tree;

namespace PSBan.Matching.Patterns;

/// <summary>Looks for patterns by which an attacker could have an address of his choice blamed: he writes a piece of log into his user name or request.</summary>
internal static class ForgeLint
{
    /// <summary>Says what is wrong with a pattern that captures an address.</summary>
    /// <param name="root">The pattern.</param>
    public static IReadOnlyList<string> Check(Node root)
    {
        var warnings = new List<string>();
        bool isStartTied = StartsTied(root);
        foreach (Surroundings address in Addresses(root, new Surroundings([], [])))
        {
            if (IsEndTied(address.After))
            {
                continue;
            }

            RepeatNode? catchAll = address.Before.Select(CatchAll).FirstOrDefault(found => found is not null);
            if (catchAll is not null)
            {
                warnings.Add("A part that takes any text stands before the address, and what follows the address is not tied to the end of the line by '$': "
                    + "who can write into the log can put an address of his choice there. Be exact about what may stand between, or tie the end.");
            }
            else if (!isStartTied)
            {
                warnings.Add("Neither the start nor the end of the line is tied by '^' or '$': who can write into the log can imitate the whole message, "
                    + "with an address of his choice. Begin the pattern with '^'.");
            }
        }

        return [.. warnings.Distinct()];
    }

    /// <summary>The groups that hold an address, each with what stands around it.</summary>
    private static IEnumerable<Surroundings> Addresses(Node node, Surroundings around)
    {
        switch (node)
        {
            case CaptureNode { Name: "ip4" or "ip6" or "dns" }:
                return [around];
            case SequenceNode sequence:
                return sequence.Items.SelectMany((item, i) => Addresses(item, new Surroundings(
                    [.. around.Before, .. sequence.Items.Take(i)], [.. sequence.Items.Skip(i + 1), .. around.After])));
            case LookNode:
                return [];
            default:
                return TreeWalk.Children(node).SelectMany(child => Addresses(child, around));
        }
    }

    private static bool StartsTied(Node node) => node switch
    {
        AnchorNode anchor => anchor.Kind is AnchorKind.Start or AnchorKind.LineStart,
        SequenceNode sequence => sequence.Items.FirstOrDefault(item => item is not LookNode) is { } first && StartsTied(first),
        AlternationNode alternation => alternation.Branches.All(StartsTied),
        GroupNode group => StartsTied(group.Body),
        CaptureNode capture => StartsTied(capture.Body),
        AtomicNode atomic => StartsTied(atomic.Body),
        RepeatNode repeat => repeat.Min > 0 && StartsTied(repeat.Body),
        _ => false,
    };

    private static bool IsEndTied(IReadOnlyList<Node> after) => after.Any(EndsTied) && after.All(node => CatchAll(node) is null);

    private static bool EndsTied(Node node) => node switch
    {
        AnchorNode anchor => anchor.Kind is AnchorKind.End or AnchorKind.LineEnd or AnchorKind.AbsoluteEnd,
        AlternationNode alternation => alternation.Branches.All(EndsTied),
        SequenceNode sequence => sequence.Items.Any(EndsTied),
        GroupNode group => EndsTied(group.Body),
        CaptureNode capture => EndsTied(capture.Body),
        AtomicNode atomic => EndsTied(atomic.Body),
        LookNode { Negative: false, Behind: false } look => EndsTied(look.Body),
        _ => false,
    };

    /// <summary>The first part that takes any text of any length.</summary>
    private static RepeatNode? CatchAll(Node node)
    {
        if (node is LookNode)
        {
            return null;
        }

        return node is RepeatNode { Max: > 20, Body: var body } repeat && TreeWalk.All(body).Any(TakesAnyText)
            ? repeat
            : TreeWalk.Children(node).Select(CatchAll).FirstOrDefault(found => found is not null);
    }

    private static bool TakesAnyText(Node node) => node is CharacterNode { Set: var set }
        && (ReferenceEquals(set, CharacterSet.NotLineFeed) || Enumerable.Range(' ', '~' - ' ' + 1).All(set.Contains));

    private sealed record Surroundings(IReadOnlyList<Node> Before, IReadOnlyList<Node> After);
}
