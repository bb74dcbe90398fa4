using System.IO.Compression;
using System.Text;

namespace PSBan.Tests.Sources;

/// <summary>A folder of the test's own, gone when the test is over.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("log-sources-").FullName;

    public string this[string name] => Path.Combine(Root, name);

    public string Write(string name, string text, Encoding? encoding = null)
    {
        File.WriteAllText(this[name], text, encoding ?? new UTF8Encoding(false));
        return this[name];
    }

    public string Write(string name, params byte[] bytes)
    {
        File.WriteAllBytes(this[name], bytes);
        return this[name];
    }

    public void Append(string name, string text)
    {
        using FileStream file = new(this[name], FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        file.Write(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Compresses a file as gzip does: the time of writing is kept, and the file deleted.</summary>
    public void Compress(string name, string? packed = null)
    {
        packed ??= name + ".gz";
        using (FileStream from = File.OpenRead(this[name]))
        using (GZipStream to = new(File.Create(this[packed]), CompressionLevel.Fastest))
        {
            from.CopyTo(to);
        }

        File.SetLastWriteTimeUtc(this[packed], File.GetLastWriteTimeUtc(this[name]));
        File.Delete(this[name]);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
