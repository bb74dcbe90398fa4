using System.Collections.Concurrent;

namespace PSBan.Matching.Patterns;

/// <summary>The patterns that are in use: jails with the same filter share them, and what was compiled of them.</summary>
internal static class SharedPatterns
{
    // Looked through now and then for those that nobody uses any more.
    private const int FewPatterns = 1_000;

    private static readonly ConcurrentDictionary<Key, WeakReference<Pattern>> s_patterns = new();

    /// <summary>The pattern of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="options">How it is read.</param>
    /// <param name="make">Makes it where nobody uses it.</param>
    public static Pattern Get(string text, PatternOptions options, Func<string, PatternOptions, Pattern> make)
    {
        Key key = new(text, options);
        if (s_patterns.TryGetValue(key, out WeakReference<Pattern>? known) && known.TryGetTarget(out Pattern? pattern))
        {
            return pattern;
        }

        pattern = make(text, options);
        s_patterns[key] = new WeakReference<Pattern>(pattern);
        if (s_patterns.Count % FewPatterns == 0)
        {
            foreach (var entry in s_patterns.Where(entry => !entry.Value.TryGetTarget(out _)))
            {
                s_patterns.TryRemove(entry);
            }
        }

        return pattern;
    }

    private sealed record Key(string Text, PatternOptions Options);
}
