using PSBan.Firewalls;

namespace PSBan.EndToEnd.Firewalls;

/// <summary>A folder of tools that stand in front of the real ones.</summary>
public sealed class ToolFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("psban-");

    public string Path => _folder.FullName;

    /// <summary>Puts a few words of the shell in front of a real tool.</summary>
    public void Wrap(string tool, string words)
    {
        string path = System.IO.Path.Combine(Path, tool);
        File.WriteAllText(path, $"#!/bin/sh\n{words}\nexec {CommandRunner.Find(tool)} \"$@\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        }
    }

    /// <summary>Copies a real tool.</summary>
    public void Take(string tool) => File.Copy(File.ResolveLinkTarget(CommandRunner.Find(tool)!, true)?.FullName ?? CommandRunner.Find(tool)!, System.IO.Path.Combine(Path, tool));

    public void Write(string name) => File.WriteAllText(System.IO.Path.Combine(Path, name), "");

    public void Delete(string name) => File.Delete(System.IO.Path.Combine(Path, name));

    public void Dispose() => _folder.Delete(recursive: true);
}
