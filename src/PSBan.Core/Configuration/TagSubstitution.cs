namespace PSBan.Configuration;

/// <summary>Puts values in place of <c>&lt;tags&gt;</c>, inside-out and again and again until none is left that has a value; a tag without one stays.</summary>
internal sealed class TagSubstitution(DefinitionScope scope, IReadOnlySet<string> untouched)
{
    private const int MaxReplacements = 25;
    private const int MaxLength = 1 << 20;

    private readonly DefinitionScope _scope = scope;
    private readonly IReadOnlySet<string> _untouched = untouched;

    /// <summary>Substitutes the tags in the value of an option.</summary>
    /// <param name="option">The option; a tag of that name in its own value is an error.</param>
    /// <param name="value">Its value.</param>
    public Lookup Run(string option, SourceText value)
    {
        Dictionary<string, int> counts = new(StringComparer.Ordinal);
        bool changed = true;
        while (changed)
        {
            string before = value.Text;
            for (int at = 0; Next(value.Text, at) is var (start, end) && start >= 0;)
            {
                string tag = value.Text[(start + 1)..end];
                Lookup by = _untouched.Contains(tag) ? Lookup.Missing : tag == option ? Lookup.Found(value) : _scope.Unsubstituted(tag);
                if (by.IsFailed)
                {
                    return by;
                }

                if (!by.IsFound)
                {
                    at = end + 1;
                    continue;
                }

                int count = counts[tag] = counts.GetValueOrDefault(tag) + 1;
                if (tag == option || count > MaxReplacements || value.Text.Length > MaxLength)
                {
                    return Lookup.Failed(ProblemCodes.TagRecursion, $"<{tag}> in the value of '{option}' leads back to itself. Give one of the options another name.", value.LocationAt(start));
                }

                value = value.Replace($"<{tag}>", by.Text);
                at = start;
            }

            // A round that ends where it began is over: a composite tag may stand for itself.
            changed = value.Text != before;
        }

        return Lookup.Found(value);
    }

    /// <summary>Finds the next tag: between angle brackets anything but blanks and angle brackets.</summary>
    private static (int Start, int End) Next(string text, int from)
    {
        for (int start = Find(text, '<', from); start >= 0; start = Find(text, '<', start + 1))
        {
            int stop = text.AsSpan(start + 1).IndexOfAny("<> \n");
            if (stop > 0 && text[start + 1 + stop] == '>')
            {
                return (start, start + 1 + stop);
            }
        }

        return (-1, -1);
    }

    private static int Find(string text, char sought, int from) => from >= text.Length ? -1 : text.IndexOf(sought, from);
}
