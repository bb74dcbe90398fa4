using PSBan.Matching.Patterns.Tree;

namespace PSBan.Matching.Patterns;

/// <summary>The characters that a text can begin with to match a pattern that is bound to its start: the quickest way to rule a pattern out.</summary>
internal sealed class FirstCharacters
{
    private readonly Set _set;

    private FirstCharacters(Set set) => _set = set;

    /// <summary>Finds the characters.</summary>
    /// <param name="root">The pattern.</param>
    /// <returns>The characters; null where a text may begin with any.</returns>
    public static FirstCharacters? Of(Node root) => IsBound(root) && Of(root, out bool mayBeEmpty) is var set && !mayBeEmpty ? new FirstCharacters(set) : null;

    /// <summary>Whether a text can match; what holds for one character that is not ASCII holds for all.</summary>
    /// <param name="text">The text.</param>
    public bool Allow(ReadOnlySpan<char> text) => !text.IsEmpty && _set.Contains(text[0]);

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

    /// <summary>The ASCII characters of which a bit is set, those below 64 in the lower half, and all others or none.</summary>
    private readonly record struct Set(ulong Lower, ulong Upper, bool Others)
    {
        public static Set All => new(ulong.MaxValue, ulong.MaxValue, true);

        /// <summary>The ASCII members one by one; whether there are others is not looked at closely.</summary>
        public static Set Of(CharacterSet set)
        {
            ulong lower = 0, upper = 0;
            for (int i = 0; i < 64; i++)
            {
                lower |= set.Contains(i) ? 1UL << i : 0;
                upper |= set.Contains(64 + i) ? 1UL << i : 0;
            }

            return new Set(lower, upper, set.Single is not < 128);
        }

        // A shift counts by its lowest six bits.
        public bool Contains(char c) => c < 64 ? ((Lower >> c) & 1) != 0 : c < 128 ? ((Upper >> c) & 1) != 0 : Others;

        public Set Or(Set other) => new(Lower | other.Lower, Upper | other.Upper, Others || other.Others);
    }
}
