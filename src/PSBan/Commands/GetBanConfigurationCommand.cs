using System.Management.Automation;
using PSBan.Binding;
using PSBan.Configuration;
using PSBan.Watch;

namespace PSBan.Commands;

/// <summary>Shows what the configuration says of each jail in the end, and in which file and line it says so.</summary>
[Cmdlet(VerbsCommon.Get, "BanConfiguration")]
[OutputType(typeof(JailSetting))]
public sealed class GetBanConfigurationCommand : WatchClientCommand
{
    private ConfigurationLoader? _configuration;

    /// <summary>The jails; every one that is switched on when nothing is said.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [Alias("Name")]
    [ArgumentCompleter(typeof(ConfiguredJailCompleter))]
    public string[]? Jail { get; set; }

    /// <summary>The options; all that concern the jail when nothing is said.</summary>
    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Option { get; set; }

    /// <summary>The configuration directory, in fail2ban's format; when nothing is said, that of the running watch, or the usual one.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ConfigPath { get; set; }

    /// <summary>Shows the variables too that no option of the jail leads to.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        _configuration ??= new ConfigurationLoader(FindDirectory(), DefaultPaths.StockConfig);
        var jails = new NamePatterns(Jail);
        foreach ((string jail, bool isEnabled) in _configuration.JailSwitches())
        {
            if (Jail is null ? isEnabled : jails.IsMatch(jail))
            {
                WriteSettings(_configuration.JailSettings(jail));
            }
        }

        foreach (string name in jails.Unmet)
        {
            WriteError(Errors.JailNotConfigured(name));
        }
    }

    private void WriteSettings(IEnumerable<JailSetting> settings)
    {
        // An option that is asked for by name is shown whether the jail makes use of it or not.
        var options = new NamePatterns(Option);
        foreach (JailSetting setting in settings)
        {
            if (options.IsMatch(setting.Option) && (All || setting.IsUsed || (Option?.Contains(setting.Option, StringComparer.OrdinalIgnoreCase) ?? false)))
            {
                WriteObject(setting);
            }
        }
    }

    private string? FindDirectory()
    {
        if (ConfigPath is not null)
        {
            return ConfigurationDirectory.Resolve(this, ConfigPath);
        }

        if (FindWatch() is not { } watch)
        {
            return ConfigurationDirectory.Default;
        }

        WriteVerbose($"The configuration of the running watch: {watch.ConfigPath ?? "that of PSBan itself"}.");
        return watch.ConfigPath;
    }
}
