using System.Management.Automation;
using PSBan.Control;
using PSBan.Firewalls;
using PSBan.Model;
using PSBan.Store;
using PSBan.Watch;

namespace PSBan;

/// <summary>Every error that a cmdlet writes, in one place: a constant id for each path, the offending input as its target, and the way out.</summary>
internal static class Errors
{
    public const string WatchNotRunningId = "WatchNotRunning";
    public const string WatchAccessDeniedId = "WatchAccessDenied";
    public const string WatchAlreadyRunningId = "WatchAlreadyRunning";
    public const string WatchVersionMismatchId = "WatchVersionMismatch";
    public const string WatchRefusedId = "WatchRefused";
    public const string WatchFailedId = "WatchFailed";
    public const string JailNotFoundId = "JailNotFound";
    public const string FilterNotFoundId = "FilterNotFound";
    public const string InvalidFailRegexId = "InvalidFailRegex";
    public const string InvalidDatePatternId = "InvalidDatePattern";
    public const string ConfigurationNotFoundId = "ConfigurationNotFound";
    public const string ConfigurationInvalidId = "ConfigurationInvalid";
    public const string LogNotFoundId = "LogNotFound";
    public const string LogReadFailedId = "LogReadFailed";
    public const string LogAccessDeniedId = "LogAccessDenied";
    public const string InputNeedsJailId = "InputNeedsJail";
    public const string InvalidAddressId = "InvalidAddress";
    public const string AddressIgnoredId = "AddressIgnored";
    public const string AddressNotBannedId = "AddressNotBanned";
    public const string FirewallNotFoundId = "FirewallNotFound";
    public const string FirewallNotRepairedId = "FirewallNotRepaired";
    public const string WatchStillRunningId = "WatchStillRunning";
    public const string FirewallUnavailableId = "FirewallUnavailable";
    public const string FirewallAccessDeniedId = "FirewallAccessDenied";
    public const string FirewallCommandFailedId = "FirewallCommandFailed";
    public const string StateStoreLockedId = "StateStoreLocked";
    public const string StateStoreCorruptId = "StateStoreCorrupt";
    public const string StateStoreUnusableId = "StateStoreUnusable";
    public const string StatePathUnusableId = "StatePathUnusable";
    public const string ReloadRefusedId = "ReloadRefused";
    public const string FirewallRefusedId = "FirewallRefused";
    public const string NothingToSetId = "NothingToSet";
    public const string NotAFileSystemPathId = "NotAFileSystemPath";

    /// <summary>No watch answers, or this user may not ask it.</summary>
    public static ErrorRecord WatchUnreachable(WatchNotRunningException e, string statePath) => e.AccessDenied
        ? New(e, WatchAccessDeniedId, ErrorCategory.PermissionDenied, statePath,
            "Run the session as root (sudo pwsh) or elevated; let a job of root or SYSTEM ask and write down what it gets; or start a watch of your own with a -StatePath that is yours.")
        : New(e, WatchNotRunningId, ErrorCategory.ObjectNotFound, statePath,
            "Start one with Start-BanWatch, or name the state directory of the one that runs with -StatePath.");

    /// <summary>The watch refused a request.</summary>
    public static ErrorRecord Refused(ControlException e, object? target) => e.Code switch
    {
        ControlErrorCode.JailNotFound => New(e, JailNotFoundId, ErrorCategory.ObjectNotFound, target, "Get-BanJail lists the jails that run."),
        ControlErrorCode.AddressIgnored => New(e, AddressIgnoredId, ErrorCategory.InvalidOperation, target,
            "Take the address out of the jail's ignoreip, or leave it alone: it was put there so that nobody locks himself out."),
        ControlErrorCode.VersionMismatch => New(e, WatchVersionMismatchId, ErrorCategory.ProtocolError, target,
            "Restart the watch with the PSBan that this session has, or import the one that the watch runs with."),
        ControlErrorCode.BadRequest => New(e, WatchRefusedId, ErrorCategory.InvalidArgument, target, "Check the values that were given."),
        _ => New(e, WatchFailedId, ErrorCategory.InvalidResult, target, "Watch-BanEvent and the watch's own output tell more."),
    };

    /// <summary>Lines come through the pipeline, and it is not said for whom, or the watch is to run behind the session.</summary>
    public static ErrorRecord InputNeedsJail(bool asJob) => asJob
        ? New(new PSArgumentException("A watch behind the session cannot read from the pipeline."), InputNeedsJailId, ErrorCategory.InvalidArgument, null, "Leave -AsJob out, or run the whole pipeline as a job.")
        : New(new PSArgumentException("Lines come through the pipeline, but for no jail."), InputNeedsJailId, ErrorCategory.InvalidArgument, null, "Name the jail they are for with -Jail.");

    /// <summary>Somebody stopped a watch whose lines still come through the pipeline.</summary>
    public static ErrorRecord WatchStopped(string statePath) =>
        New(new InvalidOperationException("The watch was stopped."), WatchNotRunningId, ErrorCategory.OperationStopped, statePath, "Start it again with Start-BanWatch.");

    /// <summary>A watch could not start or was ended by an error.</summary>
    public static ErrorRecord WatchEnded(Exception e, WatchOptions options) => e switch
    {
        ConfigurationException { Problems: var problems } when options.Jails.Count > 0 && problems.All(problem => problem.Severity != ProblemSeverity.Error || problem.Code == JailNotFoundId) =>
            New(new ItemNotFoundException($"The configuration enables no jail {string.Join(", ", options.Jails.Select(VisibleText.Of))}.", e),
                JailNotFoundId, ErrorCategory.ObjectNotFound, string.Join(", ", options.Jails), "Write 'enabled = true' under the jail's name in jail.local, or name another with -Jail."),
        ConfigurationException => New(e, ConfigurationInvalidId, ErrorCategory.InvalidData, options.ConfigPath,
            "Test-BanConfiguration lists every problem with its file and line."),
        WatchAlreadyRunningException => New(e, WatchAlreadyRunningId, ErrorCategory.ResourceBusy, options.StatePath,
            "Stop it with Stop-BanWatch, or give this watch a state directory of its own with -StatePath."),
        FirewallException { Failure: FirewallFailure.AccessDenied } => New(e, FirewallAccessDeniedId, ErrorCategory.PermissionDenied, options.Firewall,
            "Run as root or elevated; give the process or container the capability NET_ADMIN; or try the configuration with -DryRun."),
        FirewallException { Failure: not FirewallFailure.Unavailable } => New(e, FirewallCommandFailedId, ErrorCategory.InvalidResult,
            options.Firewall, "Choose another packet filter with -Firewall, or try the configuration with -DryRun."),
        FirewallException => New(e, FirewallUnavailableId, ErrorCategory.NotInstalled, options.Firewall,
            "Install the tool it names, choose another packet filter with -Firewall, or try the configuration with -DryRun."),
        StoreException trouble => StoreUnusable(trouble, options.StatePath),
        UnauthorizedAccessException => New(e, StatePathUnusableId, ErrorCategory.PermissionDenied, options.StatePath,
            "Run as root or elevated, or name a directory that is yours with -StatePath."),
        IOException => New(e, StatePathUnusableId, ErrorCategory.ResourceUnavailable, options.StatePath, "Name another directory with -StatePath."),
        _ => New(e, WatchFailedId, ErrorCategory.InvalidResult, options.ConfigPath, "This is a fault of PSBan itself; please report it with its stack trace."),
    };

    /// <summary>The configuration was read again and refused; the target is the whole result, with every problem in it.</summary>
    public static ErrorRecord ReloadRefused(ReloadResult result) => New(
        new InvalidDataException($"The configuration is refused, and the one before goes on: {VisibleText.Of(result.Refusal)}"), ReloadRefusedId, ErrorCategory.InvalidData, result,
        "Correct what is named, and run Update-BanWatch again; Update-BanWatch -WhatIf tells whether anything is left, and the error's TargetObject.Problems lists it.");

    /// <summary>No setting was given.</summary>
    public static ErrorRecord NothingToSet() => New(
        new ArgumentException("No setting was given."), NothingToSetId, ErrorCategory.InvalidArgument, null,
        "Give one or more of -MaxRetry, -FindTime, -BanTime, -IgnoreIp, -AddIgnoreIp and -RemoveIgnoreIp.");

    /// <summary>There is no back end of that name.</summary>
    public static ErrorRecord FirewallNotFound(string name) => New(
        new ItemNotFoundException($"There is no packet filter '{VisibleText.Of(name)}' that PSBan knows."), FirewallNotFoundId, ErrorCategory.ObjectNotFound, name,
        "Get-BanFirewall without a name lists them all.");

    /// <summary>A packet filter could not be brought to hold what the watch wants.</summary>
    public static ErrorRecord NotRepaired(string firewall, string trouble) => New(
        new InvalidOperationException($"The packet filter {firewall} could not be repaired: {trouble}"), FirewallNotRepairedId, ErrorCategory.InvalidResult, firewall,
        "Mend what it names; the watch goes on trying by itself. Get-BanFirewall tells what works here.");

    /// <summary>Clearing under a watch would be undone at once.</summary>
    public static ErrorRecord WatchStillRunning(string statePath) => New(
        new InvalidOperationException($"A watch is running for {statePath}; it would put its rules back."), WatchStillRunningId, ErrorCategory.ResourceBusy, statePath,
        "Stop-BanWatch removes the rules as it ends; Remove-Ban -All lifts the bans of a watch that goes on. -Force clears all the same.");

    /// <summary>A packet filter could not be cleared.</summary>
    public static ErrorRecord NotCleared(FirewallException e) => e.Failure switch
    {
        FirewallFailure.AccessDenied => New(e, FirewallAccessDeniedId, ErrorCategory.PermissionDenied, null, "Run as root or elevated, or give the process the capability NET_ADMIN."),
        FirewallFailure.Unavailable => New(e, FirewallUnavailableId, ErrorCategory.NotInstalled, null, "Install the tool it names."),
        _ => New(e, FirewallCommandFailedId, ErrorCategory.InvalidResult, null, "Mend what it names, and try again."),
    };

    /// <summary>The store of the state directory cannot be used.</summary>
    public static ErrorRecord StoreUnusable(StoreException e, string path) => e.Failure switch
    {
        StoreFailure.Locked => New(e, StateStoreLockedId, ErrorCategory.ResourceBusy, path, "End the program that holds the file, and try again."),
        StoreFailure.Corrupt => New(e, StateStoreCorruptId, ErrorCategory.InvalidData, path, "Move the file away; the next watch begins a new one. Bans stand in the packet filter meanwhile."),
        _ => New(e, StateStoreUnusableId, ErrorCategory.ResourceUnavailable, path, "Mend what it names, name another directory with -StatePath, or do without with 'dbfile = None' in psban.local."),
    };

    /// <summary>One thing that is wrong in the configuration or in a filter.</summary>
    public static ErrorRecord Of(Problem problem)
    {
        (string id, ErrorCategory category, string wayOut) = problem.Code switch
        {
            FilterNotFoundId => (FilterNotFoundId, ErrorCategory.ObjectNotFound, "Name a filter of filter.d, a file, or the text of a pattern; -ConfigPath says where filter.d is."),
            InvalidFailRegexId => (InvalidFailRegexId, ErrorCategory.ParserError, "Correct the pattern; Test-BanFilter tries it on lines."),
            InvalidDatePatternId => (InvalidDatePatternId, ErrorCategory.ParserError, "Write it with the codes of strptime, such as %Y-%m-%d %H:%M:%S."),
            _ => (ConfigurationInvalidId, ErrorCategory.InvalidData, "Correct the line; Test-BanConfiguration tells whether anything is left."),
        };
        return New(new InvalidDataException(problem.ToString()), id, category, problem.Location.File is null ? problem : problem.Location.ToString(), wayOut);
    }

    /// <summary>A filter that is there, and has no pattern to try.</summary>
    public static ErrorRecord FilterUnusable(string filter) => New(
        new InvalidDataException($"The filter {VisibleText.Of(filter)} has no pattern that can be used."), ConfigurationInvalidId, ErrorCategory.InvalidData, filter,
        "A filter needs at least one failregex.");

    /// <summary>The configuration directory does not exist.</summary>
    public static ErrorRecord ConfigurationNotFound(string path) => New(
        new DirectoryNotFoundException($"There is no configuration directory {path}."), ConfigurationNotFoundId, ErrorCategory.ObjectNotFound, path,
        "Give the directory that holds jail.conf or jail.local; that of fail2ban, /etc/fail2ban, will do.");

    /// <summary>No running jail has that name.</summary>
    public static ErrorRecord JailNotFound(string name) => New(
        new ItemNotFoundException($"The watch has no jail '{VisibleText.Of(name)}'."), JailNotFoundId, ErrorCategory.ObjectNotFound, name,
        "Get-BanJail lists the jails that run.");

    /// <summary>The configuration has no jail of that name.</summary>
    public static ErrorRecord JailNotConfigured(string name) => New(
        new ItemNotFoundException($"The configuration has no jail '{VisibleText.Of(name)}'."), JailNotFoundId, ErrorCategory.ObjectNotFound, name,
        "The section headers of jail.conf, jail.local and jail.d are the names of the jails.");

    /// <summary>The text is no address or prefix.</summary>
    public static ErrorRecord InvalidAddress(string text) => New(
        new FormatException($"'{VisibleText.Of(text)}' is neither an IPv4 nor an IPv6 address or prefix."), InvalidAddressId, ErrorCategory.InvalidArgument, text,
        "Write it as 192.0.2.1, 192.0.2.0/24, 2001:db8::1 or 2001:db8::/32; no leading zeros, no names.");

    /// <summary>There is no such ban to show or to lift.</summary>
    public static ErrorRecord AddressNotBanned(string id, string? jail) => New(
        new ItemNotFoundException(jail is null ? $"{VisibleText.Of(id)} is not banned." : $"{VisibleText.Of(id)} is not banned in the jail {VisibleText.Of(jail)}."),
        AddressNotBannedId, ErrorCategory.ObjectNotFound, id, "Get-Ban lists the bans that are in force.");

    /// <summary>No file has that name.</summary>
    public static ErrorRecord LogNotFound(string path, Exception? inner = null) => New(
        new FileNotFoundException($"There is no log {path}.", path, inner), LogNotFoundId, ErrorCategory.ObjectNotFound, path,
        "Check the path; -LogPath takes wildcards, -LiteralPath takes the name as it stands.");

    /// <summary>A log is there but cannot be read.</summary>
    public static ErrorRecord LogUnreadable(Exception e, object? target) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => LogNotFound(target as string ?? string.Empty, e),
        UnauthorizedAccessException => New(e, LogAccessDeniedId, ErrorCategory.PermissionDenied, target, "Run as a user who may read the log (on Debian: root or a member of adm)."),
        _ => New(e, LogReadFailedId, ErrorCategory.ReadError, target, "Copy the log to a local disk and try again."),
    };

    /// <summary>The path belongs to another PowerShell provider, such as the registry.</summary>
    public static ErrorRecord NotAFileSystemPath(string path) => New(
        new ArgumentException($"{path} is not a path of the file system."), NotAFileSystemPathId, ErrorCategory.InvalidArgument, path,
        "Give a path of a file or directory.");

    private static ErrorRecord New(Exception e, string id, ErrorCategory category, object? target, string wayOut) =>
        new(e, id, category, target) { ErrorDetails = new ErrorDetails(e.Message) { RecommendedAction = wayOut } };
}
