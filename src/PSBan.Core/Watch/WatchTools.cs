using PSBan.Configuration;
using PSBan.Jails;
using PSBan.Jails.Increments;
using PSBan.Model;

namespace PSBan.Watch;

/// <summary>What the jails of a watch share.</summary>
/// <param name="Options">What the watch was started with.</param>
/// <param name="Loop">Where everything happens that counts.</param>
/// <param name="Events">Where everything is told.</param>
/// <param name="Offenders">Who has been banned before.</param>
internal sealed record WatchTools(WatchOptions Options, WatchLoop Loop, EventHub Events, Offenders Offenders)
{
    /// <summary>The clock.</summary>
    public TimeProvider Clock => Options.Clock;

    /// <summary>Resolves the host names in logs.</summary>
    public HostResolver Resolver { get; } = new(Options.Clock);

    /// <summary>Knows what ignore lists need.</summary>
    public IgnoreSources Ignored { get; } = new(Events, Options.Clock);

    /// <summary>Makes the list of those whom a jail never counts.</summary>
    /// <param name="options">The jail's settings.</param>
    /// <param name="report">Is told of entries that cannot be used; null to publish them.</param>
    public IgnoreList MakeIgnoreList(JailOptions options, Action<Problem>? report = null)
    {
        IgnoreList ignore = IgnoreList.Create(
            options, Ignored, Ignored, report ?? (problem => Events.Publish(BanEventKind.ConfigurationProblem, problem.ToString(), options.Name)));

        // Asking once makes known what the list needs, so that it can be learnt before the first line.
        ignore.Match(Address.Parse("192.0.2.0"));
        return ignore;
    }

    /// <summary>Sets the length of a jail's bans.</summary>
    public IBanTerms MakeTerms(JailPlan plan) => new BanIncrement(plan.Options, plan.Increments, Offenders);
}
