namespace PSBan.Configuration;

/// <summary>
/// The directories a configuration is read from. Where the user's directory has a <c>jail.conf</c> of its own it stands alone (a whole
/// <c>/etc/fail2ban</c> works as it is) and PSBan's stock directory only fills in a filter or action that is missing; otherwise it overlays the stock.
/// </summary>
internal sealed class ConfigurationSource
{
    private const string JailSet = "jail";

    private readonly ConfigurationFiles _files;
    private readonly ConfigurationFiles? _fallback;
    private readonly Dictionary<string, Loaded> _tables = new(StringComparer.Ordinal);

    /// <summary>Looks at the directories.</summary>
    /// <param name="directory">The user's; null for the stock alone.</param>
    /// <param name="stockDirectory">PSBan's; null for the user's alone.</param>
    public ConfigurationSource(string? directory, string? stockDirectory)
    {
        directory = directory is null ? null : Path.GetFullPath(directory);
        stockDirectory = stockDirectory is null ? null : Path.GetFullPath(stockDirectory);
        Directory = directory ?? stockDirectory;
        bool alone = directory is not null && (stockDirectory is null || Cache.Exists(Path.Combine(directory, JailSet + ".conf")));
        string[] directories = (alone ? [directory] : new[] { directory, stockDirectory }).OfType<string>().ToArray();
        _files = new ConfigurationFiles(directories, Cache);
        _fallback = alone && stockDirectory is not null ? new ConfigurationFiles([stockDirectory], Cache) : null;
    }

    /// <summary>The directory that <c>%(fail2ban_confpath)s</c> names.</summary>
    public string? Directory { get; }

    /// <summary>The files.</summary>
    public FileCache Cache { get; } = new();

    /// <summary>Where files are looked for first.</summary>
    public IReadOnlyList<string> Directories => _files.Directories;

    /// <summary>The jails; null where there is no file of them.</summary>
    public MergedConfiguration? Jails => Load(JailSet, out _);

    /// <summary>The program's settings: PSBan's own, or fail2ban's where there are none of its own.</summary>
    public MergedConfiguration? Settings => HasUserSettings ? Load("psban", out _) : Load("fail2ban", out _) ?? Load("psban", out _);

    private bool HasUserSettings => new ConfigurationFiles(_files.Directories.Take(1).ToArray(), Cache).Exists("psban");

    /// <summary>A filter's files by its name.</summary>
    public MergedConfiguration? Filter(string name, out bool isFallback) => Load(SetName("filter.d", name), out isFallback);

    /// <summary>An action's files by its name.</summary>
    public MergedConfiguration? Action(string name, out bool isFallback) => Load(SetName("action.d", name), out isFallback);

    /// <summary>A single file with its includes.</summary>
    public MergedConfiguration? File(string path) => _files.LoadFile(path);

    /// <summary>The names of filters or actions that can be used.</summary>
    public IReadOnlyList<string> Names(string folder) =>
        _files.Names(folder).Concat(_fallback?.Names(folder) ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();

    private static string SetName(string folder, string name) =>
        name.StartsWith("./", StringComparison.Ordinal) || Path.IsPathRooted(name) ? Path.GetFullPath(name) : $"{folder}/{name}";

    private MergedConfiguration? Load(string name, out bool isFallback)
    {
        if (!_tables.TryGetValue(name, out Loaded? entry))
        {
            entry = new Loaded(_files.Load(name), false);
            if (entry.Table is null && _fallback is not null && name.Contains('/', StringComparison.Ordinal))
            {
                entry = new Loaded(_fallback.Load(name), true);
            }

            _tables.Add(name, entry);
        }

        isFallback = entry.IsFallback;
        return entry.Table;
    }

    private sealed record Loaded(MergedConfiguration? Table, bool IsFallback);
}
