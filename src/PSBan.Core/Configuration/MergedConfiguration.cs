using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>Files laid one over the other: what each section says in the end, and what was said before the last file changed it.</summary>
internal sealed class MergedConfiguration
{
    /// <summary>The section whose options every section sees.</summary>
    public const string DefaultSection = "DEFAULT";

    /// <summary>The section that names other files.</summary>
    public const string IncludesSection = "INCLUDES";

    /// <summary>What the name of a section begins with to mean its earlier values.</summary>
    public const string KnownPrefix = "KNOWN/";

    private readonly OrderedDictionary<string, MergedSection> _sections = new(StringComparer.Ordinal);

    /// <summary>The options of <c>[DEFAULT]</c>.</summary>
    public OrderedDictionary<string, SourceText> Defaults { get; } = new(StringComparer.Ordinal);

    /// <summary>The values of <c>[DEFAULT]</c> that later files replaced, the first written in front.</summary>
    public Dictionary<string, List<SourceText>> ReplacedDefaults { get; } = new(StringComparer.Ordinal);

    /// <summary>The other sections in the order they were first met.</summary>
    public IEnumerable<MergedSection> Sections => _sections.Values;

    /// <summary>Finds a section by its exact name. Where several files speak of a section, <c>KNOWN/section</c> holds the values that were replaced.</summary>
    public MergedSection? Section(string name) =>
        _sections.GetValueOrDefault(name)
        ?? (name.StartsWith(KnownPrefix, StringComparison.Ordinal) ? _sections.GetValueOrDefault(name[KnownPrefix.Length..])?.Earlier : null);

    /// <summary>Lays a file over what is there.</summary>
    public void Merge(IniFile file)
    {
        foreach (IniSection section in file.Sections)
        {
            if (section.Name == DefaultSection)
            {
                foreach ((string name, SourceText value) in section.Options)
                {
                    Remember(ReplacedDefaults, name, Defaults.GetValueOrDefault(name));
                    Defaults[name] = value;
                }

                continue;
            }

            (string baseName, string condition) = SplitCondition(section.Name);
            if (!_sections.TryGetValue(baseName, out MergedSection? merged))
            {
                merged = new MergedSection(baseName);
                _sections.Add(baseName, merged);
            }

            merged.Merge(section, condition);
        }
    }

    /// <summary>Keeps a value that is replaced.</summary>
    public static void Remember(Dictionary<string, List<SourceText>> replaced, string name, SourceText? value)
    {
        if (value is null)
        {
            return;
        }

        if (!replaced.TryGetValue(name, out List<SourceText>? values))
        {
            replaced.Add(name, values = []);
        }

        values.Add(value);
    }

    /// <summary>Cuts <c>name?condition</c> in two; the condition keeps its question mark and is empty where there is none.</summary>
    public static (string Name, string Condition) SplitCondition(string name)
    {
        int mark = name.IndexOf('?', StringComparison.Ordinal);
        bool conditional = mark > 0 && mark < name.Length - 1 && name.AsSpan(0, mark).IndexOfAnyExcept(WordCharacters.Values) < 0;
        return conditional ? (name[..mark], name[mark..]) : (name, "");
    }
}

/// <summary>A section after merging.</summary>
/// <param name="name">Its name without a condition.</param>
internal sealed class MergedSection(string name)
{
    private int _parts;

    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>The header in the file that spoke last.</summary>
    public SourceLocation Location { get; private set; }

    /// <summary>Its own options.</summary>
    public OrderedDictionary<string, SourceText> Options { get; } = new(StringComparer.Ordinal);

    /// <summary>For each option that a later file replaced, the value it had before (<c>known/…</c>).</summary>
    public Dictionary<string, SourceText> Known { get; } = new(StringComparer.Ordinal);

    /// <summary>All values that later files replaced, the first written in front.</summary>
    public Dictionary<string, List<SourceText>> Replaced { get; } = new(StringComparer.Ordinal);

    /// <summary>The earlier values as a section; null where only one file speaks of this one.</summary>
    public MergedSection? Earlier
    {
        get
        {
            if (_parts < 2)
            {
                return null;
            }

            var earlier = new MergedSection(MergedConfiguration.KnownPrefix + Name);
            foreach ((string key, SourceText value) in Known)
            {
                earlier.Options.Add(key, value);
            }

            return earlier;
        }
    }

    /// <summary>Lays a section of a file over this one.</summary>
    public void Merge(IniSection section, string condition)
    {
        _parts++;
        Location = section.Location;
        foreach ((string name, SourceText value) in section.Options)
        {
            string key = name + condition;
            if (Options.TryGetValue(key, out SourceText? previous))
            {
                Known[key] = previous;
                MergedConfiguration.Remember(Replaced, key, previous);
            }

            Options[key] = value;
        }
    }
}
