using System.Globalization;
using System.Text.RegularExpressions;
using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>Reads one jail of a merged <c>jail</c> table.</summary>
internal sealed class JailReader(ConfigurationSource source, MergedConfiguration table, IReadOnlySet<string> nativeActions)
{
    private static readonly Regex s_reference = new(@"%\((?:default/)?([^)/]+)\)s", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private readonly MergedConfiguration _table = table;
    private readonly Interpolator _interpolator = new(table);
    private readonly FilterReader _filters = new(source);
    private readonly ActionReader _actions = new(source, nativeActions);
    private readonly OptionSpelling _spelling = new(table);

    /// <summary>The names of all jails.</summary>
    public static IEnumerable<MergedSection> JailSections(MergedConfiguration table) =>
        table.Sections.Where(section => section.Name != MergedConfiguration.IncludesSection);

    /// <summary>Checks what all jails share.</summary>
    /// <param name="collected">Receives what is wrong.</param>
    public void CheckDefaults(ICollection<Problem> collected) => _spelling.CheckDefaults(new ProblemScope(collected, null));

    /// <summary>Reads a jail.</summary>
    /// <param name="section">Its section.</param>
    /// <param name="collected">Receives what is wrong.</param>
    /// <returns>The jail; null where it is disabled or an error stops it.</returns>
    public JailOptions? Read(MergedSection section, ICollection<Problem> collected)
    {
        var problems = new ProblemScope(collected, section.Name);
        var values = new ValueReader(problems);
        if (Early(section.Name, JailOptionNames.Enabled, problems) is not { } enabled || !values.Flag(JailOptionNames.Enabled, enabled).Value)
        {
            return null;
        }

        _spelling.Check(section, problems);
        (bool isOpen, FilterUse? use) = Filter(section.Name, values, problems);
        Dictionary<string, SourceText> options = Options(section.Name, use, isOpen, problems);
        FilterOptions? filter = use is null
            ? FilterBuilder.Build(section.Name, section.Location, options, isOpen ? problems : Silent(section.Name))
            : use.Build(options, problems);

        // A jail without a usable filter is lost, but whoever mends it wants to hear of all that is wrong at once.
        JailOptions jail = new JailBuilder(section, options, values, problems).Build(filter ?? new FilterOptions { Name = section.Name });
        options.TryGetValue(JailOptionNames.Action, out SourceText? action);
        if (action is not null)
        {
            jail = jail with { Actions = _actions.Read(action, section.Name, Printed(options), problems) };
        }

        if (jail.Actions.Count == 0 && !problems.HasErrors)
        {
            problems.Warn(
                ProblemCodes.NoAction,
                "The jail has no action, so nobody is banned. Write action = … in the jail or in [DEFAULT].",
                action?.Location ?? section.Location);
        }

        return problems.HasErrors ? null : jail with { Variables = Variables(section, use) };
    }

    /// <summary>Whether a jail is switched on; what cannot be read counts as off.</summary>
    public bool IsEnabled(string section)
    {
        ProblemScope ignored = Silent(section);
        return Early(section, JailOptionNames.Enabled, ignored) is { } enabled && new ValueReader(ignored).Flag(JailOptionNames.Enabled, enabled).Value;
    }

    /// <summary>All that a jail says or inherits.</summary>
    public IReadOnlyList<JailSetting> Settings(MergedSection section)
    {
        ProblemScope ignored = Silent(section.Name);
        FilterUse? filter = Filter(section.Name, new ValueReader(ignored), ignored).Use;
        string[] names = section.Options.Keys.Concat(_table.Defaults.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        HashSet<string> used = Used(section, names);
        return names.Select(Setting).ToArray();

        JailSetting Setting(string name)
        {
            SourceText raw = _interpolator.Raw(section.Name, name)!;
            bool isOwn = section.Options.ContainsKey(name);
            return new JailSetting(section.Name, name, _interpolator.Get(section.Name, name, Known(filter)).Text?.Text, raw.Location)
            {
                Raw = raw.Text,
                IsOwn = isOwn,
                IsUsed = used.Contains(name),
                Overrides = Overridden(section, name, isOwn),
            };
        }
    }

    /// <summary>The names of options, of what the jail says itself, and of all that these lead to.</summary>
    private HashSet<string> Used(MergedSection section, IEnumerable<string> names)
    {
        HashSet<string> used = new(StringComparer.Ordinal);
        Stack<string> open = new(names.Where(name => JailOptionNames.IsKnown(name) || section.Options.ContainsKey(name)));
        while (open.TryPop(out string? name))
        {
            if (_interpolator.Raw(section.Name, name) is { } raw && used.Add(name))
            {
                foreach (Match reference in s_reference.Matches(raw.Text))
                {
                    open.Push(reference.Groups[1].Value.ToLowerInvariant());
                }
            }
        }

        return used;
    }

    private List<Located<string>> Overridden(MergedSection section, string name, bool isOwn)
    {
        IEnumerable<SourceText> replaced = _table.ReplacedDefaults.GetValueOrDefault(name) ?? [];
        if (isOwn)
        {
            IEnumerable<SourceText> inherited = _table.Defaults.GetValueOrDefault(name) is { } value ? replaced.Append(value) : replaced;
            replaced = inherited.Concat(section.Replaced.GetValueOrDefault(name) ?? []);
        }

        return [.. replaced.Reverse().Select(text => new Located<string>(text.Text, text.Location))];
    }

    /// <summary>Reads an option before the filter is known.</summary>
    private SourceText? Early(string section, string option, ProblemScope problems)
    {
        Lookup value = _interpolator.Get(section, option);
        if (value.IsFailed)
        {
            problems.Add(value.Problem);
        }

        return value.Text;
    }

    /// <summary>Opens the filter of a jail. A jail may do without; then it is open and there is none.</summary>
    private (bool IsOpen, FilterUse? Use) Filter(string section, ValueReader values, ProblemScope problems)
    {
        SourceText? backend = Early(section, JailOptionNames.Backend, problems);
        SourceText? filter = Early(section, JailOptionNames.Filter, problems);
        if (problems.HasErrors)
        {
            return (false, null);
        }

        string name = filter is null ? "" : values.PlainList(JailOptionNames.Filter, filter);
        if (name.Length == 0)
        {
            return (true, null);
        }

        Dictionary<string, SourceText> seen = new(StringComparer.Ordinal)
        {
            [JailOptionNames.Enabled] = new("True", default(SourceLocation)),
            [JailOptionNames.Filter] = filter!,
            [JailOptionNames.Backend] = backend ?? new("auto", default(SourceLocation)),
        };
        FilterUse? use = _filters.Open(new SourceText(name, filter!.Location), seen[JailOptionNames.Backend].Text, seen, problems);
        return (use is not null, use);
    }

    private Dictionary<string, SourceText> Options(string section, FilterUse? filter, bool filterIsOpen, ProblemScope problems)
    {
        Dictionary<string, SourceText> options = new(StringComparer.Ordinal);
        IEnumerable<string> increments = _table.Section(section)!.Options.Keys.Concat(_table.Defaults.Keys)
            .Where(name => name.StartsWith(JailOptionNames.BanTimePrefix, StringComparison.Ordinal));
        foreach (string name in JailOptionNames.All.Concat(FilterUse.Settings).Concat(increments).Distinct(StringComparer.Ordinal))
        {
            filter?.ForgetKnownProblem();
            Lookup value = _interpolator.Get(section, name, Known(filter));
            if (value.IsFound)
            {
                options[name] = value.Text.AsFinal();
            }
            else if (value.IsFailed && (filterIsOpen || _interpolator.Raw(section, name)?.Text.Contains("%(known/", StringComparison.Ordinal) != true))
            {
                problems.Add(filter?.KnownProblem ?? value.Problem);
            }
        }

        return options;
    }

    /// <summary>The options as actions see them: fail2ban shows numbers and truths as Python prints them.</summary>
    private static Dictionary<string, SourceText> Printed(Dictionary<string, SourceText> options)
    {
        var silent = new ValueReader(Silent(null));
        Dictionary<string, SourceText> printed = new(options, StringComparer.Ordinal);
        foreach (string name in JailOptionNames.Numbers.Where(options.ContainsKey))
        {
            if (silent.Number(name, options[name], int.MinValue) is { } number)
            {
                printed[name] = new SourceText(number.Value.ToString(CultureInfo.InvariantCulture), number.Location, isFinal: true);
            }
        }

        foreach (string name in JailOptionNames.Flags.Where(options.ContainsKey))
        {
            Located<bool> flag = silent.Flag(name, options[name]);
            printed[name] = new SourceText(flag.Value ? "True" : "False", flag.Location, isFinal: true);
        }

        return printed;
    }

    private Dictionary<string, Located<string>> Variables(MergedSection section, FilterUse? filter)
    {
        Dictionary<string, Located<string>> variables = new(StringComparer.Ordinal);
        foreach (string name in section.Options.Keys.Concat(_table.Defaults.Keys))
        {
            if (!JailOptionNames.IsKnown(name) && !variables.ContainsKey(name) && _interpolator.Get(section.Name, name, Known(filter)) is { IsFound: true } value)
            {
                variables[name] = value.Text.ToLocated();
            }
        }

        return variables;
    }

    private static Func<string, SourceText?>? Known(FilterUse? filter) =>
        filter is null ? null : name => name.StartsWith("known/", StringComparison.Ordinal) ? filter.Known(name["known/".Length..]) : null;

    private static ProblemScope Silent(string? jail) => new(new List<Problem>(), jail);
}
