using PSBan.Matching.Patterns;

namespace PSBan.Matching;

/// <summary>The groups of a pattern by the names that failures know, with alternatives and composites resolved.</summary>
internal sealed class CapturedGroups
{
    private const string AlternativePrefix = "alt_";
    private const string TuplePrefix = "tuple_";

    private static readonly char[] s_digits = [.. "0123456789"];

    private readonly string[] _names;
    private readonly (string Group, string Name)[] _alternatives;
    private readonly (string Group, string Name)[] _tuples;

    /// <summary>Looks through the names of a pattern's groups.</summary>
    /// <param name="pattern">The pattern.</param>
    public CapturedGroups(Pattern pattern)
    {
        _names = [.. pattern.GroupNames];
        _alternatives = Composite(pattern, AlternativePrefix);
        _tuples = Composite(pattern, TuplePrefix);
    }

    /// <summary>Adds what a match captured.</summary>
    /// <param name="data">The groups so far, by name; those captured anew replace them.</param>
    /// <param name="text">The text.</param>
    /// <param name="spans">Start and end of the match and of every named group.</param>
    public void AddTo(CapturedData data, ReadOnlySpan<char> text, ReadOnlySpan<int> spans)
    {
        if (_alternatives.Length == 0 && _tuples.Length == 0)
        {
            Copy(text, spans, data);
            return;
        }

        CapturedData own = new();
        Copy(text, spans, own);
        foreach ((string group, string name) in _alternatives)
        {
            if (own.TryGetValue(group, out string? value) && value.Length > 0 && !own.HasText(name))
            {
                own[name] = value;
            }
        }

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
            if (spans[2 + (2 * group)] is >= 0 and var start)
            {
                data[_names[group]] = text[start..spans[3 + (2 * group)]].ToString();
            }
        }
    }

    /// <summary>Names such as <c>alt_user_1</c> in ascending order, each with the name it stands in for.</summary>
    private static (string Group, string Name)[] Composite(Pattern pattern, string prefix) =>
        [.. pattern.GroupNames
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && name.Length > AlternativePrefix.Length)
            .Order(StringComparer.Ordinal)
            .Select(name => (name, string.Intern(Target(name[prefix.Length..]))))];

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
}
