using System.Globalization;
using PSBan.Matching.Patterns.Tree;

namespace PSBan.Matching.Patterns;

/// <summary>Tells the patterns and texts for which .NET's engine does not find what Python's would.</summary>
internal sealed class DotNetDifferences
{
    private readonly bool _always;
    private readonly bool _hasBoundary;

    /// <summary>Looks through a pattern.</summary>
    /// <param name="root">The pattern.</param>
    public DotNetDifferences(Node root)
    {
        foreach (Node node in TreeWalk.All(root))
        {
            _always |= IsDoubtful(node);
            _hasBoundary |= node is AnchorNode { Kind: >= AnchorKind.WordBoundary };
        }
    }

    /// <summary>Whether .NET's engine is not to be asked about a text.</summary>
    /// <param name="text">The text.</param>
    public bool Matter(ReadOnlySpan<char> text)
    {
        if (_always)
        {
            return true;
        }

        // In Python an empty text has no \B; .NET finds one.
        return text.IsEmpty ? _hasBoundary : text.ContainsAnyExceptInRange('\0', '\x7F') && HasStrangeCharacter(text);
    }

    /// <summary>Whether .NET is known to err: in loops of rounds that may take nothing, and in loops of what gives nothing back.</summary>
    /// <remarks>
    /// <c>(?:(?:a|)+?)+</c> matches three characters of an empty text, <c>(?:(?&gt;\D|))*-</c> does not match a hyphen, and <c>(?:(?&gt;a+)){2}</c> matches
    /// <c>aa</c>; seen in .NET 10.0.
    /// </remarks>
    private static bool IsDoubtful(Node node) => node is RepeatNode repeat && repeat.Body is not CharacterNode
        && ((repeat.Max > 1 && Width.Of(repeat.Body).Min == 0)
            || repeat.Kind == RepeatKind.Possessive
            || TreeWalk.All(repeat.Body).Any(inner => inner is AtomicNode or RepeatNode { Kind: RepeatKind.Possessive }));

    /// <summary>Whether a text holds what .NET takes for two characters, or what only one of the two takes for part of a word at a boundary.</summary>
    private bool HasStrangeCharacter(ReadOnlySpan<char> text)
    {
        if (text.ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return true;
        }

        if (!_hasBoundary)
        {
            return false;
        }

        foreach (char c in text)
        {
            if (c > '\x7F' && char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
                or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber or UnicodeCategory.ConnectorPunctuation or UnicodeCategory.Format)
            {
                return true;
            }
        }

        return false;
    }
}
