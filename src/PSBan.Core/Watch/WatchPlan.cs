using System.IO.Enumeration;
using PSBan.Configuration;
using PSBan.Firewalls;
using PSBan.Firewalls.Command;
using PSBan.Jails;
using PSBan.Jails.Increments;
using PSBan.Matching;
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
    public static WatchPlan Load(WatchOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        WatchConfiguration configuration = ConfigurationLoader.Load(options.ConfigPath, options.StockConfigPath, FirewallFactory.IsNative);
        List<Problem> problems = [.. configuration.Problems];
        var factory = new FirewallFactory();
        List<JailPlan> jails = [];
        foreach (JailOptions jail in configuration.Jails)
        {
            if ((options.Jails.Count == 0 || options.Jails.Any(name => FileSystemName.MatchesSimpleExpression(name, jail.Name)))
                && JailPlan.TryCreate(WithoutOwnLog(jail, configuration), factory, options, problems) is { } plan)
            {
                jails.Add(plan);
            }
        }

        problems.AddRange(options.Jails
            .Where(name => !configuration.Jails.Any(jail => FileSystemName.MatchesSimpleExpression(name, jail.Name)))
            .Select(name => NotThere(name, configuration)));
        return new WatchPlan(configuration, jails, StateSettings.Read(configuration, options.StatePath, problems), problems);
    }

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

        string own = configuration.Settings.TryGetValue("logtarget", out Located<string> target) && StateSettings.IsOwn(target) ? target.Value : DefaultPaths.Log;
        return jail with { LogPaths = [.. jail.LogPaths.Where(path => path.Glob != own && path.Glob != DefaultPaths.Log)] };
    }

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

/// <summary>One jail made ready to run.</summary>
/// <param name="Options">Its settings.</param>
/// <param name="Sources">What it reads.</param>
/// <param name="Rules">Its rules, with the packet filter that each names.</param>
/// <param name="Commands">Its actions that are made of commands.</param>
/// <param name="Lines">How its filter works.</param>
/// <param name="Increments">How its bans grow longer.</param>
internal sealed record JailPlan(
    JailOptions Options,
    IReadOnlyList<SourcePlan> Sources,
    IReadOnlyList<FirewallBinding> Rules,
    IReadOnlyList<CommandDefinition> Commands,
    LineFilterOptions Lines,
    IncrementOptions Increments)
{
    /// <summary>
    /// Whether the jail counts the bans of the other jails: fail2ban's <c>recidive</c> reads them in its own log, here they come without a detour, so that none is
    /// missed or counted twice. Its logs are followed for the bans of other programs.
    /// </summary>
    public bool CountsBans => CountsBansOf(Options);

    /// <summary>The command that says whom to spare; null where there is none.</summary>
    public IgnoreCommandOptions? IgnoreCommand { get; init; }

    /// <summary>Whether a jail counts the bans of the others.</summary>
    public static bool CountsBansOf(JailOptions jail) => jail.Filter.Name == "recidive";

    /// <summary>Prepares a jail; null, with problems told, where it cannot run.</summary>
    public static JailPlan? TryCreate(JailOptions jail, FirewallFactory factory, WatchOptions options, List<Problem> problems)
    {
        int before = problems.Count;
        LineFilterOptions lines = new() { Clock = options.Clock, SkipsUnlikelyLines = true, FindTime = jail.FindTime.Value.IsPermanent ? null : jail.FindTime.Value.ToTimeSpan() };
        bool isUsable = LineFilter.TryCreate(jail.Filter, lines, problems) is not null;
        IncrementOptions increments = IncrementOptions.Read(jail, problems);
        List<FirewallBinding> rules = [];
        List<CommandDefinition> commands = [];
        foreach (ActionOptions action in jail.Actions)
        {
            if (FirewallFactory.IsNative(action.File) && options.Firewall != FirewallBackEnds.Command)
            {
                if (factory.Create(jail.Name, action, problems) is { } rule)
                {
                    rules.Add(rule);
                }
            }
            else if (CommandDefinition.TryCreate(jail.Name, action, problems, jail.BanTime.Value) is { } command)
            {
                commands.Add(command);
            }
        }

        IgnoreCommandOptions? ignoreCommand = IgnoreCommandOptions.Read(jail, problems);
        IReadOnlyList<SourcePlan>? sources = SourcePlan.Choose(jail, CountsBansOf(jail), problems);
        for (int i = before; i < problems.Count; i++)
        {
            problems[i] = problems[i].Jail is null ? problems[i] with { Jail = jail.Name } : problems[i];
        }

        return isUsable && sources is not null && !problems.Skip(before).Any(problem => problem.Severity == ProblemSeverity.Error)
            ? new JailPlan(jail, sources, rules, commands, lines, increments) { IgnoreCommand = ignoreCommand }
            : null;
    }

    /// <summary>Puts the jail to work.</summary>
    public JailRun Start(FirewallSet firewalls, ActionSet actions, Offenders offenders, IgnoreSources ignored, HostResolver resolver, WatchLoop loop, EventHub events, TimeProvider clock)
    {
        IgnoreList ignore = IgnoreList.Create(
            Options, ignored, ignored, problem => events.Publish(BanEventKind.ConfigurationProblem, problem.ToString(), Options.Name));

        // Asking once makes known what the list needs, so that it is there before the first line.
        ignore.Match(Address.Parse("192.0.2.0"));
        var jail = new Jail(Options, ignore, new BanIncrement(Options, Increments, offenders));
        return new JailRun(this, jail, [.. firewalls.RulesOf(this), .. actions.Open(this, jail)], resolver, loop, events, clock) { IgnoreCommand = ignored.Open(IgnoreCommand, jail) };
    }
}
