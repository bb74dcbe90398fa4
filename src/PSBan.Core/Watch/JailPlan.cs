using System.Collections.Immutable;
using PSBan.Configuration;
using PSBan.Firewalls;
using PSBan.Firewalls.Command;
using PSBan.Jails.Increments;
using PSBan.Matching;
using PSBan.Model;

namespace PSBan.Watch;

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
    IReadOnlyList<CommandPlan> Commands,
    LineFilterOptions Lines,
    IncrementOptions Increments)
{
    private static readonly Located<bool> s_unset = new(false, SourceLocation.None);

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
        List<CommandPlan> commands = [];
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
                commands.Add(new CommandPlan(command, SettingsText.Of(action)));
            }
        }

        IgnoreCommandOptions? ignoreCommand = IgnoreCommandOptions.Read(jail, problems);
        IReadOnlyList<SourcePlan>? sources = options.Input is { } input ? [new SourcePlan(input.Name, false, _ => input)] : SourcePlan.Choose(jail, CountsBansOf(jail), problems);
        for (int i = before; i < problems.Count; i++)
        {
            problems[i] = problems[i].Jail is null ? problems[i] with { Jail = jail.Name } : problems[i];
        }

        return isUsable && sources is not null && !problems.Skip(before).Any(problem => problem.Severity == ProblemSeverity.Error)
            ? new JailPlan(jail, sources, rules, commands, lines, increments) { IgnoreCommand = ignoreCommand }
            : null;
    }

    /// <summary>Whether the filters of two plans recognise the same.</summary>
    public static bool HasSameFilter(JailPlan left, JailPlan right) => SettingsText.Of(left.Options.Filter) == SettingsText.Of(right.Options.Filter);

    /// <summary>Everything that has an effect on how the jail works, as text.</summary>
    public string Text => SettingsText.Of((object?[])
    [
        // What an action does stands in its rule or commands, with the variables resolved.
        Options with { Variables = ImmutableDictionary<string, Located<string>>.Empty, Actions = [], SkipIfNoLogs = s_unset, SystemdIfNoLogs = s_unset },
        Sources.Select(source => $"{source.Key} {source.AtEnd}"),
        Rules,
        Commands.Select(command => command.Text),
    ]);
}

/// <summary>An action of a jail that is made of commands.</summary>
/// <param name="Definition">The action.</param>
/// <param name="Text">Its settings as text.</param>
internal sealed record CommandPlan(CommandDefinition Definition, string Text);
