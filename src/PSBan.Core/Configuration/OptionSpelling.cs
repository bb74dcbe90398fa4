using System.Text.RegularExpressions;

namespace PSBan.Configuration;

/// <summary>
/// Finds options of a jail that are probably misspelt. Any name is allowed, since <c>%(name)s</c> may refer to it; so only a name that nothing refers to and
/// that looks like an option is told.
/// </summary>
internal sealed partial class OptionSpelling
{
    /// <summary>What people write who know the thing and not its name.</summary>
    private static readonly Dictionary<string, string> s_others = new(StringComparer.Ordinal)
    {
        ["maxfailures"] = "maxretry",
        ["maxfailure"] = "maxretry",
        ["maxfail"] = "maxretry",
        ["maxattempts"] = "maxretry",
        ["maxtries"] = "maxretry",
        ["retries"] = "maxretry",
        ["retry"] = "maxretry",
        ["banduration"] = "bantime",
        ["whitelist"] = "ignoreip",
        ["allowlist"] = "ignoreip",
        ["ignoreips"] = "ignoreip",
        ["ignorelist"] = "ignoreip",
        ["log"] = "logpath",
        ["logs"] = "logpath",
        ["logfile"] = "logpath",
        ["logfiles"] = "logpath",
        ["regex"] = "failregex",
        ["regexp"] = "failregex",
        ["enable"] = "enabled",
        ["active"] = "enabled",
        ["dns"] = "usedns",
        ["encoding"] = "logencoding",
        ["timezone"] = "logtimezone",
    };

    private readonly MergedConfiguration _table;
    private readonly Lazy<HashSet<string>> _referred;

    /// <summary>Prepares the check.</summary>
    public OptionSpelling(MergedConfiguration table)
    {
        _table = table;
        _referred = new Lazy<HashSet<string>>(Referred);
    }

    /// <summary>Reports the options of a jail that are probably misspelt.</summary>
    public void Check(MergedSection section, ProblemScope problems) => Check(section.Options, problems);

    /// <summary>Reports the options of <c>[DEFAULT]</c> that are probably misspelt.</summary>
    public void CheckDefaults(ProblemScope problems) => Check(_table.Defaults, problems);

    private void Check(OrderedDictionary<string, SourceText> options, ProblemScope problems)
    {
        foreach ((string name, SourceText text) in options)
        {
            if (Meant(name) is { } meant && !_referred.Value.Contains(name))
            {
                problems.Warn(ProblemCodes.UnknownOption, $"There is no option '{name}', so it does nothing. {meant}", text.Location);
            }
        }
    }

    private static string? Meant(string name)
    {
        if (JailOptionNames.Known.Contains(name))
        {
            return null;
        }

        if (name.StartsWith(JailOptionNames.BanTimePrefix, StringComparison.Ordinal))
        {
            string[] options = JailOptionNames.Increments.Select(option => JailOptionNames.BanTimePrefix + option).ToArray();
            string[] near = NearNames.Find(name, options);
            return near.Length > 0 ? $"Did you mean '{near[0]}'?" : $"The options that begin so are {string.Join(", ", options)}.";
        }

        string plain = name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
        string? option = s_others.GetValueOrDefault(plain) ?? JailOptionNames.Known.FirstOrDefault(known => IsMisspelling(plain, known));
        return option is null ? null : $"Did you mean '{option}'?";
    }

    /// <summary>A letter or two are wrong; a name with something more behind it (<c>action_mw</c>, <c>logpath2</c>) is a name of its own.</summary>
    private static bool IsMisspelling(string name, string known)
    {
        int tolerance = name.Length < 8 ? 1 : 2;
        bool isLonger = name.StartsWith(known, StringComparison.Ordinal) && name[known.Length..] is not ("" or "s");
        return Math.Abs(name.Length - known.Length) <= tolerance && !isLonger && NearNames.Distance(name, known) <= tolerance;
    }

    private HashSet<string> Referred()
    {
        IEnumerable<SourceText> texts = _table.Sections.SelectMany(section => section.Options.Values.Concat(section.Known.Values)).Concat(_table.Defaults.Values);
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (Match match in texts.SelectMany(text => Reference().Matches(text.Text)))
        {
            names.Add(match.Groups[1].Value.ToLowerInvariant());
        }

        return names;
    }

    [GeneratedRegex(@"%\((?:[^)/]*/)?([^)]+)\)s", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();
}
