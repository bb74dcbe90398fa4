using System.Globalization;
using System.Text.Json;
using PSBan.Model;

namespace PSBan.Host;

/// <summary>Prints events: as JSON, one a line, or in the line layout of fail2ban's log, which other programs (and the recidive filter) read.</summary>
internal sealed class EventPrinter(TextWriter output, bool json)
{
    public void Print(BanEvent item) => output.WriteLine(json ? JsonSerializer.Serialize(item, HostJson.Default.BanEvent) : Line(item));

    public void Flush() => output.Flush();

    /// <summary>Date with milliseconds, logger padded to 24, process id, level padded to 7, jail, message.</summary>
    private static string Line(BanEvent item)
    {
        (string logger, string level) = item.Kind switch
        {
            BanEventKind.Found or BanEventKind.Ignored => ("fail2ban.filter", "INFO"),
            BanEventKind.Banned or BanEventKind.Unbanned or BanEventKind.Restored or BanEventKind.Prolonged => ("fail2ban.actions", "NOTICE"),
            BanEventKind.DryRun => ("fail2ban.actions", "INFO"),
            BanEventKind.SourceFound => ("fail2ban.filter", "INFO"),
            BanEventKind.Started or BanEventKind.Stopped or BanEventKind.Reloaded or BanEventKind.JailChanged => ("fail2ban.server", "INFO"),
            BanEventKind.JailSuspended or BanEventKind.JailResumed => ("fail2ban.jail", "NOTICE"),
            BanEventKind.ReloadRefused => ("fail2ban.server", "ERROR"),
            BanEventKind.FirewallFailed => ("fail2ban.actions", "ERROR"),
            BanEventKind.StoreFailed => ("fail2ban.database", "ERROR"),
            BanEventKind.StoreRepaired => ("fail2ban.database", "NOTICE"),
            BanEventKind.PatternQuarantined or BanEventKind.IgnoreCommandFailed => ("fail2ban.filter", "ERROR"),
            BanEventKind.FirewallRepaired => ("fail2ban.actions", "NOTICE"),
            _ => ("fail2ban.server", "WARNING"),
        };
        string jail = item.Jail is null ? string.Empty : $"[{item.Jail}] ";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{item.Time.LocalDateTime:yyyy-MM-dd HH:mm:ss,fff} {logger,-24}[{Environment.ProcessId}]: {level,-7} {jail}{item.Message}");
    }
}
