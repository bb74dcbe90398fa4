using System.Management.Automation;

namespace PSBan.Binding;

/// <summary>Chooses by name, wildcards allowed, and remembers which plain name found nothing.</summary>
internal sealed class NamePatterns
{
    private readonly (string Text, WildcardPattern Pattern)[] _patterns;
    private readonly HashSet<string> _unmet;

    /// <summary>Takes the names; none at all means everything.</summary>
    public NamePatterns(IEnumerable<string>? names)
    {
        _patterns = [.. (names ?? []).Select(name => (name, WildcardPattern.Get(name, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant)))];
        _unmet = [.. _patterns.Select(pattern => pattern.Text).Where(IsLiteral)];
    }

    /// <summary>The plain names that no call of <see cref="IsMatch"/> has met, in the order given.</summary>
    public IEnumerable<string> Unmet => _patterns.Select(pattern => pattern.Text).Where(_unmet.Contains).Distinct(StringComparer.Ordinal);

    /// <summary>Whether the name is chosen.</summary>
    public bool IsMatch(string? name)
    {
        bool isMatch = _patterns.Length == 0;
        foreach ((string text, WildcardPattern pattern) in _patterns)
        {
            if (name is not null && pattern.IsMatch(name))
            {
                isMatch = true;
                _unmet.Remove(text);
            }
        }

        return isMatch;
    }

    /// <summary>Whether the name was given without wildcards.</summary>
    public static bool IsLiteral(string name) => !WildcardPattern.ContainsWildcardCharacters(name);
}
