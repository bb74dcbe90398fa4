using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>Reads one jail of a merged <c>jail</c> table.</summary>
internal sealed class JailReader(ConfigurationSource source, MergedConfiguration table, Func<string, bool> isNativeAction)
{
    private readonly MergedConfiguration _table = table;
    private readonly Interpolator _interpolator = new(table);
    private readonly FilterReader _filters = new(source);
    private readonly ActionReader _actions = new(source, isNativeAction);
    private readonly OptionSpelling _spelling = new(table);

    /// <summary>The names of all jails.</summary>
    public static IEnumerable<MergedSection> JailSections(MergedConfiguration table) => table.Sections.Where(section => section.Name != MergedConfiguration.IncludesSection);

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
        if (problems.HasErrors || Filter(section.Name, values, problems) is not { } opened)
        {
            return null;
        }

        Dictionary<string, SourceText> options = Options(section.Name, opened.Use, problems);
        FilterOptions? filter = opened.Use is { } use
            ? use.Build(options, problems)
            : FilterBuilder.Build(section.Name, section.Location, options, problems);
        if (problems.HasErrors || filter is null)
        {
            return null;
        }

        JailOptions jail = new JailBuilder(section, options, values, problems).Build(filter);
        if (options.TryGetValue(JailOptionNames.Action, out SourceText? action))
        {
            jail = jail with { Actions = _actions.Read(action, section.Name, options, problems) };
        }

        if (jail.Actions.Count == 0 && !problems.HasErrors)
        {
            problems.Warn(ProblemCodes.NoAction, "The jail has no action, so nobody is banned. Write action = … in the jail or in [DEFAULT].", action?.Location ?? section.Location);
        }

        return problems.HasErrors ? null : jail with { Variables = Variables(section, opened.Use) };
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

    private (FilterUse? Use, bool IsRead)? Filter(string section, ValueReader values, ProblemScope problems)
    {
        SourceText? backend = Early(section, JailOptionNames.Backend, problems);
        SourceText? filter = Early(section, JailOptionNames.Filter, problems);
        if (problems.HasErrors)
        {
            return null;
        }

        string name = filter is null ? "" : values.PlainList(JailOptionNames.Filter, filter);
        if (name.Length == 0)
        {
            return (null, true);
        }

        Dictionary<string, SourceText> seen = new(StringComparer.Ordinal)
        {
            [JailOptionNames.Enabled] = new("True", default(SourceLocation)),
            [JailOptionNames.Filter] = filter!,
            [JailOptionNames.Backend] = backend ?? new("auto", default(SourceLocation)),
        };
        FilterUse? use = _filters.Open(new SourceText(name, filter!.Location), seen[JailOptionNames.Backend].Text, seen, problems);
        return use is null ? null : (use, true);
    }

    private Dictionary<string, SourceText> Options(string section, FilterUse? filter, ProblemScope problems)
    {
        Dictionary<string, SourceText> options = new(StringComparer.Ordinal);
        IEnumerable<string> increments = _table.Section(section)!.Options.Keys.Concat(_table.Defaults.Keys).Where(name => name.StartsWith(JailOptionNames.BanTimePrefix, StringComparison.Ordinal));
        foreach (string name in JailOptionNames.All.Concat(FilterUse.Settings).Concat(increments).Distinct(StringComparer.Ordinal))
        {
            Lookup value = _interpolator.Get(section, name, Known(filter));
            if (value.IsFailed)
            {
                problems.Add(value.Problem);
            }
            else if (value.IsFound)
            {
                options[name] = value.Text.AsFinal();
            }
        }

        return options;
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
}
