using System.Text.Json.Serialization;

namespace PSBan.Model;

/// <summary>What a <see cref="BanEvent"/> tells.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BanEventKind>))]
public enum BanEventKind
{
    /// <summary>The watch has started; every jail is ready.</summary>
    Started,

    /// <summary>The watch has ended.</summary>
    Stopped,

    /// <summary>A filter recognised a failure.</summary>
    Found,

    /// <summary>A failure was not counted because its address is to be ignored.</summary>
    Ignored,

    /// <summary>An address was banned.</summary>
    Banned,

    /// <summary>A running ban was made longer.</summary>
    Prolonged,

    /// <summary>A ban has ended, by time or by hand.</summary>
    Unbanned,

    /// <summary>A ban of an earlier run was taken over.</summary>
    Restored,

    /// <summary>A log is being followed.</summary>
    SourceFound,

    /// <summary>A log is gone or cannot be read; it is looked for again.</summary>
    SourceLost,

    /// <summary>A source is behind, silent, undated or off the clock.</summary>
    SourceWarning,

    /// <summary>A pattern exceeded its limit and was put aside.</summary>
    PatternQuarantined,

    /// <summary>A packet filter or action failed; it is tried again.</summary>
    FirewallFailed,

    /// <summary>A packet filter works again, or a difference was repaired.</summary>
    FirewallRepaired,

    /// <summary>The state cannot be stored, or was damaged; bans go on, and it is made up for.</summary>
    StoreFailed,

    /// <summary>The state is stored again and up to date.</summary>
    StoreRepaired,

    /// <summary>The configuration was read again, and is in force.</summary>
    Reloaded,

    /// <summary>The configuration was read again and refused; the one before goes on.</summary>
    ReloadRefused,

    /// <summary>Settings of a jail were changed by hand.</summary>
    JailChanged,

    /// <summary>A jail was suspended by hand.</summary>
    JailSuspended,

    /// <summary>A jail that was suspended counts again.</summary>
    JailResumed,

    /// <summary>Something is wrong in the configuration.</summary>
    ConfigurationProblem,

    /// <summary>A limit was reached and something was given up, with a count.</summary>
    LimitReached,

    /// <summary>The command that says whom to spare (<c>ignorecommand</c>) gave no answer.</summary>
    IgnoreCommandFailed,

    /// <summary>In a dry run: a command that would have been run.</summary>
    DryRun,
}

/// <summary>Something that happened in a watch. Immutable; control characters in <see cref="Message"/> have been made visible.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Time">When it happened, by the watch's clock.</param>
/// <param name="Message">A full sentence for people.</param>
public sealed record BanEvent(BanEventKind Kind, DateTimeOffset Time, string Message)
{
    /// <summary>The jail concerned; null where it is none or all.</summary>
    public string? Jail { get; init; }

    /// <summary>The identifier concerned; the empty value where there is none.</summary>
    public BanId Id { get; init; }

    /// <summary>The address concerned; the empty value where there is none.</summary>
    public Address Address => Id.Address;

    /// <summary>The ban concerned; null where there is none.</summary>
    public Ban? Ban { get; init; }

    /// <summary>The failure concerned; null where there is none.</summary>
    public Failure? Failure { get; init; }

    /// <summary>The log or journal concerned; null where there is none.</summary>
    public string? Source { get; init; }
}
