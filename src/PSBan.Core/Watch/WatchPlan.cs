using System.IO.Enumeration;
using PSBan.Configuration;
using PSBan.Firewalls;
using PSBan.Model;

namespace PSBan.Watch;

/// <summary>A configuration made ready to run: every filter translated, every action matched with a packet filter, every problem gathered. Nothing is opened.</summary>
public sealed class WatchPlan
{
    private WatchPlan(WatchConfiguration configuration, IReadOnlyList<JailPlan> jails, StateSettings state, IReadOnlyList<Problem> problems)
    {
        State = state;
        Configuration = configuration;
        Jails = jails;
        Problems = problems;
    }

    /// <summary>The configuration.</summary>
    public WatchConfiguration Configuration { get; }

    /// <summary>Everything that is wrong or odd: files, filters, patterns, actions.</summary>
    public IReadOnlyList<Problem> Problems { get; }

    /// <summary>The jails that can run.</summary>
    internal IReadOnlyList<JailPlan> Jails { get; }

    /// <summary>Where the state is kept.</summary>
    internal StateSettings State { get; }

    /// <summary>The names of the jails that can run.</summary>
    public IEnumerable<string> JailNames => Jails.Select(jail => jail.Options.Name);

    /// <summary>Reads and prepares.</summary>
    /// <param name="options">Where the configuration lies, and which jails are wanted.</param>
    public static WatchPlan Load(WatchOptions options) => Load(options, []);

    /// <summary>Reads and prepares what is to take the place of running jails: their rules keep their names, and a log that is missing just now takes none of them away.</summary>
    /// <param name="options">Where the configuration lies, and which jails are wanted.</param>
    /// <param name="running">The jails that run.</param>
    internal static WatchPlan Load(WatchOptions options, IReadOnlyList<JailPlan> running)
    {
        ArgumentNullException.ThrowIfNull(options);
        WatchConfiguration configuration = ConfigurationLoader.Load(options.ConfigPath, options.StockConfigPath, FirewallFactory.Names);
        List<Problem> problems = [.. configuration.Problems];
        var factory = new FirewallFactory(running.SelectMany(jail => jail.Rules).Select(rule => rule.Rule));
        HashSet<string> names = [.. running.Select(jail => jail.Options.Name)];
        List<JailPlan> jails = [];
        foreach (JailOptions jail in configuration.Jails)
        {
            JailOptions wanted = names.Contains(jail.Name) ? jail with { SkipIfNoLogs = new(false, default) } : jail;
            if (IsChosen(jail.Name, options) && JailPlan.TryCreate(WithoutOwnLog(wanted, configuration), factory, options, problems) is { } plan)
            {
                jails.Add(plan);
            }
        }

        problems.AddRange(SharedPipes.Of(jails));
        problems.AddRange(options.Jails
            .Where(name => !configuration.Jails.Any(jail => FileSystemName.MatchesSimpleExpression(name, jail.Name)))
            .Select(name => NotThere(name, configuration)));
        return new WatchPlan(configuration, jails, StateSettings.Read(configuration, options.StatePath, problems), problems);
    }

    /// <summary>Whether a jail is one that the watch is to run.</summary>
    internal static bool IsChosen(string jail, WatchOptions options) =>
        options.Jails.Count == 0 || options.Jails.Any(name => FileSystemName.MatchesSimpleExpression(name, jail));

    private static Problem NotThere(string name, WatchConfiguration configuration) => new(
        ProblemSeverity.Error,
        "JailNotFound",
        configuration.JailNames.Contains(name, StringComparer.OrdinalIgnoreCase)
            ? $"The jail '{name}' was asked for, but is not enabled or has errors; write 'enabled = true' under its name in jail.local."
            : $"The jail '{name}' was asked for, but there is none of that name.",
        SourceLocation.None);

    // What stands in this program's own log is counted before it is written there.
    private static JailOptions WithoutOwnLog(JailOptions jail, WatchConfiguration configuration)
    {
        if (!JailPlan.CountsBansOf(jail))
        {
            return jail;
        }

        string own = configuration.Settings.TryGetValue("logtarget", out Located<string>? target) && StateSettings.IsOwn(target) ? target.Value : DefaultPaths.Log;
        return jail with { LogPaths = [.. jail.LogPaths.Where(path => path.Glob != own && path.Glob != DefaultPaths.Log)] };
    }

    /// <summary>This plan as it works where another one has been started with: the store is opened once.</summary>
    internal WatchPlan InPlaceOf(WatchPlan started) => new(Configuration, Jails, started.State, Problems);

    /// <summary>Refuses a plan without jails.</summary>
    /// <exception cref="ConfigurationException">There is no jail that can run.</exception>
    internal void ThrowIfNothingRuns()
    {
        if (Jails.Count > 0)
        {
            return;
        }

        bool anyError = Problems.Any(problem => problem.Severity == ProblemSeverity.Error);
        throw new ConfigurationException(
            anyError ? "No jail can run; mend the errors above."
            : Configuration.Jails.Count > 0 ? "No jail can run; see the warnings above, and which jails were asked for."
            : "No jail is enabled; write 'enabled = true' under a jail's name in jail.local.",
            Problems);
    }
}
