using PSBan.Configuration;
using PSBan.Firewalls;
using PSBan.Model;

namespace PSBan.Scan;

/// <summary>Tells what a filter was named as: a filter's name, a file, or the text of a pattern.</summary>
internal static class FilterText
{
    /// <summary>Loads what was named.</summary>
    /// <returns>The settings; null, with problems told, where there are none.</returns>
    public static FilterOptions? Load(ScanOptions options, ICollection<Problem> problems) =>
        LooksLikeName(options.Filter)
            ? new ConfigurationLoader(options.ConfigPath, options.StockConfigPath, FirewallFactory.Names).LoadFilter(options.Filter, problems, options.Backend)
            : new FilterOptions { Name = "failregex", FailRegex = [new Located<string>(options.Filter, default)] };

    /// <summary>Word characters, slashes, dots and hyphens, with options in brackets or without: what fail2ban-regex takes for a name.</summary>
    private static bool LooksLikeName(string text)
    {
        int bracket = text.IndexOf('[', StringComparison.Ordinal);
        ReadOnlySpan<char> name = bracket > 0 && text.TrimEnd().EndsWith(']') ? text.AsSpan(0, bracket) : text;
        foreach (char c in name)
        {
            if (!char.IsLetterOrDigit(c) && c is not ('_' or '/' or '.' or '-' or '\\' or ':' or ' '))
            {
                return false;
            }
        }

        return !name.IsEmpty && (Path.Exists(name.ToString()) || name.IndexOfAny(' ', ':', '\\') < 0);
    }
}
