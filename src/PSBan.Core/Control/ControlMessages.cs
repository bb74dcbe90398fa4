using System.Text.Json.Serialization;
using PSBan.Model;

namespace PSBan.Control;

/// <summary>What a client asks of a watch.</summary>
public enum ControlCommand
{
    /// <summary>The watch as a whole; answers one <see cref="WatchInfo"/>.</summary>
    Watch,

    /// <summary>Every jail; answers a <see cref="JailInfo"/> each.</summary>
    Jails,

    /// <summary>The running bans; answers a <see cref="Model.Ban"/> each.</summary>
    Bans,

    /// <summary>Bans an address by hand; answers the bans made.</summary>
    Ban,

    /// <summary>Lifts bans by hand; answers the bans lifted.</summary>
    Unban,

    /// <summary>Bans of the past and those in force; answers an entry each, the latest first.</summary>
    History,

    /// <summary>Whether the running bans stop packets, read from the packet filters; answers a <see cref="BanCheck"/> for each ban and rule.</summary>
    Check,

    /// <summary>Compares the packet filters with the watch and repairs them; answers a <see cref="FirewallRepair"/> for each packet filter and jail.</summary>
    Sync,

    /// <summary>The events from now on, until the client leaves.</summary>
    Events,

    /// <summary>Reads the configuration again and puts it in force, or says what it would change; answers one <see cref="ReloadResult"/>.</summary>
    Reload,

    /// <summary>Changes settings of a jail until the configuration is read again; answers the <see cref="JailInfo"/>.</summary>
    ChangeJail,

    /// <summary>Lets a jail cease to count; answers the <see cref="JailInfo"/>.</summary>
    SuspendJail,

    /// <summary>Lets a suspended jail count again; answers the <see cref="JailInfo"/>.</summary>
    ResumeJail,

    /// <summary>Ends the watch; the reply ends when it is on its way.</summary>
    Stop,
}

/// <summary>One request: a JSON object on a line of its own, at most <see cref="ControlProtocol.MaxRequestBytes"/> long.</summary>
internal sealed record ControlRequest
{
    /// <summary>The version of the protocol that the client speaks.</summary>
    public int Version { get; init; }

    /// <summary>What is asked.</summary>
    public ControlCommand Command { get; init; }

    /// <summary>The jail; null for all, where that makes sense.</summary>
    public string? Jail { get; init; }

    /// <summary>The address, prefix or other identifier; null for all, where that makes sense.</summary>
    public string? Id { get; init; }

    /// <summary>The length of a ban by hand; null for the jail's own.</summary>
    public Duration? Duration { get; init; }

    /// <summary>Whether one only asks what a reload would change.</summary>
    public bool? OnlyCompares { get; init; }

    /// <summary>The settings to be changed in a jail.</summary>
    public JailSettings? Settings { get; init; }

    /// <summary>Bans that began then or later; null for no such limit.</summary>
    public DateTimeOffset? After { get; init; }

    /// <summary>Bans that began before; null for no such limit.</summary>
    public DateTimeOffset? Before { get; init; }
}

/// <summary>One line of an answer: an item, an error, or the end.</summary>
internal sealed record ControlReply
{
    /// <summary>The version of the protocol that the watch speaks.</summary>
    public int Version { get; init; } = ControlProtocol.Version;

    /// <summary>Whether this is the last line of the answer.</summary>
    public bool End { get; init; }

    /// <summary>Why the request was refused; null where it was not. Such a line is the last.</summary>
    public string? Error { get; init; }

    /// <summary>The kind of refusal.</summary>
    public ControlErrorCode? ErrorCode { get; init; }

    /// <summary>The whole watch.</summary>
    public WatchInfo? Watch { get; init; }

    /// <summary>A jail.</summary>
    public JailInfo? Jail { get; init; }

    /// <summary>A ban.</summary>
    public Ban? Ban { get; init; }

    /// <summary>A ban of the past, or one in force.</summary>
    public BanHistoryEntry? History { get; init; }

    /// <summary>What came of a reload.</summary>
    public ReloadResult? Reload { get; init; }

    /// <summary>Whether a ban stops packets.</summary>
    public BanCheck? Check { get; init; }

    /// <summary>What was repaired.</summary>
    public FirewallRepair? Repair { get; init; }

    /// <summary>An event.</summary>
    public BanEvent? Event { get; init; }
}

/// <summary>Why a watch refused a request.</summary>
public enum ControlErrorCode
{
    /// <summary>The request could not be read, or asks for nothing that exists.</summary>
    BadRequest,

    /// <summary>Client and watch speak different versions.</summary>
    VersionMismatch,

    /// <summary>There is no jail of that name.</summary>
    JailNotFound,

    /// <summary>The address is one that the jail ignores.</summary>
    AddressIgnored,

    /// <summary>The watch met an error of its own.</summary>
    Failed,
}

/// <summary>The constants of the control protocol: newline-delimited JSON (one object a line, UTF-8) over a Unix socket or a named pipe.</summary>
internal static class ControlProtocol
{
    /// <summary>The version that this build speaks.</summary>
    public const int Version = 1;

    /// <summary>The longest request in bytes, line end included.</summary>
    public const int MaxRequestBytes = 64 * 1024;

    /// <summary>The longest line of an answer in bytes that a client takes.</summary>
    public const int MaxReplyBytes = 4 * 1024 * 1024;

    /// <summary>How many clients are served at once; more wait in the listener's queue.</summary>
    public const int MaxClients = 64;

    /// <summary>How long a client may leave a request unfinished or an answer unread.</summary>
    public static readonly TimeSpan ClientPatience = TimeSpan.FromSeconds(10);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ControlRequest))]
[JsonSerializable(typeof(ControlReply))]
internal sealed partial class ControlJson : JsonSerializerContext;
