using System.Runtime.CompilerServices;

namespace PSBan.Matching.Patterns;

/// <summary>
/// Finds many strings in one pass that skips most of the text: the search of Wu and Manber (A fast algorithm for multi-pattern searching, 1994). Where three
/// characters stand in none of the strings, none can end there, and the search goes on behind. Made for hundreds of strings, where
/// <see cref="System.Buffers.SearchValues{T}"/> looks at every character.
/// </summary>
internal sealed class LiteralSearch
{
    /// <summary>The shortest string that can be searched for.</summary>
    public const int ShortestString = 4;

    private const int Block = 3;
    private const int BitsPerCharacter = 5;
    private const int CharacterMask = (1 << BitsPerCharacter) - 1;
    private const int LongestWindow = 16;

    private readonly int _window;
    private readonly byte[] _skips = new byte[1 << (Block * BitsPerCharacter)];
    private readonly Dictionary<int, Entry[]> _byEnd;

    /// <summary>Takes the strings.</summary>
    /// <param name="strings">Strings of at least <see cref="ShortestString"/> characters, whether case makes no difference, and the number that stands for each.</param>
    public LiteralSearch(IReadOnlyCollection<(string Text, bool IgnoreCase, int Number)> strings)
    {
        _window = Math.Min(LongestWindow, strings.Min(entry => entry.Text.Length));
        Array.Fill(_skips, (byte)(_window - Block + 1));
        foreach ((string text, _, _) in strings)
        {
            for (int end = Block; end <= _window; end++)
            {
                ref byte skip = ref _skips[Hash(text[end - 3], text[end - 2], text[end - 1])];
                skip = Math.Min(skip, (byte)(_window - end));
            }
        }

        _byEnd = strings
            .GroupBy(entry => Hash(entry.Text[_window - 3], entry.Text[_window - 2], entry.Text[_window - 1]))
            .ToDictionary(group => group.Key, group => group.Select(entry => new Entry(entry.Text, Rule(entry.IgnoreCase), entry.Number)).ToArray());
    }

    /// <summary>Finds all strings.</summary>
    /// <param name="text">The text.</param>
    /// <param name="hits">Receives where each was found, and its number, in the order of the text.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void FindAll(ReadOnlySpan<char> text, List<(int At, int Number)> hits)
    {
        byte[] skips = _skips;
        for (int last = _window - 1; last < text.Length;)
        {
            byte skip = skips[Hash(text[last - 2], text[last - 1], text[last])];
            if (skip > 0)
            {
                last += skip;
                continue;
            }

            Check(text[(last - _window + 1)..], last - _window + 1, hits);
            last++;
        }
    }

    private void Check(ReadOnlySpan<char> text, int at, List<(int At, int Number)> hits)
    {
        if (!_byEnd.TryGetValue(Hash(text[_window - 3], text[_window - 2], text[_window - 1]), out Entry[]? entries))
        {
            return;
        }

        foreach (Entry entry in entries)
        {
            if (text.StartsWith(entry.Text, entry.Rule))
            {
                hits.Add((at, entry.Number));
            }
        }
    }

    private static StringComparison Rule(bool ignoreCase) => ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>Five bits of each character: the same for both cases of a letter.</summary>
    private static int Hash(char first, char second, char third) =>
        ((first & CharacterMask) << (2 * BitsPerCharacter)) | ((second & CharacterMask) << BitsPerCharacter) | (third & CharacterMask);

    private sealed record Entry(string Text, StringComparison Rule, int Number);
}
