using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>Opens filters: a name in <c>filter.d</c> or a file, with parameters.</summary>
internal sealed class FilterReader(ConfigurationSource source)
{
    private const string LogType = "logtype";

    private static readonly Dictionary<string, SourceText> s_none = [];

    private readonly ConfigurationSource _source = source;

    /// <summary>Opens a filter.</summary>
    /// <param name="text">The name or path with its parameters in brackets.</param>
    /// <param name="backend">The back end that decides about <c>logtype</c>; null where it is not to be set.</param>
    /// <param name="jailValues">The values of the jail that the filter sees.</param>
    /// <param name="problems">Receives what is wrong.</param>
    /// <returns>The filter; null where it cannot be opened.</returns>
    public FilterUse? Open(SourceText text, string? backend, IReadOnlyDictionary<string, SourceText>? jailValues, ProblemScope problems)
    {
        OptionList? list = OptionList.Parse(text.Text, out string? error);
        if (list is null)
        {
            problems.Error(
                ProblemCodes.InvalidOptionList,
                $"The filter '{text.Text}' cannot be read: {error}. Write name or name[option=value, option2=\"value\"].",
                text.Location);
            return null;
        }

        if (Table(list.Name, text, problems) is not { } table)
        {
            return null;
        }

        Dictionary<string, SourceText> parameters = new(StringComparer.Ordinal);
        foreach ((string name, string value) in list.Options)
        {
            parameters[name] = new SourceText(value, text.Location);
        }

        bool logTypeIsSet = parameters.TryGetValue(LogType, out SourceText? given) && given.Text.Length > 0;
        if (backend is not null && !logTypeIsSet && table.Section(DefinitionScope.Definition)?.Options.ContainsKey(LogType) != true)
        {
            parameters[LogType] = new SourceText(backend.StartsWith("systemd", StringComparison.Ordinal) ? "journal" : "file", default(SourceLocation));
        }

        DefinitionScope Scope(DefinitionUse use) => new(table, parameters, jailValues ?? s_none, [], use);
        DefinitionScope scope = Scope(DefinitionUse.Filter);
        if (scope.Problem is not null)
        {
            problems.Add(scope.Problem);
            return null;
        }

        string shortName = Path.GetExtension(list.Name) is ".conf" or ".local" ? Path.GetFileNameWithoutExtension(list.Name) : list.Name;
        return new FilterUse(shortName, text.Location, scope, () => Scope(DefinitionUse.Known));
    }

    private MergedConfiguration? Table(string name, SourceText text, ProblemScope problems)
    {
        bool isPath = name.AsSpan().ContainsAny('/', '\\') || Path.GetExtension(name) is ".conf" or ".local";
        if (isPath && _source.Cache.Exists(name))
        {
            return _source.File(name);
        }

        MergedConfiguration? table = _source.Filter(name, out bool isFallback);
        if (table is null)
        {
            string places = string.Join(" or ", _source.Directories.Select(directory => Path.Combine(directory, "filter.d")));
            problems.Error(ProblemCodes.FilterNotFound, $"There is no filter '{name}' in {places}.{NearNames.Hint(name, _source.Names("filter.d"))}", text.Location);
        }
        else if (isFallback)
        {
            problems.Warn(
                ProblemCodes.StockFilterUsed,
                $"The directory has no filter '{name}'; PSBan's own is used. Put a file {name}.conf into its filter.d to have another.",
                text.Location);
        }

        return table;
    }
}
