using System.Globalization;
using PSBan.EndToEnd.Support;

namespace PSBan.EndToEnd.Windows;

/// <summary>A configuration with a jail for Domino, and its log, as Windows programs see them.</summary>
public sealed class DominoFolder : IDisposable
{
    private readonly WatchFolder _folder = new();

    /// <summary>The folder, for those outside.</summary>
    public string Path => _folder.Path;

    /// <summary>The log, for those inside.</summary>
    public string Log => WineMachine.ToWindows(System.IO.Path.Combine(Path, "console.log"));

    /// <summary>The state directory, for those inside.</summary>
    public string State => WineMachine.ToWindows(WatchProcess.StateOf(Path));

    public void Dispose() => _folder.Dispose();

    public void Write(string name, string text) => _folder.Write(name, text);

    /// <summary>Writes the jail, and an empty log.</summary>
    public void WriteJail(string settings)
    {
        Write("console.log", "");
        Write("jail.local", $"""
            [domino]
            enabled = true
            filter = domino-smtp
            logpath = {Log}
            port = smtp,465,submission
            bantime = 1h
            {settings}
            """);
    }

    /// <summary>A failed login, now.</summary>
    public static string Line(string address) => string.Create(CultureInfo.InvariantCulture,
        $"[000738:000012-00007F1164B21700] {DateTime.Now:dd-MM-yyyy HH:mm:ss} SMTP Server: Authentication failed for user honors ; connecting host {address}");

    /// <summary>Has a program inside append a failed login for each address.</summary>
    public async Task AppendAsync(WindowsProbe probe, params IEnumerable<string> addresses)
    {
        foreach (string address in addresses)
        {
            await probe.AskAsync("write", Log, Line(address));
        }
    }
}
