using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>
/// The options of one use of a filter or action: parameters beat <c>[Init]</c>, that beats <c>[Definition]</c>, that beats <c>[DEFAULT]</c>; values of the
/// jail come before <c>[Definition]</c> where they are handed in. References <c>%(…)s</c> are resolved first, then tags <c>&lt;…&gt;</c>.
/// </summary>
internal sealed class DefinitionScope
{
    /// <summary>The section with the settings.</summary>
    public const string Definition = "Definition";

    /// <summary>The section with what parameters may override.</summary>
    public const string Init = "Init";

    private const string Known = "known/";

    /// <summary>Tags that patterns need at run time; tags are looked up in lower case, so an option can take their place unawares.</summary>
    private static readonly string[] s_regexTags = ["HOST", "ADDR", "IP4", "IP6", "CIDR", "SUBNET", "DNS", "SKIPLINES"];

    private readonly MergedConfiguration _table;
    private readonly Interpolator _interpolator;
    private readonly DefinitionUse _use;
    private readonly IReadOnlyDictionary<string, SourceText> _values;
    private readonly OrderedDictionary<string, SourceText> _strong = new(StringComparer.Ordinal);
    private readonly HashSet<string> _untouched;
    private readonly Dictionary<string, Lookup> _definitions = new(StringComparer.Ordinal);
    private readonly List<Problem> _warnings = [];
    private readonly Dictionary<string, Lookup> _substituted = new(StringComparer.Ordinal);

    /// <summary>Prepares the options.</summary>
    /// <param name="table">The merged files; an empty one for an action without a file.</param>
    /// <param name="parameters">The parameters, by their name as written.</param>
    /// <param name="jailValues">Values of the jail by lower-case name.</param>
    /// <param name="untouched">Tags that stay for run time.</param>
    /// <param name="use">What the options are wanted for.</param>
    public DefinitionScope(
        MergedConfiguration table,
        IReadOnlyDictionary<string, SourceText> parameters,
        IReadOnlyDictionary<string, SourceText> jailValues,
        IEnumerable<string> untouched,
        DefinitionUse use)
    {
        _use = use;
        _table = table;
        _interpolator = new Interpolator(table);
        _untouched = new HashSet<string>(untouched, StringComparer.Ordinal);
        Parameters = parameters;
        foreach ((string name, SourceText value) in parameters)
        {
            _strong[name] = value;
        }

        Problem = ReadInit();
        Dictionary<string, SourceText> values = jailValues.ToDictionary(value => value.Key, value => value.Value.Settled(), StringComparer.Ordinal);
        foreach ((string name, SourceText value) in use == DefinitionUse.Filter ? _strong : parameters.AsEnumerable())
        {
            values[name.ToLowerInvariant()] = value.Settled();
        }

        _values = values;
        foreach (string name in _strong.Keys.Concat(OwnNames))
        {
            (string plain, string condition) = MergedConfiguration.SplitCondition(name);
            if (condition.Length > 0)
            {
                _untouched.Add(plain);
            }
        }
    }

    /// <summary>Why no option can be read; null where they can.</summary>
    public Problem? Problem { get; }

    /// <summary>What is odd about the options read so far.</summary>
    public IReadOnlyList<Problem> Warnings => _warnings;

    /// <summary>The parameters.</summary>
    public IReadOnlyDictionary<string, SourceText> Parameters { get; }

    /// <summary>The names of parameters and of <c>[Init]</c>.</summary>
    public IEnumerable<string> StrongNames => _strong.Keys.Where(name => !name.StartsWith(Known, StringComparison.Ordinal));

    /// <summary>The names that <c>[Definition]</c> itself has.</summary>
    public IEnumerable<string> OwnNames => _table.Section(Definition)?.Options.Keys ?? Enumerable.Empty<string>();

    /// <summary>Whether an option comes from a parameter or from <c>[Init]</c>.</summary>
    public bool IsStrong(string name) => _strong.ContainsKey(name);

    /// <summary>Reads an option, all substitution done.</summary>
    public Lookup Get(string name)
    {
        if (_substituted.TryGetValue(name, out Lookup? done))
        {
            return done;
        }

        Lookup raw = Problem is not null ? new Lookup(null, Problem) : Unsubstituted(name);
        Lookup result = raw.IsFound && !_untouched.Contains(name) ? new TagSubstitution(this, _untouched).Run(name, raw.Text) : raw;
        _substituted[name] = result;
        return result;
    }

    /// <summary>
    /// What a tag stands for before substitution: a parameter or option of <c>[Init]</c> of exactly that name, or else an option of
    /// <c>[Definition]</c> in lower case.
    /// </summary>
    public Lookup Unsubstituted(string name)
    {
        if (_strong.TryGetValue(name, out SourceText? strong))
        {
            return Lookup.Found(strong);
        }

        Lookup value = FromDefinition(name);
        if (value.IsFound && s_regexTags.Contains(name) && !_warnings.Exists(warning => warning.Location == value.Text.Location))
        {
            _warnings.Add(new Problem(
                ProblemSeverity.Warning,
                ProblemCodes.TagShadowed,
                $"The option '{name.ToLowerInvariant()}' takes the place of <{name}> in the patterns. Give the option another name.",
                value.Text.Location));
        }

        return value;
    }

    /// <summary>Reads <c>[Definition]</c> and <c>[DEFAULT]</c>, the values of the jail first; <c>section/name</c> reads another section.</summary>
    private Lookup FromDefinition(string name)
    {
        if (_definitions.TryGetValue(name, out Lookup? done))
        {
            return done;
        }

        Lookup result = Lookup.Missing;
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0 && name.AsSpan(0, slash).IndexOfAnyExcept(WordCharacters.Section) < 0)
        {
            result = FromSection(name[..slash], name[(slash + 1)..]);
        }

        if (result is { IsFound: false, IsFailed: false })
        {
            result = OverriddenBy(name) is { } parameter ? Lookup.Found(parameter) : _interpolator.Get(Definition, name, IsBlind(name) ? null : Extra);
        }

        _definitions[name] = result;
        return result;
    }

    private Lookup FromSection(string section, string name)
    {
        if (section.Equals("known", StringComparison.OrdinalIgnoreCase))
        {
            Lookup earlier = _interpolator.Get(MergedConfiguration.KnownPrefix + Definition, name);
            return earlier.IsFound || earlier.IsFailed ? earlier : _interpolator.Get(Definition, name);
        }

        return _interpolator.Get(section.Equals("default", StringComparison.OrdinalIgnoreCase) ? MergedConfiguration.DefaultSection : section, name);
    }

    /// <summary>For <c>known/…</c> fail2ban reads the building blocks of a filter without its parameters.</summary>
    private bool IsBlind(string name) =>
        _use == DefinitionUse.Known && !FilterUse.Settings.Contains(name) && _table.Section(Definition)?.Options.ContainsKey(name) == true;

    private SourceText? Extra(string name) => _values.GetValueOrDefault(name);

    private Problem? ReadInit()
    {
        if (_table.Section(Init) is not { } init)
        {
            return null;
        }

        foreach (string name in init.Options.Keys)
        {
            Lookup value = _interpolator.Get(Init, name);
            if (value.IsFailed)
            {
                return value.Problem;
            }

            _strong[Known + name] = value.Text!;
            _strong.TryAdd(name, OverriddenBy(name) ?? value.Text!);
        }

        return null;
    }

    /// <summary>A parameter replaces the conditional variants of its option too, unless it names them.</summary>
    private SourceText? OverriddenBy(string name)
    {
        (string plain, string condition) = MergedConfiguration.SplitCondition(name);
        return condition.Length > 0 ? Parameters.GetValueOrDefault(plain) : null;
    }
}

/// <summary>What the options of a filter or action are wanted for.</summary>
internal enum DefinitionUse
{
    /// <summary>The settings of a filter: references see parameters and <c>[Init]</c>.</summary>
    Filter,

    /// <summary>The values of a filter that its jail refers to as <c>known/…</c>.</summary>
    Known,

    /// <summary>An action: references see parameters.</summary>
    Action,
}
