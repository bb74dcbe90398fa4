using System.Globalization;
using System.Text;

namespace PSBan.Matching.Dates;

/// <summary>Digits of any script, which a regex's <c>\d</c> accepts and Python reads numbers from.</summary>
internal static class UnicodeDigits
{
    /// <summary>The text with its digits in those of ASCII, from which numbers are read here.</summary>
    /// <param name="text">The text.</param>
    public static ReadOnlySpan<char> ToAscii(ReadOnlySpan<char> text)
    {
        if (Ascii.IsValid(text))
        {
            return text;
        }

        char[] converted = text.ToArray();
        for (int i = 0; i < converted.Length; i++)
        {
            converted[i] = CharUnicodeInfo.GetDecimalDigitValue(converted[i]) is >= 0 and int digit ? (char)('0' + digit) : converted[i];
        }

        return converted;
    }
}
