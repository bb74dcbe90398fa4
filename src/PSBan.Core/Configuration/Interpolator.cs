using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>Reads options of a merged configuration and resolves <c>%(name)s</c>, <c>%(section/name)s</c> and <c>%(known/name)s</c> in them, lazily.</summary>
internal sealed class Interpolator(MergedConfiguration table)
{
    private const int MaxDepth = 10;

    private readonly MergedConfiguration _table = table;

    /// <summary>Reads an option as its section sees it: the values handed in first, then the section's own, then those of <c>[DEFAULT]</c>.</summary>
    /// <param name="section">The section; one that does not exist has no options at all.</param>
    /// <param name="option">The option.</param>
    /// <param name="extra">Values that come first, by lower-case name; null where there are none.</param>
    public Lookup Get(string section, string option, Func<string, SourceText?>? extra = null)
    {
        SourceText? raw = Raw(section, option, extra);
        return raw is null ? Lookup.Missing : Expand(raw, section, option, extra);
    }

    /// <summary>Finds the text of an option as it is written.</summary>
    public SourceText? Raw(string section, string option, Func<string, SourceText?>? extra = null)
    {
        string name = option.ToLowerInvariant();
        if (section == MergedConfiguration.DefaultSection)
        {
            return extra?.Invoke(name) ?? _table.Defaults.GetValueOrDefault(name);
        }

        return _table.Section(section) is { } found
            ? extra?.Invoke(name) ?? found.Options.GetValueOrDefault(name) ?? _table.Defaults.GetValueOrDefault(name)
            : null;
    }

    /// <summary>Resolves the references of a text in the context of a section.</summary>
    public Lookup Expand(SourceText raw, string section, string option, Func<string, SourceText?>? extra = null)
    {
        if (raw.IsFinal || !raw.Text.Contains('%', StringComparison.Ordinal))
        {
            return Lookup.Found(raw);
        }

        var run = new Run(_table, section, option, extra);
        return run.Expand(raw, 1) is { } problem ? new Lookup(null, problem) : Lookup.Found(run.Builder.Build(raw.Location));
    }

    private sealed class Run(MergedConfiguration table, string section, string option, Func<string, SourceText?>? extra)
    {
        public SourceTextBuilder Builder { get; } = new();

        public Problem? Expand(SourceText source, int depth)
        {
            string text = source.Text;
            int line = 0;
            for (int at = 0; at < text.Length;)
            {
                SourceLocation place = source.LocationOf(line);
                int stop = source.IsFinal ? text.AsSpan(at).IndexOf('\n') : text.AsSpan(at).IndexOfAny('%', '\n');
                stop = stop < 0 ? text.Length : at + stop;
                if (stop > at)
                {
                    Builder.Append(text.AsSpan(at, stop - at), place, depth);
                    at = stop;
                }
                else if (text[at] == '\n')
                {
                    Builder.EndLine(place);
                    line++;
                    at++;
                }
                else if (Reference(text, place, depth, ref at) is { } problem)
                {
                    return problem;
                }
            }

            return null;
        }

        private Problem? Reference(string text, SourceLocation place, int depth, ref int at)
        {
            char next = at + 1 < text.Length ? text[at + 1] : '\0';
            if (next == '%')
            {
                Builder.Append("%", place, depth);
                at += 2;
                return null;
            }

            int close = next == '(' ? text.IndexOf(')', at) : -1;
            if (close < at + 3 || close + 1 >= text.Length || text[close + 1] != 's')
            {
                return Fail(place, next == '('
                    ? $"'{Piece(text, at)}' begins a reference that is not complete; a reference is written %(name)s"
                    : "a percent sign stands alone; write '%%' for a percent sign, or %(name)s for the value of another option");
            }

            string name = text[(at + 2)..close].ToLowerInvariant();
            at = close + 2;
            if (name == "__name__")
            {
                Builder.Append(section, place, depth);
                return null;
            }

            if (Find(name) is not { } value)
            {
                return Fail(place, Missing(name));
            }

            bool isDone = value.IsFinal || !value.Text.Contains('%', StringComparison.Ordinal);
            return depth < MaxDepth || isDone
                ? Expand(value, depth + 1)
                : Fail(place, $"%({name})s leads back to itself, or is nested more than {MaxDepth} deep (known/… remembers one earlier value only)");
        }

        private SourceText? Find(string name)
        {
            MergedSection? own = table.Section(section);
            if ((extra?.Invoke(name) ?? own?.Options.GetValueOrDefault(name) ?? table.Defaults.GetValueOrDefault(name)) is { } found)
            {
                return found;
            }

            int slash = name.IndexOf('/', StringComparison.Ordinal);
            if (slash <= 0 || name.AsSpan(0, slash).IndexOfAnyExcept(WordCharacters.Section) >= 0)
            {
                return null;
            }

            (string other, string key) = (name[..slash], name[(slash + 1)..]);
            if (other == "default")
            {
                return table.Defaults.GetValueOrDefault(key);
            }

            if (other == "known")
            {
                return own?.Known.GetValueOrDefault(key) ?? table.Defaults.GetValueOrDefault(key);
            }

            MergedSection? foreign = table.Section(other)
                ?? table.Sections.FirstOrDefault(candidate => candidate.Name.Equals(other, StringComparison.OrdinalIgnoreCase));
            return foreign is null ? null : foreign.Options.GetValueOrDefault(key) ?? table.Defaults.GetValueOrDefault(key);
        }

        private string Missing(string name)
        {
            if (name.Contains('/', StringComparison.Ordinal))
            {
                return $"%({name})s names a section or an option that does not exist. Define it, or write '%%' for a percent sign";
            }

            IEnumerable<string> names = table.Defaults.Keys.Concat(table.Section(section)?.Options.Keys ?? Enumerable.Empty<string>());
            return $"%({name})s names an option that neither [{section}] nor [DEFAULT] has.{NearNames.Hint(name, names)} Define it, or write '%%' for a percent sign";
        }

        private Problem Fail(SourceLocation place, string reason) =>
            new(ProblemSeverity.Error, ProblemCodes.InvalidInterpolation, $"The value of '{option}' in [{section}] cannot be resolved: {reason.TrimEnd('.')}.", place);

        private static string Piece(string text, int at) => text.Substring(at, Math.Min(20, text.Length - at)).Split('\n')[0];
    }
}
