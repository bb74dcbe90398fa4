using System.CommandLine;

namespace PSBan.Host;

/// <summary>The options that several commands share.</summary>
internal static class CommonOptions
{
    /// <summary><c>--config DIR</c>: an existing directory.</summary>
    public static Option<DirectoryInfo?> Config()
    {
        var option = new Option<DirectoryInfo?>("--config", "-c")
        {
            Description = "The configuration directory, PSBan's own or fail2ban's as it stands. Without it: the stock configuration, overlaid by /etc/psban where that exists.",
            HelpName = "DIR",
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<DirectoryInfo?>() is { Exists: false } missing)
            {
                result.AddError($"The configuration directory {missing.FullName} does not exist.");
            }
        });
        return option;
    }

    /// <summary><c>--json</c>.</summary>
    public static Option<bool> Json(string description) => new("--json") { Description = description };

    /// <summary>The directory that was named, else the default one where it exists.</summary>
    public static string? ConfigPath(DirectoryInfo? named) =>
        named?.FullName ?? (Directory.Exists(Watch.DefaultPaths.Config) ? Watch.DefaultPaths.Config : null);
}
