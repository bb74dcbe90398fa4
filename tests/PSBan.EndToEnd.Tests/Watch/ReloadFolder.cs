using System.Globalization;
using PSBan.EndToEnd.Support;

namespace PSBan.EndToEnd.Watch;

/// <summary>A folder with a configuration made of jails that count lines of one form, in logs of their own choice.</summary>
public sealed class ReloadFolder : IDisposable
{
    private readonly WatchFolder _folder = new();

    public ReloadFolder(params string[] jails)
    {
        Write(jails);
        foreach (string log in (string[])["a", "b", "c"])
        {
            _folder.Write(log + ".log", string.Empty);
        }
    }

    public string Path => _folder.Path;

    /// <summary>A jail; what is not said is as in all.</summary>
    public static string Jail(string name, params string[] settings) => $"[{name}]\n{string.Join('\n', settings)}\n";

    public string Log(string name) => System.IO.Path.Combine(Path, name + ".log");

    /// <summary>Writes the configuration.</summary>
    public void Write(params string[] jails) => _folder.Write("jail.conf", $"""
        [DEFAULT]
        enabled = true
        backend = auto
        filter =
        failregex = ^ bad <HOST>$
        logpath = {Log("a")}
        ignoreself = false
        maxretry = 2
        findtime = 1h
        bantime = 1h
        action = nftables[name=%(__name__)s, port=25]

        {string.Join('\n', jails)}
        """);

    /// <summary>Writes another file of the configuration.</summary>
    public void WriteFile(string name, string text) => _folder.Write(name, text);

    /// <summary>Appends failures to a log, stamped with now.</summary>
    public void Append(string log, params IEnumerable<string> addresses)
    {
        string stamp = DateTimeOffset.Now.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        File.AppendAllLines(Log(log), addresses.Select(address => $"{stamp} bad {address}"));
    }

    public void Dispose() => _folder.Dispose();
}
