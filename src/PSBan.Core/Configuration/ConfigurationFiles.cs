using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>
/// Finds the files of a configuration name (<c>jail</c>, <c>filter.d/sshd</c>) in one directory, or in several that overlay each other: of two files of the
/// same relative name the one of the first directory counts.
/// </summary>
internal sealed class ConfigurationFiles(IReadOnlyList<string> directories, FileCache cache)
{
    private readonly IReadOnlyList<string> _directories = directories;
    private readonly FileCache _cache = cache;

    /// <summary>The directories, the strongest first.</summary>
    public IReadOnlyList<string> Directories => _directories;

    /// <summary>Merges all files of a name with their includes; null where there is none.</summary>
    public MergedConfiguration? Load(string name)
    {
        List<FileReference> set = Set(name);
        List<IniFile> files = [];
        HashSet<string> listed = set.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        foreach (FileReference file in set)
        {
            Expand(file, listed, [], files);
        }

        return Merge(files);
    }

    /// <summary>Merges one file, with its includes and its <c>.local</c> sibling; null where it cannot be read.</summary>
    public MergedConfiguration? LoadFile(string path)
    {
        List<IniFile> files = [];
        Expand(new FileReference(path, null), new HashSet<string>(StringComparer.Ordinal) { path }, [], files);
        return Merge(files);
    }

    /// <summary>The names of files in a folder, without extension, sorted.</summary>
    public IReadOnlyList<string> Names(string folder) =>
        _directories.SelectMany(directory => Enumerate(Path.Combine(directory, folder), ".conf").Concat(Enumerate(Path.Combine(directory, folder), ".local")))
            .Select(name => Path.GetFileNameWithoutExtension(name))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToArray();

    /// <summary>Whether there is any file of a name.</summary>
    public bool Exists(string name) => Set(name).Count > 0;

    /// <summary>The files of a name: <c>name.conf</c>, <c>name.d/*.conf</c>, <c>name.local</c>, <c>name.d/*.local</c>.</summary>
    private List<FileReference> Set(string name)
    {
        List<FileReference> set = [];
        foreach (string extension in (ReadOnlySpan<string>)[".conf", ".local"])
        {
            Add(set, name + extension);
            IEnumerable<string> parts = _directories.SelectMany(directory => Enumerate(Path.Combine(directory, name + ".d"), extension));
            foreach (string part in parts.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                Add(set, $"{name}.d/{part}");
            }
        }

        return set;
    }

    private void Add(List<FileReference> set, string relative)
    {
        if (Resolve(relative) is { } file)
        {
            set.Add(file);
        }
    }

    private FileReference? Resolve(string relative)
    {
        foreach (string directory in _directories)
        {
            string path = Path.Combine(directory, relative);
            if (_cache.Exists(path))
            {
                return new FileReference(path, Path.IsPathRooted(relative) ? null : relative);
            }
        }

        return null;
    }

    private static IEnumerable<string> Enumerate(string folder, string extension) =>
        Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)).Where(name => name[0] != '.' && name.EndsWith(extension, StringComparison.Ordinal))
            : [];

    private static MergedConfiguration? Merge(List<IniFile> files)
    {
        if (files.Count == 0)
        {
            return null;
        }

        var merged = new MergedConfiguration();
        files.ForEach(merged.Merge);
        return merged;
    }

    /// <summary>Adds a file with what it includes before and after it, then its <c>.local</c> sibling unless that is listed by itself.</summary>
    private void Expand(FileReference file, HashSet<string> listed, IReadOnlyList<string> chain, List<IniFile> files)
    {
        ExpandOne(file, chain, files);
        FileReference? sibling = file.Relative is not null
            ? Resolve(Path.ChangeExtension(file.Relative, ".local"))
            : Path.ChangeExtension(file.Path, ".local") is var local && _cache.Exists(local) ? new FileReference(local, null) : null;
        if (sibling is { } found && !listed.Contains(found.Path) && !chain.Contains(found.Path))
        {
            ExpandOne(found, chain, files);
        }
    }

    private void ExpandOne(FileReference file, IReadOnlyList<string> chain, List<IniFile> files)
    {
        if (_cache.Read(file.Path) is not { } parsed)
        {
            return;
        }

        Include(file, parsed, "before", chain, files);
        files.Add(parsed);
        Include(file, parsed, "after", chain, files);
    }

    private void Include(FileReference file, IniFile parsed, string option, IReadOnlyList<string> chain, List<IniFile> files)
    {
        if (parsed.Section(MergedConfiguration.IncludesSection)?.Options.ContainsKey(option) != true)
        {
            return;
        }

        var own = new MergedConfiguration();
        own.Merge(parsed);
        Lookup value = new Interpolator(own).Get(MergedConfiguration.IncludesSection, option);
        if (value.IsFailed)
        {
            _cache.Report(value.Problem);
            return;
        }

        foreach (Located<string> line in value.Text!.Lines())
        {
            string name = line.Value.Trim();
            if (name.Length == 0)
            {
                continue;
            }

            if (Relative(file, name) is not { } included)
            {
                // Local additions need not be there.
                if (!name.EndsWith(".local", StringComparison.Ordinal))
                {
                    _cache.Report(new Problem(
                        ProblemSeverity.Warning,
                        ProblemCodes.IncludeNotFound,
                        $"The file '{name}' named in '{option}' does not exist beside {Path.GetFileName(file.Path)}.",
                        line.Location));
                }
            }
            else if (!chain.Contains(included.Path) && included.Path != file.Path)
            {
                Expand(included, new HashSet<string>(StringComparer.Ordinal) { included.Path }, [.. chain, file.Path], files);
            }
        }
    }

    /// <summary>Finds an included file: beside the including one, in any of the directories.</summary>
    /// <remarks>A filter that lies elsewhere (one being tried out) may include stock files too.</remarks>
    private FileReference? Relative(FileReference file, string name)
    {
        if (file.Relative is not null && !Path.IsPathRooted(name) && Normalize(Path.GetDirectoryName(file.Relative) ?? "", name) is { } relative)
        {
            return Resolve(relative);
        }

        string path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file.Path))!, name));
        return _cache.Exists(path) ? new FileReference(path, null) : file.Relative is null && !Path.IsPathRooted(name) ? Resolve($"filter.d/{name}") : null;
    }

    /// <summary>Joins and tidies a relative path; null where it leaves the directory.</summary>
    private static string? Normalize(string folder, string name)
    {
        List<string> parts = [];
        foreach (string part in $"{folder}/{name}".Split('/', '\\'))
        {
            if (part == ".." && parts.Count == 0)
            {
                return null;
            }

            if (part == "..")
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or "."))
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    /// <summary>A file and its name relative to the configuration directory, by which another directory may replace it.</summary>
    private sealed record FileReference(string Path, string? Relative);
}
