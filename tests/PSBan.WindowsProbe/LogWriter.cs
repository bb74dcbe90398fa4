using System.Text;

namespace PSBan.WindowsProbe;

/// <summary>Writes to a log as a program on Windows does that lets others read it.</summary>
internal static class LogWriter
{
    public static void Append(string path, string text)
    {
        using var stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        stream.Write(Encoding.UTF8.GetBytes(text + "\r\n"));
    }

    public static void Truncate(string path)
    {
        using var stream = new FileStream(path, FileMode.Truncate, FileAccess.Write, FileShare.Read);
    }
}
