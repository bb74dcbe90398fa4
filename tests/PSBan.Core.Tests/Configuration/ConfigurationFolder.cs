using PSBan.Configuration;
using PSBan.Firewalls;
using PSBan.Model;

namespace PSBan.Tests.Configuration;

/// <summary>A configuration directory of a test's own, removed with it.</summary>
public sealed class ConfigurationFolder : IDisposable
{
    public ConfigurationFolder() => Root = Directory.CreateTempSubdirectory("psban-").FullName;

    public string Root { get; }

    public string Path(string relative) => System.IO.Path.Combine(Root, relative);

    public ConfigurationFolder Write(string relative, string text)
    {
        string path = Path(relative);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text.ReplaceLineEndings("\n"));
        return this;
    }

    /// <summary>What the back ends serve, and an action of no consequence; neither needs a file.</summary>
    public static IReadOnlySet<string> Native { get; } = new HashSet<string>(FirewallFactory.Names) { "dummy" };

    public WatchConfiguration Load(string? stock = null) => ConfigurationLoader.Load(Root, stock, Native);

    /// <summary>Loads and expects no problem at all.</summary>
    public WatchConfiguration LoadClean(string? stock = null)
    {
        WatchConfiguration configuration = Load(stock);
        Assert.Empty(configuration.Problems);
        return configuration;
    }

    public SourceLocation At(string relative, int line) => new(Path(relative), line);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
