using PSBan.Configuration;
using PSBan.Model;

namespace PSBan.Firewalls.Command;

/// <summary>An action of <c>action.d</c> as one jail uses it: its commands, and what fail2ban derives from them.</summary>
internal sealed class CommandDefinition
{
    /// <summary>How long a command may take where the action does not say (<c>timeout</c>).</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);

    private static readonly string[] s_hooks =
        ["actionstart", "actionstop", "actionflush", "actioncheck", "actionrepair", "actionban", "actionprolong", "actionreban", "actionunban"];

    private readonly StaticTags _tags;

    private CommandDefinition(string jail, ActionOptions action, Dictionary<string, string> properties)
    {
        (Jail, Name, _tags) = (jail, action.Name, new StaticTags(properties));
        bool hasVariants = properties.Keys.Any(IsVariant);
        Families = properties.TryGetValue("families", out string? families) ? families.Split([',', ' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
            : hasVariants ? ["inet4", "inet6"]
            : [""];
        StartsOnDemand = properties.TryGetValue("actionstart_on_demand", out string? onDemand) ? IsTrue(onDemand) : hasVariants;
        RepairsOnUnban = properties.TryGetValue("actionrepair_on_unban", out string? repairs) && IsTrue(repairs);
        SkipsRestored = properties.TryGetValue("norestored", out string? restored) && IsTrue(restored);
        HasUnban = Has("actionunban");
    }

    /// <summary>The jail.</summary>
    public string Jail { get; }

    /// <summary>The name of the action (<c>actname</c>), unique within the jail.</summary>
    public string Name { get; }

    /// <summary>The length of the jail's bans, for commands that concern none.</summary>
    public Duration BanTime { get; private init; } = Duration.Permanent;

    /// <summary>How long a command may take.</summary>
    public TimeSpan Timeout { get; private init; } = DefaultTimeout;

    /// <summary>The address families it is started for: <c>inet4</c> and <c>inet6</c> where it has variants for them; else one without a name.</summary>
    public IReadOnlyList<string> Families { get; }

    /// <summary>Whether it is started by the first ban of an address family, and not with the jail.</summary>
    public bool StartsOnDemand { get; }

    /// <summary>Whether an unban that finds its surroundings gone has them made anew (<c>actionrepair_on_unban</c>).</summary>
    public bool RepairsOnUnban { get; }

    /// <summary>Whether bans of an earlier run are none of its business (<c>norestored</c>).</summary>
    public bool SkipsRestored { get; }

    /// <summary>Whether there is something to undo: a ban that stands somewhere, and not merely a message about one.</summary>
    public bool HasUnban { get; }

    /// <summary>Reads an action.</summary>
    /// <param name="jail">The name of the jail.</param>
    /// <param name="action">The action, with the properties of its file.</param>
    /// <param name="problems">Takes what is wrong.</param>
    /// <param name="banTime">The length of the jail's bans.</param>
    /// <returns>The definition; null where the action cannot be run, a problem having been added.</returns>
    public static CommandDefinition? TryCreate(string jail, ActionOptions action, ICollection<Problem> problems, Duration? banTime = null)
    {
        if (Trouble(action) is { } trouble)
        {
            problems.Add(new Problem(ProblemSeverity.Warning, "ActionNotRun", trouble, action.Location, jail));
            return null;
        }

        Dictionary<string, string> properties = new(action.Properties, StringComparer.Ordinal);
        properties.Remove("bantime");
        TimeSpan timeout = ReadTimeout(jail, action, properties.GetValueOrDefault("timeout"), problems);
        properties["timeout"] = timeout.TotalSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        CommandDefinition definition = new(jail, action, properties) { Timeout = timeout, BanTime = banTime ?? Duration.Permanent };
        return definition.Check(action, problems) ? definition : null;
    }

    /// <summary>The command of a hook for an address family, its static tags resolved; blank where there is none.</summary>
    /// <param name="hook">The hook, such as <c>actionban</c>.</param>
    /// <param name="family"><c>inet4</c>, <c>inet6</c>, or empty.</param>
    public string Command(string hook, string family) => _tags.Value(hook, family) is { } command ? _tags.Resolve(command, family) : "";

    /// <summary>The command of a hook that concerns no ban, with the address family in place of its tag, so that what is the same for two families can be told.</summary>
    /// <param name="hook">The hook, such as <c>actionstart</c>.</param>
    /// <param name="family"><c>inet4</c>, <c>inet6</c>, or empty.</param>
    public string Operation(string hook, string family) =>
        family.Length > 0 ? Command(hook, family).Replace("<family>", family, StringComparison.Ordinal) : Command(hook, family);

    /// <summary>Whether a hook has a command.</summary>
    /// <param name="hook">The hook.</param>
    public bool Has(string hook) => !string.IsNullOrWhiteSpace(_tags.Value(hook, "")) || !string.IsNullOrWhiteSpace(_tags.Value(hook, "inet6"));

    /// <inheritdoc/>
    public override string ToString() => $"command: {Name}";

    private static string? Trouble(ActionOptions action) =>
        OperatingSystem.IsWindows()
            ? $"The action '{action.File}' consists of commands for /bin/sh, which Windows does not have, so it is not run; the jail goes without it. "
                + "To ban, write banaction = windows-firewall; to be told of bans, use Watch-BanEvent or the events of 'psban watch --json'."
        : action.Properties.Count == 0
            ? $"There is no file {action.File}.conf in action.d whose commands could be run; the jail goes without it."
        : null;

    private static TimeSpan ReadTimeout(string jail, ActionOptions action, string? written, ICollection<Problem> problems)
    {
        if (written is null)
        {
            return DefaultTimeout;
        }

        if (Duration.TryParse(written, out Duration timeout) && !timeout.IsPermanent && timeout > Duration.Zero && timeout.TotalSeconds <= int.MaxValue / 1000)
        {
            return timeout.ToTimeSpan();
        }

        problems.Add(new Problem(ProblemSeverity.Warning, "InvalidTime",
            $"The timeout '{written}' of the action '{action.Name}' is no time that can be waited for, such as 60 or 2m; 60 seconds are taken.", action.Location, jail));
        return DefaultTimeout;
    }

    private bool Check(ActionOptions action, ICollection<Problem> problems)
    {
        foreach (string hook in s_hooks)
        {
            foreach (string family in Families.Concat(["", "inet4", "inet6"]).Distinct())
            {
                try
                {
                    Command(hook, family);
                }
                catch (FormatException exception)
                {
                    problems.Add(new Problem(ProblemSeverity.Error, "TagRecursion",
                        $"The command {hook} of the action '{action.File}' cannot be written out: {exception.Message}.", action.Location, Jail));
                    return false;
                }
            }
        }

        return true;
    }

    private static bool IsVariant(string name) =>
        name.IndexOf("?family=", StringComparison.Ordinal) is var mark and > 0 && name.Length > mark + "?family=".Length;

    private static bool IsTrue(string text) => text.Trim().ToLowerInvariant() is "1" or "on" or "true" or "yes";
}
