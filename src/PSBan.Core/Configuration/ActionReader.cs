using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>Reads the <c>action</c> of a jail: several names with parameters, and the files they name.</summary>
internal sealed class ActionReader(ConfigurationSource source, IReadOnlySet<string> native)
{
    private const string ActionName = "actname";
    private const string RuleName = "name";

    /// <summary>What is known at run time only, even where a file sets it.</summary>
    private static readonly string[] s_runTime = ["matches", "ipmatches", "ipjailmatches", "timeout", "bantime"];

    private static readonly string[] s_hooks =
    [
        "actionstart", "actionstart_on_demand", "actionstop", "actionflush", "actionreload", "actioncheck", "actionrepair",
        "actionrepair_on_unban", "actionban", "actionprolong", "actionreban", "actionunban", "norestored",
    ];

    private readonly ConfigurationSource _source = source;
    private readonly IReadOnlySet<string> _native = native;

    /// <summary>Reads the actions of a jail. What is wrong is reported as the jail's error.</summary>
    /// <param name="text">The value of <c>action</c>.</param>
    /// <param name="jail">The jail.</param>
    /// <param name="jailValues">The values of the jail that actions see.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public IReadOnlyList<ActionOptions> Read(SourceText text, string jail, IReadOnlyDictionary<string, SourceText> jailValues, ProblemScope problems)
    {
        List<(string Error, int Index)> errors = [];
        List<ActionOptions> actions = [];
        IReadOnlyList<OptionList> lists = OptionList.ParseMany(text.Text, errors);
        int comment = lists.FirstOrDefault(list => list.Name[0] == '#')?.Index ?? -1;
        int commentEnd = -1;
        foreach (OptionList list in lists)
        {
            if (list.Index < commentEnd)
            {
                continue;
            }

            SourceLocation place = text.LocationAt(list.Index);
            if (list.Name[0] == '#')
            {
                commentEnd = text.Text.IndexOf('\n', list.Index) is >= 0 and int end ? end : text.Text.Length;
                problems.Warn(
                    ProblemCodes.CommentInValue,
                    $"'{text.Text[list.Index..commentEnd]}' stands behind the value of 'action' and would be part of it. " +
                    "Give the comment a line of its own, or begin it with ' ;'.",
                    place);
            }
            else if (One(list, place, jail, jailValues, problems) is { } action)
            {
                AddUnique(actions, action, problems);
            }
        }

        foreach ((string error, int index) in errors.Where(error => comment < 0 || error.Index < comment))
        {
            problems.Error(
                ProblemCodes.InvalidOptionList,
                $"The action cannot be read: {error}. Write name or name[option=value, option2=\"value\"].",
                text.LocationAt(index));
        }

        return actions;
    }

    private static void AddUnique(List<ActionOptions> actions, ActionOptions action, ProblemScope problems)
    {
        if (actions.Exists(other => other.Name == action.Name))
        {
            problems.Error(
                ProblemCodes.DuplicateAction,
                $"The jail has two actions named '{action.Name}'. Give one of them a name of its own, such as {action.File}[actname={action.File}-2, …].",
                action.Location);
        }
        else
        {
            actions.Add(action);
        }
    }

    private ActionOptions? One(OptionList list, SourceLocation place, string jail, IReadOnlyDictionary<string, SourceText> jailValues, ProblemScope problems)
    {
        if (list.Name.EndsWith(".py", StringComparison.Ordinal))
        {
            problems.Warn(
                ProblemCodes.ActionUnsupported,
                $"'{list.Name}' is a Python program, which PSBan does not run; the jail goes without it. Use an action of action.d.",
                place);
            return null;
        }

        if (Table(list.Name, place, problems) is not { } table)
        {
            return null;
        }

        Dictionary<string, SourceText> parameters = list.Options.ToDictionary(option => option.Key, option => new SourceText(option.Value, place), StringComparer.Ordinal);
        string rule = parameters.TryGetValue(RuleName, out SourceText? given) ? given.Text : jail;
        string suffix = rule == jail ? "" : rule.StartsWith(jail, StringComparison.Ordinal) ? rule[jail.Length..] : "-" + rule;
        parameters.TryAdd(RuleName, new SourceText(jail, place));
        parameters.TryAdd(ActionName, new SourceText(list.Name + suffix, place));

        var scope = new DefinitionScope(table, parameters, jailValues, s_runTime, DefinitionUse.Action);
        Dictionary<string, string>? properties = Properties(scope, problems);
        return properties is null
            ? null
            : new ActionOptions
            {
                File = list.Name,
                Name = scope.Get(ActionName).Text?.Text ?? list.Name,
                Parameters = Written(list, scope),
                Properties = table.Sections.Any() ? properties : System.Collections.Immutable.ImmutableDictionary<string, string>.Empty,
                Location = place,
            };
    }

    private MergedConfiguration? Table(string name, SourceLocation place, ProblemScope problems)
    {
        MergedConfiguration? table = _source.Action(name, out bool isFallback);
        if (table is null && _native.Contains(name))
        {
            return new MergedConfiguration();
        }

        if (table is null)
        {
            string places = string.Join(" or ", _source.Directories.Select(directory => Path.Combine(directory, "action.d")));
            problems.Error(
                ProblemCodes.ActionNotFound,
                $"There is no action '{name}' in {places}.{NearNames.Hint(name, _source.Names("action.d").Concat(_native))}",
                place);
        }
        else if (isFallback && !_native.Contains(name))
        {
            problems.Warn(
                ProblemCodes.StockActionUsed,
                $"The directory has no action '{name}'; PSBan's own is used. Put a file {name}.conf into its action.d to have another.",
                place);
        }

        return table;
    }

    /// <summary>Hooks, parameters, <c>[Init]</c> and whatever else the definition sets; null where one that matters cannot be resolved.</summary>
    private static Dictionary<string, string>? Properties(DefinitionScope scope, ProblemScope problems)
    {
        Dictionary<string, string> properties = new(StringComparer.Ordinal);
        foreach (string name in s_hooks.Concat(scope.StrongNames).Distinct(StringComparer.Ordinal))
        {
            Lookup value = scope.Get(name);
            if (value.IsFailed)
            {
                problems.Add(value.Problem);
                return null;
            }

            if (value.IsFound)
            {
                properties[name] = value.Text.Text;
            }
        }

        // Building blocks that no hook uses may be broken without harm.
        foreach (string name in scope.OwnNames.Where(name => !properties.ContainsKey(name) && !s_runTime.Contains(name)))
        {
            if (scope.Get(name) is { IsFound: true } value)
            {
                properties[name] = value.Text.Text;
            }
        }

        return properties;
    }

    /// <summary>The parameters as written, less those that only ask for the action's own default (<c>chain="&lt;known/chain&gt;"</c>).</summary>
    private static Dictionary<string, string> Written(OptionList list, DefinitionScope scope)
    {
        Dictionary<string, string> written = new(StringComparer.Ordinal);
        foreach ((string name, string raw) in list.Options)
        {
            string value = scope.Get(name).Text?.Text ?? raw;
            if (raw != $"<known/{name}>" && !value.Contains("<known/", StringComparison.Ordinal))
            {
                written[name] = value;
            }
        }

        return written;
    }
}
