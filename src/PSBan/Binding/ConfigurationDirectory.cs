using PSBan.Commands;
using PSBan.Watch;

namespace PSBan.Binding;

/// <summary>Finds the configuration directory that a cmdlet works with.</summary>
internal static class ConfigurationDirectory
{
    /// <summary>The directory named, which must exist; with none named, the usual one where it exists, else null for the stock configuration alone.</summary>
    public static string? Resolve(BanCommand command, string? given)
    {
        if (given is null)
        {
            return Default;
        }

        string path = command.ResolvePath(given);
        if (!Directory.Exists(path))
        {
            command.ThrowTerminatingError(Errors.ConfigurationNotFound(path));
        }

        return path;
    }

    /// <summary>The usual directory where it exists; else null.</summary>
    public static string? Default => Directory.Exists(DefaultPaths.Config) ? DefaultPaths.Config : null;
}
