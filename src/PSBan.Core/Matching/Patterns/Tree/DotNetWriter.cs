using System.Globalization;
using System.Text;

namespace PSBan.Matching.Patterns.Tree;

/// <summary>Writes a tree as a pattern of .NET that means the same, for <c>RegexOptions.CultureInvariant</c> and no other option.</summary>
/// <remarks>
/// Flags are resolved, so that none remain but those around a line's ends and around a back-reference that ignores case. Groups that nobody can see are not
/// captured. Characters beyond U+FFFF are two for .NET; texts that contain such do not come to it where <see cref="Engine.SafeEngine"/> can do the work.
/// </remarks>
internal sealed class DotNetWriter
{
    private readonly StringBuilder _text = new();
    private readonly ParsedPattern _pattern;
    private readonly bool _hasBoundary;

    private DotNetWriter(ParsedPattern pattern)
    {
        _pattern = pattern;
        _hasBoundary = TreeWalk.All(pattern.Root).Any(node => node is AnchorNode { Kind: AnchorKind.WordBoundary or AnchorKind.NotWordBoundary });
    }

    /// <summary>Writes a pattern.</summary>
    /// <param name="pattern">The pattern.</param>
    public static string Write(ParsedPattern pattern)
    {
        var writer = new DotNetWriter(pattern);
        writer.Append(pattern.Root);
        return writer._text.ToString();
    }

    /// <summary>The name under which .NET knows a group: its own where .NET takes it, else its number.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="group">The group's number in Python.</param>
    public static string GroupName(ParsedPattern pattern, int group) =>
        pattern.Groups[group - 1] is { } name && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? name : group.ToString(CultureInfo.InvariantCulture);

    private void Append(Node node)
    {
        switch (node)
        {
            case CharacterNode character:
                CharacterSetWriter.Append(_text, character.Set, _hasBoundary);
                break;
            case AnchorNode anchor:
                _text.Append(Anchor(anchor.Kind));
                break;
            case SequenceNode sequence:
                foreach (Node item in sequence.Items)
                {
                    Append(item);
                }

                break;
            case AlternationNode alternation:
                AppendBranches([.. alternation.Branches]);
                break;
            case RepeatNode repeat:
                AppendRepeat(repeat);
                break;
            case GroupNode group:
                Enclose("(?:", group.Body);
                break;
            case CaptureNode capture:
                bool seen = capture.Name is not null || _pattern.ReferredGroups.Contains(capture.Index);
                Enclose(seen ? $"(?<{GroupName(_pattern, capture.Index)}>" : "(?:", capture.Body);
                break;
            case AtomicNode atomic:
                Enclose("(?>", atomic.Body);
                break;
            case LookNode look:
                Enclose((look.Behind, look.Negative) switch { (false, false) => "(?=", (false, true) => "(?!", (true, false) => "(?<=", _ => "(?<!" }, look.Body);
                break;
            case BackreferenceNode reference:
                string name = GroupName(_pattern, reference.Group);
                _text.Append(reference.IgnoreCase ? $@"(?i:\k<{name}>)" : $@"\k<{name}>");
                break;
            case ConditionalNode conditional:
                _text.Append("(?(").Append(GroupName(_pattern, conditional.Group)).Append(')');
                AppendBranches([conditional.Yes, conditional.No]);
                _text.Append(')');
                break;
            default:
                throw new InvalidOperationException($"No way to write {node.GetType().Name}.");
        }
    }

    private void Enclose(string open, Node body)
    {
        _text.Append(open);
        Append(body);
        _text.Append(')');
    }

    private void AppendBranches(Node[] branches)
    {
        for (int i = 0; i < branches.Length; i++)
        {
            _text.Append(i > 0 ? "|" : string.Empty);
            Append(branches[i]);
        }
    }

    private void AppendRepeat(RepeatNode repeat)
    {
        bool possessive = repeat.Kind == RepeatKind.Possessive;
        _text.Append(possessive ? "(?>" : string.Empty);
        int start = _text.Length;
        Append(repeat.Body);
        bool isUnit = repeat.Body is GroupNode or CaptureNode or AtomicNode || (repeat.Body is CharacterNode { Set: var set } && !(set.Single > char.MaxValue));
        if (possessive && repeat.Body is not CharacterNode)
        {
            // Python gives up nothing of an earlier round for a later one.
            _text.Insert(start, "(?>").Append(')');
        }
        else if (!isUnit)
        {
            _text.Insert(start, "(?:").Append(')');
        }

        _text.Append(Quantifier(repeat)).Append(repeat.Kind == RepeatKind.Lazy ? "?" : string.Empty).Append(possessive ? ")" : string.Empty);
    }

    private static string Quantifier(RepeatNode repeat) => (repeat.Min, repeat.Max) switch
    {
        (0, RepeatNode.Unlimited) => "*",
        (1, RepeatNode.Unlimited) => "+",
        (0, 1) => "?",
        (var min, RepeatNode.Unlimited) => string.Create(CultureInfo.InvariantCulture, $"{{{min},}}"),
        (var min, var max) when min == max => string.Create(CultureInfo.InvariantCulture, $"{{{min}}}"),
        (var min, var max) => string.Create(CultureInfo.InvariantCulture, $"{{{min},{max}}}"),
    };

    private static string Anchor(AnchorKind kind) => kind switch
    {
        AnchorKind.Start => "^",
        AnchorKind.LineStart => "(?m:^)",
        AnchorKind.End => "$",
        AnchorKind.LineEnd => "(?m:$)",
        AnchorKind.AbsoluteEnd => @"\z",
        AnchorKind.WordBoundary => @"\b",
        AnchorKind.NotWordBoundary => @"\B",
        AnchorKind.AsciiWordBoundary => "(?:(?<=[0-9A-Z_a-z])(?![0-9A-Z_a-z])|(?<![0-9A-Z_a-z])(?=[0-9A-Z_a-z]))",
        _ => "(?:(?<=[0-9A-Z_a-z])(?=[0-9A-Z_a-z])|(?<![0-9A-Z_a-z])(?![0-9A-Z_a-z]))",
    };
}
