using System.Diagnostics;
using PSBan.Model;
using PSBan.Sources.Journal;
using PSBan.Tests.Support;

namespace PSBan.Tests.Sources.Journal;

/// <summary>The text of a line, compared with what fail2ban makes of the same journal file.</summary>
public sealed class JournalOracleTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [RequiresFact("fail2ban-regex", "journalctl", JournalWriter.Program)]
    public async Task Lines_are_as_fail2ban_makes_them()
    {
        using (JournalWriter writer = new(_folder["system.journal"]))
        {
            writer.Write("plain", null, ("SYSLOG_IDENTIFIER", "sshd"), ("_PID", "12"));
            writer.Write("pid of the sender", null, ("SYSLOG_IDENTIFIER", "sshd"), ("SYSLOG_PID", "13"), ("_PID", "12"), ("_COMM", "other"));
            writer.Write("command", null, ("_COMM", "dovecot"), ("_PID", "14"));
            writer.Write("nothing known");
            writer.Write("pid alone", null, ("_PID", "15"));
            writer.Write("odd pids", null, ("SYSLOG_IDENTIFIER", "a"), ("SYSLOG_PID", "0016"));
            writer.Write("two\nlines\n", null, ("SYSLOG_IDENTIFIER", "a"));
            writer.Write("tabs\tand \u001b[31m escapes", null, ("SYSLOG_IDENTIFIER", "a"));
            writer.Write("Grüße 漢字 🙂", null, ("SYSLOG_IDENTIFIER", "ä"));
            writer.Write("x", null, ("SYSLOG_IDENTIFIER", "a"), ("MESSAGE", "earlier"));
            writer.Write("forged", null, ("SYSLOG_IDENTIFIER", "a: b[1]\nc"), ("_PID", "18"));
            writer.Write("from the kernel", null, ("SYSLOG_IDENTIFIER", "kernel"), ("_SOURCE_MONOTONIC_TIMESTAMP", "12345678901"));
            writer.Write("pretends to be", null, ("SYSLOG_IDENTIFIER", "kernel"), ("_PID", "19"));
            writer.Write("", null, ("SYSLOG_IDENTIFIER", "a"));
            writer.Write("no host", null, ("_HOSTNAME", ""), ("SYSLOG_IDENTIFIER", "a"));
            writer.WriteRaw([.. "broken "u8, 0xFF, 0xFE, (byte)'!', (byte)'\n', (byte)'x'], null, ("SYSLOG_IDENTIFIER", "a"));
        }

        List<string> lines = [];
        List<DateTimeOffset> times = [];
        await foreach (LogBlock block in new JournalLogSource(new JournalOptions { Directory = _folder.Root }).ReadAsync(default))
        {
            lines.AddRange(block.Text.ToString().Split('\n')[..^1]);
            times.AddRange(block.Times!);
        }

        // Its report takes blanks off the ends of lines.
        string[] theirs = await Fail2BanAsync();
        Assert.Equal(theirs, times.Zip(lines, (time, line) => $"{time:yyyy-MM-ddTHH:mm:ss.ffffff}+00:00 {line}".TrimEnd()));
    }

    private async Task<string[]> Fail2BanAsync()
    {
        ProcessStartInfo start = new("fail2ban-regex", ["--print-all-missed", $"systemd-journal[journalpath={_folder.Root}]", "no such line <HOST>"]) { RedirectStandardOutput = true };
        start.Environment["TZ"] = "UTC";
        start.Environment["PYTHONIOENCODING"] = "utf-8:replace";
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        string[] missed = output[output.IndexOf("|- Missed line(s):", StringComparison.Ordinal)..].Split('\n');
        return [.. missed.Skip(1).TakeWhile(line => line != "`-").Select(line => line.Length > 3 ? line[3..] : line)];
    }
}
