using PSBan.Matching.Conversations;
using PSBan.Matching.Patterns;

namespace PSBan.Matching;

/// <summary>The groups of a pattern by the names that failures know, with alternatives and composites resolved.</summary>
internal sealed class CapturedGroups
{
    private const string AlternativePrefix = "alt_";
    private const string TuplePrefix = "tuple_";

    private static readonly char[] s_digits = [.. "0123456789"];

    private readonly string[] _names;
    private readonly Keep[] _keeps;
    private readonly Alternative[] _alternatives;
    private readonly Part[] _tuples;

    /// <summary>Looks through the names of a pattern's groups.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="unwanted">The name of a group that nobody asks for; null where there is none.</param>
    /// <param name="onlyCounts">Whether lines are only counted: of most groups it then matters only whether they were captured, if that.</param>
    public CapturedGroups(Pattern pattern, string? unwanted, bool onlyCounts)
    {
        _names = [.. pattern.GroupNames];
        _tuples = Composite(pattern, TuplePrefix);
        Func<string, Keep> keepOf = onlyCounts && _tuples.Length == 0 ? ForCounting : _ => Keep.Text;
        _keeps = [.. _names.Select(name => name == unwanted ? Keep.Nothing : keepOf(name))];
        _alternatives = [.. Composite(pattern, AlternativePrefix)
            .OrderBy(pair => pair.Name, StringComparer.Ordinal)
            .Select(pair => new Alternative(Array.IndexOf(_names, pair.Group), pair.Name, Array.IndexOf(_names, pair.Name), keepOf(pair.Name)))];
    }

    private enum Keep
    {
        Nothing,
        WhetherThere,
        Text,
    }

    /// <summary>Adds what a match captured.</summary>
    /// <param name="data">The groups so far, by name; those captured anew replace them.</param>
    /// <param name="text">The text.</param>
    /// <param name="spans">Start and end of the match and of every named group.</param>
    public void AddTo(CapturedData data, ReadOnlySpan<char> text, ReadOnlySpan<int> spans)
    {
        if (_tuples.Length == 0)
        {
            Copy(text, spans, data);
            return;
        }

        CapturedData own = new();
        Copy(text, spans, own);
        foreach (IGrouping<string, string> parts in _tuples.GroupBy(tuple => tuple.Name, tuple => tuple.Group))
        {
            own[parts.Key] = Tuple([own.Find(parts.Key), .. parts.Select(own.Find)]);
        }

        data.Add(own);
    }

    private void Copy(ReadOnlySpan<char> text, ReadOnlySpan<int> spans, CapturedData data)
    {
        for (int group = 0; group < _names.Length; group++)
        {
            if (spans[2 + (2 * group)] >= 0 && _keeps[group] is not Keep.Nothing and var keep)
            {
                data[_names[group]] = Value(text, spans, group, keep);
            }
        }

        // The first that has any text stands in for a group that has none.
        string? last = null;
        foreach ((int group, string name, int place, Keep keep) in _alternatives)
        {
            if (HasText(spans, group) && !HasText(spans, place) && name != last && keep != Keep.Nothing)
            {
                data[last = name] = Value(text, spans, group, keep);
            }
        }
    }

    private static string Value(ReadOnlySpan<char> text, ReadOnlySpan<int> spans, int group, Keep keep) =>
        keep == Keep.Text ? text[spans[2 + (2 * group)]..spans[3 + (2 * group)]].ToString() : HasText(spans, group) ? "+" : "";

    // A session is known by its text, two users by theirs, and a name may turn out to be an address.
    private static Keep ForCounting(string name) =>
        name == ConversationGroups.Session || name == ConversationGroups.User || name == FailureIdentity.HostGroup ? Keep.Text
        : name == ConversationGroups.Forget || name == ConversationGroups.Gained || name == ConversationGroups.NoFail || FailureIdentity.IsDecisive(name) ? Keep.WhetherThere
        : Keep.Nothing;

    private static bool HasText(ReadOnlySpan<int> spans, int group) => group >= 0 && spans[2 + (2 * group)] is >= 0 and var start && spans[3 + (2 * group)] > start;

    /// <summary>Names such as <c>alt_user_1</c> in ascending order, each with the name it stands in for.</summary>
    private static Part[] Composite(Pattern pattern, string prefix) =>
        [.. pattern.GroupNames
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && name.Length > AlternativePrefix.Length)
            .Order(StringComparer.Ordinal)
            .Select(name => new Part(name, string.Intern(Target(name[prefix.Length..]))))];

    private static string Target(string name)
    {
        string bare = name.TrimEnd(s_digits);
        name = bare.Length < name.Length && bare.EndsWith('_') ? bare[..^1] : name;
        return name.ToLowerInvariant() switch { "id" => "fid", "port" => "fport", var other => other };
    }

    /// <summary>A composite value as fail2ban shows it, which is how Python writes a tuple.</summary>
    private static string Tuple(IEnumerable<string?> parts) => $"({string.Join(", ", parts.Select(Quote))})";

    private static string Quote(string? part)
    {
        if (part is null)
        {
            return "None";
        }

        char quote = part.Contains('\'') && !part.Contains('"') ? '"' : '\'';
        string escaped = part.Replace(@"\", @"\\", StringComparison.Ordinal);
        return $"{quote}{(quote == '\'' ? escaped.Replace("'", @"\'", StringComparison.Ordinal) : escaped)}{quote}";
    }

    private sealed record Part(string Group, string Name);

    private sealed record Alternative(int Group, string Name, int Place, Keep Keep);
}
