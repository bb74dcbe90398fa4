using System.Text;

namespace PSBan.Firewalls.Command;

/// <summary>
/// Puts the action's own properties in place of their tags, again and again until none is left that has a value. Of one address family the variant
/// <c>name?family=inet6</c> comes first. Properties are the administrator's own words and become part of the script as they are.
/// </summary>
/// <param name="properties">The properties by name.</param>
internal sealed class StaticTags(IReadOnlyDictionary<string, string> properties)
{
    private const int MaxSweeps = 26;
    private const int MaxLength = 1 << 16;

    /// <summary>Resolves a text for an address family.</summary>
    /// <param name="text">The text.</param>
    /// <param name="family"><c>inet4</c>, <c>inet6</c>, or empty for none.</param>
    /// <exception cref="FormatException">A tag leads back to itself.</exception>
    public string Resolve(string text, string family)
    {
        for (int sweep = 0; sweep <= MaxSweeps; sweep++)
        {
            string next = TagScanner.Replace(text, (tag, _) => Value(tag, family));
            if (next == text)
            {
                return text;
            }

            text = next.Length <= MaxLength ? next : throw new FormatException("its tags make it longer than 64 KiB");
        }

        throw new FormatException("a tag in it leads back to itself");
    }

    /// <summary>The value of a property for an address family; null where there is none.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="family">The address family.</param>
    public string? Value(string name, string family)
    {
        string? value = family.Length > 0 ? properties.GetValueOrDefault($"{name}?family={family}") : null;
        value ??= properties.GetValueOrDefault(name);

        // These names are those of log lines; whatever stands under them is not trusted.
        return value is not null && name is "matches" or "ipmatches" or "ipjailmatches" ? Escape(value!) : value;
    }

    private static string Escape(string value)
    {
        var escaped = new StringBuilder(value.Length);
        foreach (char c in value)
        {
            if (ScriptWriter.IsSpecial(c))
            {
                escaped.Append('\\');
            }

            escaped.Append(c switch { '\n' => 'n', '\r' => 'r', _ => c });
        }

        return escaped.ToString();
    }
}
