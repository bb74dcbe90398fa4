using PSBan.Matching.Patterns.Tree;

namespace PSBan.Matching.Patterns;

/// <summary>The characters that a text can begin with to match a pattern that is bound to its start: the quickest way to rule a pattern out.</summary>
internal sealed class FirstCharacters
{
    private readonly UInt128 _ascii;
    private readonly bool _others;

    private FirstCharacters(Set set) => (_ascii, _others) = (set.Ascii, set.Others);

    /// <summary>Finds the characters.</summary>
    /// <param name="root">The pattern.</param>
    /// <returns>The characters; null where a text may begin with any.</returns>
    public static FirstCharacters? Of(Node root) => IsBound(root) && Of(root, out bool mayBeEmpty) is var set && !mayBeEmpty ? new FirstCharacters(set) : null;

    /// <summary>Whether a text can match; what holds for one character that is not ASCII holds for all.</summary>
    /// <param name="text">The text.</param>
    public bool Allow(ReadOnlySpan<char> text) =>
        !text.IsEmpty && (text[0] < 128 ? ((_ascii >> text[0]) & 1) != 0 : _others);

    /// <summary>Whether every match begins at the start of the text.</summary>
    /// <param name="node">The pattern.</param>
    public static bool IsBound(Node node) => node switch
    {
        AnchorNode anchor => anchor.Kind == AnchorKind.Start,
        SequenceNode sequence => sequence.Items.Length > 0 && IsBound(sequence.Items[0]),
        AlternationNode alternation => alternation.Branches.All(IsBound),
        GroupNode group => IsBound(group.Body),
        CaptureNode capture => IsBound(capture.Body),
        AtomicNode atomic => IsBound(atomic.Body),
        _ => false,
    };

    private static Set Of(Node node, out bool mayBeEmpty)
    {
        mayBeEmpty = false;
        switch (node)
        {
            case CharacterNode character:
                return Set.Of(character.Set);
            case AnchorNode or LookNode:
                mayBeEmpty = true;
                return default;
            case GroupNode group:
                return Of(group.Body, out mayBeEmpty);
            case CaptureNode capture:
                return Of(capture.Body, out mayBeEmpty);
            case AtomicNode atomic:
                return Of(atomic.Body, out mayBeEmpty);
            case RepeatNode repeat:
                Set body = Of(repeat.Body, out mayBeEmpty);
                mayBeEmpty |= repeat.Min == 0;
                return body;
            case SequenceNode sequence:
                return First(sequence.Items, out mayBeEmpty);
            case AlternationNode alternation:
                return Any(alternation.Branches, out mayBeEmpty);
            case ConditionalNode conditional:
                return Any([conditional.Yes, conditional.No], out mayBeEmpty);
            default:
                // What a group captured before may be anything.
                mayBeEmpty = true;
                return Set.All;
        }
    }

    private static Set First(IReadOnlyList<Node> items, out bool mayBeEmpty)
    {
        Set set = default;
        mayBeEmpty = true;
        for (int i = 0; i < items.Count && mayBeEmpty; i++)
        {
            set = set.Or(Of(items[i], out mayBeEmpty));
        }

        return set;
    }

    private static Set Any(IReadOnlyList<Node> branches, out bool mayBeEmpty)
    {
        Set set = default;
        mayBeEmpty = false;
        foreach (Node branch in branches)
        {
            set = set.Or(Of(branch, out bool isEmpty));
            mayBeEmpty |= isEmpty;
        }

        return set;
    }

    private readonly record struct Set(UInt128 Ascii, bool Others)
    {
        public static Set All => new(UInt128.MaxValue, true);

        /// <summary>The ASCII members one by one; whether there are others is not looked at closely.</summary>
        public static Set Of(CharacterSet set)
        {
            UInt128 ascii = 0;
            for (int c = 0; c < 128; c++)
            {
                ascii |= set.Contains(c) ? UInt128.One << c : 0;
            }

            return new Set(ascii, set.Single is not < 128);
        }

        public Set Or(Set other) => new(Ascii | other.Ascii, Others || other.Others);
    }
}
