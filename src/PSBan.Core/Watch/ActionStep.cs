using PSBan.Model;

namespace PSBan.Watch;

/// <summary>What a step of an action does.</summary>
internal enum ActionStepKind
{
    /// <summary>Starts the action.</summary>
    Start,

    /// <summary>Bans.</summary>
    Ban,

    /// <summary>Tells of a ban that ends later than before.</summary>
    Prolong,

    /// <summary>Lifts a ban.</summary>
    Unban,

    /// <summary>Lifts all bans at once.</summary>
    Flush,

    /// <summary>Looks whether what the action set up still stands.</summary>
    Check,
}

/// <summary>One command that waits for its turn. Belongs to its <see cref="ActionBook"/>, which has the lock.</summary>
/// <param name="kind">What it does.</param>
/// <param name="ban">The ban; null where it concerns none.</param>
internal sealed class ActionStep(ActionStepKind kind, Ban? ban)
{
    public ActionStepKind Kind { get; } = kind;

    public Ban? Ban { get; set; } = ban;

    /// <summary>How often it has failed.</summary>
    public int Failures { get; set; }

    public bool IsCancelled { get; set; }

    public bool IsRunning { get; set; }

    /// <summary>Whether the ban stood once, in surroundings that were lost.</summary>
    public bool IsAgain { get; init; }

    /// <summary>Whether it is not worth a second try, nor a word: it undoes what may never have been done, or makes way for a new ban.</summary>
    public bool IsQuiet { get; set; }
}
