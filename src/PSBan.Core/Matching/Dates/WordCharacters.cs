using System.Globalization;
using System.Text;
using PSBan.Matching.Patterns.Tree;

namespace PSBan.Matching.Dates;

/// <summary>
/// Where words begin and end .NET and Python see differently around combining marks, fractions, Roman numerals, joiners and characters of two halves. For
/// the search of a date, which never consists of such, they give way to characters that both take for what they are to Python.
/// </summary>
internal static class WordCharacters
{
    private const char Letter = '\u00AA';
    private const char Mark = '\u2022';

    /// <summary>A text of the same length whose words end where they do in Python.</summary>
    /// <param name="text">The text; given back as it is where nothing in it is in doubt.</param>
    public static string Settle(string text)
    {
        foreach (char c in Ascii.IsValid(text) ? default : text.AsSpan())
        {
            if (c > '\x7F' && IsInDoubt(c))
            {
                return string.Create(text.Length, text, Fill);
            }
        }

        return text;
    }

    private static void Fill(Span<char> settled, string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            settled[i] = c;
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                settled[i] = settled[i + 1] = CharacterSet.IsWord(char.ConvertToUtf32(c, text[i + 1])) ? Letter : Mark;
                i++;
            }
            else if (c > '\x7F' && IsInDoubt(c))
            {
                settled[i] = CharacterSet.IsWord(c) ? Letter : Mark;
            }
        }
    }

    private static bool IsInDoubt(char c) => char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
        or UnicodeCategory.EnclosingMark or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber or UnicodeCategory.ConnectorPunctuation
        or UnicodeCategory.Format or UnicodeCategory.Surrogate;
}
