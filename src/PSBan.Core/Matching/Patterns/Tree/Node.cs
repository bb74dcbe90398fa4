using System.Collections.Immutable;

namespace PSBan.Matching.Patterns.Tree;

/// <summary>A part of a pattern. Flags are already resolved into it: what ignores case holds all cases, what is bound to lines says so.</summary>
/// <param name="Position">Where it starts in the expanded pattern.</param>
internal abstract record Node(int Position);

/// <summary>One character out of a set.</summary>
internal sealed record CharacterNode(int Position, CharacterSet Set) : Node(Position);

/// <summary>A place between characters.</summary>
internal sealed record AnchorNode(int Position, AnchorKind Kind) : Node(Position);

/// <summary>One after the other; nothing at all when it has no items.</summary>
internal sealed record SequenceNode(int Position, ImmutableArray<Node> Items) : Node(Position);

/// <summary>The first branch that leads to a match.</summary>
internal sealed record AlternationNode(int Position, ImmutableArray<Node> Branches) : Node(Position);

/// <summary>A part several times.</summary>
/// <param name="Position">Where it starts in the expanded pattern.</param>
/// <param name="Body">The part.</param>
/// <param name="Min">How often at least.</param>
/// <param name="Max">How often at most; <see cref="Unlimited"/> for no limit.</param>
/// <param name="Kind">Which number is tried first.</param>
internal sealed record RepeatNode(int Position, Node Body, int Min, int Max, RepeatKind Kind) : Node(Position)
{
    /// <summary>Stands for no upper limit.</summary>
    public const int Unlimited = int.MaxValue;
}

/// <summary>A group that captures nothing.</summary>
internal sealed record GroupNode(int Position, Node Body) : Node(Position);

/// <summary>A group that captures.</summary>
internal sealed record CaptureNode(int Position, int Index, string? Name, Node Body) : Node(Position);

/// <summary>A group that keeps its first way of matching.</summary>
internal sealed record AtomicNode(int Position, Node Body) : Node(Position);

/// <summary>A look ahead or behind.</summary>
/// <param name="Position">Where it starts in the expanded pattern.</param>
/// <param name="Body">What is looked for.</param>
/// <param name="Width">How many characters a look behind goes back; negative for a look ahead.</param>
/// <param name="Negative">Whether the body must be absent.</param>
internal sealed record LookNode(int Position, Node Body, int Width, bool Negative) : Node(Position)
{
    /// <summary>Whether it looks behind.</summary>
    public bool Behind => Width >= 0;
}

/// <summary>What a group has captured, again.</summary>
internal sealed record BackreferenceNode(int Position, int Group, bool IgnoreCase) : Node(Position);

/// <summary>One of two parts, by whether a group took part.</summary>
internal sealed record ConditionalNode(int Position, int Group, Node Yes, Node No) : Node(Position);

/// <summary>The kinds of <see cref="AnchorNode"/>.</summary>
internal enum AnchorKind
{
    /// <summary>The start of the text.</summary>
    Start,

    /// <summary>The start of a line.</summary>
    LineStart,

    /// <summary>The end of the text, or before a line feed that ends it.</summary>
    End,

    /// <summary>The end of a line.</summary>
    LineEnd,

    /// <summary>The end of the text and nothing else.</summary>
    AbsoluteEnd,

    /// <summary>Between a word character and another.</summary>
    WordBoundary,

    /// <summary>Anywhere else.</summary>
    NotWordBoundary,

    /// <summary>Between an ASCII word character and another.</summary>
    AsciiWordBoundary,

    /// <summary>Anywhere else.</summary>
    NotAsciiWordBoundary,
}

/// <summary>Which number of repetitions is tried first.</summary>
internal enum RepeatKind
{
    /// <summary>The largest, then fewer.</summary>
    Greedy,

    /// <summary>The smallest, then more.</summary>
    Lazy,

    /// <summary>The largest and no other.</summary>
    Possessive,
}
