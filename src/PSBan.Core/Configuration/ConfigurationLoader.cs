using System.Collections.Frozen;
using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>
/// Reads a configuration in fail2ban's format. Nothing is thrown for what is wrong in a file: problems are collected with file and line, and what is not hit by
/// them works. Files are read once for each loader; make another to see changes.
/// </summary>
/// <remarks>
/// A directory with a <c>jail.conf</c> stands alone, so that a whole <c>/etc/fail2ban</c> works as it is; a filter or action it lacks is taken from PSBan's
/// own, with a warning. A directory without one overlays PSBan's own: a file of the same relative name takes the place of the stock file, and <c>.local</c> files
/// and <c>jail.d</c> add to it. Of an option written twice in one file the later counts, and this is an error that leaves the jail running.
/// </remarks>
public sealed class ConfigurationLoader
{
    /// <summary>The release of fail2ban whose format this is; what <c>%(fail2ban_version)s</c> stands for.</summary>
    public const string FormatVersion = "1.1.2";

    private readonly ConfigurationSource _source;
    private readonly IReadOnlySet<string> _nativeActions;
    private readonly string? _directory;

    /// <summary>Prepares to read; opens nothing but looks whether there is a <c>jail.conf</c>.</summary>
    /// <param name="directory">The user's directory, such as <c>/etc/psban</c> or <c>/etc/fail2ban</c>; null for the stock alone.</param>
    /// <param name="stockDirectory">The directory of PSBan's own <c>jail.conf</c>, <c>filter.d</c> and <c>action.d</c>; null for none.</param>
    /// <param name="nativeActions">The names of the actions that need no file in <c>action.d</c>; null for none.</param>
    public ConfigurationLoader(string? directory, string? stockDirectory = null, IReadOnlySet<string>? nativeActions = null)
    {
        _directory = directory;
        _source = new ConfigurationSource(directory, stockDirectory);
        _nativeActions = nativeActions ?? FrozenSet<string>.Empty;
    }

    /// <summary>The names of the filters in <c>filter.d</c>, sorted; files that are only meant to be included are among them.</summary>
    public IReadOnlyList<string> FilterNames => _source.Names("filter.d");

    /// <summary>Reads a whole configuration.</summary>
    /// <param name="directory">The user's directory; null for the stock alone.</param>
    /// <param name="stockDirectory">The directory of PSBan's own files; null for none.</param>
    /// <param name="nativeActions">The names of the actions that need no file in <c>action.d</c>; null for none.</param>
    public static WatchConfiguration Load(string? directory, string? stockDirectory, IReadOnlySet<string>? nativeActions = null) =>
        new ConfigurationLoader(directory, stockDirectory, nativeActions).Load();

    /// <summary>Reads the whole configuration.</summary>
    public WatchConfiguration Load()
    {
        List<Problem> found = [];
        List<JailOptions> jails = [];
        MergedConfiguration? table = Jails();
        if (_directory is not null && !Directory.Exists(_directory))
        {
            found.Add(NotFound($"There is no directory {_directory}.", _directory));
        }
        else if (table is null)
        {
            found.Add(NotFound($"There is no jail.conf, jail.local or jail.d in {_source.Directory}.", _source.Directory));
        }

        MergedSection[] sections = table is null ? [] : JailReader.JailSections(table).ToArray();
        if (table is not null)
        {
            var reader = new JailReader(_source, table, _nativeActions);
            reader.CheckDefaults(found);
            jails.AddRange(sections.Select(section => reader.Read(section, found)).OfType<JailOptions>());
        }

        Dictionary<string, Located<string>> settings = Settings(new ProblemScope(found, null));
        string[] names = sections.Select(section => section.Name).ToArray();
        return new WatchConfiguration
        {
            Jails = jails,
            JailNames = names,
            Problems = InOrder(SyntaxProblems(names).Concat(found)),
            Settings = settings,
            Files = [.. _source.Cache.Files],
        };
    }

    /// <summary>Reads one filter, as the <c>test</c> commands need it.</summary>
    /// <param name="filter">A name in <c>filter.d</c> or the path of a file, with parameters in brackets where wanted: <c>sshd[mode=aggressive]</c>.</param>
    /// <param name="problems">Receives what is wrong.</param>
    /// <param name="backend">The back end, which decides whether <c>logtype</c> is <c>file</c> or <c>journal</c>; null leaves that to the filter.</param>
    /// <returns>The settings; null where the filter cannot be used.</returns>
    public FilterOptions? LoadFilter(string filter, ICollection<Problem> problems, string? backend = null)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(problems);
        int before = _source.Cache.Problems.Count;
        var scope = new ProblemScope(problems, null);
        FilterUse? use = new FilterReader(_source).Open(new SourceText(filter, default(SourceLocation)), backend, null, scope);
        foreach (IniProblem problem in _source.Cache.Problems.Skip(before))
        {
            scope.Add(problem.Problem);
        }

        return use?.Build(new Dictionary<string, SourceText>(), scope);
    }

    /// <summary>The names of all jails in the order of the files, with whether each is switched on; whether it could run is another question.</summary>
    public IReadOnlyDictionary<string, bool> JailSwitches()
    {
        OrderedDictionary<string, bool> switches = new(StringComparer.Ordinal);
        if (Jails() is { } table)
        {
            var reader = new JailReader(_source, table, _nativeActions);
            foreach (MergedSection section in JailReader.JailSections(table))
            {
                switches[section.Name] = reader.IsEnabled(section.Name);
            }
        }

        return switches;
    }

    /// <summary>All that a jail says or inherits, as written and as resolved, with file and line; sorted by name.</summary>
    /// <param name="jail">The jail, enabled or not.</param>
    /// <returns>The settings; empty where there is no such jail.</returns>
    public IReadOnlyList<JailSetting> JailSettings(string jail)
    {
        ArgumentNullException.ThrowIfNull(jail);
        return Jails() is { } table && table.Section(jail) is { } section ? new JailReader(_source, table, _nativeActions).Settings(section) : [];
    }

    private static Problem NotFound(string message, string? path) => new(ProblemSeverity.Error, ProblemCodes.ConfigurationNotFound, message, new SourceLocation(path, 0));

    private MergedConfiguration? Jails()
    {
        MergedConfiguration? table = _source.Jails;
        if (table is not null)
        {
            table.Defaults["fail2ban_version"] = new SourceText(FormatVersion, default(SourceLocation));
            table.Defaults["fail2ban_confpath"] = new SourceText(_source.Directory ?? "", default(SourceLocation));
        }

        return table;
    }

    private Dictionary<string, Located<string>> Settings(ProblemScope problems)
    {
        Dictionary<string, Located<string>> settings = new(StringComparer.Ordinal);
        if (_source.Settings is not { } table)
        {
            return settings;
        }

        string section = table.Section(DefinitionScope.Definition) is null ? MergedConfiguration.DefaultSection : DefinitionScope.Definition;
        var interpolator = new Interpolator(table);
        foreach (string name in table.Defaults.Keys.Concat(table.Section(DefinitionScope.Definition)?.Options.Keys ?? Enumerable.Empty<string>()))
        {
            Lookup value = interpolator.Get(section, name);
            if (value.IsFailed)
            {
                problems.Add(value.Problem);
            }
            else
            {
                settings[name] = value.Text!.ToLocated();
            }
        }

        return settings;
    }

    /// <summary>The problems of files; one in a section of a jail names the jail.</summary>
    private IEnumerable<Problem> SyntaxProblems(string[] jails) =>
        _source.Cache.Problems.Select(problem =>
            problem.Section is { } section && jails.Contains(section) ? problem.Problem with { Jail = section } : problem.Problem);

    /// <summary>Sorts by the order the files were read in and by line.</summary>
    private Problem[] InOrder(IEnumerable<Problem> problems)
    {
        List<string> files = [.. _source.Cache.Files];
        return problems.OrderBy(problem => problem.Location.File is { } file ? files.IndexOf(file) : -1).ThenBy(problem => problem.Location.Line).ToArray();
    }
}
