using PSBan.Matching.Patterns.Tree;

namespace PSBan.Matching.Patterns.Engine;

/// <summary>Tells whether a place of a text is an anchor, as Python has it.</summary>
internal static class Anchors
{
    /// <summary>Whether a place is an anchor of a kind.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="text">The text.</param>
    /// <param name="place">The place, from 0 to the text's length.</param>
    public static bool IsAt(AnchorKind kind, ReadOnlySpan<char> text, int place) => kind switch
    {
        AnchorKind.Start => place == 0,
        AnchorKind.LineStart => place == 0 || text[place - 1] == '\n',
        AnchorKind.End => place == text.Length || (place == text.Length - 1 && text[place] == '\n'),
        AnchorKind.LineEnd => place == text.Length || text[place] == '\n',
        AnchorKind.AbsoluteEnd => place == text.Length,

        // An empty text has neither boundaries nor places that are none.
        AnchorKind.WordBoundary => text.Length > 0 && WordBefore(text, place, false) != WordAfter(text, place, false),
        AnchorKind.NotWordBoundary => text.Length > 0 && WordBefore(text, place, false) == WordAfter(text, place, false),
        AnchorKind.AsciiWordBoundary => text.Length > 0 && WordBefore(text, place, true) != WordAfter(text, place, true),
        _ => text.Length > 0 && WordBefore(text, place, true) == WordAfter(text, place, true),
    };

    private static bool WordBefore(ReadOnlySpan<char> text, int place, bool ascii) => place > 0
        && (place > 1 && char.IsSurrogatePair(text[place - 2], text[place - 1])
            ? !ascii && CharacterSet.IsWord(char.ConvertToUtf32(text[place - 2], text[place - 1]))
            : IsWord(text[place - 1], ascii));

    private static bool WordAfter(ReadOnlySpan<char> text, int place, bool ascii) => place < text.Length
        && (place + 1 < text.Length && char.IsSurrogatePair(text[place], text[place + 1])
            ? !ascii && CharacterSet.IsWord(char.ConvertToUtf32(text[place], text[place + 1]))
            : IsWord(text[place], ascii));

    private static bool IsWord(char c, bool ascii) => ascii ? char.IsAsciiLetterOrDigit(c) || c == '_' : CharacterSet.IsWord(c);
}
