using System.Globalization;

namespace PSBan.EndToEnd.Support;

/// <summary>A folder with a configuration and logs; it goes with the test.</summary>
public sealed class WatchFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("psban-");

    public string Path => _folder.FullName;

    public string Log => System.IO.Path.Combine(Path, "auth.log");

    public void Write(string name, string text)
    {
        string path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    /// <summary>Appends lines, each with the syslog stamp of now in front.</summary>
    public void Append(params IEnumerable<string> messages)
    {
        string stamp = DateTimeOffset.Now.ToString("MMM dd HH:mm:ss", CultureInfo.InvariantCulture);
        File.AppendAllLines(Log, messages.Select(message => $"{stamp} {message}"));
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
