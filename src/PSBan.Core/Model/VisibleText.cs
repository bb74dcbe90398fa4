using System.Buffers;
using System.Globalization;
using System.Text;

namespace PSBan.Model;

/// <summary>Makes text of a log fit for a terminal and a message: what a log contains is written by strangers.</summary>
public static class VisibleText
{
    private static readonly SearchValues<char> s_risky = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(c => (char)c), .. Enumerable.Range(0x7F, 0x21).Select(c => (char)c),
         '\u200E', '\u200F', '\u2028', '\u2029', .. Enumerable.Range(0x202A, 5).Select(c => (char)c), .. Enumerable.Range(0x2066, 4).Select(c => (char)c)]);

    /// <summary>Replaces control characters and direction overrides by <c>\xNN</c> or <c>\uNNNN</c>.</summary>
    /// <param name="text">The text; null counts as empty.</param>
    public static string Of(string? text)
    {
        if (text is null || text.AsSpan().IndexOfAny(s_risky) < 0)
        {
            return text ?? string.Empty;
        }

        var visible = new StringBuilder(text.Length + 16);
        foreach (char c in text)
        {
            if (!s_risky.Contains(c))
            {
                visible.Append(c);
            }
            else
            {
                visible.Append(c < 0x100 ? "\\x" : "\\u").Append(((int)c).ToString(c < 0x100 ? "x2" : "x4", CultureInfo.InvariantCulture));
            }
        }

        return visible.ToString();
    }
}
